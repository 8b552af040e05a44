// `tokenlife machine`: the lifecycle.
#pragma once

#include <string>

#include "sim/cli/command.hpp"

namespace tokenlife::sim {

struct MachineCommand {
  std::string format = "table";
};
ExitStatus machine_command(const MachineCommand& command, Console& console);

}  // namespace tokenlife::sim
