// The page of a sweep: one file that asks nothing of a network and has no scripts.
#pragma once

#include <string>
#include <string_view>

#include "sim/sweep/sweep.hpp"

namespace tokenlife::sim {

// No more combinations are drawn and listed, so that a page stays below 3 MB; it says how many it
// leaves out.
inline constexpr std::size_t kCellsShownMax = 500;

// The same numbers give the same page, wherever they come from (a cache, many threads).
// Precondition: a run was made.
std::string sweep_page(const SweepResult& result, std::string_view version);

}  // namespace tokenlife::sim
