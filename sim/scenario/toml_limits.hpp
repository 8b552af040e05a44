// How much TOML is taken, beyond what toml++ bounds itself. Part of the scenario parser only.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "sim/scenario/keys.hpp"

namespace tokenlife::sim {

inline constexpr std::size_t kFileBytesMax = std::size_t{16} << 20;

// toml++ bounds the depth of values but not of dotted keys, and walks both recursively.
inline constexpr int kKeyPartsMax = 64;

// Where a text has a key of too many parts, if it has.
std::optional<Position> too_deep_key(std::string_view text);

}  // namespace tokenlife::sim
