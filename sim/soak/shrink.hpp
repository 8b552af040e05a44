// Makes what fails smaller, as long as it still fails: scenarios and lists. Deterministic: the same
// failure has the same minimum.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "sim/scenario/scenario.hpp"

namespace tokenlife::sim {

// The shortest list found that still fails: no element of it can be left out alone. (Zeller and
// Hildebrandt, "Simplifying and isolating failure-inducing input", 2002.) `still_fails` is asked
// about a list that it may itself make shorter: what it leaves there is what was tried.
// Precondition: `still_fails` holds for `list`.
template <class T, class StillFails>
std::vector<T> shrink_list(std::vector<T> list, StillFails still_fails) {
  for (std::size_t chunk = std::max<std::size_t>(list.size() / 2, 1);;) {
    const std::size_t before = list.size();
    // From the end: what comes last depends on what came first.
    for (std::size_t end = list.size(); end > 0;) {
      const std::size_t begin = end - std::min(chunk, end);
      std::vector<T> rest(list.begin(), list.begin() + static_cast<std::ptrdiff_t>(begin));
      rest.insert(rest.end(), list.begin() + static_cast<std::ptrdiff_t>(end), list.end());
      if (still_fails(rest)) list = std::move(rest);
      end = std::min(begin, list.size());
    }
    if (chunk > 1) {
      chunk = std::max<std::size_t>(std::min(chunk, list.size()) / 2, 1);
    } else if (list.size() == before) {
      return list;
    }
  }
}

// The least number in [low, high] found that still fails, by bisection.
// Precondition: `still_fails` holds for `high`.
template <class StillFails>
std::int64_t shrink_number(std::int64_t low, std::int64_t high, StillFails still_fails) {
  while (low < high) {
    const std::int64_t middle = low + (high - low) / 2;
    if (still_fails(middle)) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return high;
}

// Whether a scenario still shows the failure. It is asked only about scenarios that could have been
// read from a file.
using StillFails = std::function<bool(const Scenario&)>;

struct ShrinkLimits {
  std::size_t tries_max = 20'000;  // how often the failure may be asked for
  // Asked before every try. True: no more of them, the smallest found so far will do.
  std::function<bool()> stop = [] { return false; };
};

// The smallest scenario found that still fails: shorter, with fewer cohorts, clients, actions and
// expectations, simpler networks and policies, fewer moments, rounder and smaller numbers, cohorts
// named a, b, ... unless their names matter. The seed stays.
// Precondition: it fails for `scenario`.
Scenario shrink(const Scenario& scenario, const StillFails& still_fails,
                const ShrinkLimits& limits = {});

}  // namespace tokenlife::sim
