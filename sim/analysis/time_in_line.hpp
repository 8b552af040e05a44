// How long a request stood in an endpoint's queue, as its log shows it.
#pragma once

#include <algorithm>
#include <span>

#include "core/event.hpp"

namespace tokenlife::sim {

// From a request that is served at once to its answer; it is the same all through a run. 0 where
// the events do not begin with a site's establishment.
inline Duration latency_of(std::span<const Recorded<SiteEvent>> site) {
  const auto* begun = site.empty() ? nullptr : std::get_if<SiteEstablished>(&site[0].event);
  return begun == nullptr ? Duration{0} : begun->policy.latency;
}

// Of a request that the site has answered: what is more than the latency.
inline Duration time_in_line(Instant sent, Instant answered, Duration latency) {
  return std::max(Duration{0}, answered - sent - latency);
}

}  // namespace tokenlife::sim
