// Entra tokens: what a client that has joined Entra shows to register (R9, R18, A11). They are the
// issuer's work, RS256 like the site's own tokens, and read as strictly. The site knows the issuer
// by its keys; it keeps nothing of a token (D4).
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "../id.hpp"
#include "../result.hpp"
#include "jwks.hpp"
#include "token.hpp"

namespace tokenlife {

enum class TokenFault : std::uint8_t;  // token_fault.hpp

// Whose tokens are taken.
struct EntraIssuer {
  std::string issuer;    // as `iss` has to be
  std::string audience;  // as `aud` has to be
  std::vector<JwksKey> keys;
};

// What is taken from one that is good.
struct EntraClaims {
  TokenDates dates;
  Guid device;  // `deviceid`: whose it is. A user's alone has none (R8).
  friend bool operator==(const EntraClaims&, const EntraClaims&) = default;
};

// Well-formed, signed by the key that its `kid` names, of this issuer, for this audience, with a
// device, and in its time (A5, with the leeway of A6, which is not negative). In this order.
Result<EntraClaims, TokenFault> verify_entra(std::string_view token, const EntraIssuer& trusted,
                                             std::chrono::sys_seconds now,
                                             std::chrono::seconds leeway);

}  // namespace tokenlife
