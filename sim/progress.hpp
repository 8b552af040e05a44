// A run in progress: Ctrl-C ends it cleanly, and a terminal sees how far it is.
#pragma once

#include "sim/console.hpp"
#include "sim/scenario.hpp"
#include "sim/simulation.hpp"

namespace tokenlife::sim {

// run(), with a line of progress on the console if it takes long, and an end at SIGINT or SIGTERM.
// Only one at a time.
Result<RunResult, Error> run_watched(const Scenario& scenario, const RunOptions& options,
                                     Console& console);

// Whether a signal has asked for the end.
bool interrupted();

}  // namespace tokenlife::sim
