// Claims that are accepted hold what the rules say of them, and a token that is issued with them is
// verified as the same.
#include <string>

#include "core/token/certificate.hpp"
#include "core/token/secret.hpp"
#include "core/token/token_fault.hpp"
#include "core/token/token_form.hpp"
#include "core/token/token_verify.hpp"
#include "fuzz/target.hpp"
#include "support/forged_token.hpp"

namespace tokenlife::test {
namespace {

void check_issued(const OtherClaims&) {}

template <class Claims>
void check_issued(const Claims& claims) {
  static const PrivateKey key = *PrivateKey::from_pem(rfc7515_rsa().private_pem());
  static const Certificate certificate = *Certificate::from_pem(site_certificate().pem());
  const Secret token = sign_token(claims, key, certificate);
  const auto verified = verify(token.reveal(), {site_signers(), claims.dates.not_before});
  require(verified && std::get<Claims>(verified->claims()) == claims, "the same when it is issued");
}

void check_kind(const BulkClaims& claims) {
  require(claims.dates.expires - claims.dates.not_before <= std::chrono::minutes{10'080},
          "a bulk token's lifetime");
}
void check_kind(const ClientClaims& claims) {
  require(claims.serial.ordinal() > 0, "a serial");
  require(claims.credential != Credential::bulk, "a credential of the client's own");
}
void check_kind(const OtherClaims&) {}

void check(std::string_view text) {
  const auto members = parse_strict_json(text);
  if (!members) return;
  const auto profile = read_profile(*members);
  for (const TokenProfile asked : {TokenProfile::any, TokenProfile::bulk, TokenProfile::client}) {
    const auto claims = read_claims(*members, asked);
    if (!claims) continue;
    std::visit(
        [](const auto& kind) {
          const auto& [begins, ends] = kind.dates;
          require(begins < ends && begins.time_since_epoch().count() >= 0 &&
                      ends.time_since_epoch().count() <= 253'402'300'799,
                  "dates in their range");
          check_kind(kind);
          check_issued(kind);
        },
        *claims);
  }
  if (profile && *profile != TokenProfile::any) {
    const JsonMember* category = find(*members, "SCCMTokenCategory");
    require(category != nullptr &&
                category->text ==
                    (*profile == TokenProfile::bulk ? "SCCMPreAuthToken" : "SCCMClientToken"),
            "the category of the kind");
  }
}

}  // namespace
}  // namespace tokenlife::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  tokenlife::test::check(tokenlife::test::text_of(data, size));
  return 0;
}
