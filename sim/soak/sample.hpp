// A few of a scenario's clients, for whoever looks at every event of a run. No client sees another,
// and chance depends on the client's own number: what happens to these few is what happens to them
// among all.
#pragma once

#include <cstddef>
#include <cstdint>

#include "sim/scenario/scenario.hpp"

namespace tokenlife::sim {

struct SampleBounds {
  std::uint32_t clients_per_cohort_max = 20;
  // Of the clients and the site. Fewer clients come first, then a shorter run.
  std::size_t events_max = 100'000;
};

// The first clients of each cohort, at least one, without actions on others and without
// expectations. Only one tick of one client a cohort may have more events than the bound.
Scenario sample_of(const Scenario& scenario, const SampleBounds& bounds = {});

}  // namespace tokenlife::sim
