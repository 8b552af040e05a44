// Short texts of which a copy costs no call: with a text as many bytes are copied as the longest of
// them has, and what follows in the output is written over those that are too many.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

#include "core/names.hpp"

namespace tokenlife::sim {

template <std::size_t Most>
struct TextPiece {
  std::array<char, Most> bytes{};
  std::size_t size = 0;

  constexpr void append(std::string_view text) {
    for (const char c : text) bytes[size++] = c;
  }
};

// The names of all enumerators, each between the same two texts of so many bytes together.
template <class Enum, std::size_t Around>
constexpr auto pieces_of_names(std::string_view before, std::string_view behind) {
  constexpr auto& names = Names<Enum>::values;
  constexpr std::size_t longest = std::max_element(names.begin(), names.end(), [](auto a, auto b) {
                                    return a.size() < b.size();
                                  })->size();
  constexpr std::size_t most = (longest + Around + 15) / 16 * 16;  // whole registers
  std::array<TextPiece<most>, names.size()> pieces;
  for (std::size_t i = 0; i < names.size(); ++i) {
    for (const std::string_view part : {before, names[i], behind}) pieces[i].append(part);
  }
  return pieces;
}

}  // namespace tokenlife::sim
