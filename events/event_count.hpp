// How many events there are of each kind, and from when to when.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "../core/event.hpp"
#include "../core/time.hpp"

namespace tokenlife::events {

struct EventCount {
  std::array<std::uint64_t, kEventKinds> of_kind{};
  Instant first = Instant::max();  // of the times; later than `last` if there are no events
  Instant last = Instant::min();

  void add(EventKind kind, Instant time) {
    ++of_kind[static_cast<std::size_t>(kind)];
    first = std::min(first, time);
    last = std::max(last, time);
  }
  void merge(const EventCount& other) {
    for (std::size_t i = 0; i < of_kind.size(); ++i) of_kind[i] += other.of_kind[i];
    first = std::min(first, other.first);
    last = std::max(last, other.last);
  }
  friend bool operator==(const EventCount&, const EventCount&) = default;
};

}  // namespace tokenlife::events
