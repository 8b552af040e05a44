// `--seeds A..B`
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "core/result.hpp"
#include "sim/text/error.hpp"

namespace tokenlife::sim {

struct SeedRange {
  std::uint64_t first;
  std::uint64_t last;  // not before the first

  // At most a million.
  std::size_t count() const { return static_cast<std::size_t>(last - first) + 1; }
};

Result<SeedRange, Error> parse_seeds(const std::string& text);

}  // namespace tokenlife::sim
