// What became of the requests that an endpoint with a limit did not serve at once. Whoever knows it
// can run each client alone: see simulate_queues().
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "../../core/id.hpp"
#include "../../core/time.hpp"

namespace tokenlife::sim {

// What an endpoint makes of a request.
enum class Handling : std::uint8_t { served, busy, dropped, waiting };

// One that was not served at once.
struct Delayed {
  std::uint32_t client;
  std::uint32_t request;  // of the client's registrations and renewals, from 0
  Handling handling;
  Instant at;  // served or dropped; sent if busy; kNever if it waits at the end
};

// What an endpoint had to do.
struct EndpointLoad {
  std::uint64_t longest_queue = 0;          // after a tick's service
  std::uint64_t busy = 0;                   // requests that it turned away
  std::map<Duration, std::uint64_t> waits;  // of those that were served: how many waited so long

  // That of the share of all waits from the shortest on, by nearest rank: 0.99. Nothing: there are
  // none.
  std::optional<Duration> wait_at(double share) const;
  friend bool operator==(const EndpointLoad&, const EndpointLoad&) = default;
};

class Timetable {
 public:
  Timetable() = default;
  // In any order.
  Timetable(const std::vector<Delayed>& delayed, std::uint32_t clients);

  // In the order of its requests.
  std::span<const Delayed> of(ClientNumber client) const {
    const std::size_t first = first_[client.value];
    return std::span(delayed_).subspan(first, first_[client.value + 1] - first);
  }
  std::size_t size() const { return delayed_.size(); }

  std::array<EndpointLoad, 2> loads;  // by Endpoint: of the MP and the CMG

 private:
  std::vector<Delayed> delayed_;
  std::vector<std::size_t> first_;  // by client, and one more
};

}  // namespace tokenlife::sim
