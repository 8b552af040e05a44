// The lengths and moments of a scenario, one by one: for whoever makes them smaller.
#pragma once

#include <optional>
#include <variant>
#include <vector>

#include "sim/scenario/scenario.hpp"

namespace tokenlife::sim {

// A length or moment that can be smaller: where it is, the least that it can be, and what it is in
// a file that does not mention it.
struct ScenarioNumber {
  std::variant<Duration*, Instant*> place;
  Duration least{0};
  std::optional<Duration> plain;

  bool is_moment() const { return std::holds_alternative<Instant*>(place); }
  // After the run's start.
  Duration get() const;
  void set(Duration value) const;
};

// Those that a scenario of this shape has, always in the same order. They are parts of `scenario`
// and live as long as it does.
std::vector<ScenarioNumber> numbers_of(Scenario& scenario);

// The scenario with `ticks` of its ticks in one, rounded up: what happened in different ticks
// happens in the same. Numbers that a file need not mention stay.
Scenario with_ticks_merged(Scenario scenario, std::int64_t ticks);

// The scenario with ticks of that length, and all that it has as many of them as before.
Scenario with_ticks_of(Scenario scenario, Duration tick);

}  // namespace tokenlife::sim
