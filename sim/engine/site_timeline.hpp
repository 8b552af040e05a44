// The site over the whole run. Nothing that clients do changes the site, so its events are known
// before the first client lives, and every client can look up any moment of it.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "core/event.hpp"
#include "core/site_history.hpp"
#include "sim/engine/repeated_span.hpp"
#include "sim/engine/timetable.hpp"
#include "sim/scenario/random.hpp"
#include "sim/scenario/scenario.hpp"

namespace tokenlife::sim {

class SiteTimeline : public SiteHistory {
 public:
  // Runs the scenario's actions on the site, through the site's own decide and evolve. The scenario
  // must outlive the object.
  explicit SiteTimeline(const Scenario& scenario);

  // The site's stream, in order.
  const std::vector<Recorded<SiteEvent>>& events() const { return events_; }

  // Where an endpoint has a limit: what becomes of requests that are not served at once. Null: it
  // is not known, and clients can be run by simulate_queues() alone.
  const Timetable* timetable() const { return timetable_.get(); }
  void know(Timetable timetable) {
    timetable_ = std::make_shared<const Timetable>(std::move(timetable));
  }

  // The token for which the name stands when `now` is done: the newest; the first one before there
  // is any. With an action: when that action is taken, since those of a tick happen in file order.
  Guid newest_bulk_token(std::uint32_t bulk_token, Instant now,
                         std::uint32_t action = UINT32_MAX) const;

  // Whether a fault loses the answer to a request sent now. `draw` is called for each fault that
  // leaves it to chance, until one does, and gives 64 random bits.
  template <class Draw>
  bool loses_answer(const Request& request, Instant now, Draw draw) const {
    std::vector<std::pair<Instant, const Loss*>> faults;
    for (const Loss& loss : losses_) {
      if (!concerns(loss.endpoint, request)) continue;
      loss.span.for_each_at(now, [&](Instant begun) { faults.emplace_back(begun, &loss); });
    }
    // By their beginning, then in file order.
    std::sort(faults.begin(), faults.end());
    for (const auto& fault : faults) {
      const Loss& loss = *fault.second;
      const bool certain = loss.share.of_2_32 >= Share::kWhole;
      if (certain || share_draw(draw()) < loss.share.of_2_32) return true;
    }
    return false;
  }

 private:
  // When a bulk token is issued, and issued again.
  struct Issue {
    std::uint32_t action = 0;
    Instant first = kNever;
    Duration every{1};
    std::int64_t times = 1;
  };
  struct Loss {
    RepeatedSpan span;
    std::uint32_t action;
    Endpoint endpoint;
    Share share;
  };
  class Builder;

  // An STS gives the answers to registrations and renewals, whichever way they were asked.
  static bool concerns(Endpoint endpoint, const Request& request);

  const Scenario* scenario_;
  std::vector<Recorded<SiteEvent>> events_;
  std::vector<Loss> losses_;   // in file order
  std::vector<Issue> issues_;  // by bulk token
  std::shared_ptr<const Timetable> timetable_;
};

}  // namespace tokenlife::sim
