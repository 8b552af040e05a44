// A long journal, for those who measure how long it takes to read.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "core/ensure.hpp"
#include "core/site.hpp"
#include "core/site_command.hpp"
#include "core/token/sha256.hpp"
#include "events/journal.hpp"
#include "events/storage.hpp"

namespace tokenlife::benchmarks {

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

// Of so many bulk tokens and as many clients, each with a token: one of both every three seconds
// from the journal's last event on.
inline void append_tokens(events::Journal& journal, std::int64_t count) {
  const Instant first = journal.content().events.back().time;
  const auto append = [&](Instant time, const SiteCommand& command) {
    const auto event = decide(*journal.content().site, command, time);
    const auto done = journal.append(time, {CauseKind::action, 0}, event.value());
    ensure(done.has_value(), "a disk with room");
  };
  for (std::int64_t i = 0; i < count; ++i) {
    const std::string number = std::to_string(i);
    const Guid guid{static_cast<std::uint64_t>(i) * 0x9e3779b97f4a7c15, 1};
    const Instant time = first + Duration{3 * i};
    append(time, IssueBulkToken{"token " + number, guid, 4320});
    append(time, IssueClientToken{{sha256(number)}});
  }
}

}  // namespace tokenlife::benchmarks
