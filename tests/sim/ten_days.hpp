// Ten days in hours, for tests of actions on some of the clients.
#pragma once

#include <catch2/catch.hpp>

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "sim/engine/memory_run.hpp"
#include "sim/naive/simulation.hpp"
#include "support/event_text.hpp"

namespace tokenlife::test::ten_days_long {

using sim::Draws;
using sim::EngineRun;

// Ten days in hours. The other keys of the cohort `a`, and everything behind it.
inline std::string ten_days(const std::string& cohort, const std::string& rest) {
  return "format = 1\nrun.duration = \"10d\"\nrun.tick = \"1h\"\n[[cohort]]\nname = \"a\"\n" +
         cohort + rest;
}
inline const std::string kOnIntranet =
    "clients = 20\nnetwork = { model = \"fixed\", on = \"intranet\" }\n";
inline const std::string kOnInternet =
    "clients = 20\nnetwork = { model = \"fixed\", on = \"internet\" }\n";

inline std::string action(const std::string& at, const std::string& what, const std::string& keys) {
  return "[[action]]\nat = \"" + at + "\"\ndo = \"" + what + "\"\n" + keys + "\n";
}
inline const std::string kA = "cohort = \"a\"\n";

// As the engine has it, which the naive simulation says too.
inline EngineRun run_of(const std::string& text) {
  const auto scenario = sim::parse_scenario(text, "s.toml", {});
  if (!scenario) FAIL(sim::to_string(scenario.error()));
  EngineRun run = sim::simulate(*scenario);
  const auto naive = naive::simulate_naively(*scenario);
  CHECK(difference("the site", naive.site, run.site) == "");
  CHECK(difference(naive.clients, run.clients).substr(0, 2'000) == "");
  return run;
}

// The hours at which the event happens to the client.
template <class Event>
std::vector<std::int64_t> hours_of(const std::vector<Recorded<ClientEvent>>& stream) {
  std::vector<std::int64_t> hours;
  for (const auto& recorded : stream) {
    if (std::holds_alternative<Event>(recorded.event)) {
      hours.push_back(recorded.time.time_since_epoch() / std::chrono::hours{1});
    }
  }
  return hours;
}
using Hours = std::vector<std::int64_t>;

// Whose agents are restarted, of a run in which none restarts by itself.
inline std::set<std::uint32_t> restarted(const EngineRun& run) {
  std::set<std::uint32_t> who;
  for (std::uint32_t i = 0; i < run.clients.size(); ++i) {
    if (!hours_of<AgentRestarted>(run.clients[i]).empty()) who.insert(i);
  }
  return who;
}

inline Draws draws_of(std::uint32_t client) { return {1, "a", client}; }

}  // namespace tokenlife::test::ten_days_long
