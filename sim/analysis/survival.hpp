// How long stays are, learned from stays of which some were still going on when the observation
// ended (Kaplan and Meier, 1958).
#pragma once

#include <cstddef>
#include <vector>

#include "core/time.hpp"

namespace tokenlife::sim {

struct SeenStay {
  Duration length;
  bool ended;  // else it was longer than that
};

// At most so many steps between quantiles: half a per cent of all stays each.
inline constexpr std::size_t kQuantileStepsMax = 200;
// What outlasts every stay that was seen is so many times as long as the longest of them.
inline constexpr int kBeyond = 10;

// The share of stays that are longer than a length.
class Survival {
 public:
  explicit Survival(std::vector<SeenStay> stays);

  double at(Duration length) const;
  std::size_t ended() const { return ended_; }
  std::size_t cut_off() const { return cut_off_; }

  // For a network's `quantiles`: as many steps as stays ended, within 1 and kQuantileStepsMax. In
  // whole ticks. Precondition: there are stays.
  std::vector<Duration> quantiles(Duration tick) const;
  // The same of how much longer stays go on that have lasted so long already, in days.
  // Precondition: each is among the stays, and did not end.
  std::vector<Duration> rest(const std::vector<Duration>& ages) const;

 private:
  Duration beyond() const;

  struct Step {
    Duration length;
    double longer;  // the share that is
  };
  std::vector<Step> steps_;  // where stays ended, rising
  std::size_t ended_ = 0;
  std::size_t cut_off_ = 0;
  Duration longest_{0};
};

}  // namespace tokenlife::sim
