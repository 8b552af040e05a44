// What can be typed where on the command line, as scripts for shells that complete words.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tokenlife::sim {

// What an option, or the words of a command that are no options, can be completed to.
enum class Takes : std::uint8_t {
  nothing,  // a flag; or no such words
  word,     // what nobody can guess, such as a number
  file,     // files and folders, and what nobody can guess
  value,    // one of `values`
};

struct OptionWords {
  std::vector<std::string> names;  // such as -o and --output
  std::string about;
  Takes takes = Takes::nothing;
  std::vector<std::string> values;
};

struct CommandWords {
  std::string path;  // such as `log verify`; empty for the program itself
  std::string about;
  std::vector<OptionWords> options;  // without those of the program, which all commands have
  Takes takes = Takes::nothing;
  std::vector<std::string> values;
};

enum class Shell : std::uint8_t { bash, zsh, fish };

// The script that a shell reads. `commands` begins with the program itself; what a command is part
// of comes before it.
std::string completion_script(Shell shell, const std::vector<CommandWords>& commands);

}  // namespace tokenlife::sim
