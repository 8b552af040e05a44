#include "sim/analysis/futures.hpp"

#include <algorithm>

#include "events/run_on_threads.hpp"
#include "sim/engine/client_schedule.hpp"
#include "sim/engine/memory_run.hpp"
#include "sim/engine/queues.hpp"
#include "sim/engine/site_timeline.hpp"
#include "sim/text/duration.hpp"

namespace tokenlife::sim {

std::vector<Instant> moments_of_loss(const Scenario& scenario, const StorySpell& spell) {
  constexpr Duration kDay = std::chrono::days{1};
  const auto on_tick = [&](Duration time) { return at(round_up(time, scenario.tick)); };
  std::vector<Instant> all;
  if (!spell.lost.exists()) return all;
  const Instant issued = std::max(spell.lost.not_before, Instant{});
  all.push_back(on_tick(issued.time_since_epoch()));
  // From the last midnight that is not later.
  const Duration past_midnight =
      (scenario.start.time_since_epoch() + issued.time_since_epoch()) % kDay;
  for (Instant day = issued - past_midnight + kDay; day <= spell.spell.begin; day += kDay) {
    all.push_back(on_tick(day.time_since_epoch()));
  }
  // Two seeds make a past and its future; a scenario with two of its own has no third.
  if (scenario.reseed) {
    std::erase_if(all, [&](Instant moment) { return moment > scenario.reseed->at; });
  }
  if (all.size() <= kFutureMomentsMax) return all;
  std::vector<Instant> spread;
  for (std::size_t i = 0; i < kFutureMomentsMax; ++i) {
    spread.push_back(all[i * (all.size() - 1) / (kFutureMomentsMax - 1)]);
  }
  return spread;
}

std::vector<Futures> futures(const Scenario& scenario, ClientNumber client,
                             const std::vector<Instant>& moments, Instant at, unsigned threads) {
  Scenario until = scenario;
  until.text.clear();
  until.expectations.clear();
  until.duration = std::min(until.duration, at.time_since_epoch() + until.tick);
  until.reseed.reset();
  const SiteTimeline site(until);
  const ClientSchedule schedule(until);
  std::vector<Futures> counted;
  for (const Instant moment : moments) counted.push_back({moment});
  events::run_on_threads(threads, counted.size(), [&](events::Worker& worker) {
    LoneClient lone(until, client);
    while (const auto i = worker.next()) {
      Futures& of_moment = counted[*i];
      for (unsigned k = 1; k <= kFutures; ++k) {
        const Reseed other{of_moment.from, scenario.seed + k};
        // Where clients wait for each other the future of one is that of all.
        const auto queues = has_capacity(until) ? timeline_of(until, other, nullptr) : std::nullopt;
        const Outlook end = lone.end_of(until, queues ? *queues : site, schedule, other);
        if (end.service == Service::stranded) ++of_moment.stranded;
      }
    }
  });
  return counted;
}

std::optional<Instant> point_of_no_return(const std::vector<Futures>& futures, unsigned percent) {
  std::optional<Instant> point;
  for (auto it = futures.rbegin(); it != futures.rend(); ++it) {
    if (it->stranded * 100 <= percent * kFutures) break;
    point = it->from;
  }
  return point;
}

}  // namespace tokenlife::sim
