// A scenario written as a file again.
#pragma once

#include <string>

#include "sim/scenario/scenario.hpp"

namespace tokenlife::sim {

// As a scenario file that reads back as the same scenario. Traces are
// named as the scenario names them, and follow as comments.
std::string to_toml(const Scenario& scenario);

}  // namespace tokenlife::sim
