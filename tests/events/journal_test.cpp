// The journal of a site on disk, when all goes well, when the power is cut and when the disk fails.
#include "core/site.hpp"
#include "events/journal_story.hpp"

using namespace tokenlife;
using namespace tokenlife::test;

namespace {

// Never rewritten: a new schema gets a new one, by the hidden test of journal_head_test.cpp.
const std::filesystem::path kGoldenJournal = "tests/events/golden/schema-2/site.log";

}  // namespace

TEST_CASE("a journal is read as it was written") {
  const Told whole = told();
  const auto content = read(whole.disk.synced);
  REQUIRE(content);
  CHECK(content->start_unix_seconds == kStart);
  CHECK(content->events == whole.events);
  CHECK(content->events.size() == 9);
  CHECK(content->bytes == whole.disk.synced.size());
  CHECK(content->torn_bytes == 0);
  CHECK(content->site->tenant == Guid{1, 2});
  CHECK(content->site->keys == std::vector<SigningKey>{{true}, {false}});
  CHECK(content->site->clients ==
        KnownClients{{kThumbprint, {{0}, 1, TokenSerial::of({0}, 1), {}}}});
}

TEST_CASE("a journal of schema 2 replays for ever, and has no head of its own") {
  const auto content = read_journal(kGoldenJournal);
  REQUIRE(content);
  CHECK(events::to_string(content->digest) ==
        "3dc123b6270770cf12e94b67f9841ef609c3aeac6e4fde66b9ea978306e8abfe");
  CHECK(content->events == told().events);
  CHECK_FALSE(content->keeps_head);
}

TEST_CASE("a journal goes on after it was closed, as if it had not been") {
  const Told whole = told();
  Disk disk;
  REQUIRE(start(disk));
  for (const SiteEvent& event : story()) {
    Journal journal = reopened(disk);
    REQUIRE(append(journal, event));
  }
  CHECK(disk.synced == whole.disk.synced);
}

TEST_CASE("an event whose writer died before its sync is synced before anything rests on it") {
  Disk disk = told().disk;
  disk.synced = disk.written.substr(0, disk.written.size() / 2);
  const Journal journal = reopened(disk);
  CHECK(disk.synced == disk.written);
}

TEST_CASE(
    "the power may go at every byte: every acknowledged event is there, and what is torn goes",
    "[slow]") {
  const Told whole = told();
  for (std::size_t i = 1; i < whole.sizes.size(); ++i) {
    for (std::size_t size = whole.sizes[i - 1]; size < whole.sizes[i]; ++size) {
      INFO("event " << i << ", cut at byte " << size);
      Disk disk;
      disk.written = whole.disk.synced.substr(0, size);
      const auto content = read(disk.written);
      REQUIRE(content);
      REQUIRE(content->events.size() == i);
      REQUIRE(content->bytes == whole.sizes[i - 1]);
      REQUIRE(content->torn_bytes == size - whole.sizes[i - 1]);
      Journal journal = reopened(disk);
      REQUIRE(append(journal, whole.events[i].event));
      REQUIRE(disk.synced == whole.disk.synced.substr(0, whole.sizes[i]));
    }
  }
}

// A journal whose last frame begins in the first page and ends in the second: it crosses the
// boundaries of sectors of 512 bytes, and the one of a page of 4,096.
struct LongEnd {
  std::string bytes;
  std::size_t from;  // where the last frame begins
  Recorded<SiteEvent> event;
};
LongEnd long_end() {
  Disk disk;
  auto journal = start(disk);
  REQUIRE(journal);
  REQUIRE(append(*journal, BulkTokenIssued{"kiosks", kBulk, at(Duration{60}), at(Duration{120})}));
  const std::size_t from = disk.synced.size();
  const std::string name(4'200, 'n');
  REQUIRE(append(*journal, BulkTokenIssued{name, {7, 7}, at(Duration{60}), at(Duration{120})}));
  const LongEnd made{disk.synced, from, journal->content().events.back()};
  REQUIRE(made.from / 512 != made.bytes.size() / 512);
  REQUIRE(made.from / 4'096 != made.bytes.size() / 4'096);
  REQUIRE(made.from % 512 != 0);
  REQUIRE(made.bytes.size() % 512 != 0);
  return made;
}

TEST_CASE("a frame over many sectors is torn at every byte, and what was before it stays",
          "[slow]") {
  const LongEnd whole = long_end();
  for (std::size_t size = whole.from; size < whole.bytes.size(); ++size) {
    INFO("cut at byte " << size << " of " << whole.from << " to " << whole.bytes.size());
    Disk disk;
    disk.written = whole.bytes.substr(0, size);
    const auto content = read(disk.written);
    REQUIRE(content);
    REQUIRE(content->events.size() == 2);
    REQUIRE(content->bytes == whole.from);
    REQUIRE(content->torn_bytes == size - whole.from);
    if (size % 64 != 0) continue;  // The rest as where frames are short.
    Journal journal = reopened(disk);
    REQUIRE(append(journal, whole.event.event));
    REQUIRE(disk.synced == whole.bytes);
  }
}

// Up to the byte at which the power went the frame is there, and from there on zeros to its end. If
// a whole sector of it is missing it was torn; if not it is there and damaged.
TEST_CASE("a file that grew before it was filled is torn where a sector is missing", "[slow]") {
  for (const LongEnd& whole : {long_end(), [] {
                                 const Told small = told();
                                 return LongEnd{small.disk.synced,
                                                small.sizes[small.sizes.size() - 2],
                                                small.events.back()};
                               }()}) {
    const std::size_t end = whole.bytes.size();
    std::size_t torn = 0;
    std::size_t damaged = 0;
    for (std::size_t written = whole.from; written < end; ++written) {
      std::string bytes = whole.bytes.substr(0, written);
      bytes.resize(end, '\0');
      if (bytes == whole.bytes) continue;  // It ends in zeros.
      const std::size_t next_sector = (written + 511) / 512 * 512;
      INFO(written << " of " << whole.from << " to " << end);
      const auto content = read(bytes);
      if (written == whole.from || next_sector < end) {
        REQUIRE(content);
        REQUIRE(content->bytes == whole.from);
        REQUIRE(content->torn_bytes == end - whole.from);
        ++torn;
      } else {
        REQUIRE_FALSE(content);
        REQUIRE(content.error().offset == whole.from);
        ++damaged;
      }
    }
    CHECK(torn >= 1);
    CHECK(damaged >= 1);
  }
}

// Sectors reach the disk in any order.
TEST_CASE("a frame is torn where any of its sectors is missing, also one in the middle") {
  const LongEnd whole = long_end();
  const auto without = [&](std::size_t from, std::size_t to) {
    std::string bytes = whole.bytes;
    std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(std::max(from, whole.from)),
              bytes.begin() + static_cast<std::ptrdiff_t>(std::min(to, bytes.size())), '\0');
    const auto content = read(bytes);
    return content ? content->torn_bytes : 0;
  };
  const std::size_t end = whole.bytes.size();
  for (std::size_t sector = whole.from / 512; sector <= end / 512; ++sector) {
    INFO("sector " << sector);
    CHECK(without(sector * 512, sector * 512 + 512) == end - whole.from);
    if (sector * 512 < whole.from) continue;
    // Less than a sector: that is no crash. Of the last one there is less.
    CHECK(without(sector * 512, sector * 512 + 511) == (sector < end / 512 ? 0 : end - whole.from));
    CHECK(without(sector * 512 + 1, sector * 512 + 512) == 0);
  }
  CHECK(without(4'096, 8'192) == end - whole.from);
}

