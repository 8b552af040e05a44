// A clock that was wrong, or is: told, and in nobody's way.
#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace tokenlife::sim {

// In words, what is strange with the time, if anything is: it is before the last event of the
// folder, or more than 30 days after it.
std::optional<std::string> strange_clock(const std::string& folder, std::chrono::sys_seconds last,
                                         std::chrono::sys_seconds now);

}  // namespace tokenlife::sim
