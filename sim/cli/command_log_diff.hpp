// `tokenlife log diff`: how two logs differ.
#pragma once

#include <optional>
#include <string>
#include <thread>

#include "sim/cli/command.hpp"

namespace tokenlife::sim {

struct LogDiffCommand {
  std::string a;
  std::string b;
  std::optional<std::string> differing;  // a CSV file
  bool force = false;
  std::optional<std::string> inputs;
  unsigned threads = std::thread::hardware_concurrency();
  bool json = false;
};
ExitStatus log_diff_command(const LogDiffCommand& command, Console& console);

}  // namespace tokenlife::sim
