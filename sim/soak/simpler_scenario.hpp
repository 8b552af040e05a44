// How a scenario that fails is made smaller, one step at a time.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/scenario/scenario.hpp"

namespace tokenlife::sim {

// The scenario without one of its cohorts, and all that concerns it.
Scenario without_cohort(Scenario scenario, std::uint32_t gone);

// Numbers the clients through again after a cohort has become smaller. Actions on clients that are
// gone go with them.
void number_clients(Scenario& scenario);

// Scenarios that are a little smaller, the greatest steps first.
std::vector<Scenario> simpler(const Scenario& scenario);

}  // namespace tokenlife::sim
