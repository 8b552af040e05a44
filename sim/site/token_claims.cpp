#include "sim/site/token_claims.hpp"

#include "core/token/secret.hpp"
#include "core/token/strict_json.hpp"
#include "core/token/token.hpp"
#include "core/token/token_form.hpp"
#include "core/token/token_verify.hpp"

namespace tokenlife::sim {

std::optional<ClientClaims> claims_named_by(const Secret& token) {
  const auto segments = split_token(token.reveal());
  if (!segments) return std::nullopt;
  const auto members = parse_strict_json(segments->payload);
  if (!members) return std::nullopt;
  const auto claims = read_claims(*members, TokenProfile::client);
  return claims ? std::optional(std::get<ClientClaims>(*claims)) : std::nullopt;
}

TokenSerial serial_named_by(const Secret& token) {
  const auto claims = claims_named_by(token);
  return claims ? claims->serial : TokenSerial{};
}

}  // namespace tokenlife::sim
