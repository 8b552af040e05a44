#include "events/digest.hpp"

#include <string_view>

namespace tokenlife::events {

std::string to_string(const Digest& digest) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(2 * digest.bytes.size());
  for (const unsigned char byte : digest.bytes) {
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

}  // namespace tokenlife::events
