// The site: what its commands lead to, and what its events change. Bulk tokens:
// bulk_token_test.cpp.
#include "core/site.hpp"

#include <catch2/catch.hpp>

#include "support/story.hpp"

namespace tokenlife::test {
namespace {

constexpr Guid kTenant{1, 2};
using Refused = Failed<SiteRefusal>;

Site evolved(const Site& site, const SiteEvent& event) {
  const auto next = evolve(site, event);
  REQUIRE(next);
  return *next;
}

TEST_CASE("R1: a site is established once, with its policy") {
  Policy policy;
  policy.mp = MpMode::https;
  const SiteEvent event = SiteEstablished{kTenant, policy};
  CHECK(decide(Site{}, EstablishSite{kTenant, policy}, day(0)) == event);
  const Site site = evolved(Site{}, event);
  CHECK(site.tenant == kTenant);
  CHECK(site.policy == policy);
  CHECK(decide(site, EstablishSite{kTenant, policy}, day(0)) ==
        Refused(SiteRefusal::nothing_to_change));
  CHECK(evolve(site, event) == Refused(SiteRefusal::nothing_to_change));
}

TEST_CASE("every endpoint goes down and comes up by itself") {
  for (const Endpoint endpoint : {Endpoint::mp, Endpoint::cmg, Endpoint::sts}) {
    CHECK(decide(Site{}, BringEndpointUp{endpoint}, day(1)) ==
          Refused(SiteRefusal::nothing_to_change));
    CHECK(decide(Site{}, TakeEndpointDown{endpoint}, day(1)) == SiteEvent{EndpointDown{endpoint}});
    const Site down = evolved(Site{}, EndpointDown{endpoint});
    for (const Endpoint other : {Endpoint::mp, Endpoint::cmg, Endpoint::sts}) {
      CHECK(down.up[static_cast<std::size_t>(other)] == (other != endpoint));
    }
    CHECK(decide(down, TakeEndpointDown{endpoint}, day(1)) ==
          Refused(SiteRefusal::nothing_to_change));
    CHECK(evolve(down, EndpointDown{endpoint}) == Refused(SiteRefusal::nothing_to_change));
    CHECK(decide(down, BringEndpointUp{endpoint}, day(1)) == SiteEvent{EndpointUp{endpoint}});
    CHECK(evolved(down, EndpointUp{endpoint}) == Site{});
  }
}

TEST_CASE("A9: a rotated signing certificate stays trusted until it is retired") {
  CHECK(decide(Site{}, RotateSigningCertificate{}, day(1)) ==
        SiteEvent{SigningCertificateRotated{KeyNumber{1}}});
  const Site rotated = evolved(Site{}, SigningCertificateRotated{KeyNumber{1}});
  REQUIRE(rotated.keys.size() == 2);
  CHECK_FALSE(rotated.keys[0].retired);
  CHECK_FALSE(rotated.keys[1].retired);

  CHECK(decide(rotated, RetireSigningCertificate{KeyNumber{0}}, day(2)) ==
        SiteEvent{SigningCertificateRetired{KeyNumber{0}}});
  const Site retired = evolved(rotated, SigningCertificateRetired{KeyNumber{0}});
  CHECK(retired.keys[0].retired);
  CHECK_FALSE(retired.keys[1].retired);
}

TEST_CASE("A9: the certificate that signs now is not retired, nor one twice, nor one that is not") {
  const Site rotated = evolved(Site{}, SigningCertificateRotated{KeyNumber{1}});
  const Site retired = evolved(rotated, SigningCertificateRetired{KeyNumber{0}});
  const auto decided = [&](std::uint32_t key) {
    return decide(retired, RetireSigningCertificate{KeyNumber{key}}, day(2));
  };
  CHECK(decided(0) == Refused(SiteRefusal::nothing_to_change));
  CHECK(decided(1) == Refused(SiteRefusal::key_in_use));
  CHECK(decided(2) == Refused(SiteRefusal::no_such_key));
  for (const std::uint32_t key : {0U, 1U, 2U, ~0U}) {
    CHECK_FALSE(evolve(retired, SigningCertificateRetired{KeyNumber{key}}));
  }
}

TEST_CASE("signing certificates are numbered without gaps") {
  CHECK(evolve(Site{}, SigningCertificateRotated{KeyNumber{0}}) ==
        Refused(SiteRefusal::no_such_key));
  CHECK(evolve(Site{}, SigningCertificateRotated{KeyNumber{2}}) ==
        Refused(SiteRefusal::no_such_key));
}

TEST_CASE(
    "R53 R54 R55: a block names a token that is there and not blocked, an unblock a blocked one") {
  const Site issued = evolved(Site{}, BulkTokenIssued{"kiosks", kBulkGuid, day(0), day(3)});
  const Site blocked = evolved(issued, BulkTokenBlocked{kBulkGuid});

  CHECK(decide(Site{}, BlockBulkToken{kBulkGuid}, day(1)) == Refused(SiteRefusal::no_such_token));
  CHECK(decide(Site{}, UnblockBulkToken{kBulkGuid}, day(1)) == Refused(SiteRefusal::no_such_token));
  CHECK(evolve(Site{}, BulkTokenBlocked{kBulkGuid}) == Refused(SiteRefusal::no_such_token));

  CHECK(decide(issued, BlockBulkToken{kBulkGuid}, day(1)) ==
        SiteEvent{BulkTokenBlocked{kBulkGuid}});
  CHECK(decide(issued, UnblockBulkToken{kBulkGuid}, day(1)) ==
        Refused(SiteRefusal::nothing_to_change));
  CHECK(evolve(issued, BulkTokenUnblocked{kBulkGuid}) == Refused(SiteRefusal::nothing_to_change));

  CHECK(decide(blocked, UnblockBulkToken{kBulkGuid}, day(1)) ==
        SiteEvent{BulkTokenUnblocked{kBulkGuid}});
  CHECK(decide(blocked, BlockBulkToken{kBulkGuid}, day(1)) ==
        Refused(SiteRefusal::nothing_to_change));
}

TEST_CASE("R49: blocking one bulk token leaves the others alone") {
  Site site = evolved(Site{}, BulkTokenIssued{"kiosks", kBulkGuid, day(0), day(3)});
  site = evolved(site, BulkTokenIssued{"others", kOtherBulkGuid, day(0), day(3)});
  site = evolved(site, BulkTokenBlocked{kBulkGuid});
  CHECK(site.bulk_tokens.at(kBulkGuid).blocked);
  CHECK_FALSE(site.bulk_tokens.at(kOtherBulkGuid).blocked);
}

// ---- Client tokens -----------------------------------------------------------------------------

constexpr Sha256Thumbprint kThumbprint{0xc1, 0x1e};
constexpr Sha256Thumbprint kOtherThumbprint{0x07, 0x1e};

ClientTokenIssued issued(const Sha256Thumbprint& thumbprint, std::uint32_t client,
                         std::uint32_t ordinal, Instant now, std::uint32_t signer = 0) {
  return {thumbprint, {TokenSerial::of({client}, ordinal), now, now + days{90}, KeyNumber{signer}}};
}

TEST_CASE("D6 R14: clients are known by their certificates and numbered as they come") {
  Site site;
  const auto decided = [&](const Sha256Thumbprint& of, std::int64_t on) {
    const auto event = decide(site, IssueClientToken{of}, day(on));
    REQUIRE(event);
    site = evolved(site, *event);
    return *event;
  };
  CHECK(decided(kThumbprint, 0) == SiteEvent{issued(kThumbprint, 0, 1, day(0))});
  CHECK(decided(kOtherThumbprint, 1) == SiteEvent{issued(kOtherThumbprint, 1, 1, day(1))});
  CHECK(decided(kThumbprint, 30) == SiteEvent{issued(kThumbprint, 0, 2, day(30))});
  CHECK(decided(kThumbprint, 60) == SiteEvent{issued(kThumbprint, 0, 3, day(60))});
  CHECK(site.clients == std::map<Sha256Thumbprint, KnownClient>{{kThumbprint, {{0}, 3}},
                                                                {kOtherThumbprint, {{1}, 1}}});
}

TEST_CASE("A9: a client token is signed with the newest certificate") {
  const Site rotated = evolved(Site{}, SigningCertificateRotated{KeyNumber{1}});
  CHECK(decide(rotated, IssueClientToken{kThumbprint}, day(1)) ==
        SiteEvent{issued(kThumbprint, 0, 1, day(1), 1)});
  CHECK(evolve(rotated, issued(kThumbprint, 0, 1, day(1), 0)) == Refused(SiteRefusal::no_such_key));
  CHECK(evolve(rotated, issued(kThumbprint, 0, 1, day(1), 2)) == Refused(SiteRefusal::no_such_key));
}

TEST_CASE("serials of client tokens have no gaps and never come twice") {
  const Site site = evolved(Site{}, issued(kThumbprint, 0, 1, day(0)));
  const auto wrong = Refused(SiteRefusal::serial_out_of_order);
  CHECK(evolve(Site{}, issued(kThumbprint, 0, 0, day(0))) == wrong);
  CHECK(evolve(Site{}, issued(kThumbprint, 0, 2, day(0))) == wrong);
  CHECK(evolve(Site{}, issued(kThumbprint, 1, 1, day(0))) == wrong);
  CHECK(evolve(site, issued(kThumbprint, 0, 1, day(0))) == wrong);
  CHECK(evolve(site, issued(kThumbprint, 0, 3, day(0))) == wrong);
  CHECK(evolve(site, issued(kThumbprint, 1, 2, day(0))) == wrong);
  CHECK(evolve(site, issued(kOtherThumbprint, 0, 2, day(0))) == wrong);
  CHECK(evolve(site, issued(kOtherThumbprint, 2, 1, day(0))) == wrong);
}

TEST_CASE("a client that had four billion tokens gets no more") {
  Site site;
  site.clients[kThumbprint] = {{0}, UINT32_MAX};
  CHECK(decide(site, IssueClientToken{kThumbprint}, day(0)) ==
        Refused(SiteRefusal::serials_used_up));
  CHECK(evolve(site, issued(kThumbprint, 0, 0, day(0))) ==
        Refused(SiteRefusal::serial_out_of_order));
}

}  // namespace
}  // namespace tokenlife::test
