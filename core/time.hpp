// Time that cannot be asked: every function that needs the time takes it as an argument.
#pragma once

#include <chrono>
#include <cstdint>

namespace tokenlife {

// A chrono clock without now(): code that asks the machine what time it is does not compile.
struct SiteClock {
  using rep = std::int64_t;
  using period = std::ratio<1>;
  using duration = std::chrono::duration<rep, period>;
  using time_point = std::chrono::time_point<SiteClock>;
  static constexpr bool is_steady = true;
};

// Whole seconds. std::chrono::minutes, hours and days convert to it exactly and implicitly.
using Duration = SiteClock::duration;

// A moment by the site's clock, in whole seconds after the start of the history that it belongs to.
using Instant = SiteClock::time_point;

// Later than every moment of every history: "never", for a schedule.
inline constexpr Instant kNever = Instant::max();

// The moment `seconds` after the start of the history.
constexpr Instant at(Duration since_start) { return Instant{since_start}; }

}  // namespace tokenlife
