// Stretches of time of one length, one behind the other, that begin where a clock's do: at the full
// hour, at midnight in UTC.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/time.hpp"

namespace tokenlife::sim {

struct Grid {
  std::int64_t first = 0;  // when the first begins, in seconds since 1970
  Duration width{0};
  std::size_t count = 0;

  std::int64_t begin_of(std::size_t i) const {
    return first + width.count() * static_cast<std::int64_t>(i);
  }
};

}  // namespace tokenlife::sim
