// What a client carries in a run with real tokens, and what it is worth to others.
// R14, R15, R22, R24, R28, D2, D6, A5, A6, A9.
#include "core/token/key.hpp"
#include "core/token/possession.hpp"
#include "core/token/secret.hpp"
#include "sim/engine/site_timeline.hpp"
#include "sim/engine/tally.hpp"
#include "sim/engine/token_client.hpp"

#include <catch2/catch.hpp>

#include <string>

#include "core/token/token_form.hpp"
#include "sim/engine/token_site.hpp"
#include "support/story.hpp"

namespace tokenlife::test {
namespace {

using namespace sim;

// One bulk token of a day's life, issued at 1d; the certificate changes at 2d, and that of before
// is retired at 32d.
Scenario scenario_of(ClientKeys keys) {
  Scenario scenario = parse_scenario(R"(format = 1
run.duration = "300d"
site = { crypto = "real", leeway = "10m" }
[[cohort]]
name = "all"
clients = 2
network = { model = "fixed", on = "internet" }
[[action]]
at = "1d"
do = "issue-bulk-token"
name = "kiosks"
lifetime = 1440
[[action]]
at = "2d"
do = "rotate-signing-certificate"
retire-old-after = "30d"
)",
                                     "two.toml", {})
                          .value();
  scenario.client_keys = keys;
  return scenario;
}

// A site, and its clients, one after the other.
struct Setting {
  explicit Setting(ClientKeys keys = ClientKeys::ec_p256) : scenario(scenario_of(keys)) {}

  Guid bulk() const { return scenario.bulk_tokens[0].guid; }

  // A client with its first token.
  Client register_client(std::uint32_t number, Instant now) {
    who.begin({number});
    const Client client = installed(Network::internet, Credential::self_signed, bulk());
    who.install(client);
    return answer(client, now, 1);
  }
  Client answer(const Client& client, Instant now, std::uint32_t ordinal) {
    const ClientToken token{TokenSerial::of({0}, ordinal), now, now + days{90},
                            timeline.signer(now)};
    who.send(token);
    const Client next = after({RegistrationRequested{Endpoint::cmg, Credential::bulk, bulk()},
                               RegistrationCompleted{Endpoint::cmg, token}},
                              client);
    who.follow(next);
    return next;
  }

  std::optional<RefusalReason> refusal(const Request& request, Instant now) {
    const auto verdict = who.show(request, SiteView{}, now);
    REQUIRE(verdict);
    return verdict->refusal;
  }

