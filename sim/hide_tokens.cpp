#include "sim/hide_tokens.hpp"

#include <algorithm>

namespace tokenlife::sim {
namespace {

constexpr std::string_view kLetters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";

// A JSON object begins with a brace and a quote: "eyJ" in base64url, or "ey" and another letter
// with white space between them. Without its beginning, a token is told by its length.
constexpr std::size_t kWordBytesMin = 16;
constexpr std::size_t kSegmentBytesMin = 160;

bool looks_like_a_token(std::string_view word) {
  if (word.size() >= kSegmentBytesMin) return true;
  const std::size_t at = word.find("ey");
  return at != std::string_view::npos && word.size() - at >= kWordBytesMin &&
         word.substr(at + 2, 1).find_first_of("JAoCk") == 0;
}

}  // namespace

std::string hide_tokens(std::string_view text) {
  std::string shown;
  while (!text.empty()) {
    const std::size_t begin = std::min(text.find_first_of(kLetters), text.size());
    const std::size_t end = std::min(text.find_first_not_of(kLetters, begin), text.size());
    shown += text.substr(0, begin);
    const std::string_view word = text.substr(begin, end - begin);
    shown += looks_like_a_token(word) ? std::string_view("(what looks like a token)") : word;
    text.remove_prefix(end);
  }
  return shown;
}

}  // namespace tokenlife::sim
