#include "sim/analysis/rerun.hpp"

#include <algorithm>

#include "sim/analysis/client_story.hpp"
#include "sim/analysis/log_scenario.hpp"
#include "sim/engine/memory_run.hpp"
#include "sim/engine/queues.hpp"
#include "sim/engine/site_timeline.hpp"

namespace tokenlife::sim {
namespace {

template <class Event>
std::optional<Recorded<Event>> event_at(const std::vector<Recorded<Event>>& events,
                                        std::size_t place) {
  return place < events.size() ? std::optional(events[place]) : std::nullopt;
}

class Comparison {
 public:
  Comparison(const events::LogReader& log, const Scenario& scenario, const RunControl& control)
      : log_(log), scenario_(scenario), control_(control), site_(timeline_of(scenario)) {}

  Result<std::optional<RerunDifference>, Error> first() {
    compare_sites();
    for (const events::PartitionSummary& partition : log_.partitions()) {
      const std::uint32_t first = partition.partition * events::kPartitionClients;
      std::vector<ClientEvents> clients(partition.clients);
      const auto visited =
          log_.visit(partition, [&](ClientNumber client, const Recorded<ClientEvent>& recorded) {
            const std::uint32_t place = client.value - first;
            if (place < clients.size()) clients[place].push_back(recorded);
            return !control_.stopped();
          });
      if (!visited) return Failed<Error>(to_error(visited.error()));
      for (std::uint32_t i = 0; i < clients.size() && !control_.stopped(); ++i) {
        compare(ClientNumber{first + i}, clients[i]);
      }
    }
    return std::move(first_);
  }

 private:
  void compare_sites() {
    const auto& logged = log_.site_events();
    const auto& again = site_.events();
    const auto place = static_cast<std::size_t>(
        std::mismatch(logged.begin(), logged.end(), again.begin(), again.end()).first -
        logged.begin());
    if (place == logged.size() && place == again.size()) return;
    RerunDifference found;
    found.site_logged = event_at(logged, place);
    found.site_repeated = event_at(again, place);
    found.seq = static_cast<std::uint32_t>(place);
    found.time = std::min(found.site_logged ? found.site_logged->time : kNever,
                          found.site_repeated ? found.site_repeated->time : kNever);
    first_ = std::move(found);
  }

  void compare(ClientNumber client, const ClientEvents& logged) {
    LoneClient lone(scenario_, client);
    const ClientEvents& again = lone.live(scenario_, site_).events;
    const std::size_t place = first_difference(logged, again);
    if (place == logged.size() && place == again.size()) return;
    RerunDifference found;
    found.client = client;
    found.logged = event_at(logged, place);
    found.repeated = event_at(again, place);
    found.seq = static_cast<std::uint32_t>(place);
    found.time = std::min(found.logged ? found.logged->time : kNever,
                          found.repeated ? found.repeated->time : kNever);
    // The site's comes first of one moment, then clients by number.
    if (!first_ || found.time < first_->time) first_ = std::move(found);
  }

  const events::LogReader& log_;
  const Scenario& scenario_;
  const RunControl& control_;
  SiteTimeline site_;
  std::optional<RerunDifference> first_;
};

}  // namespace

Result<std::optional<Rerun>, Error> rerun(const events::LogReader& log, Scenario scenario,
                                          unsigned threads, RunControl& control) {
  scenario.real_crypto = false;  // It changes no event.
  scenario.expectations.clear();
  if (log.summary().complete) {
    RunOptions options;
    options.threads = threads;
    const auto result = run(scenario, options, control);
    if (!result) return Failed<Error>(result.error());
    if (control.stopped()) return std::optional<Rerun>{};
    if (result->log.digest == log.summary().digest) return std::optional(Rerun{true, {}});
  }
  auto first = Comparison(log, scenario, control).first();
  if (!first) return Failed<Error>(first.error());
  if (control.stopped()) return std::optional<Rerun>{};
  return std::optional(Rerun{false, std::move(*first)});
}

}  // namespace tokenlife::sim
