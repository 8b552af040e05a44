// How often something happened, by short slots of a run's time: for the most within any stretch of
// it. Takes memory only where something happened.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "../../core/time.hpp"

namespace tokenlife::sim {

// The most at once: how many, and when the first stretch with so many begins, with an event.
struct Peak {
  std::uint64_t count = 0;
  Instant from;
};

class SlotCounts {
 public:
  // A slot is a tick, or a minute where ticks are shorter.
  SlotCounts(Duration tick, Duration run)
      : slot_(slot_for(tick)),
        slot_seconds_(static_cast<std::uint32_t>(slot_.count())),
        blocks_(static_cast<std::size_t>(run / slot_) / kBlock + 1) {}

  static Duration slot_for(Duration tick) {
    return std::max(tick, Duration{std::chrono::minutes{1}});
  }

  // Precondition: it is a moment of the run.
  void add(Instant when) {
    uncounted_.push_back(static_cast<std::uint32_t>(when.time_since_epoch().count()) /
                         slot_seconds_);
    if (uncounted_.size() == kUncountedMax) count();
  }
  // Precondition: of the same run.
  void add(const SlotCounts& other);

  // Gives all that was counted to another process, or takes it: see part_bytes.hpp.
  template <class Bytes>
  void pass(Bytes& bytes) {
    count();
    bytes(blocks_);
  }

  // The most in any stretch of that length, from the beginning of a slot up to but not including
  // its end. Precondition: the length is more than nothing.
  Peak most_within(Duration length) const;

 private:
  static constexpr std::size_t kBlock = 4096;
  static constexpr std::size_t kUncountedMax = std::size_t{1} << 15;

  // Counts what has been added, block by block: one after the other, as clients come, would miss
  // the cache nearly every time.
  void count() const;

  Duration slot_;
  std::uint32_t slot_seconds_;
  mutable std::vector<std::uint32_t> uncounted_;            // slots
  mutable std::vector<std::uint32_t> sorted_;               // of these, by their blocks
  mutable std::vector<std::vector<std::uint32_t>> blocks_;  // empty: nothing happened
};

}  // namespace tokenlife::sim
