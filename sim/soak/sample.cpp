#include "sim/soak/sample.hpp"

#include <algorithm>

#include "sim/engine/memory_run.hpp"

namespace tokenlife::sim {
namespace {

bool has_its_client(const Scenario& scenario, const Action& action) {
  const Target* target = target_of(action);
  return target == nullptr ||
         target->client.value_or(0) < scenario.cohorts[target->cohort.value].clients;
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

std::uint32_t largest_cohort(const Scenario& scenario) {
  std::uint32_t clients = 0;
  for (const Cohort& cohort : scenario.cohorts) clients = std::max(clients, cohort.clients);
  return clients;
}

// At least one; otherwise so much less than `many` that what it leaves of `events` is few enough.
std::int64_t less(std::int64_t many, std::size_t events, std::size_t events_max) {
  const std::size_t times_too_many = events_max == 0 ? events : events / events_max;
  return std::max(std::int64_t{1}, many / (static_cast<std::int64_t>(times_too_many) + 1));
}

}  // namespace

// The first round may take as long as the whole run; those after it have little left to do.
Scenario sample_of(const Scenario& scenario, const SampleBounds& bounds) {
  Scenario sample = scenario;
  sample.expectations.clear();
  sample.text.clear();  // Megabytes, perhaps, of which nobody needs copies.
  keep_clients(sample, bounds.clients_per_cohort_max);
  for (;;) {
    const std::size_t events = count_events(sample);
    if (events <= bounds.events_max) return sample;
    const std::int64_t per_cohort = largest_cohort(sample);
    const std::int64_t ticks = sample.duration / sample.tick;
    if (per_cohort > 1) {
      keep_clients(sample, static_cast<std::uint32_t>(less(per_cohort, events, bounds.events_max)));
    } else if (ticks > 1) {
      sample.duration = less(ticks, events, bounds.events_max) * sample.tick;
    } else {
      return sample;
    }
  }
}

}  // namespace tokenlife::sim
