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

// D8: clients that are expired or must register again at the end.
std::uint64_t stranded(const StateCounts& states);

// The sum over all cohorts.
StateCounts final_states(const RunStatistics& tally);

// The population as a table with bars, and as an object: every state but "not-installed", which is
// no state of a client.
std::string states_text(const StateCounts& states);
nlohmann::ordered_json states_json(const StateCounts& states);

// The actions that changed nothing: a fault that silently does nothing is false comfort.
std::vector<const Action*> idle_actions(const Scenario& scenario, const RunResult& result);

std::string summary_text(const Scenario& scenario, const RunResult& result,
                         const std::vector<Outcome>& outcomes, double wall_seconds,
                         const Console& console);

nlohmann::ordered_json summary_json(const Scenario& scenario, const RunResult& result,
                                    const std::vector<Outcome>& outcomes, double wall_seconds);

}  // namespace tokenlife::sim
