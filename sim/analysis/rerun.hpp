// A log against what its scenario gives today.
#pragma once

#include <optional>

#include "core/event.hpp"
#include "core/result.hpp"
#include "events/log_reader.hpp"
#include "sim/engine/simulation.hpp"
#include "sim/scenario/scenario.hpp"
#include "sim/text/error.hpp"

namespace tokenlife::sim {

// The first event, in the order of time, that is another, or that only one of them has.
struct RerunDifference {
  Instant time;
  std::optional<ClientNumber> client;  // absent: the site's
  std::uint32_t seq = 0;
  std::optional<Recorded<ClientEvent>> logged, repeated;  // of a client
  std::optional<Recorded<SiteEvent>> site_logged, site_repeated;
};

struct Rerun {
  // The log that a run would write today has the same digest: the same bytes.
  bool has_same_digest = false;
  // Nothing: the same events, though perhaps an earlier version wrote them, without why spells
  // begin (see is_repetition).
  std::optional<RerunDifference> first;
};

// Of an interrupted log the clients that are complete in it. Nothing if it was stopped.
Result<std::optional<Rerun>, Error> rerun(const events::LogReader& log, Scenario scenario,
                                          unsigned threads, RunControl& control);

}  // namespace tokenlife::sim
