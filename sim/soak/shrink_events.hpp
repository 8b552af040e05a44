// Makes a list of events that fails smaller, as long as it still fails: what a scenario is to an
// engine, this is to whoever replays what an engine has recorded.
#pragma once

#include <functional>
#include <vector>

#include "core/client_event.hpp"
#include "sim/soak/shrink.hpp"

namespace tokenlife::sim {

struct Occurrence {
  Instant time;
  ClientNumber client;
  ClientEvent event;
  friend bool operator==(const Occurrence&, const Occurrence&) = default;
};

// Events of any clients, in the order of time.
using Occurrences = std::vector<Occurrence>;

using OccurrencesFail = std::function<bool(const Occurrences&)>;

// The smallest list found that still fails: nothing after the failure, as few clients, kinds and
// events as it takes, each at the moment of the one before it or as near as can be, and clients,
// tokens and all else that has a number numbered anew.
//
// What was left out is made up for: an event that could happen before and, without the others, no
// longer can goes too, and one that names the client's token or network names the one that the
// client now has. An event that never could happen stays until it is left out itself.
// Deterministic. Precondition: `fails` holds for `events`.
Occurrences shrink_events(const Occurrences& events, const OccurrencesFail& fails,
                          const ShrinkLimits& limits = {});

}  // namespace tokenlife::sim
