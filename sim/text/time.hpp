// Moments as people write them: RFC 3339 times, or durations after a run's start.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "core/time.hpp"

namespace tokenlife::sim {

// "2026-01-01T00:00:00Z"
std::string rfc3339(std::chrono::sys_seconds time);

// A moment of a run that began at `start`.
inline std::string rfc3339(std::chrono::sys_seconds start, Instant moment) {
  return rfc3339(start + moment.time_since_epoch());
}

// A date and time with `Z` or an offset, in whole seconds. The error completes "`...` ".
Result<std::chrono::sys_seconds, std::string> parse_rfc3339(std::string_view text);

// A text that lacks something at its end, with that: a time of day, its seconds, or the `Z`.
std::optional<std::string> completed_rfc3339(std::string_view text);
// How a time is written in a file: what the text may mean, if it lacks something.
std::string rfc3339_advice(std::string_view text);

// The same, or a date alone, like "2026-01-01": its midnight in UTC.
Result<std::chrono::sys_seconds, std::string> parse_date_or_time(std::string_view text);

// A duration after the run's start, or a date or time. The error is a sentence.
Result<Instant, std::string> parse_moment(std::string_view text, std::chrono::sys_seconds start);

}  // namespace tokenlife::sim