TEST_CASE("a full disk at every byte loses nothing and leaves nothing") {
  const Told whole = told();
  for (std::size_t room = 0; room < whole.disk.synced.size(); ++room) {
    INFO(room);
    Disk disk;
    disk.bytes_max = room;
    auto journal = start(disk);
    if (room < whole.sizes[0]) {
      REQUIRE_FALSE(journal);
      CHECK(journal.error().what == "cannot write the file: No space left on device");
      continue;
    }
    REQUIRE(journal);
    std::size_t done = 1;
    for (const SiteEvent& event : story()) {
      const auto appended = append(*journal, event);
      if (!appended) {
        REQUIRE(appended.error().what == "cannot write the file: No space left on device");
        REQUIRE(appended.error().kind == LogError::Kind::io);
        REQUIRE(appended.error().offset == whole.sizes[done - 1]);
        break;
      }
      ++done;
    }
    REQUIRE(disk.written == whole.disk.synced.substr(0, whole.sizes[done - 1]));
    // There is room again: the same journal goes on.
    disk.bytes_max = whole.disk.synced.size();
    for (std::size_t i = done; i < whole.events.size(); ++i) {
      REQUIRE(append(*journal, whole.events[i].event));
    }
    REQUIRE(disk.synced == whole.disk.synced);
  }
}

TEST_CASE(
    "after a sync or a repair that failed nothing more is written until the journal is reopened") {
  const Told whole = told();
  Disk disk;
  auto journal = start(disk);
  REQUIRE(journal);
  SECTION("the sync failed") {
    disk.sync_fails = true;
    const auto failed = append(*journal, story()[0]);
    REQUIRE_FALSE(failed);
    CHECK(failed.error().kind == LogError::Kind::io);
    CHECK_FALSE(failed.error().offset);
    CHECK(failed.error().what == "cannot sync the file: Input/output error");
  }
  SECTION("the disk was full, and what was written could not be taken back") {
    disk.bytes_max = whole.sizes[0] + 50;
    disk.truncate_fails = true;
    REQUIRE_FALSE(append(*journal, story()[0]));
  }
  disk.sync_fails = false;
  disk.truncate_fails = false;
  disk.bytes_max = whole.disk.synced.size();
  const auto refused = append(*journal, story()[0]);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().what.find("open it again") != std::string::npos);
  CHECK(journal->content().events.size() == 1);
  Journal again = reopened(disk);
  for (const SiteEvent& event : story()) REQUIRE(append(again, event));
  CHECK(disk.synced == whole.disk.synced);
}

TEST_CASE("a torn end that cannot be cut off is an error, and stays") {
  const Told whole = told();
  Disk disk;
  disk.written = whole.disk.synced.substr(0, whole.sizes[1] + 20);
  auto content = read(disk.written);
  REQUIRE(content);
  disk.truncate_fails = true;
  const auto journal = Journal::resume(storage_on(disk), "site.log", std::move(*content));
  REQUIRE_FALSE(journal);
  CHECK(journal.error().what == "cannot cut off the torn end of the file: Input/output error");
}

// Small frames are read many at a time: none may be lost where one reading ends.
TEST_CASE("a journal that is longer than what is read at once is read as it was written") {
  Disk disk;
  auto journal = start(disk);
  REQUIRE(journal);
  REQUIRE(append(*journal, story()[0]));
  for (int i = 0; i < 400; ++i) {
    REQUIRE(append(*journal, BulkTokenBlocked{kBulk}));
    REQUIRE(append(*journal, BulkTokenUnblocked{kBulk}));
  }
  const auto content = read(disk.synced);
  REQUIRE(content);
  CHECK(content->events == journal->content().events);
  CHECK(content->events.size() == 802);
  CHECK(content->bytes > 64 * 1024);
}
