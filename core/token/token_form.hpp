// The steps of reading a token, for verify() and for whoever shows people what is in one. Nothing
// here checks a signature: what it returns is what somebody wrote.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/token/strict_json.hpp"
#include "core/token/token.hpp"

namespace tokenlife {

struct TokenSegments {
  std::string_view signed_part;  // of the token: header, dot and payload
  std::string header;            // decoded
  std::string payload;           // decoded; read by nobody before the signature is
  std::string signature;         // decoded
};

Result<TokenSegments, TokenFault> split_token(std::string_view token);

struct TokenHeader {
  std::optional<Sha1Thumbprint> thumbprint;
};
Result<TokenHeader, TokenFault> read_header(const std::vector<JsonMember>& members);

Result<TokenDates, TokenFault> read_dates(const std::vector<JsonMember>& claims);

// Which kind the claims say they are: by category and type, both or neither (R24).
Result<TokenProfile, TokenFault> read_profile(const std::vector<JsonMember>& claims);

// The claims of that kind, each of its form; `any` stands for neither kind.
Result<TokenClaims, TokenFault> read_claims(const std::vector<JsonMember>& claims,
                                            TokenProfile profile);

}  // namespace tokenlife
