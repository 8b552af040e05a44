// The time at which a command acts: as the user says with --at, or now.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "core/result.hpp"
#include "sim/text/error.hpp"

namespace tokenlife::sim {

// Whole seconds since 1970, an RFC 3339 time, or a date, which is its midnight in UTC; up to the
// year 9999. To be asked when what is to be changed is locked: before that, somebody else may
// change it at a later time.
Result<std::chrono::sys_seconds, Error> time_of_command(const std::optional<std::string>& at);

}  // namespace tokenlife::sim
