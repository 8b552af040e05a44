// What somebody did to the fleet, and when: drawn over the charts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "events/log_reader.hpp"
#include "sim/scenario/scenario.hpp"

namespace tokenlife::sim {

struct Mark {
  std::int64_t from;                 // in seconds since 1970
  std::optional<std::int64_t> to{};  // of what lasts
  std::string text;                  // "the CMG is down (action 1)"; not escaped
};

// The actions of the scenario, in order of time, kMarksMax at most; without a scenario what the
// site's own events say.
inline constexpr std::size_t kMarksMax = 120;
std::vector<Mark> marks_of(const events::LogReader& log, const Scenario* scenario);
std::vector<Mark> marks_of_scenario(const Scenario& scenario);

}  // namespace tokenlife::sim
