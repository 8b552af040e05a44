#include "sim/text/suggest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "sim/text/escape.hpp"

namespace tokenlife::sim {
namespace {

constexpr std::size_t kBytesCompared = 64;
constexpr std::size_t kCandidatesListed = 20;

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
  std::optional<std::string_view> best;
  std::size_t best_distance = (word.size() + 2) / 3 + 1;
  for (const std::string_view candidate : candidates) {
    const std::size_t distance = edit_distance(word, candidate);
    if (distance >= best_distance) continue;
    best = candidate;
    best_distance = distance;
  }
  return best;
}

std::string did_you_mean(std::string_view noun, std::string_view word,
                         std::span<const std::string_view> candidates) {
  if (const auto near = suggestion(word, candidates)) {
    return fmt::format("did you mean {}?", in_quotes(*near));
  }
  if (candidates.empty()) return fmt::format("there is no {} that could be named here", noun);
  if (candidates.size() > kCandidatesListed) return "";
  std::string advice = fmt::format("the {} can be", noun);
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const bool last = i > 0 && i + 1 == candidates.size();
    advice += fmt::format("{}{}", i == 0 ? " " : last ? " or " : ", ", in_quotes(candidates[i]));
  }
  return advice;
}

}  // namespace tokenlife::sim
