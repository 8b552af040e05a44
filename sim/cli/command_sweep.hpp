// `tokenlife sweep`: a scenario with other values, each with many seeds.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "sim/cli/command.hpp"
#include "sim/cli/shard_argument.hpp"
#include "sim/engine/run_ranks.hpp"
#include "sim/sweep/sweep.hpp"

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
  bool force = false;                 // however many runs; and in place of what is there
  std::optional<std::string> shard;   // "I/N", I from 1
  std::optional<std::string> output;  // the file of that part
  std::vector<std::string> merge;     // files of parts, in place of a scenario
  std::optional<std::string> report;  // a page to write
  std::string format = "text";
  bool csv = false;
  bool json = false;
  RunRanks* ranks = nullptr;  // processes that share the work
};

// What sweep_command() is made of: a part's runs, with a line of progress; and the table of all.
Result<SweepRuns, Error> run_sweep_watched(const SweepCommand& command, const Shard& shard,
                                           Console& console);
ExitStatus print_sweep(const SweepRuns& runs, const SweepCommand& command, Console& console);

ExitStatus sweep_command(const SweepCommand& command, Console& console);

}  // namespace tokenlife::sim
