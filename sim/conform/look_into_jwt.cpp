// What a JWT of an adapter's says of itself: its signature is the adapter's own affair, as its keys
// are.
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <optional>

#include "core/token/base64url.hpp"
#include "core/token/certificate.hpp"
#include "core/token/strict_json.hpp"
#include "core/token/token.hpp"
#include "sim/conform/check_answer.hpp"

namespace tokenlife::sim {
namespace {

// The three parts, decoded.
std::optional<std::array<std::string, 3>> parts_of(const std::string& token) {
  std::array<std::string, 3> parts;
  std::size_t from = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    const std::size_t dot = token.find('.', from);
    if ((dot == std::string::npos) != (i == 2)) return std::nullopt;
    const auto decoded =
        from_base64url(std::string_view(token).substr(from, i == 2 ? dot : dot - from));
    if (!decoded) return std::nullopt;
    parts[i] = *decoded;
    from = dot + 1;
  }
  return parts;
}

std::string text_of_claim(const std::vector<JsonMember>& claims, std::string_view name) {
  const JsonMember* member = find(claims, name);
  return member != nullptr && member->kind == JsonKind::string ? member->text : "";
}

bool is_date(const std::vector<JsonMember>& claims, std::string_view name, Instant expected) {
  const JsonMember* member = find(claims, name);
  return member != nullptr && member->kind == JsonKind::integer &&
         member->integer == expected.time_since_epoch().count();
}

std::string upper_case(std::string text) {
  for (char& c : text) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return text;
}

std::optional<JwtFault> fault_of_header(const std::string& json) {
  const auto header = parse_strict_json(json);
  if (!header) return JwtFault{"the token's header is not a JSON object", {"R14"}};
  if (text_of_claim(*header, "alg") != "RS256") {
    return JwtFault{"the token's `alg` is not RS256", {"R14"}};
  }
  return std::nullopt;
}

std::optional<JwtFault> fault_of_bulk(const std::vector<JsonMember>& claims,
                                      const JwtContext& context) {
  if (text_of_claim(claims, "SCCMTokenCategory") != "SCCMPreAuthToken" ||
      text_of_claim(claims, "Type") != "BulkRegistration") {
    return JwtFault{"the bulk token does not say that it is one (SCCMTokenCategory, Type)",
                    {"R24"}};
  }
  if (text_of_claim(claims, "iss") != token_issuer(context.tenant)) {
    return JwtFault{"the token's `iss` is not urn:sccm:oauth2: and the tenant", {"R4"}};
  }
  if (text_of_claim(claims, "aud") != kTokenAudience) {
    return JwtFault{"the token's `aud` is not urn:sccm:service", {"R4"}};
  }
  if (upper_case(text_of_claim(claims, "UniqueId")) != upper_case(context.guid)) {
    return JwtFault{"the bulk token's UniqueId is not its GUID", {"R41"}};
  }
  if (upper_case(text_of_claim(claims, "TenantId")) != upper_case(to_string(context.tenant))) {
    return JwtFault{"the bulk token's TenantId is not the tenant's", {"R4"}};
  }
  return std::nullopt;
}

// Beside its kind and `cnf` a client token's claims are the site's own choice.
std::optional<JwtFault> fault_of_client(const std::vector<JsonMember>& claims,
                                        const JwtContext& context) {
  if (text_of_claim(claims, "SCCMTokenCategory") == "SCCMPreAuthToken" ||
      text_of_claim(claims, "Type") == "BulkRegistration") {
    return JwtFault{"the client token says that it is a bulk token", {"R24"}};
  }
  const JsonMember* cnf = find(claims, "cnf");
  const std::string bound = cnf == nullptr || cnf->kind != JsonKind::object
                                ? ""
                                : text_of_claim(cnf->members, "x5t#S256");
  const auto certificate = Certificate::from_pem(context.certificate);
  if (!certificate || bound != to_base64url(certificate->sha256().bytes)) {
    return JwtFault{"the token's `cnf` is not the thumbprint of the client's certificate", {"D6"}};
  }
  return std::nullopt;
}

}  // namespace

std::optional<JwtFault> fault_of_jwt(const std::string& token, const JwtContext& context) {
  const auto parts = parts_of(token);
  if (!parts) return JwtFault{"the token is not a JWT of three parts in base64url", {"R14"}};
  if (auto fault = fault_of_header((*parts)[0])) return fault;
  const auto claims = parse_strict_json((*parts)[1]);
  if (!claims) return JwtFault{"the token's claims are not a JSON object", {"R14"}};
  if (!is_date(*claims, "nbf", context.not_before) || !is_date(*claims, "exp", context.expires)) {
    return JwtFault{"the token's `nbf` and `exp` are not the dates that were granted",
                    context.is_bulk ? RuleIds{"D3"} : RuleIds{"R57", "D7"}};
  }
  return context.is_bulk ? fault_of_bulk(*claims, context) : fault_of_client(*claims, context);
}

}  // namespace tokenlife::sim
