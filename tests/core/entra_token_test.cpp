// R9, R18, A11: which Entra tokens a site takes, and which keys of their issuer. Tokens are forged,
// so that each is wrong in one place.
#include "core/token/entra_token.hpp"

#include <catch2/catch.hpp>

#include "core/request.hpp"
#include "core/token/possession.hpp"
#include "core/token/token_fault.hpp"
#include "core/token/token_verify.hpp"
#include "support/forged_token.hpp"
#include "support/pki.hpp"

namespace tokenlife::test {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

constexpr sys_seconds kBegins{seconds{1'767'225'600}};
const std::string kIssuer = "https://sts.windows.net/cdcc5e91-0adf-4a24-82d0-196667f1c081/";
const std::string kAudience = "api://tokenlife";

const EntraIssuer& entra_issuer() {
  static const EntraIssuer one{kIssuer, kAudience,
                               read_jwks(jwks_of(rfc7515_rsa(), "key-1")).value()};
  return one;
}

Written entra_header() {
  return {{"typ", quoted("JWT")}, {"alg", quoted("RS256")}, {"kid", quoted("key-1")}};
}
Written entra_claims() {
  return {{"aud", quoted(kAudience)}, {"iss", quoted(kIssuer)},
          {"iat", "1767225600"},      {"nbf", "1767225600"},
          {"exp", "1767229200"},      {"deviceid", quoted("db591e33-05fd-4c5b-82f3-bf673e5bd0a2")}};
}

std::string said_of_entra(const std::string& token, sys_seconds now = kBegins,
                          seconds leeway = seconds{0}) {
  const auto verified = verify_entra(token, entra_issuer(), now, leeway);
  return verified ? "accepted" : std::string(name(verified.error()));
}
std::string said_of_header(const Written& its) {
  return said_of_entra(forge(its.text(), entra_claims().text(), rfc7515_rsa()));
}
std::string said_of_claims(const Written& its, sys_seconds now = kBegins,
                           seconds leeway = seconds{0}) {
  return said_of_entra(forge(entra_header().text(), its.text(), rfc7515_rsa()), now, leeway);
}

std::string said_of_keys(const std::string& text) {
  const auto keys = read_jwks(text);
  return keys ? std::to_string(keys->size()) : std::string(name(keys.error()));
}
std::string jwks_with(const std::string& members) {
  return "{\"keys\":[{" + jwk_members(rfc7515_rsa(), "a") + "},{" + members + "}]}";
}

}  // namespace

TEST_CASE("R18: an Entra token of the issuer that is trusted is good, and names a device") {
  const auto verified =
      verify_entra(forge(entra_header().text(), entra_claims().text(), rfc7515_rsa()),
                   entra_issuer(), kBegins, seconds{0});
  REQUIRE(verified);
  CHECK(verified->device == Guid{0xdb591e3305fd4c5b, 0x82f3bf673e5bd0a2});
  CHECK(verified->dates == TokenDates{kBegins, kBegins + seconds{3600}});
}

TEST_CASE("R18: an Entra token says by which key it is signed, and with RS256") {
  CHECK(said_of_header(entra_header().with("alg", quoted("none"))) == "algorithm-not-rs256");
  CHECK(said_of_entra(compact(entra_header().with("alg", quoted("none")).text(),
                              entra_claims().text(), "x")) == "algorithm-not-rs256");
  // The classic: the public key as the secret of an HMAC.
  const std::string hs256 = entra_header().with("alg", quoted("HS256")).text();
  const std::string part = base64url_of(hs256) + "." + base64url_of(entra_claims().text());
  CHECK(said_of_entra(part + "." + base64url_of(hmac_sha256(rfc7515_rsa().public_pem(), part))) ==
        "algorithm-not-rs256");
  CHECK(said_of_header(entra_header().with("kid", quoted("key-2"))) == "unknown-key");
  CHECK(said_of_header(entra_header().without("kid")) == "unknown-key");
  CHECK(said_of_header(entra_header().with("kid", "1")) == "bad-key-id");
  CHECK(said_of_header(entra_header().with("crit", "[\"exp\"]")) == "critical-header");
  CHECK(said_of_entra(forge(entra_header().text(), entra_claims().text(), strangers_rsa())) ==
        "bad-signature");
  CHECK(said_of_entra(compact(entra_header().text(), entra_claims().text(), "short")) ==
        "bad-signature-length");
}

TEST_CASE("R18: an Entra token is of this issuer, for this audience, and a device's") {
  CHECK(said_of_claims(entra_claims().with("iss", quoted(kIssuer + "x"))) == "wrong-issuer");
  CHECK(said_of_claims(entra_claims().without("iss")) == "wrong-issuer");
  CHECK(said_of_claims(entra_claims().with("aud", quoted("api://other"))) == "wrong-audience");
  CHECK(said_of_claims(entra_claims().with("aud", "[" + quoted(kAudience) + "]")) ==
        "wrong-audience");
  CHECK(said_of_claims(entra_claims().without("deviceid")) == "no-device");
  CHECK(said_of_claims(entra_claims().with("deviceid", quoted("a laptop"))) == "no-device");
  CHECK(said_of_claims(entra_claims().with(
            "deviceid", quoted("00000000-0000-0000-0000-000000000000"))) == "no-device");
}

TEST_CASE("A5 A14: an Entra token is good from nbf on, and no more from exp on") {
  CHECK(said_of_claims(entra_claims(), kBegins - seconds{1}) == "credential-not-yet-valid");
  CHECK(said_of_claims(entra_claims(), kBegins + seconds{3599}) == "accepted");
  CHECK(said_of_claims(entra_claims(), kBegins + seconds{3600}) == "credential-expired");
  // A6.
  CHECK(said_of_claims(entra_claims(), kBegins - seconds{1}, seconds{1}) == "accepted");
  CHECK(said_of_claims(entra_claims(), kBegins + seconds{3600}, seconds{1}) == "accepted");
  CHECK(said_of_claims(entra_claims().without("nbf")) == "bad-dates");
  CHECK(said_of_claims(entra_claims().with("exp", "1767229200.5")) == "bad-dates");
}

TEST_CASE("R18: an Entra token is read as strictly as the site's own") {
  const std::string text = entra_claims().text();
  const auto twice = text.substr(0, text.size() - 1) + ",\"iss\":" + quoted(kIssuer) + "}";
  CHECK(said_of_entra(forge(entra_header().text(), twice, rfc7515_rsa())) ==
        "payload-not-strict-json");
  CHECK(said_of_entra(forge(entra_header().text(), text + " 1", rfc7515_rsa())) ==
        "payload-not-strict-json");
  const std::string good = forge(entra_header().text(), text, rfc7515_rsa());
  CHECK(said_of_entra(good + "=") == "not-base64url");
  CHECK(said_of_entra(good + ".x") == "not-three-segments");
  CHECK(said_of_entra("") == "not-three-segments");
  CHECK(said_of_entra(std::string(kTokenBytesMax + 1, 'a')) == "too-long");
}

TEST_CASE("R18: whom the site does not trust vouches for no Entra client") {
  const Certificate own = Certificate::self_signed(PrivateKey::generate(KeyKind::ec_p256),
                                                   {"laptop", kBegins, kBegins + seconds{9'999}});
  const std::string token = forge(entra_header().text(), entra_claims().text(), rfc7515_rsa());
  const Challenge challenge = Challenge::fresh();
  const Request request{RequestKind::registration, Endpoint::cmg, Credential::entra, {}};
  CredentialChecks checks{{}, &entra_issuer(), kBegins};
  CHECK_FALSE(fault_of_credential({own, token, ""}, request, checks, challenge));
  CHECK(fault_of_credential({own, "", ""}, request, checks, challenge) ==
        TokenFault::not_three_segments);
  checks.entra = nullptr;
  CHECK(fault_of_credential({own, token, ""}, request, checks, challenge) ==
        TokenFault::authority_not_trusted);
}

TEST_CASE("R18: of an issuer's keys those are taken that verify RS256") {
  CHECK(said_of_keys(jwks_of(rfc7515_rsa(), "a")) == "1");
  const std::string other = jwk_members(strangers_rsa(), "b");
  CHECK(said_of_keys(jwks_with(other)) == "2");
  CHECK(said_of_keys(jwks_with(other + ",\"alg\":\"RS256\",\"x5c\":[\"AA\"]")) == "2");
  CHECK(said_of_keys(jwks_with(other + ",\"alg\":\"PS256\"")) == "1");
  CHECK(said_of_keys(jwks_with("\"kty\":\"RSA\",\"use\":\"enc\"")) == "1");
  CHECK(said_of_keys(jwks_with("\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\"")) ==
        "1");
}

TEST_CASE("R18: a set of keys that is wrong in one place is not taken at all") {
  CHECK(said_of_keys("") == "not-strict-json");
  CHECK(said_of_keys("{}") == "no-keys");
  CHECK(said_of_keys("{\"keys\":[]}") == "no-keys");
  CHECK(said_of_keys("{\"keys\":{}}") == "no-keys");
  CHECK(said_of_keys("{\"keys\":[],\"keys\":[]}") == "not-strict-json");
  CHECK(said_of_keys(jwks_with(jwk_members(strangers_rsa(), "a"))) == "id-twice");
  CHECK(said_of_keys(jwks_with("\"kty\":\"RSA\"")) == "bad-key");
  CHECK(said_of_keys(jwks_with("\"kty\":\"RSA\",\"kid\":\"b\",\"n\":\"AQ\",\"e\":\"AQAB\"")) ==
        "bad-key");
  const std::string exponent_1 = jwk_members(ForgedKey::with_exponent(rfc7515_rsa(), 1), "b");
  CHECK(said_of_keys(jwks_with(exponent_1)) == "bad-key");
  CHECK(said_of_keys(jwks_with(jwk_members(ForgedKey::rsa_public(1024, 65537), "b"))) == "bad-key");
  CHECK(said_of_keys(jwks_with(jwk_members(strangers_rsa(), "b") + ",\"d\":\"AQ\"")) ==
        "private-key");
  CHECK(said_of_keys(jwks_with("\"kty\":\"oct\",\"k\":\"AQ\"")) == "private-key");
  CHECK(said_of_keys("{\"keys\":[1]}") == "bad-key");
  std::string many = "{\"keys\":[{}";
  for (int i = 0; i < 64; ++i) many += ",{}";
  CHECK(said_of_keys(many + "]}") == "too-many-keys");
  CHECK(said_of_keys(std::string(kJwksBytesMax + 1, ' ')) == "too-long");
}

}  // namespace tokenlife::test
