// "Did you mean": which of the words that are allowed comes nearest to the one that was written.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tokenlife::sim {

// The least number of letters to insert, delete, replace or swap with their neighbour that turns
// one word into the other. Looks at the first 64 bytes of each.
std::size_t edit_distance(std::string_view a, std::string_view b);

// The candidate that differs only in style (`renew_after`), or the first of the nearest of which no
// more than a quarter of the letters is wrong, or the one with which the word begins.
std::optional<std::string_view> suggestion(std::string_view word,
                                           std::span<const std::string_view> candidates);

// Advice for a word that is none of the candidates. `noun` is "key", "cohort", ...; where none is
// near, those are listed that the word is a part of, or all, or none if they are many.
std::string did_you_mean(std::string_view noun, std::string_view word,
                         std::span<const std::string_view> candidates);

// Advice for a value that is none of the words: all of them, if they are few, for the nearest may
// mean the opposite.
std::string which_of(std::string_view word, std::span<const std::string_view> words);

// "`a`, `b` or `c`"
std::string alternatives(std::span<const std::string_view> words);

// Advice, or what stands in for it where there is none.
inline std::string advice_or(std::string advice, std::string_view otherwise) {
  return advice.empty() ? std::string(otherwise) : advice;
}

}  // namespace tokenlife::sim
