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

// The first of the nearest candidates that is near enough to be meant: a third of the letters may
// be wrong.
std::optional<std::string_view> suggestion(std::string_view word,
                                           std::span<const std::string_view> candidates);

// Advice for a word that is none of the candidates. `noun` is "key", "cohort", ...; where none is
// near, all candidates are listed, or none if they are many.
std::string did_you_mean(std::string_view noun, std::string_view word,
                         std::span<const std::string_view> candidates);

}  // namespace tokenlife::sim
