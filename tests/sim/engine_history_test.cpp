// What the engine's events add up to: replayed they give the state at every tick, counted they give
// the tally, and no token is issued twice.
#include <set>

#include "core/evolve.hpp"
#include "core/spell_follower.hpp"
#include "sim/engine/memory_run.hpp"
#include "sim/engine/simulation.hpp"
#include "sim/naive/simulation.hpp"
#include "support/event_text.hpp"
#include "support/property.hpp"
#include "support/scenario_case.hpp"

namespace tokenlife::test {
namespace {

using namespace sim;
using namespace naive;

TEST_CASE("a replay of the engine's events gives the state after every tick") {
  property("replay gives live states", [] {
    const ScenarioCase drawn = *scenario_case();
    const Scenario& scenario = drawn.scenario;
    const EngineRun engine = simulate(scenario);
    const NaiveRun naive = simulate_naively(scenario, Keep::events_and_states);
    for (std::size_t i = 0; i < engine.clients.size(); ++i) {
      Client client;
      auto next = engine.clients[i].begin();
      Instant now{};
      for (const LifecycleState live : naive.states[i]) {
        for (; next != engine.clients[i].end() && next->time == now; ++next) {
          const Result<Client, EventError> evolved = evolve(client, next->event);
          if (!evolved) RC_FAIL("not legal: " + to_text(*next));
          client = *evolved;
        }
        RC_ASSERT(client.state == live);
        now += scenario.tick;
      }
      RC_ASSERT(next == engine.clients[i].end());
    }
  });
}

TEST_CASE("streams have no gaps, times are ticks of the run and never go back") {
  property("streams are in order", [] {
    const ScenarioCase drawn = *scenario_case();
    const EngineRun engine = simulate(drawn.scenario);
    const auto check = [&](const auto& stream) {
      Instant last{};
      std::uint32_t seq = 0;
      for (const auto& recorded : stream) {
        RC_ASSERT(recorded.seq == seq++);
        RC_ASSERT(recorded.time >= last);
        RC_ASSERT(recorded.time < Instant{} + drawn.scenario.duration);
        RC_ASSERT(recorded.time.time_since_epoch() % drawn.scenario.tick == Duration{0});
        last = recorded.time;
      }
    };
    check(engine.site);
    for (const auto& stream : engine.clients) check(stream);
  });
}

TEST_CASE("a serial is issued once, to one client, and counted upwards") {
  property("serials never repeat", [] {
    const ScenarioCase drawn = *scenario_case();
    const EngineRun engine = simulate(drawn.scenario);
    for (std::uint32_t i = 0; i < engine.clients.size(); ++i) {
      std::uint32_t newest = 0;
      for (const auto& recorded : engine.clients[i]) {
        const auto* completed = std::get_if<RegistrationCompleted>(&recorded.event);
        const auto* renewed = std::get_if<TokenRenewed>(&recorded.event);
        if (completed == nullptr && renewed == nullptr) continue;
        const TokenSerial serial =
            completed != nullptr ? completed->token.serial : renewed->token.serial;
        RC_ASSERT(serial.client() == ClientNumber{i});
        RC_ASSERT(serial.ordinal() > newest);
        newest = serial.ordinal();
      }
    }
  });
}

// ---- The tally ---------------------------------------------------------------------------------

Expectation random_expectation(Dice& dice, const Scenario& scenario) {
  const std::int64_t ticks = scenario.duration / scenario.tick;
  const auto moment = [&] { return Instant{} + scenario.tick * dice.between(0, ticks); };
  Expectation expectation;
  const auto last = static_cast<std::int64_t>(scenario.cohorts.size()) - 1;
  if (dice.one_in(2)) {
    expectation.cohort = CohortNumber{static_cast<std::uint32_t>(dice.between(0, last))};
  }
  if (dice.one_in(2)) {
    expectation.states = static_cast<StateWord>(dice.between(0, 5));
    expectation.at = moment();
  } else {
    if (dice.one_in(3)) {
      expectation.spell_cause = static_cast<SpellCause>(dice.between(1, kCount<SpellCause> - 1));
    } else {
      expectation.event = static_cast<EventKind>(dice.between(0, kClientKinds - 1));
    }
    const Instant one = moment();
    const Instant other = moment();
    expectation.from = std::min(one, other);
    expectation.to = std::max(one, other);
  }
  return expectation;
}

// The clients of the cohort, or all.
std::pair<std::uint32_t, std::uint32_t> clients_of(const Scenario& scenario,
                                                   const Expectation& expectation) {
  if (!expectation.cohort) return {0, scenario.clients};
  const Cohort& cohort = scenario.cohorts[expectation.cohort->value];
  return {cohort.first.value, cohort.first.value + cohort.clients};
}

// How many of a client's spells with that cause began in that time.
std::uint64_t spells_in(const std::vector<Recorded<ClientEvent>>& events,
                        const Expectation& expectation) {
  std::vector<Spell> spells;
  Client client;
  SpellFollower follower;
  for (const auto& recorded : events) {
    const LifecycleState before = client.state;
    client = *evolve(client, recorded.event);
    const auto ended = std::visit(
        [&](const auto& event) {
          return follower.on(before, {recorded.time, recorded.seq, recorded.cause}, event);
        },
        recorded.event);
    if (ended) spells.push_back(ended->spell);
  }
  if (follower.spell()) spells.push_back(*follower.spell());
  return static_cast<std::uint64_t>(
      std::count_if(spells.begin(), spells.end(), [&](const Spell& spell) {
        return expectation.from <= spell.begin && spell.begin < expectation.to &&
               spell.cause == expectation.spell_cause;
      }));
}

Observed seen_by_counting(const Scenario& scenario, const NaiveRun& run,
                          const Expectation& expectation) {
  Observed seen;
  const auto [first, end] = clients_of(scenario, expectation);
  for (std::uint32_t i = first; i < end; ++i) {
    if (!expectation.states.empty()) {
      const auto tick = static_cast<std::size_t>(expectation.at.time_since_epoch() / scenario.tick);
      const auto& states = run.states[i];
      const LifecycleState state = tick < states.size() ? states[tick] : states.back();
      if (expectation.states.fits(state, Service::served)) ++seen.count;
      continue;
    }
    // A client that was never installed is counted nowhere.
    if (run.clients[i].empty()) continue;
    std::uint64_t events = 0;
    for (const auto& recorded : run.clients[i]) {
      const bool in_time = expectation.from <= recorded.time && recorded.time < expectation.to;
      if (in_time && kind_of(recorded.event) == expectation.event) ++events;
    }
    if (expectation.spell_cause) events = spells_in(run.clients[i], expectation);
    seen.count += events;
    seen.per_client_min = std::min(seen.per_client_min, events);
    seen.per_client_max = std::max(seen.per_client_max, events);
  }
  return seen;
}

TEST_CASE("what a run counts is what happened", "[slow]") {
  property("tallies count events and states", [] {
    ScenarioCase drawn = *scenario_case();
    Scenario& scenario = drawn.scenario;
    Dice dice(drawn.seed);
    for (int i = 0; i < 6; ++i) {
      scenario.expectations.push_back(random_expectation(dice, scenario));
    }
    const NaiveRun naive = simulate_naively(scenario, Keep::events_and_states);
    RunControl control;
    const auto result = run(scenario, {}, control);
    RC_ASSERT(result.has_value());
    std::array<std::uint64_t, kClientKinds> kinds{};
    std::uint64_t events = naive.site.size();
    for (const auto& client : naive.clients) {
      events += client.size();
      for (const auto& recorded : client)
        ++kinds[static_cast<std::size_t>(kind_of(recorded.event))];
    }
    RC_ASSERT(result->tally.kinds == kinds);
    RC_ASSERT(result->log.events == events);
    RC_ASSERT(result->site_events == naive.site);
    for (std::size_t i = 0; i < scenario.expectations.size(); ++i) {
      const Expectation& expectation = scenario.expectations[i];
      const Observed counted = seen_by_counting(scenario, naive, expectation);
      RC_ASSERT(result->tally.seen[i].count == counted.count);
      if (!expectation.event) continue;
      RC_ASSERT(result->tally.seen[i].per_client_min == counted.per_client_min);
      RC_ASSERT(result->tally.seen[i].per_client_max == counted.per_client_max);
    }
  });
}

}  // namespace
}  // namespace tokenlife::test
