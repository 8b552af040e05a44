// `tokenlife sweep`: a scenario with other values, each with many seeds.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "sim/cli/command.hpp"

namespace tokenlife::sim {

struct SweepCommand {
  std::string scenario;
  std::vector<std::string> vary;     // KEY=A,B, each
  std::vector<std::string> set;      // KEY=VALUE, each
  std::string seeds = "1..10";       // "A..B"
  std::vector<std::string> metrics;  // none: the usual ones
  double clients_scale = 1;
  bool best = false;
  std::optional<std::string> cache;  // a folder
  unsigned threads = std::thread::hardware_concurrency();
  std::optional<std::string> report;  // a page to write
  bool force = false;                 // however many runs, over whatever page
  std::string format = "text";
  bool csv = false;
  bool json = false;
};
ExitStatus sweep_command(const SweepCommand& command, Console& console);

}  // namespace tokenlife::sim
