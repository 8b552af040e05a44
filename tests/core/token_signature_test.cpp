// Whose signature it is: A9, D2. Other keys, other algorithms, and tricks with both.
#include <catch2/catch.hpp>

#include "core/token/certificate.hpp"
#include "core/token/key.hpp"
#include "core/token/token.hpp"
#include "core/token/token_fault.hpp"
#include "core/token/token_verify.hpp"
#include "support/forged_token.hpp"

namespace tokenlife::test {
namespace {

// The RFC's example, in pieces (RFC 7515, appendix A.2.1).
const std::string kRfcSigned =
    "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt"
    "cGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
const std::string kRfcSignature =
    "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5"
    "jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb"
    "1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QO"
    "YEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";

PublicKey public_key(const ForgedKey& key) { return *PublicKey::from_pem(key.public_pem()); }

// A signer for every token.
std::vector<Signer> just(const ForgedKey& key) { return {{{9}, public_key(key), std::nullopt}}; }

std::string signature_said(std::string_view token, const std::vector<Signer>& signers) {
  const auto signer = verify_signature(token, signers);
  return signer ? "signed by " + std::to_string(signer->value) : std::string(name(signer.error()));
}

TEST_CASE("RFC 7515 A.2: its signature is good, and its claims are nobody's token", "[slow]") {
  const std::string token = kRfcSigned + "." + kRfcSignature;
  CHECK(signature_said(token, just(rfc7515_rsa())) == "signed by 9");
  CHECK(signature_said(token, just(strangers_rsa())) == "bad-signature");
  // It does not say who signed it.
  CHECK(signature_said(token, site_signers()) == "signer-not-named");
  CHECK(said(token, {just(rfc7515_rsa()), kTokenBegins}) == "bad-dates");  // no nbf
  // The forger signs as the RFC does, and so does core.
  CHECK(base64url_of(rfc7515_rsa().rs256(kRfcSigned)) == kRfcSignature);
  const auto key = PrivateKey::from_pem(rfc7515_rsa().private_pem());
  REQUIRE(key);
  CHECK(base64url_of(key->sign(kRfcSigned)) == kRfcSignature);
}

TEST_CASE("RFC 7519: its examples are refused, each for what it is") {
  const std::string claims =
      "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnV"
      "lfQ";
  // Section 3.1: HS256, which is also RFC 7515, A.1.
  CHECK(said_of_bulk("eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9." + claims +
                     ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == "algorithm-not-rs256");
  // Section 6.1: not signed.
  CHECK(said_of_bulk("eyJhbGciOiJub25lIn0." + claims + ".") == "empty-segment");
  CHECK(said_of_bulk("eyJhbGciOiJub25lIn0." + claims + ".AA") == "algorithm-not-rs256");
  // Appendix A.1: encrypted, in five segments.
  CHECK(said_of_bulk("eyJhbGciOiJSU0ExXzUiLCJlbmMiOiJBMTI4Q0JDLUhTMjU2In0.AA.AA.AA.AA") ==
        "not-three-segments");
  // RFC 7515, A.3.
  CHECK(said_of_bulk("eyJhbGciOiJFUzI1NiJ9." + claims +
                     ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqP"
                     "P3-Kg6NU1Q") == "algorithm-not-rs256");
}

TEST_CASE("a signer is known by x5t alone") {
  const std::string claims = good_bulk_claims().text();
  CHECK(said_of_bulk(forge(good_header().without("x5t").text(), claims, rfc7515_rsa())) ==
        "signer-not-named");
  const std::string other = quoted(base64url_of(sha1_of("another certificate")));
  CHECK(said_of_bulk(signed_token(good_header().with("x5t", other), good_bulk_claims())) ==
        "unknown-signer");
  // A name is no proof: the stranger's key under the site's x5t.
  CHECK(said_of_bulk(forge(good_header().text(), claims, strangers_rsa())) == "bad-signature");
  // Nothing else in a header names a key. Certificates and keys in it are nobody's word but the
  // sender's, addresses are not asked.
  const ForgedCertificate stranger =
      forge_certificate(strangers_rsa(), strangers_rsa(), "site", kTokenBegins, kTokenEnds);
  const std::string jwk = R"({"kty":"RSA","n":"oQ","e":"AQAB"})";
  for (const auto& [member, value] : std::vector<std::pair<const char*, std::string>>{
           {"jwk", jwk},
           {"jku", quoted("https://example.invalid/keys")},
           {"x5u", quoted("https://example.invalid/certificate")},
           {"x5c", "[" + quoted(base64url_of(stranger.der)) + "]"},
           {"kid", quoted(site_certificate().x5t())},
           {"x5t#S256", quoted(site_certificate().x5t_s256())}}) {
    INFO(member);
    const Written header = good_header().with(member, value);
    CHECK(said_of_bulk(signed_token(header, good_bulk_claims())) == "accepted");
    CHECK(said_of_bulk(forge(header.text(), claims, strangers_rsa())) == "bad-signature");
    CHECK(said_of_bulk(forge(header.without("x5t").text(), claims, rfc7515_rsa())) ==
          "signer-not-named");
    CHECK(said_of_bulk(forge(header.with("x5t", quoted(stranger.x5t())).text(), claims,
                             strangers_rsa())) == "unknown-signer");
  }
}

TEST_CASE("A9: tokens of an earlier certificate are good until it is retired") {
  const ForgedCertificate second =
      forge_certificate(strangers_rsa(), strangers_rsa(), "site 2", kTokenBegins, kTokenEnds);
  const Certificate certificate = *Certificate::from_pem(second.pem());
  std::vector<Signer> signers = site_signers();
  signers.push_back({{5}, certificate.key(), certificate.sha1()});
  TokenChecks checks = site_checks(TokenProfile::bulk);
  checks.signers = signers;
  const std::string by_second = forge(good_header().with("x5t", quoted(second.x5t())).text(),
                                      good_bulk_claims().text(), strangers_rsa());
  CHECK(verify(bulk_token(), checks)->signer() == KeyNumber{4});
  CHECK(verify(by_second, checks)->signer() == KeyNumber{5});
  signers[0].retired = true;
  CHECK(said(bulk_token(), checks) == "signer-retired");
  CHECK(said(by_second, checks) == "accepted");
  CHECK(signature_said(bulk_token(), signers) == "signer-retired");
  CHECK(reason_of(TokenFault::signer_retired) == RefusalReason::unknown_signer);
  // The names swapped: each signature is good, for the other's name.
  CHECK(said(forge(good_header().text(), good_bulk_claims().text(), strangers_rsa()), checks) ==
        "signer-retired");
  checks.signers = {};
  CHECK(said(bulk_token(), checks) == "unknown-signer");
}

TEST_CASE("the signer that a token names goes before one without a name", "[slow]") {
  std::vector<Signer> signers = just(strangers_rsa());
  signers.push_back(site_signers()[0]);
  CHECK(signature_said(bulk_token(), signers) == "signed by 4");
  signers[1].retired = true;
  CHECK(signature_said(bulk_token(), signers) == "signer-retired");
}

TEST_CASE("a signature is as long as the modulus, and is the signer's") {
  const std::string header = good_header().text();
  const std::string claims = good_bulk_claims().text();
  const std::string good = rfc7515_rsa().rs256(base64url_of(header) + "." + base64url_of(claims));
  REQUIRE(good.size() == 256);
  const auto with = [&](const std::string& bytes) {
    return said_of_bulk(compact(header, claims, bytes));
  };
  CHECK(with(good) == "accepted");
  for (const std::string& bytes :
       {good.substr(0, 255), good.substr(1), good + '\0', '\0' + good, good + good,
        std::string(1, '\0'), std::string(255, '\0'), std::string(4096, '\x01')}) {
    CHECK(with(bytes) == "bad-signature-length");
  }
  // The edges of what can be raised to a power: 0, 1, the modulus and its neighbours.
  for (const std::string& bytes : {std::string(256, '\0'), std::string(255, '\0') + '\x01',
                                   std::string(256, '\xFF'), std::string(256, '\x01')}) {
    CHECK(with(bytes) == "bad-signature");
  }
  const std::string der = rfc7515_rsa().public_der();
  const std::string modulus = der.substr(der.size() - 261, 256);  // before the exponent's five
  CHECK(with(modulus) == "bad-signature");
}

TEST_CASE("a signature over anything else is bad") {
  const std::string header = good_header().text();
  const std::string claims = good_bulk_claims().text();
  const std::string signed_part = base64url_of(header) + "." + base64url_of(claims);
  for (const std::string& other :
       {base64url_of(header) + base64url_of(claims), header + "." + claims, base64url_of(claims),
        signed_part + ".", signed_part + "\n", std::string(), sha256_of(signed_part)}) {
    CHECK(said_of_bulk(signed_part + "." + base64url_of(rfc7515_rsa().rs256(other))) ==
          "bad-signature");
  }
  // Header and payload of two good tokens.
  const std::string one = bulk_token();
  const std::string two = client_token();
  const std::string mixed = one.substr(0, one.rfind('.')) + two.substr(two.rfind('.'));
  CHECK(said_of_bulk(mixed) == "bad-signature");
}

TEST_CASE("keys and algorithms cannot be confused") {
  const std::string claims = good_bulk_claims().text();
  // HMAC with the public key, as whoever knows it can make it: in all the forms that it has.
  for (const std::string& secret :
       {rfc7515_rsa().public_pem(), rfc7515_rsa().public_der(), site_certificate().pem(),
        site_certificate().der, std::string()}) {
    for (const char* algorithm : {"HS256", "RS256"}) {
      const Written header = good_header().with("alg", quoted(algorithm));
      const std::string signed_part = base64url_of(header.text()) + "." + base64url_of(claims);
      const std::string token = signed_part + "." + base64url_of(hmac_sha256(secret, signed_part));
      CHECK(said_of_bulk(token) == (std::string_view(algorithm) == "HS256"
                                        ? "algorithm-not-rs256"
                                        : "bad-signature-length"));
    }
  }
  // The site's own key, by another padding, under either name.
  for (const char* algorithm : {"PS256", "RS256"}) {
    const Written header = good_header().with("alg", quoted(algorithm));
    const std::string signed_part = base64url_of(header.text()) + "." + base64url_of(claims);
    const std::string token = signed_part + "." + base64url_of(rfc7515_rsa().ps256(signed_part));
    CHECK(said_of_bulk(token) ==
          (std::string_view(algorithm) == "PS256" ? "algorithm-not-rs256" : "bad-signature"));
  }
  // An EC key as a signer: RS256 cannot be its algorithm, and no other is taken.
  const std::vector<Signer> ec = just(rfc7515_ec());
  const std::string signed_part = base64url_of(good_header().text()) + "." + base64url_of(claims);
  CHECK(signature_said(signed_part + "." + base64url_of(rfc7515_ec().es256(signed_part)), ec) ==
        "algorithm-not-rs256");
  CHECK(signature_said(signed_part + "." + base64url_of(rfc7515_ec().rs256(signed_part)), ec) ==
        "algorithm-not-rs256");
  const std::string es256 =
      base64url_of(good_header().with("alg", quoted("ES256")).text()) + "." + base64url_of(claims);
  CHECK(signature_said(es256 + "." + base64url_of(rfc7515_ec().es256(es256)), ec) ==
        "algorithm-not-rs256");
}

TEST_CASE("what the payload says is read after the signature alone", "[slow]") {
  // Neither is an object; both are UTF-8.
  for (const char* payload : {"[]", "{\"exp\":"}) {
    CHECK(said_of_bulk(forge(good_header().text(), payload, strangers_rsa())) == "bad-signature");
    CHECK(said_of_bulk(forge(good_header().text(), payload, rfc7515_rsa())) ==
          "payload-not-strict-json");
  }
  // D2: bytes that are no text at all are malformed, whoever signed them.
  for (const ForgedKey* key : {&rfc7515_rsa(), &strangers_rsa()}) {
    CHECK(said_of_bulk(forge(good_header().text(), "{\"exp\":15804\xB5}", *key)) ==
          "payload-not-strict-json");
  }
  CHECK(signature_said(forge(good_header().text(), "\xB5", rfc7515_rsa()), site_signers()) ==
        "signed by 4");
}

}  // namespace
}  // namespace tokenlife::test
