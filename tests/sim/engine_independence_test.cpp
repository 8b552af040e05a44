// What must make no difference: threads, and clients that one does not ask about.
#include "events/log_reader.hpp"
#include "events/temporary_folder.hpp"
#include "sim/engine/memory_run.hpp"
#include "sim/engine/simulation.hpp"
#include "sim/scenario/to_toml.hpp"
#include "support/event_text.hpp"
#include "support/property.hpp"
#include "support/scenario_case.hpp"

namespace tokenlife::test {
namespace {

using namespace sim;
using Stream = std::vector<Recorded<ClientEvent>>;

// ---- Threads -----------------------------------------------------------------------------------

// More than three partitions, the last one not full.
Scenario large_scenario(std::uint64_t seed) {
  Scenario scenario = random_scenario(seed, 300);
  for (Cohort& cohort : scenario.cohorts) {
    cohort.inventory = nullptr;  // It has no rows for them.
    cohort.clients += 3'500 / static_cast<std::uint32_t>(scenario.cohorts.size());
  }
  scenario.clients = 0;
  for (Cohort& cohort : scenario.cohorts) {
    cohort.first = {scenario.clients};
    scenario.clients += cohort.clients;
  }
  return scenario;
}

TEST_CASE("any number of threads gives the same events, bit for bit", "[slow]") {
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    const Scenario scenario = large_scenario(seed);
    CAPTURE(seed);
    RunControl control;
    const auto alone = run(scenario, {1, std::nullopt}, control);
    REQUIRE(alone);
    for (const unsigned threads : {2U, 7U}) {
      const auto together = run(scenario, {threads, std::nullopt}, control);
      REQUIRE(together);
      CHECK(together->log.digest == alone->log.digest);
      CHECK(together->tally.kinds == alone->tally.kinds);
      CHECK(together->tally.final_states == alone->tally.final_states);
      CHECK(together->tally.caused == alone->tally.caused);
    }
  }
}

TEST_CASE("a log holds the events of every client, whichever thread it lived on") {
  const Scenario scenario = large_scenario(9);
  const TemporaryFolder folder;
  RunControl control;
  REQUIRE(run(scenario, {3, folder.path()}, control));
  const auto log = events::LogReader::open(folder.path());
  REQUIRE(log);
  REQUIRE(log->partitions().size() == 4);
  std::vector<Stream> streams(scenario.clients);
  const auto keep = [&](ClientNumber client, const Recorded<ClientEvent>& recorded) {
    streams[client.value].push_back(recorded);
    return true;
  };
  for (const events::PartitionSummary& partition : log->partitions()) {
    REQUIRE(log->visit(partition, keep));
  }
  const EngineRun direct = simulate(scenario);
  CHECK(difference(direct.clients, streams).substr(0, 2'000) == "");
  CHECK(difference("the site", direct.site, log->site_events()) == "");
}

// ---- Other clients -----------------------------------------------------------------------------

// The events as they are if the client has another number, and so has its cohort.
Stream renumbered(Stream stream, ClientNumber client, CohortNumber cohort) {
  const auto renumber = [client](TokenSerial& serial) {
    serial = TokenSerial::of(client, serial.ordinal());
  };
  for (auto& recorded : stream) {
    std::visit(
        [&](auto& event) {
          if constexpr (requires { event.cohort; }) event.cohort = cohort;
          if constexpr (requires { event.serial; }) renumber(event.serial);
          if constexpr (requires { event.replaces; }) renumber(event.replaces);
          if constexpr (requires { event.token; }) renumber(event.token.serial);
        },
        recorded.event);
  }
  return stream;
}

// The cohort's streams, as if it were the first cohort of its scenario.
std::vector<Stream> streams_of(const EngineRun& run, const Cohort& cohort) {
  std::vector<Stream> streams;
  for (std::uint32_t i = 0; i < cohort.clients; ++i) {
    streams.push_back(renumbered(run.clients[cohort.first.value + i], {i}, {0}));
  }
  return streams;
}

// A scenario in which the cohort was never there. Actions on it are put off past the run's end, and
// so keep their numbers.
Scenario with_cohort_removed(Scenario scenario, std::uint32_t gone) {
  for (Action& action : scenario.actions) {
    auto* of_clients = std::get_if<ClientAction>(&action.what);
    if (of_clients == nullptr) continue;
    std::visit(
        [&](auto& what) {
          std::uint32_t& cohort = what.target.cohort.value;
          if (target_of(action) == nullptr) return;  // It is for all.
          if (cohort == gone) {
            action.at = Instant{} + scenario.duration;
            what.target = {CohortNumber{0}, std::nullopt};
          } else if (cohort > gone) {
            --cohort;
          }
        },
        *of_clients);
  }
  scenario.clients -= scenario.cohorts[gone].clients;
  for (std::uint32_t i = gone + 1; i < scenario.cohorts.size(); ++i) {
    scenario.cohorts[i].first.value -= scenario.cohorts[gone].clients;
  }
  scenario.cohorts.erase(scenario.cohorts.begin() + gone);
  return scenario;
}

TEST_CASE("removing a cohort leaves all others' events as they were", "[slow]") {
  property("cohorts do not see each other", [] {
    const ScenarioCase drawn = *scenario_case();
    const Scenario& all = drawn.scenario;
    RC_PRE(all.cohorts.size() > 1 && !has_capacity(all));
    const EngineRun together = simulate(all);
    for (std::uint32_t gone = 0; gone < all.cohorts.size(); ++gone) {
      const Scenario fewer = with_cohort_removed(all, gone);
      const EngineRun without = simulate(fewer);
      RC_ASSERT(without.site == together.site);
      for (std::uint32_t i = 0; i < fewer.cohorts.size(); ++i) {
        const Cohort& before = all.cohorts[i < gone ? i : i + 1];
        RC_ASSERT(streams_of(without, fewer.cohorts[i]) == streams_of(together, before));
      }
    }
  });
}

TEST_CASE("adding clients to a cohort leaves all clients' events as they were") {
  property("clients do not see each other", [] {
    const ScenarioCase drawn = *scenario_case();
    const Scenario& before = drawn.scenario;
    RC_PRE(!has_capacity(before));  // Else they stand in line with each other.
    const EngineRun old = simulate(before);
    for (std::size_t grown = 0; grown < before.cohorts.size(); ++grown) {
      if (before.cohorts[grown].inventory != nullptr) continue;  // It has no rows for them.
      Scenario after = before;
      after.cohorts[grown].clients += 2;
      after.clients += 2;
      for (std::size_t i = grown + 1; i < after.cohorts.size(); ++i) {
        after.cohorts[i].first.value += 2;
      }
      const EngineRun fresh = simulate(after);
      for (std::size_t i = 0; i < after.cohorts.size(); ++i) {
        std::vector<Stream> streams = streams_of(fresh, after.cohorts[i]);
        streams.resize(before.cohorts[i].clients);
        RC_ASSERT(streams == streams_of(old, before.cohorts[i]));
      }
    }
  });
}

// ---- The file ----------------------------------------------------------------------------------

TEST_CASE("a scenario written as a file means the same") {
  property("scenarios survive their file", [] {
    const ScenarioCase drawn = *scenario_case();
    for (const Cohort& cohort : drawn.scenario.cohorts) {
      if (cohort.inventory != nullptr) RC_DISCARD("an inventory is not in the file");
      for_each_model(cohort.network, [](const auto& model) {
        if constexpr (requires { model.trace; }) RC_DISCARD("a trace is not in the file");
      });
    }
    const auto parsed = parse_scenario(to_toml(drawn.scenario), drawn.scenario.path, {});
    if (!parsed) RC_FAIL(to_string(parsed.error()));
    const EngineRun given = simulate(drawn.scenario);
    const EngineRun read = simulate(*parsed);
    RC_ASSERT(read.site == given.site);
    RC_ASSERT(read.clients == given.clients);
  });
}

}  // namespace
}  // namespace tokenlife::test
