// Verifying tokens: whose signature is taken, what else is asked of one, and what is wrong with it.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "../id.hpp"
#include "../names.hpp"
#include "../result.hpp"
#include "key.hpp"
#include "token.hpp"

namespace tokenlife {

struct BulkTokenTerms;                 // ../bulk_token_terms.hpp
class Certificate;                     // certificate.hpp
enum class TokenFault : std::uint8_t;  // token_fault.hpp

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
  std::function<std::optional<BulkTokenTerms>(Guid)> issued{};
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
