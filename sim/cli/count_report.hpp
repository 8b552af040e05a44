// What `tokenlife events --count-by` prints.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "sim/analysis/count_events.hpp"
#include "sim/text/error.hpp"

namespace tokenlife::sim {

// "day,kind" in parts. Each at most once.
Result<std::vector<CountField>, Error> count_fields(const std::vector<std::string>& names);

// `format` is "text", "csv", "jsonl" or "json": one object, in which the counts are `about`
// something.
std::string event_counts_text(std::string_view format, const std::vector<CountField>& fields,
                              const std::vector<EventRow>& rows, nlohmann::ordered_json about);

}  // namespace tokenlife::sim
