// A counterexample as people read it, and as the scenario that shows it again.
#pragma once

#include <string>

#include "sim/check/walk.hpp"

namespace tokenlife::sim::checker {

// Tick by tick, what is done and what comes of it.
std::string story(const Options& options, const ModelRun& walk);

// A scenario file in which the same happens, and which expects what the walk demands. The title is
// put into its name, the comment into its head.
std::string scenario_text(const Options& options, const ModelRun& walk, const std::string& title,
                          const std::string& comment);

// "a renewal-refused (expired) of client 0 at 90d"
std::string to_text(const Options& options, const Demand& demand);

}  // namespace tokenlife::sim::checker
