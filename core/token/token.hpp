// Tokens: JWTs (RFC 7519) signed with RS256, of two kinds.
//
//   bulk registration token   any number of clients register with it (R19-R28, D5)
//   client token              one client's own, bound to its certificate (R14, R15, D6)
//
// A token is text to its bearer, and a VerifiedToken to the code that relies on it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "../bulk_token.hpp"
#include "../client.hpp"
#include "../id.hpp"
#include "../result.hpp"
#include "certificate.hpp"
#include "secret.hpp"
#include "token_fault.hpp"

namespace tokenlife {

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

// ---- Verifying ---------------------------------------------------------------------------------

// Whose signature is taken.
struct Signer {
  KeyNumber number;
  PublicKey key;
  // By which tokens name it. Without one, it is tried for every token that names no other signer.
  std::optional<Sha1Thumbprint> thumbprint;
  bool retired = false;  // A9
};

// Which kind is asked for. With `any` a token has to be a whole one of the kind that it says it is.
enum class TokenProfile : std::uint8_t { any, bulk, client };
template <>
struct Names<TokenProfile> {
  static constexpr std::array<std::string_view, 3> values{"any", "bulk", "client"};
};

struct TokenChecks {
  std::span<const Signer> signers;
  std::chrono::sys_seconds now;
  std::chrono::seconds leeway{0};                     // A6, at both ends; not negative
  std::optional<std::chrono::seconds> bulk_leeway{};  // the same of bulk tokens; absent: `leeway`
  std::optional<std::string_view> issuer{};  // absent: the one of the tenant that the token names
  std::string_view audience = kTokenAudience;
  TokenProfile profile = TokenProfile::any;
  // What the site knows of a bulk token. Absent: nothing is known, and nothing of it checked.
  std::function<std::optional<BulkToken>(Guid)> issued{};
  // Of the client that shows the token. Absent: D6 is not checked.
  const Certificate* certificate = nullptr;
};

class VerifiedToken;
Result<VerifiedToken, TokenFault> verify(std::string_view token, const TokenChecks& checks);

// A token that has passed verify(), which alone can make one.
class VerifiedToken {
 public:
  const TokenClaims& claims() const { return claims_; }
  const TokenDates& dates() const;
  KeyNumber signer() const { return signer_; }

 private:
  friend Result<VerifiedToken, TokenFault> verify(std::string_view token,
                                                  const TokenChecks& checks);
  VerifiedToken(TokenClaims claims, KeyNumber signer)
      : claims_(std::move(claims)), signer_(signer) {}

  TokenClaims claims_;
  KeyNumber signer_;
};

// Header and signature alone, the payload unseen: who signed it.
Result<KeyNumber, TokenFault> verify_signature(std::string_view token,
                                               std::span<const Signer> signers);

}  // namespace tokenlife
