// `tokenlife rules`: what the simulated system obeys.
#pragma once

#include <string>
#include <vector>

#include "sim/cli/command.hpp"

namespace tokenlife::sim {

struct RulesCommand {
  std::vector<std::string> ids;  // "R57"; none: all rules, a line each
  bool json = false;
};
ExitStatus rules_command(const RulesCommand& command, Console& console);

}  // namespace tokenlife::sim
