// What the site knows, what time it is, and whose the token is: R15, R49, R54, D2, D5, D6, A5, A6.
#include <catch2/catch.hpp>

#include <stdexcept>

#include "core/bulk_token_terms.hpp"
#include "core/request.hpp"
#include "core/token/key.hpp"
#include "core/token/possession.hpp"
#include "core/token/token.hpp"
#include "core/token/token_fault.hpp"
#include "core/token/token_verify.hpp"
#include "support/forged_token.hpp"

namespace tokenlife::test {
namespace {

using std::chrono::days;
using std::chrono::seconds;

std::string said_at(std::string_view token, TokenChecks checks, std::chrono::sys_seconds now) {
  checks.now = now;
  return said(token, checks);
}

TEST_CASE("A5 D2: a token is valid from nbf on and until just before exp") {
  for (const TokenProfile profile : {TokenProfile::bulk, TokenProfile::client}) {
    const bool bulk = profile == TokenProfile::bulk;
    const std::string token = bulk ? bulk_token() : client_token();
    const auto ends = bulk ? kTokenEnds : kTokenBegins + days{90};
    const TokenChecks checks = site_checks(profile);
    const std::string early = bulk ? "bulk-token-not-yet-valid" : "not-yet-valid";
    const std::string late = bulk ? "bulk-token-expired" : "expired";
    CHECK(said_at(token, checks, kTokenBegins - seconds{1}) == early);
    CHECK(said_at(token, checks, kTokenBegins) == "accepted");
    CHECK(said_at(token, checks, ends - seconds{1}) == "accepted");
    CHECK(said_at(token, checks, ends) == late);
    CHECK(said_at(token, checks, std::chrono::sys_seconds::min()) == early);
    CHECK(said_at(token, checks, std::chrono::sys_seconds::max()) == late);
  }
}

TEST_CASE("A6: leeway stretches a token's life at both ends, and saturates") {
  TokenChecks checks = site_checks(TokenProfile::client);
  checks.leeway = seconds{60};
  const auto ends = kTokenBegins + days{90};
  CHECK(said_at(client_token(), checks, ends + seconds{59}) == "accepted");
  CHECK(said_at(client_token(), checks, ends + seconds{60}) == "expired");
  // Before its nbf the client's certificate is not valid either.
  CHECK(said_at(client_token(), checks, kTokenBegins - seconds{60}) == "certificate-not-valid");
  CHECK(said_at(client_token(), checks, kTokenBegins - seconds{61}) == "not-yet-valid");
  checks = site_checks(TokenProfile::bulk);
  for (const seconds leeway : {seconds::max(), seconds::max() - seconds{1}}) {
    checks.leeway = leeway;
    CHECK(said_at(bulk_token(), checks, kTokenBegins) == "accepted");
    CHECK(said_at(bulk_token(), checks, kTokenEnds + days{3'000'000}) == "accepted");
    CHECK(said_at(bulk_token(), checks, std::chrono::sys_seconds{} - days{3'000'000}) ==
          "accepted");
  }
  // The end of time is no overflow. By then it has come, leeway or not.
  CHECK(said_at(bulk_token(), checks, std::chrono::sys_seconds::max()) == "bulk-token-expired");
  checks.leeway = seconds{-1};
  CHECK_THROWS_AS(verify(bulk_token(), checks), std::logic_error);
}

TEST_CASE("D2 R53 R54: a bulk token is one that the site has issued and not blocked") {
  TokenChecks checks = site_checks(TokenProfile::bulk);
  std::vector<Guid> asked;
  std::optional<BulkTokenTerms> known;
  checks.issued = [&](Guid guid) {
    asked.push_back(guid);
    return known;
  };
  CHECK(said(bulk_token(), checks) == "bulk-token-unknown");
  CHECK(asked == std::vector<Guid>{kTokenGuid});
  known = BulkTokenTerms{};
  CHECK(said(bulk_token(), checks) == "accepted");
  CHECK(said(bulk_token(), checks) == "accepted");  // D5: as often as one likes
  known->blocked = true;
  CHECK(said(bulk_token(), checks) == "bulk-token-blocked");
  // The order: known, then dates, then blocked.
  CHECK(said_at(bulk_token(), checks, kTokenEnds) == "bulk-token-expired");
  CHECK(said_at(bulk_token(), checks, kTokenBegins - seconds{1}) == "bulk-token-not-yet-valid");
  known.reset();
  CHECK(said_at(bulk_token(), checks, kTokenEnds) == "bulk-token-unknown");
  // Nobody is asked about a token that is not the site's.
  asked.clear();
  CHECK(said(forge(good_header().text(), good_bulk_claims().text(), strangers_rsa()), checks) ==
        "bad-signature");
  CHECK(asked.empty());
}

TEST_CASE("D6: a token bound to another certificate is refused, also after a reinstall") {
  TokenChecks checks = site_checks(TokenProfile::client);
  CHECK(said(client_token(), checks) == "accepted");
  // A reinstalled client has a new key and certificate; what it had before is of no use.
  const ForgedKey new_key = ForgedKey::ec("P-256");
  const auto reinstalled = Certificate::from_pem(
      forge_certificate(new_key, new_key, "client 17", kTokenBegins, kTokenBegins + days{365})
          .pem());
  checks.certificate = &*reinstalled;
  CHECK(said(client_token(), checks) == "certificate-mismatch");
  // Another certificate for the same key and name is another certificate.
  const auto renewed =
      Certificate::from_pem(forge_certificate(rfc7515_ec(), rfc7515_ec(), "client 17", kTokenBegins,
                                              kTokenBegins + days{366})
                                .pem());
  checks.certificate = &*renewed;
  CHECK(said(client_token(), checks) == "certificate-mismatch");
  CHECK(rules_behind(TokenFault::certificate_mismatch).front() == "D6");
  // Every bit of the thumbprint counts.
  checks = site_checks(TokenProfile::client);
  const std::string thumbprint = sha256_of(client_certificate().der);
  for (std::size_t bit = 0; bit < 256; ++bit) {
    std::string other = thumbprint;
    other[bit / 8] = static_cast<char>(other[bit / 8] ^ (1 << bit % 8));
    const Written claims =
        good_client_claims().with("cnf", "{\"x5t#S256\":" + quoted(base64url_of(other)) + "}");
    if (said_of_client(signed_token(good_header(), claims)) != "certificate-mismatch") {
      FAIL_CHECK("bit " << bit);
    }
  }
}

TEST_CASE("D6: the certificate that is shown is in its dates") {
  const auto said_with = [](std::chrono::sys_seconds from, std::chrono::sys_seconds to) {
    const auto made = forge_certificate(rfc7515_ec(), rfc7515_ec(), "client 17", from, to);
    const auto certificate = Certificate::from_pem(made.pem());
    TokenChecks checks = site_checks(TokenProfile::client);
    checks.certificate = &*certificate;
    const Written claims =
        good_client_claims().with("cnf", "{\"x5t#S256\":" + quoted(made.x5t_s256()) + "}");
    return said(signed_token(good_header(), claims), checks);
  };
  CHECK(said_with(kTokenBegins - days{1}, kTokenBegins + days{1}) == "accepted");
  CHECK(said_with(kTokenBegins, kTokenBegins) == "accepted");
  CHECK(said_with(kTokenBegins + seconds{1}, kTokenBegins + days{1}) == "certificate-not-valid");
  CHECK(said_with(kTokenBegins - days{1}, kTokenBegins - seconds{1}) == "certificate-not-valid");
}

// ---- Possession --------------------------------------------------------------------------------

const PrivateKey& clients_key() {
  static const PrivateKey key = *PrivateKey::from_pem(rfc7515_ec().private_pem());
  return key;
}

const Request kCall{RequestKind::renewal, Endpoint::cmg, Credential::self_signed, {}};

bool holds(const Request& request, std::string_view token, std::string_view proof,
           const Challenge::Bytes& bytes = {1, 2, 3}) {
  Challenge challenge(bytes);
  return verify_proof(clients_certificate(), challenge, request, token, proof);
}

TEST_CASE("R15 D6: a proof of possession is good once, for one request") {
  const Challenge challenge({1, 2, 3});
  const std::string proof = prove_possession(clients_key(), challenge, kCall, client_token());
  CHECK(holds(kCall, client_token(), proof));

  // Another challenge, token, request, or way.
  CHECK_FALSE(holds(kCall, client_token(), proof, {1, 2, 4}));
  CHECK_FALSE(holds(kCall, client_token(), proof, {}));
  CHECK_FALSE(holds(kCall, bulk_token(), proof));
  CHECK_FALSE(holds(kCall, "", proof));
  CHECK_FALSE(holds(kCall, client_token() + "A", proof));
  Request other = kCall;
  other.kind = RequestKind::exchange;
  CHECK_FALSE(holds(other, client_token(), proof));
  other = kCall;
  other.via = Endpoint::mp;
  CHECK_FALSE(holds(other, client_token(), proof));
  other = kCall;
  other.credential = Credential::pki;
  CHECK_FALSE(holds(other, client_token(), proof));
  other = kCall;
  other.scope = Scope::user;
  CHECK_FALSE(holds(other, client_token(), proof));
  other = kCall;
  other.bulk = kTokenGuid;
  CHECK_FALSE(holds(other, client_token(), proof));
}

TEST_CASE("R15: a challenge is spent by being checked, whatever came of it") {
  Challenge challenge({7});
  const std::string proof = prove_possession(clients_key(), challenge, kCall, "t");
  CHECK(verify_proof(clients_certificate(), challenge, kCall, "t", proof));
  CHECK_FALSE(verify_proof(clients_certificate(), challenge, kCall, "t", proof));

  Challenge guessed({8});
  const std::string good = prove_possession(clients_key(), guessed, kCall, "t");
  CHECK_FALSE(verify_proof(clients_certificate(), guessed, kCall, "t", "wrong"));
  CHECK_FALSE(verify_proof(clients_certificate(), guessed, kCall, "t", good));
  STATIC_REQUIRE_FALSE(std::is_copy_constructible_v<Challenge>);
  STATIC_REQUIRE_FALSE(std::is_copy_assignable_v<Challenge>);
}

TEST_CASE("R15: only the certificate's key makes a proof") {
  const Challenge challenge({1, 2, 3});
  const PrivateKey thief = PrivateKey::generate(KeyKind::ec_p256);
  CHECK_FALSE(
      holds(kCall, client_token(), prove_possession(thief, challenge, kCall, client_token())));
  const PrivateKey site = *PrivateKey::from_pem(rfc7515_rsa().private_pem());
  CHECK_FALSE(
      holds(kCall, client_token(), prove_possession(site, challenge, kCall, client_token())));
  CHECK_FALSE(holds(kCall, client_token(), ""));
  CHECK_FALSE(holds(kCall, client_token(), std::string(72, '\0')));
  CHECK_FALSE(holds(kCall, client_token(), client_token()));
  // What a client signs is no token, and a token's signature no proof.
  const std::string token = client_token();
  CHECK_FALSE(holds(kCall, token, token.substr(token.rfind('.') + 1)));
}

}  // namespace
}  // namespace tokenlife::test
