// A desk to run the program at: a folder with a small scenario in it.
#pragma once

#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "events/temporary_folder.hpp"

namespace tokenlife::test {

// The program, or in its place the one that tests/mutants/run.py has broken.
inline std::string program() {
  const char* mutant = std::getenv("TOKENLIFE_MUTANT");
  return mutant != nullptr ? mutant : TOKENLIFE_PROGRAM;
}

struct Ran {
  int status;
  std::string out;
  std::string err;
};

// A folder with a scenario in it, in which the program is run through the shell.
class Desk {
 public:
  Desk() {
    write("small.toml", R"(format = 1
[run]
name = "Small"
duration = "100d"
[[cohort]]
name = "leavers"
clients = 3
[cohort.network]
model = "timeline"
steps = [{at = "0d", on = "intranet"}, {at = "1d", on = "offline"}, {at = "95d", on = "internet"}]
[[cohort]]
name = "office"
clients = 2
[cohort.network]
model = "fixed"
on = "intranet"
[[expect]]
cohort = "leavers"
state = "re-registration-required"
count = 3
)");
    write("wrong.toml",
          read_file(path("small.toml")) + "[[expect]]\nevent = \"token-renewed\"\ncount = 7\n");
  }

  std::filesystem::path path(const std::string& name) const { return folder_.path() / name; }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(path(name), std::ios::binary) << text;
  }

  // `line` follows the program's name; its own redirections win.
  Ran run(const std::string& line) const { return run_shell("exec '" + program() + "' " + line); }
  // Any line of the shell's.
  Ran run_shell(const std::string& line) const {
    const std::string command =
        "cd '" + folder_.path().string() + "' && ( " + line + " ) >out 2>err";
    const int status = std::system(command.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read_file(path("out")),
            read_file(path("err"))};
  }

 private:
  TemporaryFolder folder_;
};

// For run_shell(): waits until the process $p is the program, no longer a shell, and listens to
// SIGINT, which is signal 2; or is gone.
inline const std::string kUntilItListens =
    "while kill -0 $p 2>/dev/null && ! (grep -q tokenlife /proc/$p/comm && "
    "grep -q '^SigCgt:.*[2367abef]$' /proc/$p/status); do :; done";

inline std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

inline bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// One line, and no trace of a crash; or what is wrong in a file, from its place on.
inline bool is_one_message(const std::string& err) {
  if (err.empty() || err.back() != '\n') return false;
  const std::string first = err.substr(0, err.find('\n'));
  const bool has_place = std::regex_search(first, std::regex("^[^ ]+:[0-9]+:[0-9]+: "));
  return has_place || (first.starts_with("tokenlife: ") && first.size() == err.size() - 1);
}

// A command line that is wrong, and what the message says besides.
struct WrongLine {
  const char* line;
  const char* words;
};

// Each is refused with status 2, one message and no output.
inline void check_refused(const Desk& desk, std::initializer_list<WrongLine> lines) {
  for (const WrongLine& wrong : lines) {
    INFO(wrong.line);
    const Ran ran = desk.run(wrong.line);
    INFO(ran.err);
    CHECK(ran.status == 2);
    CHECK(ran.out.empty());
    CHECK(is_one_message(ran.err));
    CHECK(has(ran.err, wrong.words));
  }
}

}  // namespace tokenlife::test
