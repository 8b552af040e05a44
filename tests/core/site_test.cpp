// The site: what its commands lead to, and what its events change. Bulk tokens:
// bulk_token_test.cpp.
#include "core/site.hpp"

#include <catch2/catch.hpp>

#include "core/request.hpp"
#include "core/site_command.hpp"
#include "core/verdict.hpp"
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
  CHECK(site.clients == KnownClients{{kThumbprint, {{0}, 3, TokenSerial::of({0}, 3), {}}},
                                     {kOtherThumbprint, {{1}, 1, TokenSerial::of({1}, 1), {}}}});
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
  site.clients[kThumbprint] = {{0}, UINT32_MAX, TokenSerial::of({0}, UINT32_MAX), {}};
  CHECK(decide(site, IssueClientToken{kThumbprint}, day(0)) ==
        Refused(SiteRefusal::serials_used_up));
  CHECK(evolve(site, issued(kThumbprint, 0, 0, day(0))) ==
        Refused(SiteRefusal::serial_out_of_order));
}

// ---- Of a site on disk -------------------------------------------------------------------------

constexpr Sha256Thumbprint kClient{0xc1, 0x1e};

// A site that has issued so many tokens to one client, which has shown these.
Site site_with(std::uint32_t tokens, const std::vector<std::uint32_t>& shown) {
  Site site;
  for (std::uint32_t ordinal = 1; ordinal <= tokens; ++ordinal) {
    site = evolved(site, ClientTokenIssued{kClient, {TokenSerial::of({0}, ordinal), {}, {}, {}}});
  }
  for (const std::uint32_t ordinal : shown) {
    site = evolved(site, ClientTokenShown{kClient, TokenSerial::of({0}, ordinal)});
  }
  return site;
}

bool is_replaced_in(const Site& site, std::uint32_t ordinal) {
  return is_replaced(site.clients.at(kClient), TokenSerial::of({0}, ordinal));
}

TEST_CASE("D6: a token is replaced when a newer one has been used, or asked for by another one") {
  // None has been shown yet: any may be the one.
  for (const std::uint32_t ordinal : {1U, 2U, 3U}) {
    CHECK_FALSE(is_replaced_in(site_with(3, {}), ordinal));
  }
  // 1 was shown, and 2 and 3 were given for it: 3 because the answer with 2 was lost.
  const Site asked_twice = site_with(3, {1});
  CHECK_FALSE(is_replaced_in(asked_twice, 1));
  CHECK(is_replaced_in(asked_twice, 2));
  CHECK_FALSE(is_replaced_in(asked_twice, 3));
  const Site used = site_with(3, {1, 3});
  CHECK(is_replaced_in(used, 1));
  CHECK(is_replaced_in(used, 2));
  CHECK_FALSE(is_replaced_in(used, 3));
  // That it was shown again changes nothing of that.
  const Site copied = site_with(3, {1, 3, 1});
  const auto serial = [](std::uint32_t ordinal) { return TokenSerial::of({0}, ordinal); };
  CHECK(copied.clients.at(kClient) == KnownClient{{0}, 3, serial(3), {}, serial(3), serial(1)});
  CHECK(is_replaced_in(copied, 1));
}

TEST_CASE("D6: a token that is shown is told once, by a client that has had it") {
  const SiteCommand second = ShowClientToken{kClient, TokenSerial::of({0}, 2)};
  CHECK(decide(Site{}, second, day(1)) == Refused(SiteRefusal::no_such_token));
  CHECK(decide(site_with(1, {}), second, day(1)) == Refused(SiteRefusal::no_such_token));
  CHECK(decide(site_with(2, {1}), second, day(1)) ==
        SiteEvent{ClientTokenShown{kClient, TokenSerial::of({0}, 2)}});
  for (const auto& shown : {std::vector<std::uint32_t>{2}, std::vector<std::uint32_t>{3, 2}}) {
    CHECK(decide(site_with(3, shown), second, day(1)) == Refused(SiteRefusal::nothing_to_change));
  }
  CHECK(evolve(site_with(1, {}), ClientTokenShown{kClient, TokenSerial::of({0}, 2)}) ==
        Refused(SiteRefusal::no_such_token));
}

