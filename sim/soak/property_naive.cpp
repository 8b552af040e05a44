// The engine's judge: the naive simulator, which visits every tick and shares none of the engine's
// code.
#include <fmt/format.h>

#include <algorithm>

#include "sim/naive/simulation.hpp"
#include "sim/soak/property.hpp"
#include "sim/text/duration.hpp"

namespace tokenlife::sim {
namespace {

// The naive simulator takes about 50 ns for a tick of a client, whether anything happens or not. So
// many of them are every random scenario whole (12 clients for 2,000 ticks), in about as long as
// all other properties of it take. Of longer runs the beginning is compared: it is a run of its
// own, as another property says.
constexpr std::int64_t kClientTicksMax = 24'000;

template <class Event>
std::string in_words(const std::vector<Recorded<Event>>& stream, std::size_t i) {
  if (i >= stream.size()) return "nothing";
  const Recorded<Event>& recorded = stream[i];
  return fmt::format("{} at {}, because of {} {}", name(kind_of(recorded.event)),
                     to_text(recorded.time.time_since_epoch()), name(recorded.cause.kind),
                     recorded.cause.number);
}

// Where the engine's stream, up to `end`, is another than the naive simulator's.
template <class Event>
std::string difference(std::string_view whose, const std::vector<Recorded<Event>>& engine,
                       const std::vector<Recorded<Event>>& naive, Instant end) {
  const auto is_before_end = [end](const auto& recorded) { return recorded.time < end; };
  const auto engine_end = std::find_if_not(engine.begin(), engine.end(), is_before_end);
  const auto [ours, theirs] = std::mismatch(engine.begin(), engine_end, naive.begin(), naive.end());
  if (ours == engine_end && theirs == naive.end()) return "";
  const auto i = static_cast<std::size_t>(ours - engine.begin());
  return fmt::format("{}, event {}: the engine records {}, and the naive simulator {}{}", whose, i,
                     ours == engine_end ? "nothing" : in_words(engine, i), in_words(naive, i),
                     ours != engine_end && theirs != naive.end() && ours->time == theirs->time &&
                             kind_of(ours->event) == kind_of(theirs->event)
                         ? ", with different details"
                         : "");
}

// When the two first count another number of clients.
std::string other_number(std::string_view word, const std::vector<std::uint64_t>& engine,
                         const std::vector<std::uint64_t>& naive,
                         const std::vector<Instant>& moments) {
  for (std::size_t i = 0; i < moments.size(); ++i) {
    if (engine[i] == naive[i]) continue;
    return fmt::format("at {} the engine has {} clients {}, and the naive simulator {}",
                       to_text(moments[i].time_since_epoch()), engine[i], word, naive[i]);
  }
  return "";
}

std::string naive_simulator_agrees(const SoakCase& run) {
  Scenario scenario = run.scenario;
  const std::int64_t ticks =
      std::max<std::int64_t>(1, kClientTicksMax / static_cast<std::int64_t>(scenario.clients));
  scenario.duration = std::min(scenario.duration, scenario.tick * ticks);
  const Instant end = at(scenario.duration);
  const naive::NaiveRun judge = naive::simulate_naively(scenario);
  std::string found = difference("the site", run.run.site, judge.site, end);
  if (!found.empty()) return found;
  found = for_each_stream(run, [&](std::uint32_t i, const ClientStream& stream) {
    return difference(fmt::format("client {}", i), stream, judge.clients[i], end);
  });
  if (!found.empty()) return found;
  std::vector<Instant> moments;
  for (Duration t{0}; t < scenario.duration; t += scenario.tick) moments.push_back(at(t));
  const SpellTally& spells = run.result.tally.spells;
  found = other_number("stranded", spells.stranded.at(moments), judge.stranded, moments);
  if (!found.empty()) return found;
  return other_number("out of service", spells.out_of_service.at(moments), judge.out_of_service,
                      moments);
}

}  // namespace

std::vector<SoakProperty> naive_properties() {
  return {{"naive",
           "the naive simulator, tick by tick, records the same events, and has as many stranded",
           naive_simulator_agrees}};
}

}  // namespace tokenlife::sim
