// What `tokenlife sweep` prints.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "sim/cli/console.hpp"
#include "sim/sweep/sweep.hpp"

namespace tokenlife::sim {

// A row for each combination of which a run was made.
std::string sweep_text(const SweepResult& result, bool with_best, const Console& console);
std::string sweep_csv(const SweepResult& result);
std::string sweep_jsonl(const SweepResult& result);
// One object, with the rows as `cells`.
nlohmann::ordered_json sweep_json(const SweepResult& result);

}  // namespace tokenlife::sim
