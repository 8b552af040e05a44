// No Entra token is accepted but those that the issuer has signed, and of them those alone that say
// what they must: the input is a token, or, if it begins with a brace, claims that the issuer
// signs.
#include <string>

#include "core/token/entra_token.hpp"
#include "core/token/token_fault.hpp"
#include "core/token/token_form.hpp"
#include "fuzz/target.hpp"
#include "support/forged_token.hpp"
#include "support/pki.hpp"

namespace tokenlife::test {
namespace {

constexpr std::chrono::sys_seconds kEntraNow{std::chrono::seconds{1'767'225'600}};
const std::string kEntraHeader = R"({"typ":"JWT","alg":"RS256","kid":"key-1"})";
// All that the key has ever signed but what check_claims() has it sign.
const std::string kEntraClaims =
    R"({"aud":"api://tokenlife","iss":"https://sts.windows.net/1/","nbf":1767225600,)"
    R"("exp":1767229200,"deviceid":"db591e33-05fd-4c5b-82f3-bf673e5bd0a2"})";

const EntraIssuer& entra_issuer() {
  static const EntraIssuer one{"https://sts.windows.net/1/", "api://tokenlife",
                               read_jwks(jwks_of(rfc7515_rsa(), "key-1")).value()};
  return one;
}

bool is_text(const std::vector<JsonMember>& claims, std::string_view name, std::string_view text) {
  const JsonMember* member = find(claims, name);
  return member != nullptr && member->kind == JsonKind::string && member->text == text;
}

void check_token(std::string_view token) {
  const auto verified = verify_entra(token, entra_issuer(), kEntraNow, std::chrono::seconds{0});
  if (!verified) return;
  const auto segments = split_token(token);
  require(segments && segments->signed_part ==
                          base64url_of(kEntraHeader) + "." + base64url_of(kEntraClaims),
          "accepted is what was signed");
}

void check_claims(std::string_view text) {
  const auto verified = verify_entra(forge(kEntraHeader, text, rfc7515_rsa()), entra_issuer(),
                                     kEntraNow, std::chrono::seconds{0});
  if (!verified) return;
  const auto claims = parse_strict_json(text);
  require(claims.has_value(), "strict JSON");
  require(is_text(*claims, "iss", entra_issuer().issuer), "the issuer");
  require(is_text(*claims, "aud", entra_issuer().audience), "the audience");
  require(verified->dates.not_before <= kEntraNow && kEntraNow < verified->dates.expires,
          "within its dates");
  const JsonMember* device = find(*claims, "deviceid");
  require(device != nullptr && parse_guid(device->text) == verified->device, "the device");
  require(!verified->device.is_nil(), "a device");
}

}  // namespace
}  // namespace tokenlife::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tokenlife::test;
  const std::string_view input = text_of(data, size);
  const bool is_claims = input.starts_with('{');
  is_claims ? check_claims(input) : check_token(input);
  return 0;
}
