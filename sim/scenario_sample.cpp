#include "sim/scenario_sample.hpp"

#include <algorithm>

#include "sim/engine_run.hpp"

namespace tokenlife::sim {
namespace {

bool has_its_client(const Scenario& scenario, const Action& action) {
  return std::visit(
      [&](const auto& what) {
        if constexpr (requires { what.target; }) {
          const Target& target = what.target;
          return target.client.value_or(0) < scenario.cohorts[target.cohort.value].clients;
        } else {
          return true;
        }
      },
      action.what);
}

void keep_clients(Scenario& scenario, std::uint32_t per_cohort) {
  scenario.clients = 0;
  for (Cohort& cohort : scenario.cohorts) {
    cohort.first = {scenario.clients};
    cohort.clients = std::min(cohort.clients, per_cohort);
    scenario.clients += cohort.clients;
  }
  std::erase_if(scenario.actions,
                [&](const Action& action) { return !has_its_client(scenario, action); });
}

std::size_t count_events(const Scenario& scenario) {
  std::size_t events = 0;
  const auto site =
      simulate(scenario, [&events](ClientNumber, Recorded<ClientEvent>&&) { ++events; });
  return events + site.size();
}

}  // namespace

// Each round halves what the round before took, so all take at most twice the first one's time.
Scenario sample_of(const Scenario& scenario, const SampleBounds& bounds) {
  Scenario sample = scenario;
  sample.expectations.clear();
  sample.text.clear();  // Megabytes, perhaps, of which nobody needs copies.
  std::uint32_t per_cohort = bounds.clients_per_cohort_max;
  keep_clients(sample, per_cohort);
  while (count_events(sample) > bounds.events_max) {
    const std::int64_t ticks = sample.duration / sample.tick;
    if (per_cohort > 1) {
      per_cohort /= 2;
      keep_clients(sample, per_cohort);
    } else if (ticks > 1) {
      sample.duration = ticks / 2 * sample.tick;
    } else {
      break;
    }
  }
  return sample;
}

}  // namespace tokenlife::sim