  Scenario scenario;
  SiteTimeline timeline{scenario};
  TokenSite site{scenario, timeline};
  Signatures signatures;
  TokenClient who{site, signatures};
};

Request with_bulk(Guid guid) {
  return {RequestKind::registration, Endpoint::cmg, Credential::bulk, guid};
}
constexpr Request kExchange{RequestKind::exchange, Endpoint::cmg, Credential::self_signed, {}};
constexpr Request kRenewal{RequestKind::renewal, Endpoint::cmg, Credential::self_signed, {}};

TEST_CASE("R22 R28: a bulk token is carried until the first registration and not longer",
          "[slow]") {
  Setting its;
  its.who.begin({0});
  its.who.install(installed(Network::internet, Credential::self_signed, its.bulk()));
  CHECK(its.who.bulk_token().reveal() == its.site.bulk_token(its.bulk()));
  CHECK(its.who.token().empty());
  its.register_client(0, day(1));
  CHECK(its.who.bulk_token().empty());
  CHECK_FALSE(its.who.token().empty());
  its.who.begin({1});
  CHECK(its.who.token().empty());
}

TEST_CASE("D2: a bulk token of which the site knows nothing yet is an unknown one", "[slow]") {
  Setting its;
  its.who.begin({0});
  its.who.install(installed(Network::internet, Credential::self_signed, its.bulk()));
  const Request request = with_bulk(its.bulk());
  CHECK(its.refusal(request, day(1) - kSecond) == RefusalReason::bulk_token_unknown);
  CHECK(its.refusal(request, day(1)) == std::nullopt);
  CHECK(its.refusal(request, day(2) + minutes{10} - kSecond) == std::nullopt);
  CHECK(its.refusal(request, day(2) + minutes{10}) == RefusalReason::bulk_token_expired);
}

TEST_CASE("A5 A6 A9: a client token is good until it expires or its signer is retired", "[slow]") {
  Setting its;
  its.register_client(0, day(1));
  CHECK(its.refusal(kExchange, day(32) - kSecond) == std::nullopt);
  CHECK(its.refusal(kExchange, day(32)) == RefusalReason::unknown_signer);
  its.register_client(1, day(2));
  CHECK(its.refusal(kRenewal, day(92) + minutes{10} - kSecond) == std::nullopt);
  CHECK(its.refusal(kRenewal, day(92) + minutes{10}) == RefusalReason::expired);
}

TEST_CASE("A9: a client token is not good before the day of the certificate that signed it",
          "[slow]") {
  Setting its;
  its.who.begin({0});
  const Client client = installed(Network::internet, Credential::self_signed, its.bulk());
  its.who.install(client);
  const ClientToken early{TokenSerial::of({0}, 1), day(1), day(91), {1}};
  its.who.send(early);
  its.who.follow(after({RegistrationRequested{Endpoint::cmg, Credential::bulk, its.bulk()},
                        RegistrationCompleted{Endpoint::cmg, early}},
                       client));
  CHECK(its.refusal(kExchange, day(2) - kSecond) == RefusalReason::unknown_signer);
  CHECK(its.refusal(kExchange, day(2)) == std::nullopt);
}

TEST_CASE("R14: a client token says what kind of certificate it is bound to") {
  Setting its;
  its.who.begin({0});
  its.who.install(installed(Network::internet, Credential::pki));
  const ClientToken token{TokenSerial::of({0}, 1), day(1), day(91), {0}};
  its.who.send(token);
  its.who.follow(after({RegistrationRequested{Endpoint::cmg, Credential::pki, {}},
                        RegistrationCompleted{Endpoint::cmg, token}},
                       installed(Network::internet, Credential::pki)));
  const auto segments = split_token(its.who.token().reveal());
  REQUIRE(segments);
  CHECK(segments->payload.find(R"("CertificateType":"PKI")") != std::string::npos);
}

TEST_CASE("a client forgets a token that it has been refused", "[slow]") {
  Setting its;
  const Client client = its.register_client(0, day(2));
  its.who.follow(client);
  CHECK_FALSE(its.who.token().empty());
  its.who.follow(
      after({ReRegistrationRequired{Endpoint::cmg, RefusalReason::client_blocked}}, client));
  CHECK(its.who.token().empty());
}

TEST_CASE("a token whose answer is lost is gone, and the old one stays") {
  Setting its;
  const Client client = its.register_client(0, day(2));
  const std::string old(its.who.token().reveal());
  its.who.send({TokenSerial::of({0}, 2), day(32), day(122), {1}});
  its.who.follow(client);
  CHECK(its.who.token().reveal() == old);
  its.who.follow(client);
  CHECK(its.who.token().reveal() == old);
}

TEST_CASE("D6: nothing is shown to a site that is down", "[slow]") {
  Setting its;
  its.register_client(0, day(2));
  const Signatures before = its.signatures;
  SiteView down;
  down.endpoint_up = false;
  CHECK_FALSE(its.who.show(kExchange, down, day(3)));
  SiteView no_sts;
  no_sts.sts_up = false;
  CHECK_FALSE(its.who.show(kRenewal, no_sts, day(3)));
  CHECK(its.signatures.made == before.made);
  CHECK(its.who.show(kExchange, no_sts, day(3)));
  CHECK(its.signatures.made == before.made + 1);
  CHECK(its.signatures.verified == before.verified + 2);
}

TEST_CASE("D6 R15: after a reinstallation the old token is worthless, also to its owner",
          "[slow]") {
  Setting its(GENERATE(ClientKeys::ec_p256, ClientKeys::pool, ClientKeys::rsa));
  its.register_client(0, day(2));
  const std::string old(its.who.token().reveal());
  const Certificate old_certificate = its.who.certificate();
  its.who.install(installed(Network::internet));
  CHECK(its.who.token().empty());
  CHECK(its.who.certificate().sha256() != old_certificate.sha256());

  TokenVerifier desk(its.site, its.signatures);
  Challenge challenge({1});
  CHECK(desk.check(kExchange, {its.who.certificate(), old, "a proof"}, challenge, day(3)).refusal ==
        RefusalReason::certificate_mismatch);
}

TEST_CASE("D6 R15: a copied token and certificate are worth nothing without the key", "[slow]") {
  Setting its;
  its.register_client(0, day(2));
  const std::string token(its.who.token().reveal());
  const Certificate certificate = its.who.certificate();
  const PrivateKey own = PrivateKey::generate(KeyKind::ec_p256);
  TokenVerifier desk(its.site, its.signatures);
  Challenge challenge({1});
  const std::string proof = prove_possession(own, challenge, kExchange, token);
  CHECK(desk.check(kExchange, {certificate, token, proof}, challenge, day(3)).refusal ==
        RefusalReason::certificate_mismatch);
}

// Somebody who holds the key of a certificate of their own making.
struct Stranger {
  Stranger(const Setting& its, Instant certificate_ends)
      : certificate(Certificate::self_signed(
            key, {"stranger", its.scenario.start, its.site.date(certificate_ends)})) {}

