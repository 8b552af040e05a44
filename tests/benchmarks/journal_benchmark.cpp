// How long a site on disk takes to open: its journal is read, checked and followed. Of as many bulk
// tokens as clients.
#include <benchmark/benchmark.h>

#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "core/ensure.hpp"
#include "core/policy.hpp"
#include "core/token/sha256.hpp"
#include "events/journal.hpp"
#include "events/storage.hpp"
#include "fleet.hpp"

namespace {

using namespace tokenlife;

// What it holds need not outlive a crash.
class UnsyncedStorage final : public events::Storage {
 public:
  explicit UnsyncedStorage(std::unique_ptr<events::FileStorage> file) : file_(std::move(file)) {}
  std::error_code write(std::uint64_t offset, std::span<const std::byte> bytes) override {
    return file_->write(offset, bytes);
  }
  std::error_code sync() override { return {}; }
  std::error_code truncate(std::uint64_t size) override { return file_->truncate(size); }

 private:
  std::unique_ptr<events::FileStorage> file_;
};

void append(events::Journal& journal, Instant time, const SiteCommand& command) {
  const auto event = decide(journal.content().site, command, time);
  const auto done = journal.append(time, {CauseKind::action, 0}, event.value());
  ensure(done.has_value(), "a disk with room");
}

void write_journal(const std::filesystem::path& path, std::int64_t clients) {
  auto file = events::FileStorage::create(path).value();
  auto journal =
      events::Journal::start(std::make_unique<UnsyncedStorage>(std::move(file)), path.string(),
                             1'893'456'000, {Guid{1, 1}, Policy{}, std::nullopt})
          .value();
  for (std::int64_t i = 0; i < clients; ++i) {
    const std::string number = std::to_string(i);
    const Sha256Thumbprint random{sha256(number)};
    const Guid guid{static_cast<std::uint64_t>(i) * 0x9e3779b97f4a7c15, 1};
    append(journal, at(Duration{3 * i}), IssueBulkToken{"token " + number, guid, 4320});
    append(journal, at(Duration{3 * i}), IssueClientToken{random});
  }
}

void journal_read(benchmark::State& state) {
  const benchmarks::LogFolder folder;
  std::filesystem::create_directories(folder.path());
  const auto path = folder.path() / "site.log";
  write_journal(path, state.range(0));
  for (auto _ : state) {
    const auto content = events::read_journal(path);
    if (!content) state.SkipWithError("a journal that can be read");
    benchmark::DoNotOptimize(content->site.clients.size());
  }
  state.SetItemsProcessed(state.iterations() * (2 * state.range(0) + 1));
}
BENCHMARK(journal_read)->Arg(1'000)->Arg(100'000)->Unit(benchmark::kMillisecond);

}  // namespace
