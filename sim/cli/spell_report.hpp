// What a run says of clients without a good token (A13): who is stranded, spells, and the days.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "sim/engine/simulation.hpp"
#include "sim/scenario/scenario.hpp"

namespace tokenlife::sim {

// Who is stranded at the end, by cohort and cause; the most at any time; and spells by cause, as
// tables. Empty if there is nothing to say.
std::string stranded_text(const Scenario& scenario, const RunStatistics& tally);
std::string spells_text(const Scenario& scenario, const RunStatistics& tally);

// `stranded`, `stranded-peak`, `spells`, `days`; and of one cohort.
void add_spells_json(nlohmann::ordered_json& json, const Scenario& scenario,
                     const RunStatistics& tally);
nlohmann::ordered_json stranded_causes_json(const RunStatistics& tally, std::size_t cohort);

}  // namespace tokenlife::sim
