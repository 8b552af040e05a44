// `tokenlife report`: a run, or two, as a page.
#pragma once

#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "sim/cli/command.hpp"

namespace tokenlife::sim {

struct ReportCommand {
  std::vector<std::string> logs;  // one or two
  std::string output;             // a file, or "-"
  bool force = false;
  std::optional<std::string> inputs;
  unsigned threads = std::thread::hardware_concurrency();
};
ExitStatus report_command(const ReportCommand& command, Console& console);

}  // namespace tokenlife::sim
