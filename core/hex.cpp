#include "core/hex.hpp"

#include <charconv>

namespace tokenlife {

std::string to_hex(std::span<const unsigned char> bytes, HexCase digits) {
  const std::string_view all = digits == HexCase::upper ? "0123456789ABCDEF" : "0123456789abcdef";
  std::string text(2 * bytes.size(), '0');
  char* at = text.data();
  for (const unsigned char byte : bytes) {
    *at++ = all[byte >> 4U];
    *at++ = all[byte & 0x0FU];
  }
  return text;
}

bool parse_hex(std::string_view text, std::span<unsigned char> bytes) {
  if (text.size() != 2 * bytes.size()) return false;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const char* from = text.data() + 2 * i;
    const auto [end, error] = std::from_chars(from, from + 2, bytes[i], 16);
    if (error != std::errc{} || end != from + 2) return false;
  }
  return true;
}

}  // namespace tokenlife