TEST_CASE("D5: an epoch begins where no number can have been given, and goes on from there") {
  const auto begin = [](const Site& site, std::uint32_t first) {
    return decide(site, BeginEpoch{{first}}, day(1));
  };
  const Site site = site_with(1, {});
  for (const std::uint32_t taken : {0U, 1U}) {
    CHECK(begin(site, taken) == Refused(SiteRefusal::serial_out_of_order));
  }
  CHECK(begin(site, UINT32_MAX) == Refused(SiteRefusal::serial_out_of_order));
  CHECK(begin(site, 5'000'000) == SiteEvent{EpochBegun{{5'000'000}}});
  const Site next = evolved(site, EpochBegun{{5'000'000}});
  const auto issued = decide(next, IssueClientToken{{7}}, day(1));
  REQUIRE(issued);
  CHECK(std::get<ClientTokenIssued>(*issued).token.serial == TokenSerial::of({5'000'000}, 1));
  CHECK(begin(next, 5'000'001) == Refused(SiteRefusal::serial_out_of_order));
  CHECK(is_of_earlier_epoch(next, {0}));
  CHECK(is_of_earlier_epoch(next, {1}));  // which it may have forgotten
  CHECK_FALSE(is_of_earlier_epoch(next, {5'000'000}));
}

TEST_CASE("D5: a client that is older than the epoch gets a number of it with its next token") {
  const Site next = evolved(site_with(1, {1}), EpochBegun{{5'000'000}});
  const auto issue = [](const Site& site) {
    return std::get<ClientTokenIssued>(*decide(site, IssueClientToken{kClient}, day(1)));
  };
  CHECK(issue(next).token.serial == TokenSerial::of({5'000'000}, 2));
  const Site renewed = evolved(next, issue(next));
  for (const TokenSerial known : {TokenSerial::of({0}, 1), TokenSerial::of({5'000'000}, 2)}) {
    CHECK(knows(renewed, kClient, known));
  }
  // What it may have had by its earlier number is not what it has now.
  CHECK_FALSE(knows(renewed, kClient, TokenSerial::of({0}, 2)));
  CHECK(is_replaced(renewed.clients.at(kClient), TokenSerial::of({0}, 2)));
  CHECK(issue(renewed).token.serial == TokenSerial::of({5'000'000}, 3));
  CHECK(std::get<ClientTokenIssued>(*decide(renewed, IssueClientToken{{7}}, day(1))).token.serial ==
        TokenSerial::of({5'000'001}, 1));
  // A second epoch forgets none of the numbers.
  const Site third = evolved(renewed, EpochBegun{{9'000'000}});
  const Site again = evolved(third, issue(third));
  CHECK(again.clients.at(kClient).newest == TokenSerial::of({9'000'000}, 3));
  for (const std::uint32_t former : {0U, 5'000'000U}) {
    CHECK(knows(again, kClient, TokenSerial::of({former}, 1)));
  }
  // Of the version that began epochs first.
  CHECK(evolve(next, issued(kClient, 0, 2, day(1))));
  CHECK(evolve(next, issued(kClient, 0, 3, day(1))) == Refused(SiteRefusal::serial_out_of_order));
}

TEST_CASE("D5: a recognised client's tokens go on where they were, under a number of its own") {
  const Site site = site_with(1, {1});
  const TokenSerial shown = TokenSerial::of({0}, 4);
  const auto decided = decide(site, RecogniseClient{kClient, shown}, day(1));
  CHECK(decided == SiteEvent{ClientRecognised{kClient, shown, {1}}});
  const Site next = evolved(site, ClientRecognised{kClient, shown, {1}});
  CHECK(knows(next, kClient, shown));
  CHECK(knows(next, kClient, TokenSerial::of({0}, 3)));
  CHECK_FALSE(knows(next, kClient, TokenSerial::of({0}, 5)));
  CHECK_FALSE(knows(next, {7}, shown));
  const auto issued = decide(next, IssueClientToken{kClient}, day(1));
  REQUIRE(issued);
  CHECK(std::get<ClientTokenIssued>(*issued).token.serial == TokenSerial::of({1}, 5));
  CHECK(decide(next, RecogniseClient{kClient, shown}, day(1)) ==
        Refused(SiteRefusal::nothing_to_change));
  CHECK(evolve(next, ClientRecognised{kClient, TokenSerial::of({0}, 9), {1}}) ==
        Refused(SiteRefusal::serial_out_of_order));
}

