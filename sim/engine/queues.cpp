#include "sim/engine/queues.hpp"

#include <algorithm>
#include <memory>
#include <tuple>
#include <utility>
#include <vector>

#include "sim/engine/endpoint_queue.hpp"
#include "sim/engine/live_client.hpp"
#include "sim/engine/part_bytes.hpp"
#include "sim/engine/run_ranks.hpp"
#include "sim/engine/visit_queue.hpp"

namespace tokenlife::sim {
namespace {

class QueueRun {
 public:
  QueueRun(const Scenario& scenario, const SiteTimeline& site, const ClientSchedule& schedule,
           const std::optional<Reseed>& other, const OwnClients& own, const std::atomic<bool>* stop)
      : scenario_(scenario),
        world_{&scenario, &site, &schedule},
        own_(own),
        stop_(stop),
        end_(at(scenario.duration)),
        queues_{EndpointQueue(site, Endpoint::mp, scenario.tick),
                EndpointQueue(site, Endpoint::cmg, scenario.tick)},
        in_line_(own.end - own.first),
        due_(own.end - own.first, kNever),
        sent_(own.end - own.first) {
    for (const auto& recorded : site.events()) {
      if (const auto* down = std::get_if<EndpointDown>(&recorded.event)) {
        if (down->endpoint != Endpoint::sts) turns_.push_back({recorded.time, down->endpoint});
      } else if (std::holds_alternative<CapacityChanged>(recorded.event)) {
        turns_.push_back({recorded.time, std::nullopt});
      }
    }
    make_clients(other);
  }

  std::optional<Timetable> run(std::atomic<Duration::rep>* until) {
    for (std::uint32_t i = 0; i < clients_.size() && !stopped(); ++i) go_on(own_.first + i);
    for (Instant now = Instant::min();;) {
      const auto next = next_moment(now);
      if (!next) return std::nullopt;
      now = *next;
      if (now >= end_) break;
      if (until != nullptr) {
        until->store(now.time_since_epoch().count(), std::memory_order_relaxed);
      }
      drop(now);
      collect(now);
      if (own_.ranks != nullptr) exchange();
      serve(now);
    }
    for (const EndpointQueue& queue : queues_) {
      for (const Waiting& one : queue.waiting()) {
        if (!is_own(one.client)) continue;
        delayed_.push_back({one.client, one.request, Handling::waiting, kNever});
      }
    }
    Timetable timetable(delayed_, scenario_.clients);
    timetable.loads = {queues_[0].load(), queues_[1].load()};
    return timetable;
  }

 private:
  // What happens to the site and bears on who waits: an endpoint goes down, or a limit changes.
  struct Turn {
    Instant at;
    std::optional<Endpoint> down;
  };
  struct Sent {
    std::uint64_t place = 0;
    std::uint32_t request = 0;
    Endpoint via = Endpoint::mp;
  };

  static constexpr std::size_t kAhead = 4;  // clients that are fetched before it is their turn

  bool stopped() const { return stop_ != nullptr && stop_->load(std::memory_order_relaxed); }

  void make_clients(const std::optional<Reseed>& other) {
    clients_.reserve(own_.end - own_.first);
    for (std::uint32_t c = 0; c < scenario_.cohorts.size(); ++c) {
      const Cohort& cohort = scenario_.cohorts[c];
      const DrawKeys keys = other ? keys_of(scenario_, cohort, *other) : keys_of(scenario_, cohort);
      const std::uint32_t first = cohort.first.value;
      const std::uint32_t begin = std::max(first, own_.first);
      const std::uint32_t end = std::min(first + cohort.clients, own_.end);
      for (std::uint32_t i = begin; i < end && !stopped(); ++i) {
        clients_.push_back(begin_client(world_, nobody_, CohortNumber{c}, i - first, keys));
      }
    }
  }

  // A client's two kilobytes are not in the cache when its turn comes, and each part of them would
  // be waited for by itself.
  void fetch(std::uint32_t client) const {
    constexpr std::size_t kBytes = 2048;
    constexpr std::size_t kLine = 64;
    const auto* begin = reinterpret_cast<const std::byte*>(clients_[slot(client)].get());
    for (std::size_t i = 0; i < kBytes; i += kLine) __builtin_prefetch(begin + i, 1);
  }

