// A site on disk after a power cut, at whichever byte: nothing that was acknowledged is gone
// without a word, and what was blocked stays so.
#include "sim/site/site_head.hpp"

#include "core/site.hpp"
#include "core/site_command.hpp"
#include "sim/site/site_repair.hpp"
#include "support/folder_desk.hpp"

namespace tokenlife::test {
namespace {

Result<sys_seconds, sim::Error> at_first() { return kMade; }

// A site with a bulk token, whose last event is its block.
struct CutDesk : FolderDesk {
  std::string log = site + "/site.log";
  std::string head = site + "/site.head";
  std::string log_before;
  std::string head_before;
  std::string log_after;
  std::string head_after;

  CutDesk() {
    SiteFolder folder_of_site = open();
    done(folder_of_site, IssueBulkToken{"", kBulk, 60});
    log_before = read_file(log);
    head_before = read_file(head);
    done(folder_of_site, BlockBulkToken{kBulk});
    log_after = read_file(log);
    head_after = read_file(head);
  }
  void leave(const std::string& log_bytes, const std::string& head_bytes) const {
    write_file(log, log_bytes);
    write_file(head, head_bytes);
  }
  bool is_closed() const {
    return !SiteFolder::open_to_read(site) && !SiteFolder::open_to_write(site);
  }
};

}  // namespace

TEST_CASE("R54: a site whose journal was cut at any byte of what was acknowledged is closed") {
  const CutDesk desk;
  for (std::size_t size = 0; size < desk.log_after.size(); ++size) {
    INFO(size);
    desk.leave(desk.log_after.substr(0, size), desk.head_after);
    REQUIRE(desk.is_closed());
  }
  desk.leave(desk.log_after, desk.head_after);
  CHECK(desk.open().site().bulk_tokens.at(kBulk).blocked);
}

TEST_CASE("a site that was read is opened to write as it is now") {
  const FolderDesk desk;
  auto same = SiteFolder::open_to_read(desk.site);
  REQUIRE(same);
  auto writer = SiteFolder::open_to_write(std::move(*same));
  REQUIRE(writer);
  done(*writer, IssueBulkToken{"", kBulk, 60});
  writer = Failed<sim::Error>(sim::Error{});
  auto stale = SiteFolder::open_to_read(desk.site);
  REQUIRE(stale);
  {
    SiteFolder other = desk.open();
    done(other, BlockBulkToken{kBulk});
    done(other, UnblockBulkToken{kBulk});
    done(other, BlockBulkToken{kBulk});
  }
  auto fresh = SiteFolder::open_to_write(std::move(*stale));
  REQUIRE(fresh);
  CHECK(fresh->events().size() == 5);
  CHECK(fresh->site().bulk_tokens.at(kBulk).blocked);
  done(*fresh, BlockClientCertificate{kThumbprint});
  fresh = Failed<sim::Error>(sim::Error{});
  CHECK(desk.open().events().size() == 6);
}

TEST_CASE("R54: a site that was read is closed to a writer if its head is another one by then") {
  const CutDesk desk;
  desk.leave(desk.log_before, desk.head_before);
  auto read = SiteFolder::open_to_read(desk.site);
  REQUIRE(read);
  write_file(desk.head, desk.head_after);
  CHECK_FALSE(SiteFolder::open_to_write(std::move(*read)));
}

TEST_CASE("an event that was cut at any byte before it was acknowledged is in nobody's way",
          "[slow]") {
  const CutDesk desk;
  for (std::size_t size = desk.log_before.size(); size <= desk.log_after.size(); ++size) {
    INFO(size);
    desk.leave(desk.log_after.substr(0, size), desk.head_before);
    const bool is_whole = size == desk.log_after.size();
    const auto read = SiteFolder::open_to_read(desk.site);
    REQUIRE(read);
    CHECK(read->site().bulk_tokens.at(kBulk).blocked == is_whole);
    SiteFolder site = desk.open();
    done(site, IssueBulkToken{"", {7, 7}, 60});
    REQUIRE(SiteFolder::open_to_read(desk.site)->events().size() == (is_whole ? 4 : 3));
  }
}

TEST_CASE(
    "a head that was cut at any byte, or is not there, closes the site until it is repaired") {
  const CutDesk desk;
  for (std::size_t size = 0; size < desk.head_after.size(); ++size) {
    INFO(size);
    desk.leave(desk.log_after, desk.head_after.substr(0, size));
    REQUIRE(desk.is_closed());
  }
  std::filesystem::remove(desk.head);
  REQUIRE(desk.is_closed());
  const auto repair = sim::repair_site(desk.site, false, at_first);
  REQUIRE(repair);
  CHECK(repair->repaired == JournalRepaired{3, 3, 0});
  CHECK(desk.open().site().bulk_tokens.at(kBulk).blocked);
}

TEST_CASE("a repair that was cut off can be made again") {
  const CutDesk desk;
  desk.leave(desk.log_before, desk.head_after);
  REQUIRE(sim::repair_site(desk.site, false, at_first));
  const std::string repaired = read_file(desk.log);
  // Its head was not written any more.
  desk.leave(repaired, desk.head_after);
  CHECK(desk.is_closed());
  REQUIRE(sim::repair_site(desk.site, false, at_first));
  const SiteFolder site = desk.open();
  CHECK(site.site().bulk_tokens.contains(kBulk));
  // A copy of the journal as it was each time.
  CHECK(read_file(desk.log + ".damaged-1") == desk.log_before);
  CHECK(read_file(desk.log + ".damaged-2") == repaired);
}

TEST_CASE("a head in words is a head again, and other words are none") {
  const FolderDesk desk;
  const std::string words = sim::to_string(desk.open().head());
  CHECK(words.starts_with("1:"));
  REQUIRE(sim::parse_head(words));
  CHECK(sim::to_string(*sim::parse_head(words)) == words);
  const std::string digest = words.substr(2);
  for (const std::string& wrong :
       {std::string(), digest, "1:" + digest.substr(1), "1:" + digest + "0", "1;" + digest,
        "0:" + digest, "-1:" + digest, " 1:" + digest, "1:" + std::string(64, 'g'),
        "1:" + std::string(64, 'A'), "99999999999999999999:" + digest}) {
    INFO(wrong);
    CHECK_FALSE(sim::parse_head(wrong));
  }
}

}  // namespace tokenlife::test
