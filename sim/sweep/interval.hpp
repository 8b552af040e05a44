// How sure a number is that was estimated from some runs: intervals of 95 %.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace tokenlife::sim {

struct Range {
  double low = 0;
  double high = 0;
  bool holds(double value) const { return low <= value && value <= high; }
  friend bool operator==(const Range&, const Range&) = default;
};

// The mean of some values, and where the mean of all that there could be lies (Student's t).
struct Mean {
  double mean = 0;
  std::optional<Range> interval{};  // one value tells nothing of the others
};
// Precondition: there are values.
Mean mean_of(std::span<const double> values);

// Where a probability lies that came true so many times of so many (Wilson, 1927). Precondition: it
// was tried.
Range wilson(std::uint64_t times, std::uint64_t tries);

}  // namespace tokenlife::sim
