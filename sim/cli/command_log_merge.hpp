// `tokenlife log merge`: one log of those of the parts of a run.
#pragma once

#include <string>
#include <vector>

#include "sim/cli/command.hpp"

namespace tokenlife::sim {

struct LogMergeCommand {
  std::vector<std::string> logs;
  std::string out;  // a new folder, or a new file that ends in ".tlog"
  bool json = false;
};
ExitStatus log_merge_command(const LogMergeCommand& command, Console& console);

}  // namespace tokenlife::sim
