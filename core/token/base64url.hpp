// base64url without padding, as JWS has it (RFC 4648 section 5, RFC 7515 appendix C). By hand,
// because OpenSSL's decoder knows the other alphabet only, skips white space, wants padding and
// takes several texts for the same bytes.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tokenlife {

std::string to_base64url(std::string_view bytes);
std::string to_base64url(std::span<const unsigned char> bytes);

// The bytes, or nothing unless the text is exactly what to_base64url() gives for them: no padding,
// no white space, no length of 1 mod 4, no trailing bits that are not zero.
std::optional<std::string> from_base64url(std::string_view text);

}  // namespace tokenlife
