// The lifecycle as a picture, with how often each arrow was taken.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/client.hpp"
#include "sim/report/fleet.hpp"

namespace tokenlife::sim {

// Of the table that the program runs, what changes the state: parallel rows are one.
struct LifecycleArrow {
  LifecycleState source;
  LifecycleState target;
  std::vector<std::string_view> events;  // without doubles
  bool is_only(std::string_view event) const { return events.size() == 1 && events[0] == event; }
};
std::vector<LifecycleArrow> lifecycle_arrows();

// How often each was taken, in one run or two, one behind the other.
using ArrowCounts = decltype(Fleet::arrows);

// As SVG. Arrows that were never taken are dashed.
std::string lifecycle_svg(std::span<const ArrowCounts* const> runs);
// The same as a table of HTML.
std::string lifecycle_table(std::span<const ArrowCounts* const> runs);

}  // namespace tokenlife::sim