  std::optional<RefusalReason> refusal(Setting& its, const Request& request, std::string_view token,
                                       Instant now) const {
    TokenVerifier desk(its.site, its.signatures);
    Challenge challenge({1});
    const std::string proof = prove_possession(key, challenge, request, token);
    return desk.check(request, {certificate, token, proof}, challenge, now).refusal;
  }

  PrivateKey key = PrivateKey::generate(KeyKind::ec_p256);
  Certificate certificate;
};

TEST_CASE("D6 R15: a copied token is worth nothing to the holder of another certificate") {
  Setting its;
  its.register_client(0, day(2));
  const Stranger thief(its, day(300));
  for (const Request& request : {kExchange, kRenewal}) {
    CHECK(thief.refusal(its, request, its.who.token().reveal(), day(3)) ==
          RefusalReason::certificate_mismatch);
  }
}

TEST_CASE("a certificate that has expired registers nobody", "[slow]") {
  Setting its;
  const Stranger late(its, day(3));
  const Request by_itself{RequestKind::registration, Endpoint::mp, Credential::self_signed, {}};
  CHECK(late.refusal(its, by_itself, "", day(3)) == std::nullopt);
  CHECK(late.refusal(its, by_itself, "", day(3) + kSecond) == RefusalReason::certificate_mismatch);
}

TEST_CASE("R24: a bulk token does not renew, and a client token does not register", "[slow]") {
  Setting its;
  its.register_client(0, day(1));
  const Stranger thief(its, day(300));
  CHECK(thief.refusal(its, kRenewal, its.site.bulk_token(its.bulk()), day(1)) ==
        RefusalReason::wrong_type);
  // Nor if it is called what it is.
  const Request called_bulk{RequestKind::renewal, Endpoint::cmg, Credential::bulk, its.bulk()};
  CHECK(thief.refusal(its, called_bulk, its.site.bulk_token(its.bulk()), day(1)) ==
        RefusalReason::wrong_type);
  CHECK(thief.refusal(its, with_bulk(its.bulk()), its.who.token().reveal(), day(1)) ==
        RefusalReason::wrong_type);
}

}  // namespace
}  // namespace tokenlife::test
