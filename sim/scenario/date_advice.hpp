// What is said of dates and times in a scenario that are none.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sim/scenario/keys.hpp"

namespace tokenlife::sim {

// A date or date-time that stands in quotes, without them.
std::optional<std::string> quoted_date_advice(std::string_view text);
// "8 June 2026", "06/08/2026": a year and another number; not "2000 days".
bool looks_like_date(std::string_view text);
// What is not a date-time with an offset, with what it lacks.
std::string date_advice(const toml::node& node);
// "is `2026-13-01`, which does not exist", if it stands in quotes.
std::optional<std::string> no_such_date(const toml::node& node);

}  // namespace tokenlife::sim
