// The sample token of the source, which is damaged on purpose: D2, R41. It has to be refused as
// malformed; mended, and signed by a key of the site's, it is a bulk token like any other.
#include <catch2/catch.hpp>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "core/bulk_token_terms.hpp"
#include "core/token/certificate.hpp"
#include "core/token/token.hpp"
#include "core/token/token_fault.hpp"
#include "core/token/token_verify.hpp"
#include "support/forged_token.hpp"

namespace tokenlife::test {
namespace {

// As the rules describe it, damage included: a bracket, a p and the byte 0xB5.
const std::string kHeader = R"({"typ":"JWT","alg":"RS256","x5t":"OSo8vNgyVWQR9CaXyOiZpqe09W4"})";
const std::string kCategory = R"({"SCCMTokenCategory":"S{CMPreAuthToken","Authority":"SCCM",)"
                              R"("License":"SCCM","Type":"BulkRegistration",)"
                              R"("TenantId":"CDCC5E91-0ADF-4A24-82D0-196667F1C081",)";
const std::string kUniqueIdLine = R"("UniqueId":"db591e33-p6fd-4c5b-82f3-bf673e5bd0a2",)"
                                  R"("iss":"urn:sccm:oauth2:cdcc5e91-0adf-4a24-82d0-196667f1c081",)"
                                  R"("aud":"urn:sccm:service",)";
const std::string kExpires =
    "\"exp\":1580415\xB5"
    "05,\"nbf\":1580156305}";

std::string mended(std::string text, std::string_view bad, std::string_view good) {
  const std::size_t at = text.find(bad);
  REQUIRE(at != std::string::npos);
  return text.replace(at, bad.size(), good);
}
std::string good_category() { return mended(kCategory, "S{CM", "SCCM"); }
std::string good_unique_id() { return mended(kUniqueIdLine, "-p6fd-", "-06fd-"); }
std::string good_expires() { return mended(kExpires, "\xB5", "5"); }

// A site whose certificate is named as the sample's signer, with a key of ours.
TokenChecks sample_checks() {
  static const std::vector<Signer> signers{
      {{0},
       *PublicKey::from_pem(rfc7515_rsa().public_pem()),
       Sha1Thumbprint{0x39, 0x2A, 0x3C, 0xBC, 0xD8, 0x32, 0x55, 0x64, 0x11, 0xF4,
                      0x26, 0x97, 0xC8, 0xE8, 0x99, 0xA6, 0xA7, 0xB4, 0xF5, 0x6E}}};
  TokenChecks checks = site_checks(TokenProfile::bulk);
  checks.signers = signers;
  checks.issued = {};
  return checks;
}

std::string said_of(const std::string& claims) {
  return said(forge(kHeader, claims, rfc7515_rsa()), sample_checks());
}

TEST_CASE("D2: each damage of the sample is enough") {
  CHECK(said_of(kCategory + good_unique_id() + good_expires()) == "wrong-type");
  CHECK(said_of(good_category() + kUniqueIdLine + good_expires()) == "bad-claims");
  CHECK(said_of(good_category() + good_unique_id() + kExpires) == "payload-not-strict-json");
  CHECK(said_of(kCategory + kUniqueIdLine + kExpires) == "payload-not-strict-json");
}

TEST_CASE("R41 D3: the sample, mended and signed by the site, is a bulk token of three days") {
  const std::string token =
      forge(kHeader, good_category() + good_unique_id() + good_expires(), rfc7515_rsa());
  TokenChecks checks = sample_checks();
  const auto verified = verify(token, checks);
  REQUIRE(verified);
  CHECK(std::get<BulkClaims>(verified->claims()) ==
        BulkClaims{{kTokenBegins, kTokenEnds},
                   kTokenTenant,
                   Guid{0xdb591e3306fd4c5b, 0x82f3bf673e5bd0a2}});
  CHECK(verified->dates().expires - verified->dates().not_before == std::chrono::minutes{4320});
  checks.now = kTokenEnds - std::chrono::seconds{1};
  CHECK(said(token, checks) == "accepted");
  checks.now = kTokenEnds;
  CHECK(said(token, checks) == "bulk-token-expired");
  checks.issued = [](Guid) { return std::nullopt; };
  CHECK(said(token, checks) == "bulk-token-unknown");
  checks.profile = TokenProfile::client;
  CHECK(said(token, checks) == "wrong-type");
  checks.signers = site_signers();
  CHECK(said(token, checks) == "unknown-signer");
}

TEST_CASE("D2: the sample as it is printed is malformed, whoever is asked") {
  const char* other_place = std::getenv("TOKENLIFE_SAMPLE");
  std::ifstream file(other_place != nullptr ? other_place : "../shared/spec/sample-token.txt");
  std::string token{std::istreambuf_iterator<char>(file), {}};
  if (token.empty()) {
    WARN("skipped: the sample is not there");
    return;
  }
  CHECK(said(token, sample_checks()) == "not-base64url");  // the file's last line end
  while (token.back() == '\n') token.pop_back();
  const std::size_t second = token.rfind('.');
  const std::string signature = token.substr(second);
  CHECK(token.substr(0, second) ==
        base64url_of(kHeader) + "." + base64url_of(kCategory + kUniqueIdLine + kExpires));

  TokenChecks foreign = sample_checks();
  foreign.signers = site_signers();
  for (const TokenChecks& checks : {sample_checks(), foreign}) {
    const auto verified = verify(token, checks);
    REQUIRE_FALSE(verified);
    CHECK(verified.error() == TokenFault::payload_not_strict_json);
    CHECK(reason_of(verified.error()) == RefusalReason::malformed);
  }
  // Mended under its own signature: to a site that does not know the certificate it is a
  // stranger's, to the one that does it is tampered with.
  const std::string unsigned_mended =
      base64url_of(kHeader) + "." +
      base64url_of(good_category() + good_unique_id() + good_expires()) + signature;
  CHECK(said(unsigned_mended, foreign) == "unknown-signer");
  CHECK(said(unsigned_mended, sample_checks()) == "bad-signature");
}

}  // namespace
}  // namespace tokenlife::test
