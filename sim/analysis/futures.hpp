// When a client was lost: the same past, with other futures from each of its days on.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/time.hpp"
#include "sim/analysis/client_story.hpp"
#include "sim/scenario/scenario.hpp"

namespace tokenlife::sim {

inline constexpr unsigned kFutures = 200;
inline constexpr std::size_t kFutureMomentsMax = 100;

// From that moment on chance was drawn anew, each time with another seed: s + 1 to s + 200, if the
// run's is s.
struct Futures {
  Instant from;
  unsigned stranded = 0;  // of 200, at the time asked about
  friend bool operator==(const Futures&, const Futures&) = default;
};

// The moments: the issue of the token that was lost, and then the starts of the (UTC) days up to
// the beginning of the spell; of more than a hundred those that are evenly spread, with both ends.
std::vector<Instant> moments_of_loss(const Scenario& scenario, const StorySpell& spell);

std::vector<Futures> futures(const Scenario& scenario, ClientNumber client,
                             const std::vector<Instant>& moments, Instant at, unsigned threads);

// The first moment from which on the client was stranded in more than so many in a hundred of the
// futures, up to the last one.
std::optional<Instant> point_of_no_return(const std::vector<Futures>& futures, unsigned percent);

}  // namespace tokenlife::sim
