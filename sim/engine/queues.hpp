// Endpoints with a limit make clients depend on each other: a request is served when those before
// it have been. All else is a client's own affair. So the clients are run side by side first, each
// from one of its requests to the next, without a record; what becomes of each request is known
// when all that were sent before it are. With that timetable every client can be run alone.
//
// A client whose requests have all been served is ahead of the others, up to its next request: what
// the others do cannot reach it. One of whose requests waits is run no further than the endpoints
// are. An answer comes a tick after its request at the earliest, so that nobody asks in the past.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>

#include "sim/engine/client_schedule.hpp"
#include "sim/engine/timetable.hpp"
#include "sim/scenario/scenario.hpp"

namespace tokenlife::sim {

class RunRanks;
class SiteTimeline;  // site_timeline.hpp

// The clients whose requests are to be known. With ranks the other clients are those of the others,
// which find out at the same time what becomes of theirs: of each tick they tell each other who has
// asked, and each goes through the queues with all of it.
struct OwnClients {
  std::uint32_t first;
  std::uint32_t end;
  RunRanks* ranks = nullptr;  // null: there are no others
};

// Precondition: has_capacity(scenario). With `other` draws from its moment on come from its seed,
// and not from the scenario's. `until`, if there is one, tells others how far it is, in seconds of
// the run. Nothing: it was told to stop, or another rank was.
std::optional<Timetable> simulate_queues(const Scenario& scenario, const SiteTimeline& site,
                                         const ClientSchedule& schedule,
                                         const std::optional<Reseed>& other, const OwnClients& own,
                                         const std::atomic<bool>* stop,
                                         std::atomic<Duration::rep>* until = nullptr);

// The site over the run, with the timetable if an endpoint has a limit: whoever runs clients needs
// it. Nothing: it was told to stop.
std::optional<SiteTimeline> timeline_of(const Scenario& scenario,
                                        const std::optional<Reseed>& other,
                                        const std::atomic<bool>* stop);
SiteTimeline timeline_of(const Scenario& scenario);

}  // namespace tokenlife::sim
