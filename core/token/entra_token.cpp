#include "core/token/entra_token.hpp"

#include <algorithm>
#include <optional>

#include "core/ensure.hpp"
#include "core/token/strict_json.hpp"
#include "core/token/token_fault.hpp"
#include "core/token/token_form.hpp"

namespace tokenlife {
namespace {

Failed<TokenFault> refuse_entra(TokenFault fault) { return Failed<TokenFault>(fault); }

std::optional<TokenFault> fault_of_entra_signature(const TokenSegments& segments,
                                                   const TokenHeader& header,
                                                   const std::vector<JwksKey>& keys) {
  // Never by trying them all: a token says by which key it is signed, or is not taken.
  if (!header.key_id) return TokenFault::unknown_key;
  const auto named = std::find_if(keys.begin(), keys.end(),
                                  [&](const JwksKey& known) { return known.id == *header.key_id; });
  if (named == keys.end()) return TokenFault::unknown_key;
  if (segments.signature.size() != named->key.signature_bytes_max()) {
    return TokenFault::bad_signature_length;
  }
  if (!named->key.verifies(segments.signed_part, segments.signature)) {
    return TokenFault::bad_signature;
  }
  return std::nullopt;
}

bool is_claim(const std::vector<JsonMember>& claims, std::string_view name, std::string_view text) {
  const JsonMember* member = find(claims, name);
  return member != nullptr && member->kind == JsonKind::string && member->text == text;
}

std::optional<Guid> device_of(const std::vector<JsonMember>& claims) {
  const JsonMember* member = find(claims, "deviceid");
  if (member == nullptr || member->kind != JsonKind::string) return std::nullopt;
  const auto guid = parse_guid(member->text);
  return guid && !guid->is_nil() ? guid : std::nullopt;
}

Result<EntraClaims, TokenFault> read_entra(const std::string& payload, const EntraIssuer& trusted) {
  const auto claims = parse_strict_json(payload);
  if (!claims) return refuse_entra(TokenFault::payload_not_strict_json);
  const auto dates = read_dates(*claims);
  if (!dates) return refuse_entra(dates.error());
  if (!is_claim(*claims, "iss", trusted.issuer)) return refuse_entra(TokenFault::wrong_issuer);
  if (!is_claim(*claims, "aud", trusted.audience)) return refuse_entra(TokenFault::wrong_audience);
  const auto device = device_of(*claims);
  if (!device) return refuse_entra(TokenFault::no_device);
  return EntraClaims{*dates, *device};
}

}  // namespace

Result<EntraClaims, TokenFault> verify_entra(std::string_view token, const EntraIssuer& trusted,
                                             std::chrono::sys_seconds now,
                                             std::chrono::seconds leeway) {
  ensure(leeway >= std::chrono::seconds{0}, "a leeway that is not negative");
  const auto segments = split_token(token);
  if (!segments) return refuse_entra(segments.error());
  const auto members = parse_strict_json(segments->header);
  if (!members) return refuse_entra(TokenFault::header_not_strict_json);
  const auto header = read_header(*members);
  if (!header) return refuse_entra(header.error());
  if (const auto fault = fault_of_entra_signature(*segments, *header, trusted.keys)) {
    return refuse_entra(*fault);
  }
  auto claims = read_entra(segments->payload, trusted);
  if (!claims) return refuse_entra(claims.error());
  if (is_not_yet_good(claims->dates, now, leeway))
    return refuse_entra(TokenFault::credential_not_yet_valid);
  if (is_over(claims->dates, now, leeway)) return refuse_entra(TokenFault::credential_expired);
  return claims;
}

}  // namespace tokenlife
