// The walk of each network model.
#pragma once

#include "sim/engine/network_walk.hpp"
#include "sim/scenario/scenario.hpp"

namespace tokenlife::sim {

template <class Model>
struct WalkOf;
template <>
struct WalkOf<FixedNetwork> {
  using type = FixedWalk;
};
template <>
struct WalkOf<TimelineNetwork> {
  using type = TimelineWalk;
};
template <>
struct WalkOf<DwellNetwork> {
  using type = DwellWalk;
};
template <>
struct WalkOf<WeekNetwork> {
  using type = WeekWalk;
};
template <>
struct WalkOf<TraceNetwork> {
  using type = TraceWalk;
};

template <>
struct WalkOf<ResampleNetwork> {
  using type = ResampleWalk;
};
template <>
struct WalkOf<PhasedNetwork> {
  using type = PhasedWalk;
};

}  // namespace tokenlife::sim
