// How far a journal goes, whose clock goes back, and what can be read of one that is damaged.
#include <cstring>

#include "core/site.hpp"
#include "events/journal_story.hpp"

#include "events/frame_builder.hpp"
#include "events/log_reader.hpp"
#include "events/site_codec.hpp"

using namespace tokenlife;
using namespace tokenlife::test;
using events::Digest;
using events::JournalHead;
using events::salvage_journal;

namespace {

const std::filesystem::path kHeadsJournal = "tests/events/golden/schema-5-heads/site.log";
constexpr Instant kLate = at(std::chrono::days{26'663});

// One event of each kind that came with schema 5, and some around them; each with its time.
std::vector<std::pair<Instant, SiteEvent>> strange_story() {
  const ClientToken token{TokenSerial::of({5'000'000}, 5), at(Duration{-40}),
                          at(std::chrono::days{90}), KeyNumber{0}};
  return {{kLate, BulkTokenIssued{"kiosks", kBulk, kLate, kLate + Duration{3'600}}},
          {at(Duration{-60}), ClockWentBack{kLate, at(Duration{-60})}},
          {at(Duration{-60}), BulkTokenBlocked{kBulk}},
          {at(Duration{-50}), EpochBegun{{5'000'000}}},
          {at(Duration{-40}), ClientRecognised{kThumbprint, TokenSerial::of({7}, 4), {5'000'000}}},
          {at(Duration{-40}), ClientTokenIssued{kThumbprint, token}},
          {at(Duration{-30}), ClientTokenShown{kThumbprint, TokenSerial::of({5'000'000}, 5)}},
          {at(Duration{30}), JournalRepaired{9, 8, 60}}};
}

struct Strange {
  Disk disk;
  std::vector<JournalHead> heads;
  std::vector<std::size_t> sizes;
};

Strange strange() {
  Strange result;
  auto journal = start(result.disk);
  REQUIRE(journal);
  const auto remember = [&] {
    result.heads.push_back(journal->content().head());
    result.sizes.push_back(result.disk.synced.size());
  };
  remember();
  for (const auto& [time, event] : strange_story()) {
    const auto count = static_cast<std::uint32_t>(journal->content().events.size());
    REQUIRE(journal->append(time, {CauseKind::action, count - 1}, event));
    remember();
  }
  return result;
}

Result<JournalContent, LogError> read_with(const std::string& bytes, const JournalHead& head) {
  const TemporaryFolder folder;
  write_file(folder / "site.log", bytes);
  return read_journal(folder / "site.log", head);
}

// The journal with the time of its last event taken `seconds` back.
std::string with_last_time(const Strange& whole, std::uint32_t time) {
  std::string bytes = whole.disk.synced;
  std::memcpy(bytes.data() + whole.sizes[whole.sizes.size() - 2] + 44, &time, sizeof time);
  resign_file(bytes, std::string(32, '\0'));
  return bytes;
}

Recorded<SiteEvent> recorded(std::uint32_t seq, const SiteEvent& event) {
  return {{at(Duration{0}), seq, {CauseKind::action, 0}}, event};
}

// As one who forges a journal makes it: the program writes one event into each.
std::string frame_with(const Digest& previous, const std::vector<Recorded<SiteEvent>>& events) {
  events::FrameBuilder builder;
  const std::span all(events);
  return builder.build(
      previous, events::FrameType::site_events, events::words_of(all),
      [&](capnp::MessageBuilder& message) { events::encode(all, message); },
      [](const events::BuiltFrame& frame) {
        return std::string(reinterpret_cast<const char*>(frame.bytes.data()), frame.bytes.size());
      });
}

}  // namespace

TEST_CASE("a journal whose clock goes back is read as it was written, also before its start") {
  const Strange whole = strange();
  const auto content = read(whole.disk.synced);
  REQUIRE(content);
  CHECK(content->keeps_head);
  CHECK(content->digests.size() == 9);
  REQUIRE(content->events.size() == 9);
  for (std::size_t i = 0; i < strange_story().size(); ++i) {
    CHECK(content->events[i + 1].time == strange_story()[i].first);
    CHECK(content->events[i + 1].event == strange_story()[i].second);
  }
  CHECK(content->site->clients == KnownClients{{kThumbprint,
                                                {{5'000'000},
                                                 5,
                                                 TokenSerial::of({5'000'000}, 5),
                                                 {TokenSerial::of({7}, 4)},
                                                 TokenSerial::of({5'000'000}, 5)}}});
}

TEST_CASE("a journal of an earlier version has a head from its first event of this one on") {
  Disk disk;
  disk.written = read_file("tests/sim/golden/site-without-head/site.log");
  Journal journal = reopened(disk);
  CHECK_FALSE(journal.content().keeps_head);
  const auto events = [&] { return static_cast<std::uint32_t>(journal.content().events.size()); };
  const Instant last = journal.content().events.back().time;
  REQUIRE(journal.append(last, {CauseKind::action, events() - 1}, EndpointDown{Endpoint::mp}));
  // What came with schema 5, and before heads.
  for (const SiteEvent& event :
       {SiteEvent{ClientCertificateBlocked{{9}}}, SiteEvent{ClientCertificateUnblocked{{9}}}}) {
    REQUIRE(journal.append(last, {CauseKind::action, events() - 1}, event));
  }
  CHECK_FALSE(read(disk.synced)->keeps_head);
  REQUIRE(journal.append(last, {CauseKind::action, events() - 1}, EpochBegun{{5'000'000}}));
  CHECK(read(disk.synced)->keeps_head);
}

TEST_CASE("a journal of schema 5 replays for ever, and today's program writes the same bytes") {
  const auto content = read_journal(kHeadsJournal);
  REQUIRE(content);
  CHECK(content->events == read(strange().disk.synced)->events);
  CHECK(read_file(kHeadsJournal) == strange().disk.synced);
}

TEST_CASE("write the golden journal of schema 5", "[.write-golden]") {
  std::filesystem::create_directories(kHeadsJournal.parent_path());
  write_file(kHeadsJournal, strange().disk.synced);
}

TEST_CASE("a time that goes back without an event that says so is damage") {
  const Strange whole = strange();
  REQUIRE(read(with_last_time(whole, 31)));
  const auto back = read(with_last_time(whole, 0));
  REQUIRE(back);  // Later than the one before, which is before the start.
  Disk disk;
  REQUIRE(start(disk));
  Journal journal = reopened(disk);
  REQUIRE(append(journal, story()[0]));
  const std::size_t last = disk.synced.size();
  REQUIRE(append(journal, story()[1]));
  std::string bytes = disk.synced;
  const std::uint32_t time = 59;
  std::memcpy(bytes.data() + last + 44, &time, sizeof time);
  resign_file(bytes, std::string(32, '\0'));
  const auto refused = read(bytes);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind == LogError::Kind::corrupt);
  CHECK(refused.error().what == "time goes back in the site's events");
  CHECK(refused.error().offset == last);
}

TEST_CASE("a clock goes back from the event before, or it is damage") {
  Disk disk;
  REQUIRE(start(disk));
  Journal journal = reopened(disk);
  REQUIRE(append(journal, story()[0]));  // at 60
  const std::size_t last = disk.synced.size();
  REQUIRE(journal.append(at(Duration{5}), {CauseKind::action, 1},
                         ClockWentBack{at(Duration{60}), at(Duration{5})}));
  const auto with = [&](std::size_t offset, std::uint32_t value) {
    std::string bytes = disk.synced;
    std::memcpy(bytes.data() + last + offset, &value, sizeof value);
    resign_file(bytes, std::string(32, '\0'));
    return read(bytes);
  };
  CHECK(with(44, 5));
  CHECK(with(44, 59));
  for (const std::uint32_t time : {60U, 61U}) {
    const auto refused = with(44, time);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().what == "a clock goes back, and not from the event before");
  }
  const auto from_elsewhere = with(56, 61);  // it says that it goes back from there
  REQUIRE_FALSE(from_elsewhere);
  CHECK(from_elsewhere.error().what == "a clock goes back, and not from the event before");
}

TEST_CASE("a run's log takes nothing that sites on disk alone have") {
  LogContent content = small_log();
  const Instant before = content.site.back().time;
  const auto seq = static_cast<std::uint32_t>(content.site.size());
  content.site.push_back({{before - Duration{1}, seq, {CauseKind::action, 0}},
                          ClockWentBack{before, before - Duration{1}}});
  const TemporaryFolder folder;
  REQUIRE(write_log(folder / "run", content));
  const auto log = events::LogReader::open(folder / "run");
  REQUIRE_FALSE(log);
  CHECK(log.error().kind == LogError::Kind::corrupt);
  CHECK(log.error().what == "a run has what sites on disk alone have");
}

TEST_CASE("a journal that does not go as far as its head is damaged, wherever it is cut",
          "[slow]") {
  const Strange whole = strange();
  for (std::size_t acknowledged = 1; acknowledged < whole.heads.size(); ++acknowledged) {
    const JournalHead& head = whole.heads[acknowledged];
    // What stands behind the head counts.
    REQUIRE(read_with(whole.disk.synced, head));
    REQUIRE(read_with(whole.disk.synced.substr(0, whole.sizes[acknowledged]), head));
    for (std::size_t size = whole.sizes[0]; size < whole.sizes[acknowledged]; ++size) {
      INFO("event " << acknowledged << ", cut at byte " << size);
      const auto content = read_with(whole.disk.synced.substr(0, size), head);
      REQUIRE_FALSE(content);
      REQUIRE(content.error().kind == LogError::Kind::corrupt);
    }
  }
  const auto cut = read_with(whole.disk.synced.substr(0, whole.sizes[2] + 60), whole.heads[4]);
  REQUIRE_FALSE(cut);
  CHECK(cut.error().offset == whole.sizes[2]);
  CHECK(cut.error().what == "the file ends after event 3 of 5 that were acknowledged");
}

TEST_CASE("a torn frame behind the head was never acknowledged") {
  const Strange whole = strange();
  const auto content = read_with(whole.disk.synced.substr(0, whole.sizes[3] + 60), whole.heads[3]);
  REQUIRE(content);
  CHECK(content->torn_bytes == 60);
  CHECK(content->events.size() == 4);
}

TEST_CASE("a journal with another history than its head's is damaged") {
  const Strange whole = strange();
  JournalHead head = whole.heads[3];
  head.digest.bytes[31] = static_cast<unsigned char>(head.digest.bytes[31] ^ 1);
  const auto content = read_with(whole.disk.synced, head);
  REQUIRE_FALSE(content);
  CHECK(content.error().what == "event 4 is not the one that was acknowledged");
}

TEST_CASE("what stands before and behind a bad byte of a journal can be read") {
  const Told whole = told();
  for (std::size_t bad = 1; bad < whole.sizes.size(); ++bad) {
    INFO("event " << bad);
    std::string bytes = whole.disk.synced;
    const std::size_t at = whole.sizes[bad - 1] + 60;
    bytes[at] = static_cast<char>(bytes[at] ^ 1);
    const TemporaryFolder folder;
    write_file(folder / "site.log", bytes);
    const auto saved = salvage_journal(folder / "site.log");
    REQUIRE(saved);
    REQUIRE(saved->error);
    CHECK(saved->error->offset == whole.sizes[bad - 1]);
    CHECK(saved->file_bytes == bytes.size());
    CHECK(saved->content.bytes == whole.sizes[bad - 1]);
    const auto begin = whole.events.begin();
    const auto count = static_cast<std::ptrdiff_t>(bad);
    CHECK(saved->content.events == std::vector(begin, begin + count));
    CHECK(saved->behind == std::vector(begin + count + 1, whole.events.end()));
  }
}

TEST_CASE("of a good journal, or one that is torn, all is read, and nothing is behind") {
  const Told whole = told();
  const TemporaryFolder folder;
  for (const std::size_t cut : {std::size_t{0}, std::size_t{9}}) {
    write_file(folder / "site.log", whole.disk.synced.substr(0, whole.disk.synced.size() - cut));
    const auto saved = salvage_journal(folder / "site.log");
    REQUIRE(saved);
    CHECK_FALSE(saved->error);
    CHECK(saved->behind.empty());
    CHECK(saved->content.events.size() == (cut == 0 ? 9 : 8));
  }
  write_file(folder / "site.log", whole.disk.synced.substr(0, 30));
  CHECK_FALSE(salvage_journal(folder / "site.log"));
}

TEST_CASE("of a frame in which one event cannot happen none counts") {
  const TemporaryFolder folder;
  Disk disk;
  const Digest digest = start(disk)->content().digest;
  write_file(folder / "site.log",
             disk.synced + frame_with(digest, {recorded(1, BulkTokenIssued{"", kBulk, {}, {}}),
                                               recorded(2, BulkTokenBlocked{{7, 7}})}));
  const auto saved = salvage_journal(folder / "site.log");
  REQUIRE(saved);
  CHECK(saved->error->what == "the event bulk-token-blocked cannot happen: no-such-token");
  CHECK(saved->content.events.size() == 1);
  CHECK(saved->content.site->bulk_tokens.empty());
  CHECK(saved->behind.size() == 2);
}

TEST_CASE("a journal without a first event is damaged, and nothing of it can be saved") {
  const TemporaryFolder folder;
  Disk disk;
  REQUIRE(start(disk));
  const FramePlace header = frames_of(disk.synced).front();
  const std::string begin = disk.synced.substr(0, header.end());
  Digest digest;
  std::memcpy(digest.bytes.data(), begin.data() + header.digest(), digest.bytes.size());
  const Recorded<SiteEvent> first = recorded(0, SiteEstablished{{1, 2}, Policy{}});
  for (const std::string& rest :
       {std::string(), frame_with(digest, {first, recorded(1, BulkTokenBlocked{{7, 7}})})}) {
    write_file(folder / "site.log", begin + rest);
    CHECK_FALSE(salvage_journal(folder / "site.log"));
    CHECK_FALSE(read_journal(folder / "site.log"));
  }
}

TEST_CASE("a journal starts so near to all times that a clock may have that they can be counted") {
  Disk disk;
  REQUIRE(start(disk));
  const std::size_t place =
      disk.synced.find(std::string(reinterpret_cast<const char*>(&kStart), 8));
  REQUIRE(place != std::string::npos);
  constexpr std::int64_t kMax = std::int64_t{1} << 38;
  for (const std::int64_t sign : {-1, 1}) {
    for (const std::int64_t beyond : {0, 1}) {
      const std::int64_t begin = sign * (kMax + beyond);
      std::string bytes = disk.synced;
      std::memcpy(bytes.data() + place, &begin, sizeof begin);
      resign_file(bytes, std::string(32, '\0'));
      const auto content = read(bytes);
      CHECK(content.has_value() == (beyond == 0));
      if (!content) CHECK(content.error().what == "the start is out of range");
    }
  }
}
