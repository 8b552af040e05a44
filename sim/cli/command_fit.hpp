// `tokenlife fit`: cohorts from a recording, and how well they forecast the rest of it.
#pragma once

#include <optional>
#include <string>
#include <thread>

#include "sim/cli/command.hpp"

namespace tokenlife::sim {

struct FitCommand {
  std::string trace;
  std::optional<std::string> span;
  std::optional<std::string> until;
  unsigned threads = std::thread::hardware_concurrency();
  bool json = false;
};
ExitStatus fit_command(const FitCommand& command, Console& console);

}  // namespace tokenlife::sim
