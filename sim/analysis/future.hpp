// The scenarios whose runs are devices' futures, and what is counted of such a run.
#pragma once

#include <cstdint>
#include <vector>

#include "core/time.hpp"
#include "sim/analysis/fit.hpp"
#include "sim/analysis/forecast.hpp"
#include "sim/analysis/recording.hpp"
#include "sim/scenario/scenario.hpp"

namespace tokenlife::sim {

// One cohort with one client for each device that has a held-out part; tick 0 is where that begins.
struct FutureScenarios {
  Scenario observed;  // replays the recording
  std::array<Scenario, kCount<ForecastModel>> models;
  std::vector<Instant> ends;  // by client: of what was observed of it, in whole ticks
};
FutureScenarios future_scenarios(const Recording& recording, const Split& split,
                                 const std::vector<FittedCohort>& cohorts);

struct Future {
  struct OfDevice {
    std::uint32_t contacts = 0;
    Duration longest_absence{0};
  };
  std::vector<OfDevice> devices;  // by client
  std::uint64_t renewals = 0;
  std::uint64_t expiries = 0;
};
// Precondition: each client has a cohort of its own, and an end.
Future run_future(const Scenario& scenario, const std::vector<Instant>& ends);

}  // namespace tokenlife::sim
