// Streams, counts and prefixes.
#include <fmt/format.h>

#include <algorithm>

#include "core/evolve.hpp"
#include "sim/duration_text.hpp"
#include "sim/soak_property.hpp"

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
    } else if (const auto* change = std::get_if<NetworkChanged>(&event)) {
      if (change->to == Network::offline) return;
      last = change->to;
      if (live) state = by_network(last);
    } else if (const auto* completed = std::get_if<RegistrationCompleted>(&event)) {
      state = by_network(network_of(completed->via));
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

// Every day the clients in all states are the clients that are installed, and each state has what
// it had the day before plus those that came, less those that left.
std::string population_adds_up(const SoakCase& run) {
  const std::int64_t days = run.scenario.duration / std::chrono::days{1} + 1;
  const auto day_count = static_cast<std::size_t>(std::min<std::int64_t>(days, 4'000));
  struct Day {
    StateCounts at_end{};
    StateCounts came{};
    StateCounts left{};
    std::uint64_t installed = 0;
  };
  std::vector<Day> table(day_count);
  for (const ClientStream& stream : run.run.clients) {
    Client client;
    auto next = stream.begin();
    for (std::size_t d = 0; d < day_count; ++d) {
      const Instant end = at(std::chrono::days{static_cast<std::int64_t>(d) + 1});
      for (; next != stream.end() && next->time < end; ++next) {
        const auto before = static_cast<std::size_t>(client.state);
        client = *evolve(client, next->event);
        const auto after = static_cast<std::size_t>(client.state);
        ++table[d].left[before];
        ++table[d].came[after];
      }
      ++table[d].at_end[static_cast<std::size_t>(client.state)];
      if (!stream.empty() && stream.front().time < end) ++table[d].installed;
    }
  }
  StateCounts before{};
  before[0] = run.scenario.clients;
  for (std::size_t d = 0; d < day_count; ++d) {
    std::uint64_t in_states = 0;
    for (std::size_t s = 0; s < before.size(); ++s) {
      if (before[s] + table[d].came[s] != table[d].at_end[s] + table[d].left[s]) {
        return fmt::format("day {}: {} does not add up", d, Names<LifecycleState>::values[s]);
      }
      in_states += s == 0 ? 0 : table[d].at_end[s];
    }
    if (in_states != table[d].installed) return fmt::format("day {}: not all are somewhere", d);
    before = table[d].at_end;
  }
  return "";
}

// ---- Threads -----------------------------------------------------------------------------------

// With more than two partitions, and for some seeds only: it takes a thousand times as long.
std::string threads_make_no_difference(const SoakCase& run) {
  if (run.scenario.seed % 64 != 0) return "";
  Scenario many = run.scenario;
  many.expectations.clear();
  many.clients = 0;
  for (Cohort& cohort : many.cohorts) {
    cohort.clients += 1'100;
    cohort.first = {many.clients};
    many.clients += cohort.clients;
  }
  RunControl control;
  const auto alone = sim::run(many, {1, std::nullopt}, control);
  const auto together = sim::run(many, {2, std::nullopt}, control);
  if (!alone || !together) return "it cannot run";
  return alone->log.digest == together->log.digest ? "" : "the digests differ";
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
      {"population", "the population adds up every day, and changes equal flows",
       population_adds_up},
      {"threads", "one thread and two give the same digest", threads_make_no_difference},
  };
}

}  // namespace tokenlife::sim
