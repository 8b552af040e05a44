// The walk of each network model.
#pragma once

#include "sim/network_walk.hpp"
#include "sim/scenario.hpp"

namespace tokenlife::test {

template <class Model>
struct WalkOf;
template <>
struct WalkOf<sim::FixedNetwork> {
  using type = sim::FixedWalk;
};
template <>
struct WalkOf<sim::TimelineNetwork> {
  using type = sim::TimelineWalk;
};
template <>
struct WalkOf<sim::DwellNetwork> {
  using type = sim::DwellWalk;
};
template <>
struct WalkOf<sim::WeekNetwork> {
  using type = sim::WeekWalk;
};
template <>
struct WalkOf<sim::TraceNetwork> {
  using type = sim::TraceWalk;
};

}  // namespace tokenlife::test
