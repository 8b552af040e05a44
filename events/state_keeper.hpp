// Follows the clients of a partition while it is written, or checked, and keeps where they stood
// at some moments.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "events/kept_states.hpp"
#include "events/population_walk.hpp"

namespace tokenlife::events {

class StateKeeper {
 public:
  // The next batch of the partition. From one in which anything is odd nothing is kept.
  void add(std::span<const StretchCursor> stretches);

  const std::vector<KeptStates>& kept() const { return kept_; }

 private:
  bool follow(std::span<const StretchCursor> stretches, const ServiceReplay* first);

  PopulationWalk walk_{ServiceReplay(), kNever};
  std::vector<KeptStates> kept_;
  std::optional<ClientNumber> last_client_;
  // As which it goes on, and where, if that is known.
  std::optional<ServiceReplay> last_;
  StreamPosition position_;
};

}  // namespace tokenlife::events
