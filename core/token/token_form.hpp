// The steps of reading a token, for verify() and for whoever shows people what is in one. Nothing
// here checks a signature: what it returns is what somebody wrote.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "core/token/strict_json.hpp"
#include "core/token/token.hpp"

namespace tokenlife {

enum class TokenFault : std::uint8_t;    // token_fault.hpp
enum class TokenProfile : std::uint8_t;  // token_verify.hpp

struct TokenSegments {
  std::string_view signed_part;  // of the token: header, dot and payload
  std::string header;            // decoded
  std::string payload;           // decoded; read by nobody before the signature is
  std::string signature;         // decoded
};

Result<TokenSegments, TokenFault> split_token(std::string_view token);

// Both are a token's own word on who signed it: nobody takes a key from there.
struct TokenHeader {
  std::optional<Sha1Thumbprint> thumbprint{};  // `x5t`, of sites
  std::optional<std::string> key_id{};         // `kid`, of Entra's issuers
};
Result<TokenHeader, TokenFault> read_header(const std::vector<JsonMember>& members);

Result<TokenDates, TokenFault> read_dates(const std::vector<JsonMember>& claims);

// A5, A6: before its time, and after. `leeway` saturates, and is not negative.
bool is_not_yet_good(const TokenDates& dates, std::chrono::sys_seconds now,
                     std::chrono::seconds leeway);
bool is_over(const TokenDates& dates, std::chrono::sys_seconds now, std::chrono::seconds leeway);

// Which kind the claims say they are: by category and type, both or neither (R24).
Result<TokenProfile, TokenFault> read_profile(const std::vector<JsonMember>& claims);

// The claims of that kind, each of its form; `any` stands for neither kind.
Result<TokenClaims, TokenFault> read_claims(const std::vector<JsonMember>& claims,
                                            TokenProfile profile);

}  // namespace tokenlife
