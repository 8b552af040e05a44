// What separates the parts of a setting, and is not part of one.
#pragma once

#include <cstddef>
#include <string_view>

namespace tokenlife::sim {

// Where the first of these characters stands that is outside brackets, braces and quotes as TOML
// has them; at the end, if none is.
inline std::size_t find_outside(std::string_view text, char wanted) {
  int depth = 0;
  char quote = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote != 0) {
      if (c == '\\' && quote == '"') ++i;
      if (c == quote) quote = 0;
    } else if (c == wanted && depth <= 0) {
      return i;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '[' || c == '{') {
      ++depth;
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return text.size();
}

}  // namespace tokenlife::sim