TEST_CASE("R18: a site trusts a CA until it does so no more, and learns of newer lists") {
  constexpr Sha256Thumbprint kRoot{0xca};
  constexpr Sha256Thumbprint kLists{0x11};
  const CaTrusted plain{"corporate", kRoot, std::nullopt};
  const CaTrusted listed{"corporate", kRoot, kLists};
  const Site none;
  CHECK(decide(none, DistrustCa{kRoot}, day(1)) == Refused(SiteRefusal::not_trusted));
  CHECK(evolve(none, CaDistrusted{kRoot}) == Refused(SiteRefusal::not_trusted));
  CHECK(decide(none, TrustCa{plain}, day(1)) == SiteEvent{plain});
  const Site one = evolved(none, plain);
  CHECK(one.cas == std::map<Sha256Thumbprint, TrustedCa>{{kRoot, {"corporate", std::nullopt}}});
  CHECK(decide(one, TrustCa{plain}, day(1)) == Refused(SiteRefusal::nothing_to_change));
  CHECK(evolve(one, plain) == Refused(SiteRefusal::nothing_to_change));
  CHECK(decide(one, TrustCa{listed}, day(1)) == SiteEvent{listed});
  CHECK(evolved(one, listed).cas.at(kRoot).revocation == kLists);
  CHECK(decide(one, DistrustCa{kRoot}, day(1)) == SiteEvent{CaDistrusted{kRoot}});
  CHECK(evolved(one, CaDistrusted{kRoot}) == none);
  for (const std::string& name : {std::string{}, std::string(1025, 'n')}) {
    CHECK(decide(none, TrustCa{{name, kRoot, std::nullopt}}, day(1)) ==
          Refused(SiteRefusal::bad_text));
  }
}

TEST_CASE("R9 R18: a site trusts one issuer of Entra tokens") {
  const EntraTrusted first{"https://a/", "api://a", {0x11}};
  const EntraTrusted next{"https://a/", "api://a", {0x12}};
  const Site none;
  CHECK(decide(none, DistrustEntra{}, day(1)) == Refused(SiteRefusal::not_trusted));
  CHECK(decide(none, TrustEntra{first}, day(1)) == SiteEvent{first});
  const Site one = evolved(none, first);
  CHECK(one.entra == first);
  CHECK(decide(one, TrustEntra{first}, day(1)) == Refused(SiteRefusal::nothing_to_change));
  CHECK(evolve(one, first) == Refused(SiteRefusal::nothing_to_change));
  CHECK(evolved(one, next).entra == next);
  CHECK(decide(one, DistrustEntra{}, day(1)) == SiteEvent{EntraDistrusted{"https://a/"}});
  CHECK(evolve(one, EntraDistrusted{"https://b/"}) == Refused(SiteRefusal::not_trusted));
  CHECK(evolved(one, EntraDistrusted{"https://a/"}) == none);
  CHECK(decide(none, TrustEntra{{"", "api://a", {}}}, day(1)) == Refused(SiteRefusal::bad_text));
  CHECK(decide(none, TrustEntra{{"https://a/", "", {}}}, day(1)) == Refused(SiteRefusal::bad_text));
}

TEST_CASE("a clock that goes back does so") {
  CHECK(evolve(Site{}, ClockWentBack{day(2), day(1)}) == Site{});
  for (const Instant to : {day(2), day(3)}) {
    CHECK(evolve(Site{}, ClockWentBack{day(2), to}) == Refused(SiteRefusal::nothing_to_change));
  }
}

}  // namespace
}  // namespace tokenlife::test
