// How fast a fleet's year is: simulated with a log on disk, without, and replayed, beside a loop
// over a priority queue. All on one thread; numbers are events a second of CPU time.
#include <benchmark/benchmark.h>
#include <sys/resource.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include "core/lifecycle.hpp"
#include "core/lifecycle_dispatch.hpp"
#include "events/log_reader.hpp"
#include "events/replay.hpp"
#include "fleet.hpp"
#include "priority_queue.hpp"
#include "sim/engine/simulation.hpp"

namespace {

using namespace tokenlife;
using benchmarks::fleet;
using benchmarks::LogFolder;

double resident_bytes(const char* field) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(field)) return std::atof(line.c_str() + std::string(field).size()) * 1024;
  }
  return 0;
}

// Starts the kernel's record of the highest resident size anew.
void reset_peak() { std::ofstream("/proc/self/clear_refs") << "5"; }

void simulate(benchmark::State& state, bool with_log) {
  const sim::Scenario scenario = fleet(state.range(0));
  std::uint64_t events = 0;
  std::uint64_t bytes = 0;
  double memory = 0;
  const LogFolder folder;
  for (auto _ : state) {
    sim::RunOptions options;
    if (with_log) options.log_folder = folder.path();
    sim::RunControl control;
    reset_peak();
    const double before = resident_bytes("VmRSS:");
    const auto result = sim::run(scenario, options, control);
    memory = resident_bytes("VmHWM:") - before;
    events += result->log.events;
    bytes += result->log.bytes;
    state.PauseTiming();
    std::filesystem::remove_all(folder.path());
    state.ResumeTiming();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(events));
  state.counters["bytes/event"] = static_cast<double>(bytes) / static_cast<double>(events);
  state.counters["bytes/client"] = memory / static_cast<double>(state.range(0));
}

void simulate_and_log(benchmark::State& state) { simulate(state, true); }
void simulate_digest_only(benchmark::State& state) { simulate(state, false); }

// Of so many clients, on so many threads.
void replay(benchmark::State& state) {
  const LogFolder folder;
  sim::RunOptions options;
  options.log_folder = folder.path();
  sim::RunControl control;
  const auto result = sim::run(fleet(state.range(0)), options, control);
  for (auto _ : state) {
    const auto log = events::LogReader::open(folder.path());
    benchmark::DoNotOptimize(
        events::replay_population(*log, kNever, static_cast<unsigned>(state.range(1))));
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(result->log.events));
}

void priority_queue(benchmark::State& state) {
  std::uint64_t events = 0;
  for (auto _ : state) {
    benchmarks::PriorityQueueFleet fleet(static_cast<std::uint32_t>(state.range(0)), 365 * 24 * 60,
                                         3 * 24 * 60);
    events += fleet.run();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(events));
}

// The same random walk over legal events, by table and by Boost.MSM machine.
struct Step {
  EventKind kind;
  Network where;
};
std::vector<Step> walk() {
  return {{EventKind::client_installed, Network::intranet},
          {EventKind::registration_requested, Network::intranet},
          {EventKind::registration_completed, Network::intranet},
          {EventKind::network_changed, Network::internet},
          {EventKind::renewal_requested, Network::internet},
          {EventKind::token_renewed, Network::internet},
          {EventKind::network_changed, Network::intranet},
          {EventKind::token_expired, Network::intranet},
          {EventKind::registration_requested, Network::intranet},
          {EventKind::registration_completed, Network::intranet},
          {EventKind::client_reinstalled, Network::intranet}};
}
void dispatch_table(benchmark::State& state) {
  const std::vector<Step> steps = walk();
  for (auto _ : state) {
    auto in = LifecycleState::not_installed;
    for (const Step& step : steps) {
      in = static_cast<LifecycleState>(kLifecycleDispatch.next[static_cast<std::size_t>(
          in)][static_cast<std::size_t>(step.kind)][static_cast<std::size_t>(step.where)]);
    }
    benchmark::DoNotOptimize(in);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(steps.size()));
}
void msm_machine(benchmark::State& state) {
  const std::vector<Step> steps = walk();
  LifecycleMachine machine;
  for (auto _ : state) {
    machine.restore(LifecycleState::not_installed);
    for (const Step& step : steps)
      benchmark::DoNotOptimize(machine.process(step.kind, where_of(step.where)));
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(steps.size()));
}

BENCHMARK(dispatch_table);
BENCHMARK(msm_machine);
BENCHMARK(priority_queue)->Arg(10'000)->Arg(100'000)->Unit(benchmark::kMillisecond);
BENCHMARK(simulate_digest_only)->Arg(100'000)->Unit(benchmark::kMillisecond);
BENCHMARK(simulate_and_log)
    ->Arg(10'000)
    ->Arg(100'000)
    ->Arg(1'000'000)
    ->Unit(benchmark::kMillisecond);
BENCHMARK(replay)
    ->Args({100'000, 1})
    ->Args({100'000, 2})
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

// Keeps the rates, so that the ones that belong together can be compared.
class Rates : public benchmark::ConsoleReporter {
 public:
  Rates() : ConsoleReporter(OO_Tabular) {}
  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs) {
      const auto rate = run.counters.find("items_per_second");
      if (rate != run.counters.end()) rates_[run.benchmark_name()] = rate->second;
    }
    ConsoleReporter::ReportRuns(runs);
  }
  void print_ratio(const char* label, const char* of, const char* to) const {
    const auto a = rates_.find(of);
    const auto b = rates_.find(to);
    if (a == rates_.end() || b == rates_.end()) return;
    std::printf("%-58s %6.2f\n", label, a->second / b->second);
  }

 private:
  std::map<std::string, double> rates_;
};

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  Rates rates;
  benchmark::RunSpecifiedBenchmarks(&rates);
  std::printf("\n");
  rates.print_ratio("times the priority queue's rate, 100,000 clients, with a log",
                    "simulate_and_log/100000", "priority_queue/100000");
  rates.print_ratio("cost of an event: 1,000,000 clients against 10,000", "simulate_and_log/10000",
                    "simulate_and_log/1000000");
  return 0;
}
