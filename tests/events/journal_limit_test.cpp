// What tells the torn end of a journal from damage, at its limits.
#include <stdexcept>

#include "events/journal_story.hpp"

using namespace tokenlife;
using namespace tokenlife::test;
using events::Journal;

namespace {

// A journal whose second event, a bulk token with a name of so many letters, begins at `from`.
struct Long {
  std::string bytes;
  std::size_t from;
};

Long journal_with_name_of(std::size_t letters) {
  Disk disk;
  auto journal = Journal::start(storage_on(disk), "site.log", 0, {{1, 2}, Policy{}});
  const std::size_t from = disk.synced.size();
  const BulkTokenIssued issued{
      std::string(letters, 'x'), {7, 7}, at(Duration{1}), at(Duration{61})};
  const auto done = journal->append(at(Duration{1}), {CauseKind::action, 0}, issued);
  REQUIRE(done);
  return {disk.synced, from};
}

// The most letters for which the frame has at most 65,536 bytes: a word has eight letters, and the
// last one a NUL.
std::size_t letters_max() {
  const Long one = journal_with_name_of(7);
  return 7 + 65'536 - (one.bytes.size() - one.from);
}

}  // namespace

TEST_CASE("an event of a journal has at most 65,536 bytes, and any cut of it is torn") {
  const Long longest = journal_with_name_of(letters_max());
  CHECK(longest.bytes.size() - longest.from == 65'536);
  CHECK(read(longest.bytes)->events.size() == 2);
  for (const std::size_t left : {1U, 7U, 8U, 40U, 512U, 32'768U, 65'535U}) {
    INFO(left);
    const auto content = read(longest.bytes.substr(0, longest.from + left));
    REQUIRE(content);
    CHECK(content->events.size() == 1);
    CHECK(content->torn_bytes == left);
  }
  CHECK_THROWS_AS(journal_with_name_of(letters_max() + 1), std::logic_error);
}

TEST_CASE("what is longer than an event was not torn") {
  const std::string whole = journal_with_name_of(7).bytes;
  CHECK(read(whole + std::string(65'536, '\0'))->torn_bytes == 65'536);
  const auto damaged = read(whole + std::string(65'537, '\0'));
  REQUIRE_FALSE(damaged);
  CHECK(damaged.error().kind == events::LogError::Kind::corrupt);
  CHECK(damaged.error().offset == whole.size());
}

TEST_CASE("an end that claims what no event can have was not torn") {
  const std::string whole = journal_with_name_of(7).bytes;
  const auto is_torn = [&](std::uint32_t length, std::uint32_t type) {
    std::string bytes = whole;
    bytes.append(reinterpret_cast<const char*>(&length), 4);
    bytes.append(reinterpret_cast<const char*>(&type), 4);
    const auto content = read(bytes + "x");
    if (!content) CHECK(content.error().offset == whole.size());
    return content.has_value();
  };
  CHECK(is_torn(8, 2));
  CHECK(is_torn(65'536, 2));
  CHECK_FALSE(is_torn(65'544, 2));
  CHECK_FALSE(is_torn(12, 2));
  CHECK_FALSE(is_torn(0, 2));
  CHECK_FALSE(is_torn(8, 1));
  CHECK_FALSE(is_torn(8, 3));
}

TEST_CASE("a journal that ends before its first event is damaged, and not interrupted") {
  Disk disk;
  REQUIRE(Journal::start(storage_on(disk), "site.log", 0, {{1, 2}, Policy{}}));
  REQUIRE(read(disk.synced));
  for (std::size_t size = 0; size < disk.synced.size(); ++size) {
    const auto content = read(disk.synced.substr(0, size));
    INFO(size);
    REQUIRE_FALSE(content);
    REQUIRE(content.error().kind == events::LogError::Kind::corrupt);
  }
}

TEST_CASE("an end is torn where a whole sector of 512 bytes is missing, and not for less") {
  const Long whole = journal_with_name_of(4'000);
  const std::size_t sector = (whole.from / 512 + 3) * 512;
  const auto without = [&](std::size_t from, std::size_t bytes) {
    return read(std::string(whole.bytes).replace(from, bytes, std::string(bytes, '\0')));
  };
  const auto torn = without(sector, 512);
  REQUIRE(torn);
  CHECK(torn->torn_bytes == whole.bytes.size() - whole.from);
  for (const auto& damaged : {without(sector, 511), without(sector + 1, 511),
                              without(sector + 1, 1'022), without(sector - 256, 512)}) {
    REQUIRE_FALSE(damaged);
    CHECK(damaged.error().kind == events::LogError::Kind::corrupt);
    CHECK(damaged.error().offset == whole.from);
    CHECK(damaged.error().what == "the digest of this frame (block of the file) is wrong");
  }
}
