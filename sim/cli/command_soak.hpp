// `tokenlife soak`: random scenarios.
#pragma once

#include <cstdint>
#include <string>

#include "sim/cli/command.hpp"

namespace tokenlife::sim {

struct SoakCommand {
  std::string length;  // how long: "10m"
  std::uint64_t seed = 1;
  std::string out = ".";  // the folder for the scenario that fails
};
ExitStatus soak_command(const SoakCommand& command, Console& console);

}  // namespace tokenlife::sim
