#include "sim/cli/command_completion.hpp"

namespace tokenlife::sim {

ExitStatus completion_command(const CompletionCommand& command, Console& console) {
  const Shell shell = command.shell == "bash"  ? Shell::bash
                      : command.shell == "zsh" ? Shell::zsh
                                               : Shell::fish;
  console.print(completion_script(shell, command.commands()));
  return 0;
}

}  // namespace tokenlife::sim
