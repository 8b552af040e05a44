#include "sim/engine/idle_actions.hpp"

namespace tokenlife::sim {
namespace {

// Those to whom the action can make a difference.
ClientRange concerned_by(const Scenario& scenario, const Action& action) {
  if (action.at >= at(scenario.duration)) return {};  // It never happens.
  const Target* target = target_of(action);
  // Where clients wait for each other, whoever asks more or less often concerns everybody.
  if (target == nullptr || has_capacity(scenario)) return {0, scenario.clients};
  const Cohort& cohort = scenario.cohorts[target->cohort.value];
  const std::uint32_t first = cohort.first.value;
  if (!target->client) return {first, first + cohort.clients};
  return {first + *target->client, first + *target->client + 1};
}

}  // namespace

std::optional<std::vector<std::uint32_t>> idle_actions(const Scenario& scenario,
                                                       const RunResult& result,
                                                       RunControl& control) {
  if (!result.log.complete) return std::nullopt;
  // Without an action there is no event that it caused.
  std::vector<bool> acquitted = result.tally.caused;
  for (const auto& event : result.site_events) {
    if (event.cause.kind != CauseKind::action && event.cause.kind != CauseKind::action_end)
      continue;
    acquitted[event.cause.number] = true;
  }
  std::vector<std::uint32_t> idle;
  Scenario without = scenario;
  without.expectations.clear();
  for (std::uint32_t i = 0; i < acquitted.size(); ++i) {
    if (acquitted[i]) continue;
    Action& action = without.actions[i];
    action.left_out = true;
    const auto same = has_same_events(without, result, concerned_by(scenario, action), control);
    action.left_out = false;
    if (!same) return std::nullopt;
    if (*same) idle.push_back(i);
  }
  return idle;
}

}  // namespace tokenlife::sim
