#include "core/id.hpp"

#include <charconv>

#include "core/hex.hpp"

namespace tokenlife {

std::string to_string(const Sha1Thumbprint& thumbprint) {
  return to_hex(thumbprint.bytes, HexCase::upper);
}
std::string to_string(const Sha256Thumbprint& thumbprint) {
  return to_hex(thumbprint.bytes, HexCase::upper);
}

std::string to_string(TokenSerial serial) {
  return std::to_string(serial.client().value) + "-" + std::to_string(serial.ordinal());
}

Guid random_guid(std::uint64_t high, std::uint64_t low) {
  return {(high & ~0xf000ULL) | 0x4000ULL, (low & ~(3ULL << 62)) | (2ULL << 62)};
}

std::string to_string(Guid guid) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(36);
  for (int nibble = 0; nibble < 32; ++nibble) {
    if (nibble == 8 || nibble == 12 || nibble == 16 || nibble == 20) text += '-';
    const std::uint64_t half = nibble < 16 ? guid.high : guid.low;
    text += digits[(half >> (60 - 4 * (nibble % 16))) & 15];
  }
  return text;
}

std::optional<Guid> parse_guid(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  Guid guid;
  int nibbles = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i == 8 || i == 13 || i == 18 || i == 23) {
      if (text[i] != '-') return std::nullopt;
      continue;
    }
    unsigned digit = 0;
    const char* from = text.data() + i;
    if (const auto [end, error] = std::from_chars(from, from + 1, digit, 16);
        error != std::errc{} || end != from + 1) {
      return std::nullopt;
    }
    std::uint64_t& half = nibbles++ < 16 ? guid.high : guid.low;
    half = (half << 4) | digit;
  }
  return guid;
}

std::optional<Sha256Thumbprint> parse_sha256(std::string_view text) {
  Sha256Thumbprint thumbprint;
  return parse_hex(text, thumbprint.bytes) ? std::optional(thumbprint) : std::nullopt;
}

}  // namespace tokenlife
