// A history of a thousand events in which a fault shows, and what finds it by a replay: for those
// who make it smaller.
#pragma once

#include "sim/soak/shrink_events.hpp"

namespace tokenlife::test {

// What the engine has fourteen clients do in the course of a year, with blocks and reinstallations
// in its middle: its first 1,000 events, of all clients, in the order of time.
sim::Occurrences history_of_a_thousand();

// Replays with a fault planted in core's evolve(): a client that renewed three times while it was
// not allowed to use the CMG keeps its token when it is reinstalled. True if a client is then
// installed and holds a token (A7). The renewals before that are beside the point, but those after
// it name the tokens that they brought.
bool keeps_a_token_when_reinstalled(const sim::Occurrences& events);

// Replays with another fault: who is blocked for twenty days and more stays blocked. True if a
// client is then blocked whose last such event is an unblock (A8).
bool stays_blocked(const sim::Occurrences& events);

// The worst there is to make smaller: replays, and is true if all can have happened and at least
// 900 events are left, in at least 100 moments.
bool is_nearly_all(const sim::Occurrences& events);

}  // namespace tokenlife::test
