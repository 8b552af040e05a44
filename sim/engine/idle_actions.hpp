// Which actions changed nothing: a fault that silently does nothing is false comfort.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "simulation.hpp"

namespace tokenlife::sim {

// The actions, by their numbers, without which the run has the same events. One that caused an
// event is not among them; of each other one the clients that it can concern are run again without
// it, until something is different. Nothing if the run, or one of these, was interrupted: then
// nobody is judged.
std::optional<std::vector<std::uint32_t>> idle_actions(const Scenario& scenario,
                                                       const RunResult& result,
                                                       RunControl& control);

}  // namespace tokenlife::sim
