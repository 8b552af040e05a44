#include "sim/soak/soak.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/ensure.hpp"
#include "sim/scenario/to_toml.hpp"
#include "sim/soak/random_scenario.hpp"
#include "sim/text/duration.hpp"
#include "sim/text/escape.hpp"

namespace tokenlife::sim {

std::vector<SoakProperty> soak_properties() {
  std::vector<SoakProperty> all = stream_properties();
  for (auto&& more :
       {token_properties(), request_properties(), service_properties(), naive_properties()}) {
    all.insert(all.end(), more.begin(), more.end());
  }
  return all;
}

Result<RunResult, Error> run_uncontrolled(const Scenario& scenario, const RunOptions& options) {
  RunControl control;
  return run(scenario, options, control);
}

std::string broken_at(std::uint32_t client, const Recorded<ClientEvent>& recorded,
                      std::string_view what) {
  return fmt::format("client {} at {}, event {} ({}): {}", client,
                     to_text(recorded.time.time_since_epoch()), recorded.seq,
                     name(kind_of(recorded.event)), what);
}

const Cohort& cohort_of(const Scenario& scenario, std::uint32_t client) {
  std::size_t i = scenario.cohorts.size() - 1;
  while (scenario.cohorts[i].first.value > client) --i;
  return scenario.cohorts[i];
}

std::optional<Policy> fixed_policy_of(const Scenario& scenario, std::uint32_t client) {
  const Cohort& cohort = cohort_of(scenario, client);
  const bool may_change =
      std::any_of(scenario.actions.begin(), scenario.actions.end(), [](const Action& action) {
        return action_if<SetPolicy>(action) != nullptr || action_if<SetClock>(action) != nullptr;
      });
  if (may_change || cohort.clock_skew.from != cohort.clock_skew.to) return std::nullopt;
  Policy policy = scenario.policy;
  apply(policy, cohort.policy);
  return policy;
}

// Code between a bug and main() does not catch it, but for this: a soak is there to find bugs, and
// to make what leads to them small.
std::optional<Broken> first_broken(const Scenario& scenario,
                                   std::span<const SoakProperty> properties) {
  try {
    const EngineRun events = simulate(scenario);
    const auto result = run_uncontrolled(scenario, {});
    if (!result) return Broken{"no-bug", to_string(result.error())};
    const SoakCase soak_case{scenario, events, *result};
    for (const SoakProperty& property : properties) {
      if (std::string what = property.broken(soak_case); !what.empty()) {
        return Broken{std::string(property.name), std::move(what)};
      }
    }
  } catch (const Bug& bug) {
    return Broken{"no-bug", bug.what()};
  }
  return std::nullopt;
}

std::optional<SoakFailure> soak_one(std::uint64_t seed, std::span<const SoakProperty> properties,
                                    const ShrinkLimits& limits) {
  const Scenario drawn = random_scenario(seed, kSoakTicksMax);
  // By the scenario's own seed, which stays when it is made smaller.
  std::vector<SoakProperty> asked;
  std::copy_if(properties.begin(), properties.end(), std::back_inserter(asked),
               [&](const SoakProperty& property) { return drawn.seed % property.cost == 0; });
  const auto broken = first_broken(drawn, asked);
  if (!broken) return std::nullopt;
  const StillFails still_fails = [&](const Scenario& smaller) {
    const auto again = first_broken(smaller, asked);
    return again && again->property == broken->property;
  };
  return SoakFailure{seed, broken->property, broken->what, shrink(drawn, still_fails, limits)};
}

void keep_first(std::optional<SoakFailure>& kept, SoakFailure failure) {
  if (!kept || failure.seed < kept->seed) kept = std::move(failure);
}

std::string failure_text(const SoakFailure& failure) {
  std::string claim = "the program finds no bug in itself";
  for (const SoakProperty& property : soak_properties()) {
    if (property.name == failure.property) claim = property.claim;
  }
  return fmt::format(
      "# Breaks the property `{}`: {}.\n# Found with seed {}, and made smaller. Before that: "
      "{}\n\n{}",
      failure.property, claim, failure.seed, escape_text(failure.what), to_toml(failure.scenario));
}

}  // namespace tokenlife::sim
