// `tokenlife log salvage`: a sound log of what is whole of another one.
#pragma once

#include <string>

#include "sim/cli/command.hpp"

namespace tokenlife::sim {

struct LogSalvageCommand {
  std::string log;
  std::string out;  // a new folder, or a new file that ends in ".tlog"
  bool json = false;
};
ExitStatus log_salvage_command(const LogSalvageCommand& command, Console& console);

}  // namespace tokenlife::sim
