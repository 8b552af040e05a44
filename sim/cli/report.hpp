// What a run has to say, for people and for machines.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "sim/cli/console.hpp"
#include "sim/engine/expectations.hpp"
#include "sim/engine/simulation.hpp"
#include "sim/scenario/scenario.hpp"

namespace tokenlife::sim {

// "  label             1,234   56.7 %  ████"; without a share if it is of nothing.
std::string table_row(std::string_view label, std::uint64_t count, std::uint64_t of);

// The sum over all cohorts.
StateCounts final_states(const RunStatistics& tally);

// The population as a table with bars, and as an object: every state but "not-installed", which is
// no state of a client.
std::string states_text(const StateCounts& states);
nlohmann::ordered_json states_json(const StateCounts& states);

std::string summary_text(const Scenario& scenario, const RunResult& result,
                         const std::vector<Outcome>& outcomes, double wall_seconds,
                         const Console& console);

nlohmann::ordered_json summary_json(const Scenario& scenario, const RunResult& result,
                                    const std::vector<Outcome>& outcomes, double wall_seconds);

}  // namespace tokenlife::sim
