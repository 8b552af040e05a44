// `tokenlife check` by other rules than core's: so a test sees what it says of faults.
#pragma once

#include "sim/check/options.hpp"
#include "sim/cli/commands.hpp"

namespace tokenlife::sim {

ExitStatus check_by(const checker::Rules& rules, const CheckCommand& command, Console& console);

}  // namespace tokenlife::sim
