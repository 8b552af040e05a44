// What can be read of a damaged journal, however much stands behind the damage.
#include <filesystem>

#include "events/journal_story.hpp"

using namespace tokenlife;
using namespace tokenlife::test;

namespace {

// A journal in which that stands in the place of its third event.
struct Broken {
  TemporaryFolder folder;
  std::filesystem::path file = folder / "site.log";
  Told whole = told();
  std::size_t damage = whole.sizes[1];

  explicit Broken(const std::string& between) {
    const std::string& bytes = whole.disk.synced;
    std::string broken = bytes.substr(0, damage) + between;
    // From the digest on behind which the fourth begins.
    broken += bytes.substr(whole.sizes[2] - 32);
    write_file(file, broken);
  }
};

constexpr std::size_t kMiB = std::size_t{1} << 20;

}  // namespace

TEST_CASE("events are found wherever they stand behind damage") {
  // What is looked at in one piece ends among these, and within one of the events' frames.
  for (const std::size_t between :
       {std::size_t{8}, 4 * kMiB - 70'000, 4 * kMiB - 65'744, 4 * kMiB - 65'584, 4 * kMiB - 65'360,
        4 * kMiB - 104, 4 * kMiB, 8 * kMiB - 131'304, 9 * kMiB}) {
    INFO(between);
    const Broken journal(std::string(between, '\0'));
    const auto found = events::salvage_journal(journal.file);
    REQUIRE(found);
    REQUIRE(found->error);
    CHECK(found->error->offset == journal.damage);
    CHECK(found->content.bytes == journal.damage);
    CHECK(found->behind ==
          std::vector(journal.whole.events.begin() + 3, journal.whole.events.end()));
  }
}

TEST_CASE("lengths of frames that are none are not tried for ever") {
  // At each place the beginning of a frame of 64 KiB: to try them all is to hash 16 GiB.
  std::string lengths;
  for (std::size_t i = 0; i < 2 * kMiB / 8; ++i) lengths += std::string("\0\0\1\0\4\0\0\0", 8);
  const Broken journal(lengths);
  const auto found = events::salvage_journal(journal.file);
  REQUIRE(found);
  REQUIRE(found->error);
  CHECK(found->behind.empty());
  CHECK(
      found->error->what.ends_with("; what follows looks like frames (blocks of the file) but is "
                                   "not, and was not searched to its end"));
}

TEST_CASE("a few lengths of frames that are none hide no event") {
  std::string lengths;
  for (std::size_t i = 0; i < 4'096 / 8; ++i) lengths += std::string("\0\0\1\0\4\0\0\0", 8);
  const Broken journal(lengths + std::string(kMiB, '\0'));
  const auto found = events::salvage_journal(journal.file);
  REQUIRE(found);
  CHECK(found->error->what.find("looks like frames") == std::string::npos);
  CHECK(found->behind.size() == journal.whole.events.size() - 3);
}

TEST_CASE("a journal behind which a terabyte of nothing stands is an error, at once") {
  const Broken journal("");
  std::filesystem::resize_file(journal.file, std::uintmax_t{1} << 40);
  const auto found = events::salvage_journal(journal.file);
  REQUIRE_FALSE(found);
  CHECK(found.error().kind == LogError::Kind::misuse);
  CHECK(found.error().offset == journal.damage);
  const std::string size = std::to_string((std::uint64_t{1} << 40) - journal.damage);
  CHECK(found.error().what == "nothing can be read from here on, for " + size +
                                  " bytes, more than any journal has: cut them off, with "
                                  "`truncate --size " +
                                  std::to_string(journal.damage) + "` for example");
  CHECK_FALSE(events::read_journal(journal.file));
}
