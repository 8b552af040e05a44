// A scenario as text, run: for tests that say what must come of it.
#pragma once

#include <catch2/catch.hpp>

#include <string>
#include <vector>

#include "sim/engine/memory_run.hpp"
#include "sim/engine/simulation.hpp"
#include "sim/scenario/scenario.hpp"

namespace tokenlife::test {

inline sim::Scenario scenario_of(const std::string& text) {
  auto scenario = sim::parse_scenario("format = 1\n" + text, "test.toml", {});
  if (!scenario) FAIL(sim::to_string(scenario.error()));
  return std::move(*scenario);
}

inline sim::RunStatistics statistics_of(const std::string& text) {
  const sim::Scenario scenario = scenario_of(text);
  sim::RunControl control;
  auto result = sim::run(scenario, {}, control);
  if (!result) FAIL(sim::to_string(result.error()));
  return std::move(result->tally);
}

// Of the first client.
inline std::vector<Recorded<ClientEvent>> stream_of(const std::string& text,
                                                    std::uint32_t client = 0) {
  return sim::simulate(scenario_of(text)).clients.at(client);
}

// The events of that kind, with their times.
template <class Event>
std::vector<std::pair<Instant, Event>> all(const std::vector<Recorded<ClientEvent>>& stream) {
  std::vector<std::pair<Instant, Event>> found;
  for (const auto& recorded : stream) {
    if (const auto* event = std::get_if<Event>(&recorded.event)) {
      found.emplace_back(recorded.time, *event);
    }
  }
  return found;
}

}  // namespace tokenlife::test
