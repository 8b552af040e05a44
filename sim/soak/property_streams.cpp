// Streams, counts and prefixes.
#include <fmt/format.h>

#include <algorithm>

#include "core/event_error.hpp"
#include "core/evolve.hpp"
#include "sim/engine/idle_actions.hpp"
#include "sim/soak/property.hpp"
#include "sim/text/duration.hpp"

namespace tokenlife::sim {
namespace {

std::string streams_are_in_order(const SoakCase& run) {
  const auto check = [&](const auto& stream) {
    Instant last{};
    std::uint32_t seq = 0;
    for (const auto& recorded : stream) {
      const bool on_tick = recorded.time.time_since_epoch() % run.scenario.tick == Duration{0};
      if (recorded.seq != seq++ || recorded.time < last || !on_tick ||
          recorded.time >= at(run.scenario.duration)) {
        return fmt::format("event {} at {}", recorded.seq,
                           to_text(recorded.time.time_since_epoch()));
      }
      last = recorded.time;
    }
    return std::string();
  };
  if (const std::string what = check(run.run.site); !what.empty()) return "the site: " + what;
  return for_each_stream(run, [&](std::uint32_t i, const ClientStream& stream) {
    const std::string what = check(stream);
    return what.empty() ? what : fmt::format("client {}: {}", i, what);
  });
}

// ---- States ------------------------------------------------------------------------------------

LifecycleState by_network(Network on) {
  return on == Network::intranet ? LifecycleState::registered : LifecycleState::roaming;
}

// The state in the words of the events alone, without the transition table.
struct SaidState {
  LifecycleState state = LifecycleState::not_installed;
  Network last = Network::offline;  // connected

