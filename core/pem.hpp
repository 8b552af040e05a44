// The shape of a PEM file (RFC 7468), before OpenSSL reads it.
#pragma once

#include <string_view>

namespace tokenlife {

// Longer than any key or certificate that is taken.
inline constexpr std::size_t kPemBytesMax = 64 * 1024;

// Whether there is exactly one block: of several, OpenSSL would read one and leave the rest.
inline bool is_one_pem_block(std::string_view text) {
  constexpr std::string_view kBegin = "-----BEGIN ";
  if (text.size() > kPemBytesMax) return false;
  const std::size_t first = text.find(kBegin);
  return first != std::string_view::npos &&
         text.find(kBegin, first + kBegin.size()) == std::string_view::npos;
}

}  // namespace tokenlife
