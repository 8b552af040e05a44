// The journal of a site on disk, when all goes well, when the power is cut and when the disk fails.
#include "events/journal.hpp"

#include "events/faulty_storage.hpp"
#include "events/log_content.hpp"
#include "events/log_reader.hpp"
#include "events/resign.hpp"
#include "events/small_log.hpp"
#include "events/temporary_folder.hpp"
#include "support/property.hpp"

using namespace tokenlife;
using namespace tokenlife::test;
using events::Journal;
using events::JournalContent;
using events::LogError;
using events::read_journal;

namespace {

// Never rewritten: a new schema gets a new one, by the hidden test.
const std::filesystem::path kGolden = "tests/events/golden/schema-2/site.log";

constexpr std::int64_t kStart = 1'767'225'600;
constexpr Guid kBulk{0xb5, 0x01};
constexpr Sha256Thumbprint kThumbprint{0xc1, 0x1e};

// One event of each kind that a site on disk may have, in an order that can happen.
std::vector<SiteEvent> story() {
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

Result<Journal, LogError> start(Disk& disk) {
  return Journal::start(storage_on(disk), "site.log", kStart, {{1, 2}, Policy{}});
}

Result<void, LogError> append(Journal& journal, const SiteEvent& event) {
  const auto count = static_cast<std::uint32_t>(journal.content().events.size());
  return journal.append(at(Duration{60} * count), {CauseKind::action, count - 1}, event);
}

// What the journal with these bytes says.
Result<JournalContent, LogError> read(const std::string& bytes) {
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

Told told() {
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
Journal reopened(Disk& disk) {
  auto content = read(disk.written);
  REQUIRE(content);
  auto journal = Journal::resume(storage_on(disk), "site.log", std::move(*content));
  REQUIRE(journal);
  return std::move(*journal);
}

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
  CHECK(content->site.tenant == Guid{1, 2});
  CHECK(content->site.keys == std::vector<SigningKey>{{true}, {false}});
  CHECK(content->site.clients == std::map<Sha256Thumbprint, KnownClient>{{kThumbprint, {{0}, 1}}});
}

TEST_CASE("a journal of schema 2 replays for ever, and today's program writes the same bytes") {
  const auto content = read_journal(kGolden);
  REQUIRE(content);
  CHECK(events::to_string(content->digest) ==
        "3dc123b6270770cf12e94b67f9841ef609c3aeac6e4fde66b9ea978306e8abfe");
  CHECK(content->events == told().events);
  CHECK(read_file(kGolden) == told().disk.synced);
}

TEST_CASE("write the golden journal", "[.write-golden]") {
  write_file(kGolden, told().disk.synced);
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
    "the power may go at every byte: every acknowledged event is there, and what is torn goes") {
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

TEST_CASE("a frame over many sectors is torn at every byte, and what was before it stays") {
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
TEST_CASE("a file that grew before it was filled is torn where a sector is missing") {
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
  const auto journal = Journal::resume(storage_on(disk), "site.log", *content);
  REQUIRE_FALSE(journal);
  CHECK(journal.error().what == "cannot cut off the torn end of the file: Input/output error");
}

TEST_CASE("every bit of a journal counts") {
  const Told whole = told();
  const std::size_t last = whole.sizes[whole.sizes.size() - 2];
  std::string bytes = whole.disk.synced;
  for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    const auto flip = static_cast<char>(1 << (bit % 8));
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ flip);
    const auto content = read(bytes);
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ flip);
    INFO("bit " << bit % 8 << " of byte " << bit / 8);
    if (content) {
      // Only of the last event can it look as if it was never there as a whole.
      REQUIRE(bit / 8 >= last);
      REQUIRE(content->torn_bytes == bytes.size() - last);
      continue;
    }
    std::size_t offset = bit / 8;
    for (const FramePlace& frame : frames_of(bytes)) {
      if (frame.offset <= bit / 8 && bit / 8 < frame.end()) offset = frame.offset;
    }
    REQUIRE(content.error().offset == offset);
    const bool is_newer = bit / 8 == 7 && bit != 56;  // the version of the format
    REQUIRE(content.error().kind ==
            (is_newer ? LogError::Kind::unsupported : LogError::Kind::corrupt));
  }
}

TEST_CASE("a last event that is wrong and all there is damage, not a torn end") {
  const Told whole = told();
  const std::size_t last = whole.sizes[whole.sizes.size() - 2];
  const auto offset_of = [](const std::string& bytes) {
    const auto content = read(bytes);
    return content ? std::size_t{0} : static_cast<std::size_t>(content.error().offset.value());
  };
  std::string bytes = whole.disk.synced;
  SECTION("its length claims more than there is") {
    bytes[last] = static_cast<char>(bytes[last] + 8);
  }
  SECTION("its digest") { bytes.back() = static_cast<char>(bytes.back() ^ 1); }
  SECTION("its type") { bytes[last + 4] = 5; }
  SECTION("something follows that is no frame") {
    CHECK(offset_of(bytes + std::string(100, 'x')) == bytes.size());
    return;
  }
  CHECK(offset_of(bytes) == last);
}

TEST_CASE("a frame before the last is never taken for a torn end") {
  const Told whole = told();
  std::string bytes = whole.disk.synced;
  const std::size_t middle = whole.sizes[3];
  bytes[middle + 1] = '\x10';  // The length claims 4,096 bytes more, beyond the end of the file.
  const auto content = read(bytes);
  REQUIRE_FALSE(content);
  CHECK(content.error().offset == middle);
  CHECK(content.error().what == "the frame's length goes beyond the end of the file");
  CHECK(content.error().kind == LogError::Kind::corrupt);
}

TEST_CASE("an event that cannot have happened is an error, whatever its digest says") {
  Disk disk;
  REQUIRE(start(disk));
  std::string bytes = disk.synced;
  const std::size_t end = bytes.size();
  Disk other = disk;
  Journal journal = reopened(other);
  REQUIRE(append(journal, BulkTokenIssued{"kiosks", kBulk, at(Duration{60}), at(Duration{120})}));
  // The same event once more, as the second frame of a forger.
  const std::string frame = other.synced.substr(end);
  bytes = other.synced + frame;
  bytes[other.synced.size() + 40] = 2;  // its sequence number
  resign_file(bytes, std::string(32, '\0'));
  const auto content = read(bytes);
  REQUIRE_FALSE(content);
  CHECK(content.error().offset == other.synced.size());
  CHECK(content.error().what.find("cannot happen: guid-in-use") != std::string::npos);
}

TEST_CASE("a run's log is no journal, and a journal is no run's log") {
  const TemporaryFolder folder;
  REQUIRE(write_log(folder / "run", small_log()));
  const auto run = read_journal(folder / "run" / "site.log");
  CHECK(run.error().kind == LogError::Kind::misuse);
  CHECK_FALSE(run.error().offset);
  CHECK(run.error().what == "this is the log of a run, and not of a site on disk");
  std::filesystem::create_directory(folder / "site");
  write_file(folder / "site" / "site.log", told().disk.synced);
  const auto site = events::LogReader::open(folder / "site");
  CHECK(site.error().kind == LogError::Kind::misuse);
  CHECK_FALSE(site.error().offset);
  CHECK(site.error().what == "this is the journal of a site on disk, and not a run's log");
}

TEST_CASE("whatever is done to a journal's bytes, it opens with what it had or is an error") {
  const Told whole = told();
  property("journal-hostile", [&] {
    std::string bytes = whole.disk.synced;
    const int changes = *rc::gen::inRange(1, 4);
    for (int i = 0; i < changes; ++i) {
      const auto at = *rc::gen::inRange<std::size_t>(0, bytes.size());
      bytes[at] = *rc::gen::arbitrary<char>();
    }
    bytes.resize(*rc::gen::inRange<std::size_t>(0, bytes.size() + 1));
    const auto content = read(bytes);
    if (!content) return;
    RC_ASSERT(content->bytes <= whole.disk.synced.size());
    RC_ASSERT(content->events ==
              std::vector(whole.events.begin(),
                          whole.events.begin() + static_cast<long>(content->events.size())));
  });
}
