// How fast events of a log are printed, in both orders and all formats, to /dev/null.
#include <benchmark/benchmark.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "events/log_reader.hpp"
#include "events/merge.hpp"
#include "fleet.hpp"
#include "sim/cli/event_writer.hpp"
#include "sim/engine/simulation.hpp"

namespace {

using namespace tokenlife;

// What the process has read with system calls.
double bytes_read() {
  std::ifstream io("/proc/self/io");
  std::string name;
  double bytes = 0;
  io >> name >> bytes;  // rchar comes first
  return bytes;
}

void print(benchmark::State& state, const char* format, bool by_time) {
  const benchmarks::LogFolder folder;
  sim::RunOptions options;
  options.log_folder = folder.path();
  sim::RunControl control;
  const auto result = sim::run(benchmarks::fleet(state.range(0)), options, control);
  std::FILE* null = std::fopen("/dev/null", "w");
  double read = 0;
  for (auto _ : state) {
    const double before = bytes_read();
    const auto log = events::LogReader::open(folder.path());
    sim::TextBuffer text;
    const auto writer = sim::event_writer(format, log->header(), text);
    const auto flush = [&] {
      if (text.size() < 65'536) return;
      std::fwrite(text.text().data(), 1, text.size(), null);
      text.clear();
    };
    const auto on_client = [&](ClientNumber client, const Recorded<ClientEvent>& recorded) {
      writer->write(client, recorded);
      flush();
      return true;
    };
    const auto on_site = [&](const Recorded<SiteEvent>& recorded) {
      writer->write(recorded);
      return true;
    };
    if (by_time) {
      benchmark::DoNotOptimize(events::read_ordered(*log, {}, {on_site, on_client}));
    } else {
      for (const auto& partition : log->partitions()) {
        benchmark::DoNotOptimize(log->visit(partition, on_client));
      }
    }
    read = bytes_read() - before;
  }
  std::fclose(null);
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(result->log.events));
  state.counters["read/log"] = read / static_cast<double>(result->log.bytes);
}

BENCHMARK_CAPTURE(print, jsonl_by_time, "jsonl", true)->Arg(100'000)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(print, jsonl_stored, "jsonl", false)->Arg(100'000)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(print, csv_by_time, "csv", true)->Arg(100'000)->Unit(benchmark::kMillisecond);

}  // namespace
