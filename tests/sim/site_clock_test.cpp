// A site on disk whose clock was wrong, and one that is a copy.
#include "core/site.hpp"
#include "core/site_command.hpp"
#include "support/folder_desk.hpp"

namespace tokenlife::test {

TEST_CASE("D2: where the clock goes back an event says so, and all is done by the clock as it is",
          "[slow]") {
  const FolderDesk desk;
  SiteFolder site = desk.open();
  done(site, IssueBulkToken{"", kBulk, 60}, kMade + days{26'663});
  CHECK(site.take_warning() ==
        desk.site +
            ": warning: it is 2099-01-01T00:00:00Z, and the last event was at "
            "2026-01-01T00:00:00Z, 26663d before; check that the clock is right");
  done(site, BlockBulkToken{kBulk}, kMade + days{1});
  CHECK(site.take_warning() ==
        desk.site +
            ": warning: the clock went back: it is 2026-01-02T00:00:00Z, and the last event was at "
            "2099-01-01T00:00:00Z; what was issued with later dates is good only from then on");
  REQUIRE(site.events().size() == 4);
  CHECK(site.events()[2].event == SiteEvent{ClockWentBack{site.instant_of(kMade + days{26'663}),
                                                          site.instant_of(kMade + days{1})}});
  CHECK(site.time_of(site.events()[2].time) == kMade + days{1});
  CHECK(site.time_of(site.events()[3].time) == kMade + days{1});
  // What changes nothing says nothing.
  CHECK_FALSE(*site.append(BlockBulkToken{kBulk}, kMade));
  CHECK(site.events().size() == 4);
  const auto issued =
      std::get<BulkTokenIssued>(done(site, IssueBulkToken{"", {7, 7}, 60}, kMade - days{9}));
  CHECK(site.time_of(issued.not_before) == kMade - days{9});
  CHECK(site.take_warning().find("the clock went back") != std::string::npos);
  const auto again = SiteFolder::open_to_read(desk.site);
  REQUIRE(again);
  CHECK(again->events() == site.events());
  done(site, IssueBulkToken{"", {8, 8}, 60}, kMade + days{2});
  CHECK(site.take_warning().empty());
}

TEST_CASE("a step forward of 30 days is usual, and of more is told") {
  const FolderDesk desk;
  SiteFolder site = desk.open();
  done(site, IssueBulkToken{"", {1, 1}, 60}, kMade + days{30});
  CHECK(site.take_warning().empty());
  done(site, IssueBulkToken{"", {2, 2}, 60}, kMade + days{60} + seconds{1});
  CHECK(site.take_warning().find("2026-01-31T00:00:00Z, 30d1s before; check that") !=
        std::string::npos);
}

TEST_CASE("A9: blocks, unblocks, rotations and retirements work whatever the clock says",
          "[slow]") {
  const FolderDesk desk;
  SiteFolder site = desk.open();
  done(site, IssueBulkToken{"", kBulk, 60});
  const sys_seconds last{seconds{253'402'300'799}};  // of the year 9999
  for (const sys_seconds now : {last, sys_seconds{}, kMade}) {
    done(site, BlockBulkToken{kBulk}, now);
    done(site, UnblockBulkToken{kBulk}, now);
    const auto rotated = site.rotate(now);
    REQUIRE(rotated);
    done(site, RetireSigningCertificate{{rotated->key.value - 1}}, now);
  }
  CHECK(SiteFolder::open_to_read(desk.site)->events() == site.events());
}

// ---- Copies ------------------------------------------------------------------------------------

TEST_CASE("D5: a copy of a site gives no number that the other one may have given") {
  const FolderDesk desk;
  Files backup;
  const auto issue = [&](const Sha256Thumbprint& thumbprint) {
    SiteFolder site = desk.open();
    return std::get<ClientTokenIssued>(done(site, IssueClientToken{thumbprint})).token.serial;
  };
  // The desk's site is a copy itself.
  const TokenSerial first = issue(kThumbprint);
  CHECK(first.client().value > 0);
  CHECK(issue({7}) == TokenSerial::of({first.client().value + 1}, 1));
  CHECK(issue(kThumbprint) == TokenSerial::of(first.client(), 2));
  backup = read_folder(desk.site);
  const TokenSerial forgotten = issue({8});
  CHECK(forgotten == TokenSerial::of({first.client().value + 2}, 1));
  std::filesystem::remove_all(desk.site);
  write_folder(desk.site, backup);
  CHECK(issue({9}) != forgotten);
  CHECK(desk.open().site().earlier_epochs.size() == 2);
}

TEST_CASE("a clock that is a century ahead is an error, and not the end of the site") {
  const FolderDesk desk;
  SiteFolder site = desk.open();
  const auto refused = site.append(IssueBulkToken{"", kBulk, 60}, kMade + days{50'000});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().what ==
        "the time is 2162-11-24T00:00:00Z, but a site lasts only 136 years");
  done(site, IssueBulkToken{"", kBulk, 60}, kMade);
}

}  // namespace tokenlife::test
