#include "sim/text/escape.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

namespace tokenlife::sim {
namespace {

constexpr std::size_t kQuotedBytesMax = 80;

struct CodePoint {
  std::uint32_t value;
  std::size_t bytes;  // 0: not UTF-8
};

bool is_continuation(char byte) { return (static_cast<unsigned char>(byte) & 0xc0U) == 0x80U; }

// The code point at the beginning of a text that is not empty.
CodePoint first_code_point(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) return {lead, 1};
  const std::size_t bytes = lead >= 0xf0 ? 4U : lead >= 0xe0 ? 3U : 2U;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < bytes) return {lead, 0};
  std::uint32_t value = lead & (0xffU >> (bytes + 1));
  for (std::size_t i = 1; i < bytes; ++i) {
    if (!is_continuation(text[i])) return {lead, 0};
    value = (value << 6) | (static_cast<unsigned char>(text[i]) & 0x3fU);
  }
  constexpr std::uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool is_surrogate = value >= 0xd800 && value <= 0xdfff;
  if (value < smallest[bytes] || value > 0x10ffff || is_surrogate) return {lead, 0};
  return {value, bytes};
}

// Code points that act on the text around them instead of showing themselves.
bool is_control(std::uint32_t value) {
  return value < 0x20 || (value >= 0x7f && value < 0xa0) ||       // C0, DEL, C1
         value == 0x61c || value == 0x200e || value == 0x200f ||  // marks of direction
         (value >= 0x2028 && value <= 0x202e) ||                  // separators of lines, directions
         (value >= 0x2066 && value <= 0x2069) || value == 0xfeff;
}

}  // namespace

std::string take_plain(std::string_view& text) {
  const CodePoint point = first_code_point(text);
  const std::string_view bytes = text.substr(0, std::max<std::size_t>(point.bytes, 1));
  text.remove_prefix(bytes.size());
  if (point.bytes == 0) return fmt::format("\\x{:02x}", point.value);
  if (point.value == '\n') return "\\n";
  if (point.value == '\t') return "\\t";
  if (point.value == '\r') return "\\r";
  if (is_control(point.value)) return fmt::format("\\u{:04x}", point.value);
  return std::string(bytes);
}

std::string escape_text(std::string_view text) {
  std::string plain;
  plain.reserve(text.size());
  while (!text.empty()) {
    // Most are plain to their end.
    const auto special =
        std::find_if(text.begin(), text.end(), [](char c) { return c < ' ' || c > '~'; });
    plain.append(text.begin(), special);
    text.remove_prefix(static_cast<std::size_t>(special - text.begin()));
    if (!text.empty()) plain += take_plain(text);
  }
  return plain;
}

std::string in_quotes(std::string_view text) {
  if (text.size() <= kQuotedBytesMax) return fmt::format("`{}`", text);
  std::size_t kept = kQuotedBytesMax;
  while (kept > 0 && is_continuation(text[kept])) --kept;
  return fmt::format("`{}...`", text.substr(0, kept));
}

}  // namespace tokenlife::sim
