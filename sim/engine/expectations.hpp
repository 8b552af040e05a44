// Whether a run was what its scenario expected.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "../scenario/scenario.hpp"
#include "simulation.hpp"

namespace tokenlife::sim {

struct Outcome {
  const Expectation* expectation;
  std::uint64_t actual = 0;                                     // clients in the state, or events
  std::optional<double> share;                                  // if the expectation bounds it
  std::optional<std::uint64_t> per_client_min, per_client_max;  // likewise
  std::optional<Instant> peak_from;  // of a peak, if there was any: `actual` is the most at once
  bool nobody_there = false;         // it is per client, and there was none
  // Nothing where a number of clients or events cannot be judged because the run was scaled.
  std::optional<bool> holds;
};

// In the order of the scenario file.
std::vector<Outcome> judge_expectations(const Scenario& scenario, const RunResult& result);

// True unless one of them does not hold.
bool all_hold(const std::vector<Outcome>& outcomes);

// "3", "3 (0.6 %)", "13,000, 2 to 3 a client".
std::string actual_text(const Outcome& outcome);

}  // namespace tokenlife::sim
