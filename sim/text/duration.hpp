// Durations as people write them: "90d", "1d12h", "30m".
#pragma once

#include <string>
#include <string_view>

#include "core/result.hpp"
#include "core/time.hpp"

namespace tokenlife::sim {

// Moments and durations fit in 32 bits of seconds: 49,710 days and some hours.
inline constexpr Duration kDurationLimit{std::int64_t{1} << 32};
inline constexpr std::string_view kDurationLimitText = "49710 days (2^32 seconds)";

// The error of a duration that is not less than that.
inline constexpr std::string_view kTooLongDuration = "is too long";

// Numbers with the units w, d, h, m and s, largest first, each at most once; a minus in front makes
// the whole negative. Less than kDurationLimit either way. The error completes "the duration ...".
Result<Duration, std::string> parse_duration(std::string_view text);

// The least whole number of ticks that is not less.
// Precondition: the duration is not negative, and the tick is positive.
constexpr Duration round_up(Duration duration, Duration tick) {
  return (duration + tick - Duration{1}) / tick * tick;
}

// In days, hours, minutes and seconds: "1d12h", "-5m", "0d".
std::string to_text(Duration duration);

}  // namespace tokenlife::sim
