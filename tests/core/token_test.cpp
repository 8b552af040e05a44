// Tokens: signed, verified, and whose they are. R14, R15, R24, R46, D2, D3, D6, A5, A6, A9.
#include "core/token/token.hpp"

#include <catch2/catch.hpp>

#include "core/request.hpp"
#include "core/token/key.hpp"
#include "core/token/possession.hpp"
#include "core/token/secret.hpp"
#include "core/token/token_fault.hpp"
#include "core/token/token_verify.hpp"

namespace tokenlife::test {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

constexpr Guid kTenant{0xcdcc5e910adf4a24, 0x82d0196667f1c081};
constexpr Guid kUniqueId{0xdb591e3305fd4c5b, 0x82f3bf673e5bd0a2};
constexpr sys_seconds kIssued{seconds{1'580'156'305}};
const TokenDates kThreeDays{kIssued, kIssued + seconds{259'200}};

struct Desk {
  PrivateKey key = PrivateKey::generate(KeyKind::rsa);
  Certificate certificate = Certificate::self_signed(
      key, {"site", kIssued - std::chrono::days{1}, kIssued + std::chrono::days{3650}});
  std::vector<Signer> signers{{{0}, certificate.key(), certificate.sha1()}};
};

const Desk& desk() {
  static const Desk one;
  return one;
}

TEST_CASE("a bulk token goes from the site's hand to its verifier", "[slow]") {
  const Secret token =
      sign_token(BulkClaims{kThreeDays, kTenant, kUniqueId}, desk().key, desk().certificate);
  const auto verified = verify(token.reveal(), {desk().signers, kIssued});
  REQUIRE(verified);
  CHECK(std::get<BulkClaims>(verified->claims()) == BulkClaims{kThreeDays, kTenant, kUniqueId});
  CHECK(verify(token.reveal(), {desk().signers, kIssued + seconds{259'199}}));
  const auto late = verify(token.reveal(), {desk().signers, kIssued + seconds{259'200}});
  CHECK(late.error() == TokenFault::bulk_token_expired);
}

TEST_CASE("D6 R14 R15: a client token is bound to its certificate, whose key the client holds",
          "[slow]") {
  const PrivateKey key = PrivateKey::generate(KeyKind::ec_p256);
  const Certificate mine =
      Certificate::self_signed(key, {"client 17", kIssued, kIssued + seconds{9'000'000}});
  const Certificate other =
      Certificate::self_signed(key, {"client 18", kIssued, kIssued + seconds{9'000'000}});
  const ClientClaims claims{{kIssued, kIssued + std::chrono::days{90}},
                            kTenant,
                            TokenSerial::of({17}, 3),
                            Credential::self_signed,
                            mine.sha256()};
  const Secret token = sign_token(claims, desk().key, desk().certificate);
  TokenChecks checks{desk().signers, kIssued};
  checks.certificate = &mine;
  const auto verified = verify(token.reveal(), checks);
  REQUIRE(verified);
  CHECK(std::get<ClientClaims>(verified->claims()) == claims);
  checks.certificate = &other;
  CHECK(verify(token.reveal(), checks).error() == TokenFault::certificate_mismatch);

  const Request call{RequestKind::exchange, Endpoint::cmg, Credential::self_signed, {}};
  Challenge challenge({1, 2, 3});
  const std::string proof = prove_possession(key, challenge, call, token.reveal());
  CHECK(verify_proof(mine, challenge, call, token.reveal(), proof));
  CHECK_FALSE(verify_proof(mine, challenge, call, token.reveal(), proof));
}

TEST_CASE("keys and certificates go to PEM and back") {
  const auto key = PrivateKey::from_pem(desk().key.to_pem().reveal());
  REQUIRE(key);
  CHECK(key->public_key() == desk().key.public_key());
  const auto certificate = Certificate::from_pem(desk().certificate.to_pem());
  REQUIRE(certificate);
  CHECK(certificate->sha256() == desk().certificate.sha256());
  CHECK(certificate->signed_itself());
  CHECK(certificate->common_name() == "site");
}

}  // namespace
}  // namespace tokenlife::test
