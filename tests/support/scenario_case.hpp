// Random scenarios for RapidCheck: drawn as wholes, shrunk part by part, printed as a file.
#pragma once

#include <rapidcheck.h>

#include <ostream>

#include "sim/scenario/to_toml.hpp"
#include "sim/soak/random_scenario.hpp"
#include "sim/soak/simpler_scenario.hpp"

namespace tokenlife::test {

struct ScenarioCase {
  std::uint64_t seed;  // of random_scenario(), before anything was left out
  sim::Scenario scenario;
};

inline void showValue(const ScenarioCase& drawn, std::ostream& out) {
  out << "random_scenario(" << drawn.seed << "), made smaller:\n" << sim::to_toml(drawn.scenario);
}

inline rc::Gen<ScenarioCase> scenario_case(std::int64_t ticks_max = 2'000) {
  const auto smaller = [](const ScenarioCase& drawn) {
    std::vector<ScenarioCase> cases;
    for (sim::Scenario& scenario : sim::simpler(drawn.scenario)) {
      cases.push_back({drawn.seed, std::move(scenario)});
    }
    return rc::seq::fromContainer(std::move(cases));
  };
  return [=](const rc::Random& random, int) {
    rc::Random numbers = random;
    const std::uint64_t seed = numbers.next();
    return rc::shrinkable::shrinkRecur(ScenarioCase{seed, sim::random_scenario(seed, ticks_max)},
                                       smaller);
  };
}

}  // namespace tokenlife::test
