// What is said of a text that is not UTF-8.
#pragma once

#include <string>
#include <string_view>

namespace tokenlife::sim {

// Whether the text begins with the byte order mark of UTF-16.
constexpr bool looks_like_utf16(std::string_view text) {
  return text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff");
}

// Completes "this is ...".
inline std::string not_utf8(std::string_view text) {
  return looks_like_utf16(text) ? "not UTF-8 (it looks like UTF-16)" : "not UTF-8";
}

inline constexpr const char* kUtf8Advice = "save the file as UTF-8";

}  // namespace tokenlife::sim
