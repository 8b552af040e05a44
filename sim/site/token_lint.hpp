// What a token says and what is wrong with its form, for people who want to know why it is refused.
// Reads what can be read of any bytes, checks no signature, decides nothing.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/token/strict_json.hpp"

namespace tokenlife::sim {

struct TokenDiagnosis {
  std::string header_text;   // decoded as far as it is base64url: foreign bytes, of any kind
  std::string payload_text;  // the same
  std::size_t signature_bytes = 0;
  std::vector<JsonMember> header;
  std::vector<JsonMember> claims;
  // Sentences without full stop, with what they quote still unescaped. Empty: a bulk or client
  // token of the right form.
  std::vector<std::string> wrong;
};

TokenDiagnosis look_at_token(std::string_view token);

}  // namespace tokenlife::sim
