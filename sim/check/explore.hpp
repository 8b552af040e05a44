// Explores every state that can be reached, breadth first: the first way to a state that is found
// is a shortest one.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "sim/check/action.hpp"
#include "sim/check/property.hpp"
#include "sim/check/rules.hpp"

namespace tokenlife::sim::checker {

// An action on the way to a state.
struct PathStep {
  Action action;
  std::optional<std::uint32_t> client;  // whose action it is; absent: the site's, or time's
};

// A property that does not hold, and the shortest way to where it does not.
struct Violation {
  std::size_t property;  // in always()
  std::vector<PathStep> path;
  std::uint32_t client;  // with whom the last action breaks it; 0 if it is the site's
};

struct Counts {
  std::uint64_t states = 0;
  std::uint64_t transitions = 0;
  std::uint64_t depth = 0;  // actions to the farthest state
  std::uint64_t bytes = 0;  // of all that grows with the states
  std::uint64_t client_parts = 0;
  std::uint64_t site_parts = 0;
};

enum class StopReason : std::uint8_t { complete, states_max, parts_max, stopped };

struct Exploration {
  Counts counts;
  StopReason end = StopReason::complete;
  std::vector<Violation> violations;  // the first one of each property, in the order of finding
  std::vector<WitnessSet::Entry> sometimes;
};

// Asked several times a second; false ends the exploration.
using OnProgress = std::function<bool(const Counts&)>;

// Precondition: the options are sound.
Exploration explore(const Options& options, const Rules& rules, const OnProgress& on_progress);

}  // namespace tokenlife::sim::checker
