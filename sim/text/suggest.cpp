#include "sim/text/suggest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>
#include <vector>

#include "sim/text/escape.hpp"

namespace tokenlife::sim {
namespace {

constexpr std::size_t kBytesCompared = 64;
constexpr std::size_t kCandidatesListed = 32;
constexpr std::size_t kPartsListed = 6;
constexpr std::size_t kFew = 4;

// In small letters and without what joins words: `renewAfter` and `renew_after` are `renew-after`.
std::string without_style(std::string_view word) {
  std::string plain;
  for (const char c : word.substr(0, kBytesCompared)) {
    if (c == '-' || c == '_' || c == ' ') continue;
    plain += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return plain;
}

// Whether a word is one of several that a candidate joins: `renewed` of `token-renewed`, `Berlin`
// of `Europe/Berlin`.
bool is_part(std::string_view word, std::string_view candidate) {
  if (word.size() >= candidate.size()) return false;
  std::string joined = fmt::format("-{}-", candidate);
  std::replace(joined.begin(), joined.end(), '/', '-');
  return joined.find(fmt::format("-{}-", word)) != std::string::npos;
}

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b) {
  a = a.substr(0, kBytesCompared);
  b = b.substr(0, kBytesCompared);
  // Three rows of the usual table: the swap of two letters looks two rows back.
  std::array<std::array<std::size_t, kBytesCompared + 1>, 3> rows{};
  auto* before = &rows[0];
  auto* last = &rows[1];
  auto* row = &rows[2];
  for (std::size_t j = 0; j <= b.size(); ++j) (*last)[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    (*row)[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = (*last)[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      (*row)[j] = std::min({(*last)[j] + 1, (*row)[j - 1] + 1, replaced});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        (*row)[j] = std::min((*row)[j], (*before)[j - 2] + 1);
      }
    }
    std::swap(before, last);
    std::swap(last, row);
  }
  return (*last)[b.size()];
}

std::optional<std::string_view> suggestion(std::string_view word,
                                           std::span<const std::string_view> candidates) {
  const std::string plain = without_style(word);
  for (const std::string_view candidate : candidates) {
    if (!plain.empty() && without_style(candidate) == plain) return candidate;
  }
  std::optional<std::string_view> best;
  // Of 3 letters one may be wrong, of 7 two, of 11 three. More, and `online` would be `offline`.
  const std::size_t most = std::max<std::size_t>((word.size() + 1) / 4, word.size() < 3 ? 0 : 1);
  std::size_t best_distance = most + 1;
  for (const std::string_view candidate : candidates) {
    const std::size_t distance = edit_distance(word, candidate);
    if (distance >= best_distance) continue;
    best = candidate;
    best_distance = distance;
  }
  if (best) return best;
  // `expectation` for `expect`
  const auto begins = std::find_if(candidates.begin(), candidates.end(), [&](auto candidate) {
    return candidate.size() > 3 && word.starts_with(candidate);
  });
  return begins == candidates.end() ? std::nullopt : std::optional(*begins);
}

namespace {

std::string listed(std::span<const std::string_view> words, std::string_view before_last) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const bool is_last = i > 0 && i + 1 == words.size();
    text += fmt::format("{}{}", i == 0 ? "" : is_last ? before_last : ", ", in_quotes(words[i]));
  }
  return text;
}

}  // namespace

std::string alternatives(std::span<const std::string_view> words) { return listed(words, " or "); }

namespace {

// What is meant, as a question, or nothing.
std::string nearest(std::string_view word, std::span<const std::string_view> candidates) {
  if (const auto near = suggestion(word, candidates)) {
    return fmt::format("did you mean {}?", in_quotes(*near));
  }
  std::vector<std::string_view> joined;
  std::copy_if(candidates.begin(), candidates.end(), std::back_inserter(joined),
               [&](std::string_view candidate) { return is_part(word, candidate); });
  if (joined.empty() || joined.size() > kPartsListed) return "";
  return fmt::format("did you mean {}?", alternatives(joined));
}

}  // namespace

std::string did_you_mean(std::string_view noun, std::string_view word,
                         std::span<const std::string_view> candidates) {
  std::string near = nearest(word, candidates);
  if (!near.empty() || candidates.empty() || candidates.size() > kCandidatesListed) return near;
  if (candidates.size() == 1) return fmt::format("the only {} is {}", noun, listed(candidates, ""));
  return fmt::format("the {}s are {}", noun, listed(candidates, " and "));
}

std::string which_of(std::string_view word, std::span<const std::string_view> words) {
  std::string near = words.size() <= kFew ? "" : nearest(word, words);
  if (!near.empty() || words.empty() || words.size() > kCandidatesListed) return near;
  return fmt::format("write {}", alternatives(words));
}

}  // namespace tokenlife::sim
