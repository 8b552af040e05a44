// An inventory as a file.
#pragma once

#include <string>

#include "sim/scenario/scenario.hpp"

namespace tokenlife::sim {

// The cohort's inventory, as far as it has clients: CSV that reads back as the same rows, given
// that the cohort has no bulk token of its own. Precondition: it has an inventory.
std::string inventory_text(const Scenario& scenario, const Cohort& cohort);

}  // namespace tokenlife::sim
