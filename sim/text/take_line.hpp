// Texts of lines, which are taken off one after the other.
#pragma once

#include <optional>
#include <string_view>

namespace tokenlife::sim {

// Takes a line off the text, and gives it without its end; nothing if it has no end.
inline std::optional<std::string_view> take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

}  // namespace tokenlife::sim
