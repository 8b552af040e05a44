// A journal with one event of each kind that a site on disk may have, written, read and reopened.
#pragma once

#include "events/journal.hpp"

#include "events/faulty_storage.hpp"
#include "events/log_content.hpp"
#include "events/log_reader.hpp"
#include "events/resign.hpp"
#include "events/small_log.hpp"
#include "events/temporary_folder.hpp"
#include "support/property.hpp"

namespace tokenlife::test {

using events::Journal;
using events::JournalContent;
using events::LogError;
using events::read_journal;

inline constexpr std::int64_t kStart = 1'767'225'600;
inline constexpr Guid kBulk{0xb5, 0x01};
inline constexpr Sha256Thumbprint kThumbprint{0xc1, 0x1e};

// One event of each kind that a site on disk may have, in an order that can happen.
inline std::vector<SiteEvent> story() {
  const ClientToken token{TokenSerial::of({0}, 1), at(Duration{300}), at(std::chrono::days{90}),
                          KeyNumber{1}};
  return {BulkTokenIssued{"kiosks", kBulk, at(Duration{60}), at(Duration{3'660})},
          BulkTokenBlocked{kBulk},
          BulkTokenUnblocked{kBulk},
          EndpointDown{Endpoint::cmg},
          EndpointUp{Endpoint::cmg},
          SigningCertificateRotated{KeyNumber{1}},
          SigningCertificateRetired{KeyNumber{0}},
          ClientTokenIssued{kThumbprint, token}};
}

inline Result<Journal, LogError> start(Disk& disk) {
  return Journal::start(storage_on(disk), "site.log", kStart, {{1, 2}, Policy{}});
}

inline Result<void, LogError> append(Journal& journal, const SiteEvent& event) {
  const auto count = static_cast<std::uint32_t>(journal.content().events.size());
  return journal.append(at(Duration{60} * count), {CauseKind::action, count - 1}, event);
}

// What the journal with these bytes says.
inline Result<JournalContent, LogError> read(const std::string& bytes) {
  static const TemporaryFolder folder;
  write_file(folder / "site.log", bytes);
  auto content = read_journal(folder / "site.log");
  if (!content) {
    REQUIRE(content.error().file == (folder / "site.log").string());
    REQUIRE(content.error().offset <= bytes.size());
  }
  return content;
}

// A journal with the story in it, and how long it was after each event.
struct Told {
  Disk disk;
  std::vector<std::size_t> sizes;
  std::vector<Recorded<SiteEvent>> events;
};

inline Told told() {
  Told result;
  auto journal = start(result.disk);
  REQUIRE(journal);
  result.sizes.push_back(result.disk.synced.size());
  for (const SiteEvent& event : story()) {
    REQUIRE(append(*journal, event));
    result.sizes.push_back(result.disk.synced.size());
  }
  result.events = journal->content().events;
  return result;
}

// Goes on with what is on the disk, as a program that is started anew.
inline Journal reopened(Disk& disk) {
  auto content = read(disk.written);
  REQUIRE(content);
  auto journal = Journal::resume(storage_on(disk), "site.log", std::move(*content));
  REQUIRE(journal);
  return std::move(*journal);
}

}  // namespace tokenlife::test
