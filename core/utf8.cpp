#include "core/utf8.hpp"

#include <cstddef>
#include <cstdint>

namespace tokenlife {
namespace {

struct Lead {
  std::size_t bytes;         // of the whole character; 0: no character starts so
  unsigned char second_min;  // what the byte after may be: this keeps overlong forms, surrogates
  unsigned char second_max;  // and what lies above U+10FFFF out
};

constexpr Lead lead_of(unsigned char byte) {
  if (byte < 0x80) return {1, 0, 0};
  if (byte < 0xc2) return {0, 0, 0};
  if (byte < 0xe0) return {2, 0x80, 0xbf};
  if (byte == 0xe0) return {3, 0xa0, 0xbf};
  if (byte == 0xed) return {3, 0x80, 0x9f};
  if (byte < 0xf0) return {3, 0x80, 0xbf};
  if (byte == 0xf0) return {4, 0x90, 0xbf};
  if (byte < 0xf4) return {4, 0x80, 0xbf};
  if (byte == 0xf4) return {4, 0x80, 0x8f};
  return {0, 0, 0};
}

}  // namespace

bool is_utf8(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  for (std::size_t i = 0; i < text.size();) {
    const Lead lead = lead_of(byte(i));
    if (lead.bytes == 0 || lead.bytes > text.size() - i) return false;
    for (std::size_t k = 1; k < lead.bytes; ++k) {
      const unsigned char min = k == 1 ? lead.second_min : 0x80;
      const unsigned char max = k == 1 ? lead.second_max : 0xbf;
      if (byte(i + k) < min || byte(i + k) > max) return false;
    }
    i += lead.bytes;
  }
  return true;
}

}  // namespace tokenlife
