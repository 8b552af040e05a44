// `tokenlife risk`: which clients are how likely to be stranded, by when, and why.
#pragma once

#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "sim/cli/command.hpp"

namespace tokenlife::sim {

struct RiskCommand {
  std::string scenario;
  std::string seeds = "1..100";         // "A..B"
  std::optional<std::string> at;        // a time
  std::optional<std::string> known_at;  // a time
  std::vector<std::string> set;         // KEY=VALUE, each
  std::optional<std::string> output;    // a file for all clients
  std::optional<std::string> truth;     // a file of a later inventory
  bool force = false;                   // in place of what is there
  unsigned threads = std::thread::hardware_concurrency();
  std::string format = "text";
  bool csv = false;
  bool json = false;
};
ExitStatus risk_command(const RiskCommand& command, Console& console);

}  // namespace tokenlife::sim