  // Lets the client live as long as nobody else bears on it.
  void go_on(std::uint32_t client) {
    SteppedClient& it = *clients_[slot(client)];
    Instant& due = due_[slot(client)];
    if (in_line_[slot(client)] == 0) {
      due = it.live_to_request();
      note_arrival(client);
    } else {
      due = it.upcoming();
    }
    if (due < end_) visits_.add(due, client);
  }

  // Nothing: somebody was told to stop.
  std::optional<Instant> next_moment(Instant now) {
    Instant next = visits_.next();
    bool stops = stopped();
    if (own_.ranks != nullptr) std::tie(next, stops) = earliest(next, stops);
    if (stops) return std::nullopt;
    bool any_waits = false;
    for (const EndpointQueue& queue : queues_) {
      if (queue.empty()) continue;
      any_waits = true;
      next = std::min(next, queue.next_service(now));
    }
    while (turn_ < turns_.size() && turns_[turn_].at <= now) ++turn_;
    if (any_waits && turn_ < turns_.size()) next = std::min(next, turns_[turn_].at);
    return next;
  }

  // Step 1 of an outage's first tick.
  void drop(Instant now) {
    while (turn_ < turns_.size() && turns_[turn_].at < now) ++turn_;
    std::vector<std::uint32_t> touched;
    for (std::size_t i = turn_; i < turns_.size() && turns_[i].at == now; ++i) {
      if (!turns_[i].down) continue;
      for (const Waiting& one : queue_of(*turns_[i].down).take_all()) {
        if (!is_own(one.client)) continue;
        leave(one, Handling::dropped, now);
        touched.push_back(one.client);
      }
    }
    // Each once, also if it is there twice.
    for (const std::uint32_t client : touched) {
      if (due_[slot(client)] == kNever) go_on(client);
    }
  }

  // Steps 1 to 5 of those who wait; and what they and the others have sent.
  void collect(Instant now) {
    for (auto& arrivals : arrivals_) arrivals.clear();
    for (const std::uint32_t client : visits_.take(now)) {
      const std::size_t at = slot(client);
      if (due_[at] != now) continue;  // It is called off, or there twice.
      due_[at] = kNever;
      if (in_line_[at] != 0) {
        clients_[at]->live(now);
        if (!note_arrival(client)) {
          go_on(client);
          continue;
        }
      }
      const Sent& sent = sent_[at];
      ++in_line_[at];
      arrivals_[static_cast<std::size_t>(sent.via)].push_back(
          {sent.place, {client, sent.request, now}});
    }
  }
  // What the client has just sent, if it has.
  bool note_arrival(std::uint32_t client) {
    SteppedClient& it = *clients_[slot(client)];
    const auto arrival = it.take_arrival();
    if (!arrival) return false;
    const bool is_drawn = scenario_.queue_order == QueueOrder::drawn;
    sent_[slot(client)] = {is_drawn ? it.place_in_line(arrival->request) : 0, arrival->request,
                           arrival->via};
    return true;
  }

  // ---- With other processes, each of which knows what all of its clients do ----

  // Of what the next moments of all are the first one, and whether one was told to stop.
  std::pair<Instant, bool> earliest(Instant own, bool stops) {
    BytesOut out;
    out(own);
    out(stops);
    std::pair<Instant, bool> all{kNever, false};
    for (const std::string& text : own_.ranks->exchange(out.take())) {
      BytesIn in(text);
      Instant next;
      bool one_stops = false;
      in(next);
      in(one_stops);
      all = {std::min(all.first, next), all.second || one_stops};
    }
    return all;
  }
  // What has come in this tick: from all of them.
  void exchange() {
    BytesOut out;
    for (const auto& arrivals : arrivals_) out(arrivals);
    const std::vector<std::string> texts = own_.ranks->exchange(out.take());
    for (auto& arrivals : arrivals_) arrivals.clear();
    std::vector<Arrived> more;
    for (const std::string& text : texts) {
      BytesIn in(text);
      for (auto& arrivals : arrivals_) {
        in(more);
        arrivals.insert(arrivals.end(), more.begin(), more.end());
      }
    }
  }

