#include "sim/scenario/toml_limits.hpp"

#include <algorithm>
#include <string>

namespace tokenlife::sim {

// Strings and comments are skipped.
std::optional<Position> too_deep_key(std::string_view text) {
  Position at{1, 1};
  int dots = 0;
  std::size_t i = 0;
  const auto skip_to = [&](std::string_view end, bool escapes) {
    for (; i < text.size() && !text.substr(i).starts_with(end); ++i) {
      if (text[i] == '\n') at = {at.line + 1, 1};
      if (escapes && text[i] == '\\') ++i;
      if (end.size() == 1 && i < text.size() && text[i] == '\n') return;  // Not closed.
    }
    i += end.size();
    // A long string may end in up to two more quotes than close it.
    while (end.size() > 1 && i < text.size() && text[i] == end[0]) ++i;
  };
  while (i < text.size()) {
    const char c = text[i];
    if (c == '#') {
      i = std::min(text.find('\n', i), text.size());
    } else if (c == '"' || c == '\'') {
      const bool is_long = text.substr(i, 3) == std::string(3, c);
      const std::string end(is_long ? 3 : 1, c);
      i += end.size();
      skip_to(end, c == '"');
    } else {
      if (c == '.' && ++dots >= kKeyPartsMax) return at;
      if (c == '=' || c == ',' || c == '[' || c == '{' || c == '\n') dots = 0;
      if (c == '\n') at = {at.line + 1, 1};
      ++i;
    }
  }
  return std::nullopt;
}

}  // namespace tokenlife::sim
