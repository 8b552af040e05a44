// `tokenlife run`: a scenario and its summary.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "sim/cli/command.hpp"
#include "sim/engine/run_ranks.hpp"

namespace tokenlife::sim {

struct RunCommand {
  std::string scenario;
  std::optional<std::uint64_t> seed;
  std::optional<std::string> seeds;  // "A..B": a sweep of one combination
  std::vector<std::string> set;      // KEY=VALUE, each
  std::optional<std::string> log;
  bool resume = false;               // go on with that log
  std::optional<std::string> shard;  // "I/N", I from 1
  double clients_scale = 1;
  unsigned threads = std::thread::hardware_concurrency();
  std::optional<std::string> stranded;  // a file for a list of those at the end
  bool force = false;                   // in place of what is there
  bool json = false;
  RunRanks* ranks = nullptr;  // processes that share the work
};
ExitStatus run_command(const RunCommand& command, Console& console);

}  // namespace tokenlife::sim
