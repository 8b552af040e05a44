// Tokens: JWTs (RFC 7519) signed with RS256, of two kinds.
//
//   bulk registration token   any number of clients register with it (R19-R28, D5)
//   client token              one client's own, bound to its certificate (R14, R15, D6)
//
// A token is text to its bearer, and a VerifiedToken (token_verify.hpp) to the code that relies on
// it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "../client.hpp"
#include "../id.hpp"

namespace tokenlife {

class Certificate;  // certificate.hpp
class PrivateKey;   // key.hpp
class Secret;       // secret.hpp

inline constexpr std::size_t kTokenBytesMax = 16 * 1024;
inline constexpr std::string_view kTokenAudience = "urn:sccm:service";
// The last second of the year 9999, which is as far as RFC 3339 can write.
inline constexpr std::int64_t kTokenDateMax = 253'402'300'799;

// "urn:sccm:oauth2:" and the tenant in lower case.
std::string token_issuer(Guid tenant);

// ---- What tokens say ---------------------------------------------------------------------------

// Half-open: valid if and only if not_before <= now < expires (A5).
struct TokenDates {
  std::chrono::sys_seconds not_before;
  std::chrono::sys_seconds expires;
  friend bool operator==(const TokenDates&, const TokenDates&) = default;
};

struct BulkClaims {
  TokenDates dates;
  Guid tenant;
  Guid unique_id;  // R41: by which the site tracks it
  friend bool operator==(const BulkClaims&, const BulkClaims&) = default;
};

struct ClientClaims {
  TokenDates dates;
  Guid tenant;
  TokenSerial serial;
  Credential credential;         // R14: self-signed, unless PKI or Entra
  Sha256Thumbprint certificate;  // D6: RFC 8705, `cnf` with `x5t#S256`
  friend bool operator==(const ClientClaims&, const ClientClaims&) = default;
};

// Of a token that is neither: a foreign one, whose signature and dates are good.
struct OtherClaims {
  TokenDates dates;
  friend bool operator==(const OtherClaims&, const OtherClaims&) = default;
};

using TokenClaims = std::variant<BulkClaims, ClientClaims, OtherClaims>;

// ---- Issuing -----------------------------------------------------------------------------------

// Precondition of both: an RSA key, which is the certificate's.
Secret sign_token(const BulkClaims& claims, const PrivateKey& key, const Certificate& certificate);
Secret sign_token(const ClientClaims& claims, const PrivateKey& key,
                  const Certificate& certificate);

}  // namespace tokenlife
