// `tokenlife check`: the model checker.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "sim/cli/command.hpp"

namespace tokenlife::sim::checker {
struct Rules;
}

namespace tokenlife::sim {

// One client in steps of ten days, with all that may happen but restarts, which make it another
// policy: no client sees another, so that what one more takes is better spent on more that happens.
// About ten seconds of one core.
struct CheckCommand {
  std::uint32_t clients = 1;
  std::optional<std::uint32_t> days;  // in units
  std::string unit = "10d";
  std::uint32_t latency = 1;  // in units
  std::string with = "outage,lose-answers,block,cmg-setting,bulk,rotate,reinstall,upgrade,pki";
  std::string mp = "enhanced-http";
  bool no_internal_registration = false;
  bool no_symmetry = false;
  std::uint32_t max_states = 500'000'000;
  std::optional<std::string> counterexample;  // a file
  bool json = false;
};
ExitStatus check_command(const CheckCommand& command, Console& console);

// By other rules than core's: so a test sees what it says of faults.
ExitStatus check_by(const checker::Rules& rules, const CheckCommand& command, Console& console);

}  // namespace tokenlife::sim
