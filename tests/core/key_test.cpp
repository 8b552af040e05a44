// Keys and certificates: which are taken, and which are not. R15, A9.
#include "core/token/key.hpp"

#include <catch2/catch.hpp>

#include "core/token/certificate.hpp"
#include "support/forge.hpp"

namespace tokenlife::test {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

constexpr sys_seconds kFrom{seconds{1'580'156'305}};
constexpr sys_seconds kTo{seconds{1'587'932'305}};

std::string said_of_public(std::string_view pem) {
  const auto key = PublicKey::from_pem(pem);
  return key ? "taken" : std::string(name(key.error()));
}
std::string said_of_private(std::string_view pem) {
  const auto key = PrivateKey::from_pem(pem);
  return key ? "taken" : std::string(name(key.error()));
}
std::string said_of_certificate(std::string_view pem) {
  const auto certificate = Certificate::from_pem(pem);
  return certificate ? "taken" : std::string(name(certificate.error()));
}
// As a key, and as the key of a certificate, which somebody else has signed.
std::string said_of_both(const ForgedKey& key) {
  const std::string as_key = said_of_public(key.public_pem());
  const auto certificate = forge_certificate(key, rfc7515_rsa(), "c", kFrom, kTo);
  CHECK(said_of_certificate(certificate.pem()) == as_key);
  return as_key;
}

TEST_CASE("keys are RSA of 2048 to 8192 bits, or P-256", "[slow]") {
  CHECK(said_of_both(rfc7515_rsa()) == "taken");
  CHECK(said_of_both(rfc7515_ec()) == "taken");
  CHECK(said_of_both(ForgedKey::rsa(1024)) == "wrong-size");
  CHECK(said_of_both(ForgedKey::rsa_public(2047, 65537)) == "wrong-size");
  CHECK(said_of_both(ForgedKey::rsa_public(8193, 65537)) == "wrong-size");
  CHECK(said_of_both(ForgedKey::rsa_public(16384, 65537)) == "wrong-size");
  CHECK(said_of_both(ForgedKey::rsa_pss()) == "wrong-kind");
  CHECK(said_of_both(ForgedKey::ec("P-384")) == "wrong-kind");
  CHECK(said_of_both(ForgedKey::ec("secp256k1")) == "wrong-kind");
  CHECK(said_of_both(ForgedKey::ed25519()) == "wrong-kind");
  CHECK(said_of_private(rfc7515_rsa().private_pem()) == "taken");
  CHECK(said_of_private(rfc7515_ec().private_pem()) == "taken");
  CHECK(said_of_private(ForgedKey::rsa(1024).private_pem()) == "wrong-size");
  CHECK(said_of_private(ForgedKey::ec("P-384").private_pem()) == "wrong-kind");
  CHECK(said_of_private(ForgedKey::ed25519().private_pem()) == "wrong-kind");
}

TEST_CASE("a key with an exponent of 1 signs everything by itself, and is refused") {
  CHECK(said_of_both(ForgedKey::with_exponent(rfc7515_rsa(), 1)) == "not-a-good-key");
  CHECK(said_of_both(ForgedKey::with_exponent(rfc7515_rsa(), 0)) == "not-a-good-key");
  CHECK(said_of_both(ForgedKey::with_exponent(rfc7515_rsa(), 2)) == "not-a-good-key");
  CHECK(said_of_both(ForgedKey::with_exponent(rfc7515_rsa(), 65536)) == "not-a-good-key");
  CHECK(said_of_both(ForgedKey::with_exponent(rfc7515_rsa(), 3)) == "taken");
}

TEST_CASE("PEM: one block, of the kind that is asked for") {
  const std::string key = rfc7515_rsa().public_pem();
  const std::string secret = rfc7515_rsa().private_pem();
  const auto made = forge_certificate(rfc7515_rsa(), rfc7515_rsa(), "c", kFrom, kTo);
  CHECK(said_of_public("for people\n\n" + key) == "taken");
  CHECK(said_of_certificate("for people\n\n" + made.pem()) == "taken");
  for (const std::string& other :
       {std::string(), std::string("x"), secret, made.pem(), key + key, key + secret,
        key.substr(0, key.size() / 2), pem_of("PUBLIC KEY", rfc7515_rsa().public_der() + "x"),
        pem_of("RSA PUBLIC KEY", rfc7515_rsa().public_der()),
        pem_of("CERTIFICATE", rfc7515_rsa().public_der()), pem_of("PUBLIC KEY", made.der),
        std::string(65'537, '\n') + key}) {
    CHECK(said_of_public(other) == "not-pem");
  }
  for (const std::string& other :
       {std::string(), key, made.pem(), secret + secret, secret + key,
        secret.substr(0, secret.size() / 2), rfc7515_rsa().encrypted_private_pem(),
        pem_of("PRIVATE KEY", rfc7515_rsa().public_der()),
        // The parameters of P-256, which are no key.
        pem_of("EC PARAMETERS", "\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07")}) {
    CHECK(said_of_private(other) == "not-pem");
  }
  for (const std::string& other :
       {std::string(), key, secret, made.pem() + made.pem(), made.pem() + secret,
        pem_of("CERTIFICATE", made.der + "x"), pem_of("X509 CERTIFICATE", made.der),
        pem_of("CERTIFICATE", made.der.substr(0, made.der.size() - 1))}) {
    CHECK(said_of_certificate(other) == "not-pem");
  }
}

TEST_CASE("an encrypted block asks nobody for a password") {
  const std::string headers =
      "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00000000000000000000000000000000\n\n";
  const auto encrypted = [&headers](std::string pem) {
    return pem.insert(pem.find('\n') + 1, headers);
  };
  const auto made = forge_certificate(rfc7515_rsa(), rfc7515_rsa(), "c", kFrom, kTo);
  CHECK(said_of_certificate(encrypted(made.pem())) == "not-pem");
  CHECK(said_of_public(encrypted(rfc7515_rsa().public_pem())) == "not-pem");
  CHECK(said_of_private(encrypted(rfc7515_rsa().private_pem())) == "not-pem");
}

TEST_CASE("a private key whose halves or primes do not fit is refused") {
  // The DER of the RFC's key: a byte in its modulus, private exponent, primes, and what is
  // derived from them.
  const std::string pem = rfc7515_rsa().private_pem();
  int taken = 0;
  for (std::size_t line = 3; line < 26; line += 3) {
    std::string damaged = pem;
    std::size_t at = 0;
    for (std::size_t i = 0; i < line; ++i) at = damaged.find('\n', at) + 1;
    damaged[at + 40] = damaged[at + 40] == 'A' ? 'B' : 'A';
    for (const auto origin : {PrivateKey::Origin::elsewhere, PrivateKey::Origin::own}) {
      const auto key = PrivateKey::from_pem(damaged, origin);
      if (!key) continue;
      // OpenSSL works around damaged primes: then it still signs as it should.
      ++taken;
      CHECK(key->public_key().verifies("m", key->sign("m")));
    }
  }
  CHECK(taken < 16);
}

TEST_CASE("a certificate says when it is valid, and whether it signed itself") {
  const auto made = forge_certificate(rfc7515_ec(), rfc7515_ec(), "client 17", kFrom, kTo);
  const auto certificate = Certificate::from_pem(made.pem());
  REQUIRE(certificate);
  CHECK(certificate->to_pem() == made.pem());
  CHECK(certificate->signed_itself());
  CHECK(certificate->common_name() == "client 17");
  CHECK(certificate->not_before() == kFrom);
  CHECK(certificate->not_after() == kTo);
  CHECK_FALSE(certificate->valid_at(kFrom - seconds{1}));
  CHECK(certificate->valid_at(kFrom));
  CHECK(certificate->valid_at(kTo));
  CHECK_FALSE(certificate->valid_at(kTo + seconds{1}));
  const std::string sha1(certificate->sha1().bytes.begin(), certificate->sha1().bytes.end());
  const std::string sha256(certificate->sha256().bytes.begin(), certificate->sha256().bytes.end());
  CHECK(sha1 == sha1_of(made.der));
  CHECK(sha256 == sha256_of(made.der));

  const auto foreign = forge_certificate(rfc7515_ec(), rfc7515_rsa(), "client 17", kFrom, kTo);
  REQUIRE(Certificate::from_pem(foreign.pem()));
  CHECK_FALSE(Certificate::from_pem(foreign.pem())->signed_itself());
}

TEST_CASE("a key verifies what it signed, and nothing else") {
  for (const ForgedKey* forged : {&rfc7515_rsa(), &rfc7515_ec()}) {
    const auto key = PublicKey::from_pem(forged->public_pem());
    REQUIRE(key);
    const std::string signature = forged->rs256("message");
    CHECK(key->verifies("message", signature));
    CHECK_FALSE(key->verifies("message ", signature));
    CHECK_FALSE(key->verifies("", signature));
    CHECK_FALSE(key->verifies("message", ""));
    CHECK_FALSE(key->verifies("message", signature.substr(1)));
    CHECK_FALSE(key->verifies("message", signature + '\0'));
    CHECK_FALSE(key->verifies("message", std::string(signature.size(), '\0')));
  }
  CHECK_FALSE(PublicKey::from_pem(rfc7515_ec().public_pem())
                  ->verifies("message", rfc7515_ec().es256("message")));
  CHECK_FALSE(PublicKey::from_pem(rfc7515_rsa().public_pem())
                  ->verifies("message", rfc7515_rsa().ps256("message")));
}

}  // namespace
}  // namespace tokenlife::test
