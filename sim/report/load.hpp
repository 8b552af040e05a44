// What endpoints with limits had to do over time, from what clients asked and when they were
// answered. Requests that their clients have given up are not seen: a log of clients has no word of
// when an endpoint came to them.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "core/recorded.hpp"
#include "core/site_event.hpp"
#include "events/log_reader.hpp"
#include "sim/report/grid.hpp"

namespace tokenlife::sim {

// An endpoint that had a limit at some time. By stretch of time, each of `levels` or `doings`.
struct EndpointOverTime {
  bool is_limited = false;
  std::vector<std::uint64_t> in_line;      // levels: the most that waited at one time
  std::vector<std::uint64_t> answered;     // doings: by when the endpoint came to them
  std::vector<std::uint64_t> turned_away;  // doings: busy
  std::vector<Duration> longest_wait;      // doings: of those that were answered then
  // doings: that the endpoint could answer; nothing: without a limit for a part of the stretch
  std::vector<std::optional<std::uint64_t>> capacity;
};
using LoadOverTime = std::array<EndpointOverTime, 2>;  // by Endpoint: of the MP and the CMG

// Hears of the events of each client in their order, one client after the other.
class LoadFold {
 public:
  LoadFold(const events::LogHeader& header, std::span<const Recorded<SiteEvent>> site,
           const Grid& levels, const Grid& doings);

  template <class Event>
  void happened(const Recorded<Event>& recorded) {
    if (!is_any_limited_) return;
    constexpr EventKind kind = Event::kind;
    if constexpr (kind == EventKind::registration_requested ||
                  kind == EventKind::renewal_requested) {
      sent_ = Sent{recorded.event.via, recorded.time};
    } else if constexpr (kind == EventKind::registration_failed ||
                         kind == EventKind::renewal_failed) {
      failed(recorded.time, recorded.event.reason);
    } else if constexpr (kind == EventKind::registration_completed ||
                         kind == EventKind::token_renewed ||
                         kind == EventKind::registration_refused ||
                         kind == EventKind::renewal_refused) {
      answered(recorded.time);
    }
  }
  void client_ended();
  void merge(const LoadFold& other);
  LoadOverTime finish(std::span<const Recorded<SiteEvent>> site);

 private:
  struct Sent {
    Endpoint via;
    Instant at;
  };
  struct OfEndpoint {
    std::map<Instant, std::int64_t> line;  // by how many it grew or shrank, and when
    std::vector<std::uint64_t> answered, turned_away;
    std::vector<Duration> longest_wait;
  };

  void answered(Instant now);
  void failed(Instant now, FailureReason reason);
  void leave_line(const Sent& sent, Instant when);
  std::size_t doing_at(Instant when) const;
  void add_capacity(EndpointOverTime& over_time, const Capacity& capacity, Instant from,
                    Instant until) const;

  Grid levels_, doings_;
  Instant start_;  // of the grids: what their 0 is of the run
  Instant end_;
  Duration latency_;
  bool is_any_limited_ = false;
  std::array<bool, 2> is_limited_{};
  std::array<OfEndpoint, 2> endpoints_;
  std::optional<Sent> sent_;  // by the client, and not answered yet
};

}  // namespace tokenlife::sim
