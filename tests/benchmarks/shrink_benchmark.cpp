// How long it takes to make a failing history of 1,000 events as small as it can be, when every
// try is a replay by core's evolve().
#include <benchmark/benchmark.h>

#include "support/failing_history.hpp"

namespace {

using namespace tokenlife;

using Fails = bool (*)(const sim::Occurrences&);

void shrink_history(benchmark::State& state, Fails fails) {
  const sim::Occurrences history = test::history_of_a_thousand();
  std::int64_t tries = 0;
  std::size_t left = 0;
  const auto counted = [&](const sim::Occurrences& events) {
    ++tries;
    return fails(events);
  };
  for (auto _ : state) left = sim::shrink_events(history, counted).size();
  state.counters["tries"] =
      benchmark::Counter(static_cast<double>(tries), benchmark::Counter::kAvgIterations);
  state.counters["events_left"] = static_cast<double>(left);
}

// What one try costs at first, when the whole history is replayed.
void replay_history(benchmark::State& state) {
  const sim::Occurrences history = test::history_of_a_thousand();
  for (auto _ : state) {
    benchmark::DoNotOptimize(test::stays_blocked(history));
  }
}

BENCHMARK_CAPTURE(shrink_history, dependent_events, test::keeps_a_token_when_reinstalled)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(shrink_history, distant_moments, test::stays_blocked)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(shrink_history, all_but_a_few_events, test::is_nearly_all)
    ->Unit(benchmark::kMillisecond);
BENCHMARK(replay_history)->Unit(benchmark::kMillisecond);

}  // namespace
