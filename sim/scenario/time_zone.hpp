// Time zones: how far clocks on the wall are ahead of UTC while a run lasts, as the system's tzdata
// has it.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "sim/scenario/scenario.hpp"

namespace tokenlife::sim {

// What is wrong with a time zone: completes "the time zone is NAME, ...".
struct ZoneFault {
  std::string what;
  std::string advice;
};

// The offsets of the zone of that IANA name from two days before `start` to two days after the end:
// office hours reach over midnight, and local dates are up to a day off.
Result<ZoneOffsets, ZoneFault> offsets_of_zone(const std::string& name,
                                               std::chrono::sys_seconds start, Duration duration);

// Whether all of them are whole ticks, and in words if one is not.
std::optional<std::string> off_the_tick(const ZoneOffsets& offsets, Duration tick);

// They are an input of a run, as a file is: a line for each, from when and how much, in seconds.
std::string lines_of(const ZoneOffsets& offsets);

// Gives each network of the scenario the offsets of its time zone, for the start, the length and
// the tick that the scenario has now. False if one cannot have them.
bool follow_time_zones(Scenario& scenario);

}  // namespace tokenlife::sim
