// A probability, and a part of a whole.
#pragma once

#include <cstdint>

namespace tokenlife::sim {

// A probability as so many of 2^32, which is the same number on every machine.
struct Share {
  std::uint64_t of_2_32 = 0;
  static constexpr std::uint64_t kWhole = std::uint64_t{1} << 32;
  friend bool operator==(const Share&, const Share&) = default;
};

}  // namespace tokenlife::sim
