// What waits at the management point or the CMG, if that has a limit.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <span>
#include <utility>
#include <vector>

#include "sim/engine/site_timeline.hpp"
#include "sim/engine/timetable.hpp"

namespace tokenlife::sim {

struct Waiting {
  std::uint32_t client;
  std::uint32_t request;
  Instant sent;
};

// One that has come in this tick, and its place among these.
struct Arrived {
  std::uint64_t place;
  Waiting it;
};
struct Handled {
  Waiting it;
  Handling handling;
};

class EndpointQueue {
 public:
  EndpointQueue(const SiteTimeline& site, Endpoint endpoint, Duration tick)
      : site_(site), endpoint_(endpoint), tick_(tick) {}

  bool empty() const { return waiting_.empty(); }
  const EndpointLoad& load() const { return load_; }
  const std::deque<Waiting>& waiting() const { return waiting_; }
  std::deque<Waiting> take_all() { return std::exchange(waiting_, {}); }

  // First those that wait, then those that have come in this tick, in their order. Says of each
  // what becomes of it; of those that join the queue that they wait.
  void serve(std::span<const Arrived> arrivals, Instant now, std::vector<Handled>& handled) {
    const auto& capacity = site_.capacity(endpoint_, now);
    std::uint64_t can_serve = capacity ? served_in(*capacity, now) : UINT64_MAX;
    for (; can_serve > 0 && !waiting_.empty(); waiting_.pop_front()) {
      --can_serve;
      handled.push_back({waiting_.front(), Handling::served});
    }
    for (const Arrived& arrived : arrivals) {
      Handling handling = Handling::served;
      if (can_serve > 0) {
        --can_serve;
      } else if (waiting_.size() < capacity->queue) {
        handling = Handling::waiting;
        waiting_.push_back(arrived.it);
      } else {
        handling = Handling::busy;
        ++load_.busy;
      }
      handled.push_back({arrived.it, handling});
    }
    load_.longest_queue = std::max<std::uint64_t>(load_.longest_queue, waiting_.size());
  }
  void count_wait(Duration wait) { ++load_.waits[wait]; }

  // The next tick after `now` in which it serves one, as long as its capacity is the same.
  Instant next_service(Instant now) const {
    const auto& capacity = site_.capacity(endpoint_, now);
    if (!capacity) return now + tick_;
    if (capacity->per_minute == 0) return kNever;
    const Wide next = served_before(*capacity, tick_number(now) + 1) + 1;
    const Wide per_tick = rate(*capacity);
    const Wide ticks = (next * 60 + per_tick - 1) / per_tick;
    const Wide most = static_cast<std::uint64_t>((kNever - Instant{}) / tick_);
    return ticks > most ? kNever : Instant{} + tick_ * (static_cast<std::int64_t>(ticks) - 1);
  }

 private:
  std::uint64_t tick_number(Instant now) const {
    return static_cast<std::uint64_t>(now.time_since_epoch() / tick_);
  }
  __extension__ using Wide = unsigned __int128;

  // In a tick, in 60ths of a request.
  Wide rate(const Capacity& capacity) const {
    return Wide{capacity.per_minute} * static_cast<std::uint64_t>(tick_.count());
  }
  // floor(k r)
  Wide served_before(const Capacity& capacity, std::uint64_t tick) const {
    return tick * rate(capacity) / 60;
  }
  std::uint64_t served_in(const Capacity& capacity, Instant now) const {
    const std::uint64_t k = tick_number(now);
    return static_cast<std::uint64_t>(served_before(capacity, k + 1) - served_before(capacity, k));
  }

  const SiteTimeline& site_;
  Endpoint endpoint_;
  Duration tick_;
  std::deque<Waiting> waiting_;
  EndpointLoad load_;
};

}  // namespace tokenlife::sim