  void hear(const ClientEvent& event) {
    using enum LifecycleState;
    const bool live = state == registered || state == roaming;
    if (const auto* install = std::get_if<ClientInstalled>(&event)) {
      state = installed;
      last = install->network;
    } else if (const auto* adopted = std::get_if<ClientAdopted>(&event)) {
      state = adopted->state;
      last = adopted->last_connected;
    } else if (const auto* change = std::get_if<NetworkChanged>(&event)) {
      if (change->to == Network::offline) return;
      last = change->to;
      if (live) state = by_network(last);
    } else if (std::holds_alternative<RegistrationCompleted>(event)) {
      state = by_network(last);
    } else if (std::holds_alternative<RenewalRequested>(event)) {
      state = renewing;
    } else if (std::holds_alternative<TokenRenewed>(event)) {
      state = by_network(last);
    } else if (std::holds_alternative<RenewalRefused>(event) ||
               std::holds_alternative<RenewalFailed>(event)) {
      if (state == renewing) state = by_network(last);
    } else if (std::holds_alternative<TokenExpired>(event)) {
      state = expired;
    } else if (std::holds_alternative<ReRegistrationRequired>(event)) {
      state = re_registration_required;
    } else if (std::holds_alternative<ClientReinstalled>(event)) {
      state = installed;
    }
  }
};

std::string replay_gives_the_states(const SoakCase& run) {
  std::vector<StateCounts> counted(run.scenario.cohorts.size());
  const std::string what = for_each_stream(run, [&](std::uint32_t i, const ClientStream& stream) {
    Client client;
    SaidState said;
    for (const auto& recorded : stream) {
      const auto next = evolve(client, recorded.event);
      if (!next) return broken_at(i, recorded, name(next.error()));
      client = *next;
      said.hear(recorded.event);
      if (client.state != said.state) return broken_at(i, recorded, name(client.state));
    }
    const auto cohort =
        static_cast<std::size_t>(&cohort_of(run.scenario, i) - run.scenario.cohorts.data());
    ++counted[cohort][static_cast<std::size_t>(client.state)];
    return std::string();
  });
  if (!what.empty()) return what;
  return counted == run.result.tally.final_states ? "" : "the run ended in other states";
}

// The run, had it ended at that tick.
std::string prefix_is_broken(const SoakCase& run, std::int64_t ticks) {
  Scenario shorter = run.scenario;
  shorter.duration = shorter.tick * ticks;
  shorter.expectations.clear();
  const EngineRun prefix = simulate(shorter);
  return for_each_stream(run, [&](std::uint32_t i, const ClientStream& stream) {
    const auto end = std::find_if(stream.begin(), stream.end(), [&](const auto& recorded) {
      return recorded.time >= at(shorter.duration);
    });
    return prefix.clients[i] == ClientStream(stream.begin(), end)
               ? std::string()
               : fmt::format("client {} until {}", i, to_text(shorter.duration));
  });
}

std::string prefixes_are_runs(const SoakCase& run) {
  const std::int64_t ticks = run.scenario.duration / run.scenario.tick;
  for (const std::int64_t part : {ticks / 3, ticks / 2, ticks - 1}) {
    if (part < 1) continue;
    if (std::string what = prefix_is_broken(run, part); !what.empty()) return what;
  }
  return "";
}

// ---- Counts ------------------------------------------------------------------------------------

std::string tally_counts_events(const SoakCase& run) {
  std::array<std::uint64_t, kClientKinds> kinds{};
  std::uint64_t events = run.run.site.size();
  for (const ClientStream& stream : run.run.clients) {
    events += stream.size();
    for (const auto& recorded : stream) ++kinds[recorded.event.index()];
  }
  if (kinds != run.result.tally.kinds) return "the tally of event kinds differs";
  return events == run.result.log.events ? "" : "the number of events differs";
}

// ---- The population ----------------------------------------------------------------------------

// Clients in each state at moments of the run, as the engine counts them when it is asked.
Result<std::vector<StateCounts>, std::string> counted_at(const SoakCase& run,
                                                         const std::vector<Instant>& moments) {
  Scenario asking = run.scenario;
  asking.expectations.clear();
  for (const Instant moment : moments) {
    for (std::size_t s = 1; s < kCount<LifecycleState>; ++s) {
      Expectation expectation;
      expectation.states = word_of(static_cast<LifecycleState>(s));
      expectation.at = moment;
      asking.expectations.push_back(expectation);
    }
  }
  const auto result = run.runs(asking, {});
  if (!result) return Failed<std::string>(to_string(result.error()));
  std::vector<StateCounts> counts(moments.size());
  auto seen = result->tally.seen.begin();
  for (StateCounts& states : counts) {
    for (std::size_t s = 1; s < states.size(); ++s) states[s] = seen++->count;
  }
  return counts;
}

// Who came to each state and who left it between two such moments, by the words of the events.
struct Flow {
  StateCounts came{};
  StateCounts left{};
};
std::vector<Flow> flows_until(const SoakCase& run, const std::vector<Instant>& moments) {
  std::vector<Flow> flows(moments.size());
  for (const ClientStream& stream : run.run.clients) {
    SaidState said;
    std::size_t m = 0;
    for (const auto& recorded : stream) {
      while (m + 1 < moments.size() && recorded.time > moments[m]) ++m;
      ++flows[m].left[static_cast<std::size_t>(said.state)];
      said.hear(recorded.event);
      ++flows[m].came[static_cast<std::size_t>(said.state)];
    }
  }
  return flows;
}

std::string population_adds_up(const SoakCase& run) {
  constexpr std::int64_t kMoments = 8;
  const std::int64_t ticks = run.scenario.duration / run.scenario.tick;
  std::vector<Instant> moments;
  for (std::int64_t m = 1; m <= kMoments; ++m) {
    moments.push_back(at(run.scenario.tick * (ticks * m / kMoments)));
  }
  const auto counts = counted_at(run, moments);
  if (!counts) return counts.error();
  const std::vector<Flow> flows = flows_until(run, moments);
  StateCounts expected{};
  expected[static_cast<std::size_t>(LifecycleState::not_installed)] = run.scenario.clients;
  for (std::size_t m = 0; m < moments.size(); ++m) {
    for (std::size_t s = 0; s < expected.size(); ++s) {
      expected[s] = expected[s] + flows[m].came[s] - flows[m].left[s];
      // A client that is not installed is counted nowhere.
      if (s == static_cast<std::size_t>(LifecycleState::not_installed)) continue;
      if ((*counts)[m][s] != expected[s]) {
        return fmt::format("at {}: {} are counted as {}, and {} should be",
                           to_text(moments[m].time_since_epoch()), (*counts)[m][s],
                           Names<LifecycleState>::values[s], expected[s]);
      }
    }
  }
  return "";
}

// ---- Threads -----------------------------------------------------------------------------------

// So many clients, of the same kinds.
std::shared_ptr<const Inventory> repeated(const Inventory& inventory, std::uint32_t clients) {
  Inventory longer = inventory;
  for (std::size_t i = longer.clients.size(); i < clients; ++i) {
    AdoptedClient client = inventory.clients[i % inventory.clients.size()];
    client.device += "-" + std::to_string(i);
    longer.clients.push_back(std::move(client));
  }
  return std::make_shared<const Inventory>(std::move(longer));
}

// With more clients than one thread is handed at a time.
std::string threads_make_no_difference(const SoakCase& run) {
  Scenario many = run.scenario;
  many.expectations.clear();
  many.clients = 0;
  for (Cohort& cohort : many.cohorts) {
    cohort.clients += 1'100;
    if (cohort.inventory) cohort.inventory = repeated(*cohort.inventory, cohort.clients);
    cohort.first = {many.clients};
    many.clients += cohort.clients;
  }
  const auto alone = run.runs(many, {1, std::nullopt});
  const auto together = run.runs(many, {2, std::nullopt});
  if (!alone || !together) return "it cannot run";
  if (alone->log.digest != together->log.digest) return "the digests differ";
  const bool same_counts = alone->tally.kinds == together->tally.kinds &&
                           alone->tally.final_states == together->tally.final_states;
  return same_counts ? "" : "the digests agree and the counts do not";
}

// ---- Actions that changed nothing --------------------------------------------------------------

std::string idle_is_what_is_idle(const SoakCase& run) {
  Scenario without = run.scenario;
  without.expectations.clear();
  RunControl control;
  const auto idle = idle_actions(run.scenario, run.result, control);
  if (!idle) return "actions are not judged";
  for (std::uint32_t i = 0; i < without.actions.size(); ++i) {
    without.actions[i].left_out = true;
    const EngineRun other = simulate(without);
    without.actions[i].left_out = false;
    const bool same = other.site == run.run.site && other.clients == run.run.clients;
    if (same == (std::find(idle->begin(), idle->end(), i) != idle->end())) continue;
    return fmt::format("action {} ({}) is {}said to have changed nothing", i,
                       name_of(without.actions[i]), same ? "not " : "");
  }
  return "";
}

}  // namespace

std::vector<SoakProperty> stream_properties() {
  return {
      {"streams-in-order",
       "sequence numbers have no gaps, times are ticks of the run and never go back",
       streams_are_in_order},
      {"replay", "every event is legal, and a replay gives the states that the run had",
       replay_gives_the_states},
      {"prefix", "a run that ends earlier has the same events until then", prefixes_are_runs},
      {"tally", "what is counted is what was recorded", tally_counts_events},
      {"population",
       "at eight moments the count of each state is what it was, plus entries, less exits",
       population_adds_up},
      {"idle", "an action changed nothing exactly if the run without it has the same events",
       idle_is_what_is_idle, 8},
      {"threads", "one thread and two give the same digest and counts", threads_make_no_difference,
       64},
  };
}

}  // namespace tokenlife::sim
