#include "sim/text/redact.hpp"

#include <algorithm>

namespace tokenlife::sim {
namespace {

constexpr std::string_view kTokenLetters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";

// A JSON object begins with a brace and a quote: "eyJ" in base64url, or "ey" and another letter
// with white space between them. Without its beginning, a token is told by its length, and a line
// of one that was broken into lines by its letters too: those of digests are all of one case.
constexpr std::size_t kWordBytesMin = 16;
constexpr std::size_t kSegmentBytesMin = 160;
constexpr std::size_t kLineBytesMin = 48;

bool has_all_kinds_of_letters(std::string_view word) {
  const auto has = [&](char first, char last) {
    return std::any_of(word.begin(), word.end(), [&](char c) { return c >= first && c <= last; });
  };
  return has('A', 'Z') && has('a', 'z') && has('0', '9');
}

bool looks_like_a_token(std::string_view word) {
  if (word.size() >= kSegmentBytesMin) return true;
  if (word.size() >= kLineBytesMin && has_all_kinds_of_letters(word)) return true;
  const std::size_t at = word.find("ey");
  return at != std::string_view::npos && word.size() - at >= kWordBytesMin &&
         word.substr(at + 2, 1).find_first_of("JAoCk") == 0;
}

// What stands between the first and the last mark of PEM, if there is a private key: a shell breaks
// it into words, which may come in any order. To the end of the text if the last mark is cut off.
std::string hide_private_keys(std::string_view text) {
  constexpr std::string_view mark = "-----";
  const std::size_t begin = text.find(mark);
  if (begin == std::string_view::npos || text.find("PRIVATE") == std::string_view::npos) {
    return std::string(text);
  }
  const bool whole = text.find("-----END") != std::string_view::npos;
  std::string shown(text.substr(0, begin));
  shown += "(what looks like a private key)";
  if (whole) shown += text.substr(text.rfind(mark) + mark.size());
  return shown;
}

}  // namespace

std::string redact_secrets(std::string_view foreign) {
  const std::string without_keys = hide_private_keys(foreign);
  std::string_view text = without_keys;
  std::string shown;
  while (!text.empty()) {
    const std::size_t begin = std::min(text.find_first_of(kTokenLetters), text.size());
    const std::size_t end = std::min(text.find_first_not_of(kTokenLetters, begin), text.size());
    shown += text.substr(0, begin);
    const std::string_view word = text.substr(begin, end - begin);
    shown += looks_like_a_token(word) ? std::string_view("(what looks like a token)") : word;
    text.remove_prefix(end);
  }
  return shown;
}

}  // namespace tokenlife::sim
