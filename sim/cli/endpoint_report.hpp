// What endpoints with a limit had to do, for people and machines.
#pragma once

#include <nlohmann/json.hpp>

#include <string>

#include "sim/engine/simulation.hpp"

namespace tokenlife::sim {

// A table; empty if no endpoint has a limit.
std::string endpoints_text(const Scenario& scenario, const RunResult& result);
nlohmann::ordered_json endpoints_json(const RunResult& result);

}  // namespace tokenlife::sim
