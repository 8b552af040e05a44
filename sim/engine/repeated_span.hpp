// The time that an action with a length takes, again and again if it is repeated.
#pragma once

#include <algorithm>
#include <cstdint>

#include "core/time.hpp"
#include "sim/scenario/action.hpp"

namespace tokenlife::sim {

// Reckoned, and not listed: repetitions may be many.
class RepeatedSpan {
 public:
  RepeatedSpan(const Action& action, Duration length) : first_(action.at), length_(length) {
    if (!action.repeat) return;
    every_ = action.repeat->every;
    times_ = action.repeat->times.value_or(UINT32_MAX);
  }

  // Calls `visit` with the beginning of each repetition that lasts at `now`, earliest first.
  template <class Visit>
  void for_each_at(Instant now, Visit visit) const {
    if (now < first_) return;
    const Duration since = now - first_;
    const std::int64_t last = std::min<std::int64_t>(since / every_, times_ - 1);
    const std::int64_t over = since < length_ ? 0 : (since - length_) / every_ + 1;
    for (std::int64_t i = over; i <= last; ++i) visit(first_ + every_ * i);
  }

 private:
  Instant first_;
  Duration length_;
  Duration every_{1};
  std::int64_t times_ = 1;
};

}  // namespace tokenlife::sim
