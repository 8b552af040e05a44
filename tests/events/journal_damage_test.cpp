// A journal whose bytes are not as they were written.
#include "events/journal_story.hpp"

using namespace tokenlife;
using namespace tokenlife::test;

TEST_CASE("every bit of a journal counts", "[slow]") {
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
  CHECK(content.error().what ==
        "the length of this frame (block of the file) goes beyond the file's end");
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
  CHECK(site.error().what == "this is the journal of a site on disk, not a run's log");
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
