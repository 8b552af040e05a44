// A desk with a signer: key files, certificates, and tokens of every kind for the program to judge.
#pragma once

#include <chrono>
#include <memory>
#include <sstream>
#include <string>

#include "core/token/base64url.hpp"
#include "core/token/token.hpp"
#include "support/desk.hpp"

namespace tokenlife::test {

inline constexpr Guid kTokenTenant{0xcdcc5e910adf4a24, 0x82d0196667f1c081};
inline constexpr Guid kTokenGuid{0xdb591e3305fd4c5b, 0x82f3bf673e5bd0a2};
inline constexpr std::chrono::sys_seconds kTokenIssued{std::chrono::seconds{1'580'156'305}};

class SigningDesk : public Desk {
 public:
  SigningDesk();
  ~SigningDesk();

  const PrivateKey& key() const;
  const Certificate& certificate() const;  // of it
  const PrivateKey& client_key() const;
  const Certificate& client() const;  // of that

  static Certificate self_signed(const PrivateKey& of, const std::string& name);
  Secret bulk(TokenDates dates) const;
  Secret client_token() const;

 private:
  struct Held;
  std::unique_ptr<const Held> held_;
};

// One is enough for all tests: they do not change it.
const SigningDesk& signing_desk();

// The sample in the source, damaged as it is printed there: a byte of `exp`, the category, and the
// GUID. Its signature, which nobody can check, is another one.
inline std::string damaged_sample() {
  return to_base64url(R"({"typ":"JWT","alg":"RS256","x5t":"OSo8vNgyVWQR9CaXyOiZpqe09W4"})") + "." +
         to_base64url(
             R"({"SCCMTokenCategory":"S{CMPreAuthToken","Authority":"SCCM","License":"SCCM",)"
             R"("Type":"BulkRegistration","TenantId":"CDCC5E91-0ADF-4A24-82D0-196667F1C081",)"
             R"("UniqueId":"db591e33-p6fd-4c5b-82f3-bf673e5bd0a2",)"
             R"("iss":"urn:sccm:oauth2:cdcc5e91-0adf-4a24-82d0-196667f1c081",)"
             R"("aud":"urn:sccm:service","exp":1580415)"
             "\xb5"
             R"(05,"nbf":1580156305})") +
         "." + to_base64url(std::string(256, 's'));
}

// Whether the text holds a whole segment of the token, or the token's beginning.
inline bool holds_part_of(const std::string& text, const std::string& token) {
  std::size_t begin = 0;
  while (begin < token.size()) {
    const std::size_t dot = std::min(token.find('.', begin), token.size());
    // Less of a segment is worth as little as none.
    if (dot > begin + 24 && has(text, token.substr(begin, 24))) return true;
    begin = dot + 1;
  }
  return false;
}

// The text in lines, as mail and terminals break it.
inline std::string in_lines(std::string text, std::size_t width) {
  for (std::size_t at = width; at < text.size(); at += width + 1) text.insert(at, 1, '\n');
  return text;
}

// Whether the text holds a line of the other one, which is told by its first letters.
inline bool holds_line_of(const std::string& text, const std::string& lines) {
  std::istringstream each(lines);
  for (std::string line; std::getline(each, line);) {
    if (line.size() > 32 && has(text, line.substr(0, 24))) return true;
  }
  return false;
}

}  // namespace tokenlife::test
