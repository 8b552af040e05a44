// Bulk registration tokens: R21-R28, R41-R50, R53-R55, R61, R62, D1-D5, A4, A5.
#include <catch2/catch.hpp>

#include <optional>

#include "core/bulk_lifetime.hpp"
#include "core/bulk_token.hpp"
#include "core/event_error.hpp"
#include "core/request.hpp"
#include "core/site.hpp"
#include "core/site_command.hpp"
#include "core/verdict.hpp"
#include "support/property.hpp"
#include "support/story.hpp"

namespace tokenlife::test {
namespace {

Site site_after(const std::vector<SiteEvent>& history) {
  Site site;
  for (const SiteEvent& event : history) {
    const auto next = evolve(site, event);
    REQUIRE(next);
    site = *next;
  }
  return site;
}

Result<SiteEvent, SiteRefusal> issue_with_lifetime(std::int64_t lifetime_minutes) {
  return decide(Site{}, IssueBulkToken{"kiosks", kBulkGuid, lifetime_minutes}, day(10));
}

// ---- The tool ----------------------------------------------------------------------------------

TEST_CASE("R31 R41 R45 D3: a new token is good for 4320 minutes unless told otherwise") {
  CHECK(decide(Site{}, IssueBulkToken{"kiosks", kBulkGuid, kBulkLifetimeMinutesDefault}, day(10)) ==
        SiteEvent{BulkTokenIssued{"kiosks", kBulkGuid, day(10), day(10) + seconds{259'200}}});
}

TEST_CASE("R44 R46 A4: a lifetime is 1 to 10080 minutes, and never clamped") {
  using Refused = Failed<SiteRefusal>;
  const auto lasting = [](seconds length) {
    return SiteEvent{BulkTokenIssued{"kiosks", kBulkGuid, day(10), day(10) + length}};
  };
  CHECK(issue_with_lifetime(-1) == Refused(SiteRefusal::lifetime_out_of_range));
  CHECK(issue_with_lifetime(0) == Refused(SiteRefusal::lifetime_out_of_range));
  CHECK(issue_with_lifetime(1) == lasting(seconds{60}));
  CHECK(issue_with_lifetime(10'080) == lasting(seconds{604'800}));
  CHECK(issue_with_lifetime(10'081) == Refused(SiteRefusal::lifetime_out_of_range));
  CHECK(issue_with_lifetime(INT64_MIN) == Refused(SiteRefusal::lifetime_out_of_range));
  CHECK(issue_with_lifetime(INT64_MAX) == Refused(SiteRefusal::lifetime_out_of_range));
}

TEST_CASE("R41 R53: no two tokens have the same GUID") {
  const Site site = site_after({BulkTokenIssued{"kiosks", kBulkGuid, day(0), day(3)}});
  CHECK(decide(site, IssueBulkToken{"others", kBulkGuid, kBulkLifetimeMinutesDefault}, day(1)) ==
        Failed<SiteRefusal>(SiteRefusal::guid_in_use));
  CHECK(evolve(site, BulkTokenIssued{"others", kBulkGuid, day(1), day(4)}) ==
        Failed<SiteRefusal>(SiteRefusal::guid_in_use));
  CHECK(
      decide(site, IssueBulkToken{"others", kOtherBulkGuid, kBulkLifetimeMinutesDefault}, day(1)));
}

TEST_CASE("R22 R42 R50 D4: of a token the site keeps name, GUID, validity and the blocked flag") {
  const Site site = site_after({BulkTokenIssued{"kiosks", kBulkGuid, day(0), day(3)}});
  REQUIRE(site.bulk_tokens.size() == 1);
  CHECK(site.bulk_tokens.at(kBulkGuid) == BulkToken{"kiosks", kBulkGuid, day(0), day(3), false});
}

// ---- Whether it is accepted --------------------------------------------------------------------

// "accepted", or why not.
std::string_view shown(const std::optional<BulkTokenTerms>& token, Instant now,
                       const Policy& policy = kDefault) {
  SiteView site;
  site.bulk_token = token;
  const auto refusal = refusal_of_bulk_token(site, policy, now);
  return refusal ? name(*refusal) : "accepted";
}

TEST_CASE("D2 A5: a bulk token is accepted from its nbf on and until just before its exp") {
  CHECK(shown(known_bulk_token(), day(0) - kSecond) == "bulk-token-not-yet-valid");
  CHECK(shown(known_bulk_token(), day(0)) == "accepted");
  CHECK(shown(known_bulk_token(), day(3) - kSecond) == "accepted");
  CHECK(shown(known_bulk_token(), day(3)) == "bulk-token-expired");
  CHECK(shown(known_bulk_token(), day(300)) == "bulk-token-expired");
}

TEST_CASE("D2: a token whose GUID the site does not know is refused") {
  CHECK(shown(std::nullopt, day(1)) == "bulk-token-unknown");
}

TEST_CASE("R49 R54 R55 D2: a blocked token is refused, and unblocked accepted again") {
  const Site issued = site_after({BulkTokenIssued{"kiosks", kBulkGuid, day(0), day(3)}});
  const Site blocked = *evolve(issued, BulkTokenBlocked{kBulkGuid});
  const Site unblocked = *evolve(blocked, BulkTokenUnblocked{kBulkGuid});
  CHECK(shown(blocked.bulk_tokens.at(kBulkGuid).terms(), day(1)) == "bulk-token-blocked");
  CHECK(shown(unblocked.bulk_tokens.at(kBulkGuid).terms(), day(1)) == "accepted");
  CHECK(unblocked == issued);
}

TEST_CASE("D2: not yet valid and expired are named before blocked") {
  CHECK(shown(known_bulk_token(true), day(0) - kSecond) == "bulk-token-not-yet-valid");
  CHECK(shown(known_bulk_token(true), day(0)) == "bulk-token-blocked");
  CHECK(shown(known_bulk_token(true), day(3) - kSecond) == "bulk-token-blocked");
  CHECK(shown(known_bulk_token(true), day(3)) == "bulk-token-expired");
}

TEST_CASE("A9 D2: a bulk token ends with its signer, whatever else holds of it") {
  const auto shown_of_retired = [](const BulkTokenTerms& token, Instant now) {
    SiteView site = site_that_knows(token);
    site.bulk_signer_trusted = false;
    return refusal_of_bulk_token(site, kDefault, now);
  };
  for (const bool is_blocked : {false, true}) {
    for (const Instant now : {day(0) - kSecond, day(0), day(3) - kSecond, day(3)}) {
      CHECK(shown_of_retired(known_bulk_token(is_blocked), now) == RefusalReason::unknown_signer);
    }
  }
  // Of one that the site never issued nobody knows who signed it.
  SiteView stranger;
  stranger.bulk_signer_trusted = false;
  CHECK(refusal_of_bulk_token(stranger, kDefault, day(1)) == RefusalReason::bulk_token_unknown);
}

TEST_CASE("A9: the site remembers who signed a bulk token: the key of its day") {
  const SigningCertificateRotated first_rotation{KeyNumber{1}};
  const SigningCertificateRotated second_rotation{KeyNumber{2}};
  const Site site =
      site_after({BulkTokenIssued{"kiosks", kBulkGuid, day(0), day(3)}, first_rotation,
                  BulkTokenIssued{"others", kOtherBulkGuid, day(1), day(4)}, second_rotation,
                  SigningCertificateRetired{KeyNumber{0}}});
  CHECK(site.bulk_tokens.at(kBulkGuid).signer == KeyNumber{0});
  CHECK(site.bulk_tokens.at(kOtherBulkGuid).signer == KeyNumber{1});
}

TEST_CASE("D2 R55: unblocking after exp does not revive a token") {
  const Site site = site_after({BulkTokenIssued{"kiosks", kBulkGuid, day(0), day(3)},
                                BulkTokenBlocked{kBulkGuid}, BulkTokenUnblocked{kBulkGuid}});
  CHECK(site.bulk_tokens.at(kBulkGuid).expires == day(3));
  CHECK(shown(site.bulk_tokens.at(kBulkGuid).terms(), day(3)) == "bulk-token-expired");
}

TEST_CASE("A6: leeway lengthens a bulk token's life, and does not begin it earlier") {
  Policy policy;
  policy.leeway = minutes{5};
  CHECK(shown(known_bulk_token(), day(0) - kSecond, policy) == "bulk-token-not-yet-valid");
  CHECK(shown(known_bulk_token(), day(3) + minutes{5} - kSecond, policy) == "accepted");
  CHECK(shown(known_bulk_token(), day(3) + minutes{5}, policy) == "bulk-token-expired");
}

TEST_CASE("R62: after a bulk token has expired a new one registers clients over the CMG") {
  const auto registers_with = [](Guid guid, const BulkTokenTerms& token) {
    const Client client = installed(Network::internet, Credential::self_signed, guid);
    const Request request{RequestKind::registration, Endpoint::cmg, Credential::bulk, guid};
    return judge(client, request, site_that_knows(token), kDefault, day(4));
  };
  CHECK(registers_with(kBulkGuid, known_bulk_token()) ==
        refused(RefusalReason::bulk_token_expired));
  CHECK(registers_with(kOtherBulkGuid, {day(4), day(7)}) == kGranted);
}

TEST_CASE("D5: one bulk token registers any number of clients") {
  for (std::uint32_t number = 0; number < 1000; ++number) {
    const Client client = installed(Network::internet, Credential::self_signed, kBulkGuid);
    const Request request = *ask(client, kOrdinaryContact, kDefault);
    CHECK(judge(client, request, site_that_knows(known_bulk_token()), kDefault, day(1)) ==
          kGranted);
  }
}

TEST_CASE("R61: a bulk token is never renewed: a client that holds only one asks to register") {
  const Client client = installed(Network::internet, Credential::self_signed, kBulkGuid);
  CHECK(ask(client, kRenewalIsDue, kDefault)->kind == RequestKind::registration);
  CHECK(evolve(client, RenewalRequested{Endpoint::cmg, {}}) ==
        Failed<EventError>(EventError::wrong_state));
}

TEST_CASE("D1: neither block nor expiry of its bulk token touches a registered client") {
  const Request exchange{RequestKind::exchange, Endpoint::cmg, Credential::self_signed, {}};
  CHECK(judge(roaming(), exchange, site_that_knows(known_bulk_token(true)), kDefault, day(1)) ==
        kGranted);
  CHECK(judge(roaming(), exchange, site_that_knows(known_bulk_token()), kDefault, day(3)) ==
        kGranted);
  CHECK(judge(roaming(), exchange, SiteView{}, kDefault, day(3)) == kGranted);
}

// ---- As properties -----------------------------------------------------------------------------

TEST_CASE(
    "D2: a bulk token is accepted if and only if it is known, its signer trusted, valid now and "
    "not "
    "blocked") {
  property("bulk token accepted iff D2", [] {
    const auto lifetime = *rc::gen::element<std::int64_t>(1, 2, 4'320, 10'079, 10'080);
    const auto issued = *rc::gen::resize(1000, rc::gen::inRange<std::int64_t>(0, 1'000'000));
    const std::int64_t expires = issued + lifetime * 60;
    const auto now = *rc::gen::element(issued - 1, issued, issued + 1, expires - 1, expires,
                                       expires + 1, (issued + expires) / 2);
    const bool is_known = *rc::gen::arbitrary<bool>();
    const bool is_blocked = *rc::gen::arbitrary<bool>();
    SiteView site;
    site.bulk_signer_trusted = *rc::gen::arbitrary<bool>();
    if (is_known) site.bulk_token = {at(seconds{issued}), at(seconds{expires}), is_blocked};
    const auto refusal = refusal_of_bulk_token(site, kDefault, at(seconds{now}));
    const bool good =
        is_known && site.bulk_signer_trusted && issued <= now && now < expires && !is_blocked;
    RC_ASSERT(refusal.has_value() == !good);
  });
}

}  // namespace
}  // namespace tokenlife::test
