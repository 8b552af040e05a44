// The keys of an issuer, as it publishes them: a JSON Web Key Set (RFC 7517).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "../names.hpp"
#include "../result.hpp"
#include "key.hpp"

namespace tokenlife {

inline constexpr std::size_t kJwksBytesMax = 256 * 1024;
inline constexpr std::size_t kJwksKeysMax = 64;

// One that verifies RS256.
struct JwksKey {
  std::string id;  // `kid`, by which tokens name it
  PublicKey key;
};

// Why a text is not taken.
enum class JwksFault : std::uint8_t {
  too_long,
  not_strict_json,
  no_keys,        // no list of keys, or none in it that is RSA and for signatures
  too_many_keys,  // more than kJwksKeysMax
  bad_key,        // one of them has no `kid`, or no modulus and exponent that make a good key
  private_key,    // one that nobody but the issuer may have
  id_twice,       // two keys of the same name
};
template <>
struct Names<JwksFault> {
  static constexpr std::array<std::string_view, 7> values{
      "too-long", "not-strict-json", "no-keys", "too-many-keys",
      "bad-key",  "private-key",     "id-twice"};
};

// The RSA keys for signatures. Those of another kind, for another use, or of another algorithm than
// RS256 are left out, as RFC 7517 (5) has it; but no key of the set may be a private one.
Result<std::vector<JwksKey>, JwksFault> read_jwks(std::string_view text);

}  // namespace tokenlife
