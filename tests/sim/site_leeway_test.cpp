// A6: how long before and after its dates a site on disk takes a bulk token.
#include <catch2/catch.hpp>

#include "core/site_command.hpp"
#include "core/token/token.hpp"
#include "sim/site/client_store.hpp"
#include "sim/site/session.hpp"
#include "sim/site/signing_pair.hpp"
#include "sim/site/token_checks.hpp"
#include "support/folder_desk.hpp"

namespace tokenlife::test {
namespace {

struct Leeways {
  std::optional<Duration> own;
  std::optional<Duration> bulk;
};

// A site with such, and a bulk token that it issued when it was made, for three days.
struct LeewayDesk : FolderDesk {
  Secret bulk;

  explicit LeewayDesk(const Leeways& leeways) {
    SiteFolder opened = open();
    SitePolicyChange change;
    change.leeway = leeways.own;
    change.bulk_leeway = leeways.bulk;
    if (!change.empty()) done(opened, ChangePolicy{change});
    done(opened, IssueBulkToken{"kiosks", kBulk, 4'320});
    const auto pair = opened.signing_pair();
    REQUIRE(pair);
    bulk = sign_token(BulkClaims{{kMade, kMade + days{3}}, kTenant, kBulk}, pair->key,
                      pair->certificate);
  }

  // What comes of a registration with it, by a client that has just been installed.
  std::string said(sys_seconds now) const {
    const TemporaryFolder clients;
    auto client = sim::ClientFolder::make(clients / "kiosk", KeyKind::ec_p256, {kTenant, Policy{}},
                                          {CohortNumber{0}, Network::internet, Credential::bulk,
                                           ClientVersion::current, true, false, kBulk},
                                          now);
    REQUIRE(client);
    const auto clock = [&] { return Result<sys_seconds, sim::Error>(now); };
    sim::Visit visit(*client, site, clock, bulk);
    REQUIRE(visit.arrive({}));
    const auto result = visit.go(sim::Wish::registration);
    REQUIRE(result);
    if (result->kind == sim::VisitResult::Kind::granted) return "granted";
    return std::string(name(result->refusal));
  }
};

}  // namespace

TEST_CASE("A6: a site on disk judges bulk tokens by the leeway that they have of their own") {
  const sys_seconds end = kMade + days{3};
  const LeewayDesk longer({seconds{60}, minutes{60}});
  CHECK(longer.said(end + seconds{3'599}) == "granted");
  CHECK(longer.said(end + seconds{3'600}) == "bulk-token-expired");
  const LeewayDesk none({minutes{60}, seconds{0}});
  CHECK(none.said(end - seconds{1}) == "granted");
  CHECK(none.said(end) == "bulk-token-expired");
}

TEST_CASE("A6: bulk tokens follow the leeway of all tokens until they have one of their own") {
  const sys_seconds end = kMade + days{3};
  const LeewayDesk same({minutes{1}, std::nullopt});
  CHECK(same.said(end + seconds{59}) == "granted");
  CHECK(same.said(end + seconds{60}) == "bulk-token-expired");
  const LeewayDesk plain({std::nullopt, std::nullopt});
  CHECK(plain.said(end - seconds{1}) == "granted");
  CHECK(plain.said(end) == "bulk-token-expired");
}

}  // namespace tokenlife::test
