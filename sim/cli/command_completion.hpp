// `tokenlife completion`: the words of the command line, for shells.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "sim/cli/command.hpp"
#include "sim/cli/completion.hpp"

namespace tokenlife::sim {

struct CompletionCommand {
  std::string shell;
  std::function<std::vector<CommandWords>()> commands;  // of the command line that was parsed
};
ExitStatus completion_command(const CompletionCommand& command, Console& console);

}  // namespace tokenlife::sim