  // After step 5.
  void serve(Instant now) {
    handled_.clear();
    for (const Endpoint endpoint : {Endpoint::mp, Endpoint::cmg}) {
      auto& arrivals = arrivals_[static_cast<std::size_t>(endpoint)];
      // Only then does their order matter.
      if (!queue_of(endpoint).empty() || arrivals.size() > 1) {
        std::sort(arrivals.begin(), arrivals.end(), [](const Arrived& a, const Arrived& b) {
          return std::pair(a.place, a.it.client) < std::pair(b.place, b.it.client);
        });
      }
      const std::size_t before = handled_.size();
      queue_of(endpoint).serve(arrivals, now, handled_);
      for (std::size_t i = before; i < handled_.size(); ++i) {
        if (handled_[i].handling != Handling::served) continue;
        queue_of(endpoint).count_wait(now - handled_[i].it.sent);
      }
    }
    if (own_.ranks != nullptr) {
      std::erase_if(handled_, [this](const Handled& one) { return !is_own(one.it.client); });
    }
    // Of one client's requests the one that was sent first is judged first. And clients lie in the
    // order of their numbers in memory.
    std::sort(handled_.begin(), handled_.end(), [](const Handled& a, const Handled& b) {
      return std::tie(a.it.client, a.it.request) < std::tie(b.it.client, b.it.request);
    });
    for (std::size_t i = 0; i < std::min(kAhead, handled_.size()); ++i)
      fetch(handled_[i].it.client);
    for (std::size_t i = 0; i < handled_.size(); ++i) {
      const auto& [it, handling] = handled_[i];
      if (i + kAhead < handled_.size()) fetch(handled_[i + kAhead].it.client);
      if (handling != Handling::waiting) leave(it, handling, now);
      const bool is_last = i + 1 == handled_.size() || handled_[i + 1].it.client != it.client;
      if (is_last && due_[slot(it.client)] == kNever) go_on(it.client);
    }
  }

  void leave(const Waiting& one, Handling handling, Instant now) {
    const std::size_t at = slot(one.client);
    clients_[at]->handle(one.request, handling, now);
    --in_line_[at];
    due_[at] = kNever;
    if (handling == Handling::served && one.sent == now) return;
    delayed_.push_back({one.client, one.request, handling, now});
  }

  bool is_own(std::uint32_t client) const { return client - own_.first < own_.end - own_.first; }
  // Where it is among the own clients. Precondition: it is one.
  std::size_t slot(std::uint32_t client) const { return client - own_.first; }
  EndpointQueue& queue_of(Endpoint endpoint) { return queues_[static_cast<std::size_t>(endpoint)]; }

  const Scenario& scenario_;
  const World world_;
  const Recorder nobody_{};
  const OwnClients own_;
  const std::atomic<bool>* stop_;
  Instant end_;
  std::vector<std::unique_ptr<SteppedClient>> clients_;  // own ones, as all that is by client
  std::array<EndpointQueue, 2> queues_;
  std::vector<std::uint32_t> in_line_;  // by client: requests of it that are in a queue
  std::vector<Instant> due_;            // by client: when it is looked at next; kNever: not at all
  std::vector<Sent> sent_;              // by client: what it will have sent by then
  VisitQueue visits_;
  std::vector<Turn> turns_;
  std::size_t turn_ = 0;
  std::array<std::vector<Arrived>, 2> arrivals_;  // of the tick, by endpoint
  std::vector<Handled> handled_;                  // in the tick
  std::vector<Delayed> delayed_;
};

}  // namespace

std::optional<Timetable> simulate_queues(const Scenario& scenario, const SiteTimeline& site,
                                         const ClientSchedule& schedule,
                                         const std::optional<Reseed>& other, const OwnClients& own,
                                         const std::atomic<bool>* stop,
                                         std::atomic<Duration::rep>* until) {
  return QueueRun(scenario, site, schedule, other, own, stop).run(until);
}

std::optional<SiteTimeline> timeline_of(const Scenario& scenario,
                                        const std::optional<Reseed>& other,
                                        const std::atomic<bool>* stop) {
  SiteTimeline site(scenario);
  if (!has_capacity(scenario)) return site;
  auto timetable = simulate_queues(scenario, site, ClientSchedule(scenario), other,
                                   {0, scenario.clients, nullptr}, stop);
  if (!timetable) return std::nullopt;
  site.know(std::move(*timetable));
  return site;
}
SiteTimeline timeline_of(const Scenario& scenario) { return *timeline_of(scenario, {}, nullptr); }

}  // namespace tokenlife::sim
