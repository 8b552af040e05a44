// How long a site on disk takes to open: its journal is read, checked and followed. Of as many bulk
// tokens as clients.
#include <benchmark/benchmark.h>

#include <filesystem>
#include <memory>

#include "core/policy.hpp"
#include "fleet.hpp"
#include "write_journal.hpp"

namespace {

using namespace tokenlife;

void write_journal(const std::filesystem::path& path, std::int64_t clients) {
  auto file = events::FileStorage::create(path).value();
  auto journal =
      events::Journal::start(std::make_unique<benchmarks::UnsyncedStorage>(std::move(file)),
                             path.string(), 1'893'456'000, {Guid{1, 1}, Policy{}, std::nullopt})
          .value();
  benchmarks::append_tokens(journal, clients);
}

void journal_read(benchmark::State& state) {
  const benchmarks::LogFolder folder;
  std::filesystem::create_directories(folder.path());
  const auto path = folder.path() / "site.log";
  write_journal(path, state.range(0));
  for (auto _ : state) {
    const auto content = events::read_journal(path);
    if (!content) state.SkipWithError("a journal that can be read");
    benchmark::DoNotOptimize(content->site->clients.size());
  }
  state.SetItemsProcessed(state.iterations() * (2 * state.range(0) + 1));
}
BENCHMARK(journal_read)->Arg(1'000)->Arg(100'000)->Unit(benchmark::kMillisecond);

}  // namespace
