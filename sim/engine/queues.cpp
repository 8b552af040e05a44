#include "sim/engine/queues.hpp"

#include <algorithm>
#include <deque>
#include <memory>
#include <queue>
#include <tuple>
#include <utility>
#include <vector>

#include "sim/engine/live_client.hpp"

namespace tokenlife::sim {
namespace {

__extension__ using Wide = unsigned __int128;

struct Waiting {
  std::uint32_t client;
  std::uint32_t request;
  Instant sent;
};

// One that has come in this tick, and its place among these.
struct Arrived {
  std::uint64_t place;
  Waiting it;
};
struct Handled {
  Waiting it;
  Handling handling;
};

// When a client is to be looked at. In one word: there is one for each of very many clients.
class Visit {
 public:
  Visit(Instant at, std::uint32_t client)
      : word_(static_cast<std::uint64_t>(at.time_since_epoch().count()) << kClientBits | client) {}
  Instant at() const {
    return Instant{} + Duration{static_cast<Duration::rep>(word_ >> kClientBits)};
  }
  std::uint32_t client() const { return static_cast<std::uint32_t>(word_ & kClients); }
  auto operator<=>(const Visit&) const = default;

  static constexpr unsigned kClientBits = 27;
  static constexpr std::uint64_t kClients = (std::uint64_t{1} << kClientBits) - 1;

 private:
  std::uint64_t word_;
};

// The queue of the MP or the CMG.
class EndpointQueue {
 public:
  EndpointQueue(const SiteTimeline& site, Endpoint endpoint, Duration tick)
      : site_(site), endpoint_(endpoint), tick_(tick) {}

  bool empty() const { return waiting_.empty(); }
  const EndpointLoad& load() const { return load_; }
  const std::deque<Waiting>& waiting() const { return waiting_; }
  std::deque<Waiting> take_all() { return std::exchange(waiting_, {}); }

  // First those that wait, then those that have come in this tick, in their order. Says of each
  // what becomes of it; of those that join the queue that they wait.
  void serve(std::span<const Arrived> arrivals, Instant now, std::vector<Handled>& handled) {
    const auto& capacity = site_.capacity(endpoint_, now);
    std::uint64_t can_serve = capacity ? served_in(*capacity, now) : UINT64_MAX;
    for (; can_serve > 0 && !waiting_.empty(); waiting_.pop_front()) {
      --can_serve;
      handled.push_back({waiting_.front(), Handling::served});
    }
    for (const Arrived& arrived : arrivals) {
      Handling handling = Handling::served;
      if (can_serve > 0) {
        --can_serve;
      } else if (waiting_.size() < capacity->queue) {
        handling = Handling::waiting;
        waiting_.push_back(arrived.it);
      } else {
        handling = Handling::busy;
        ++load_.busy;
      }
      handled.push_back({arrived.it, handling});
    }
    load_.longest_queue = std::max<std::uint64_t>(load_.longest_queue, waiting_.size());
  }
  void count_wait(Duration wait) { ++load_.waits[wait]; }

  // The next tick after `now` in which it serves one, as long as its capacity is the same.
  Instant next_service(Instant now) const {
    const auto& capacity = site_.capacity(endpoint_, now);
    if (!capacity) return now + tick_;
    if (capacity->per_minute == 0) return kNever;
    const Wide next = served_before(*capacity, tick_number(now) + 1) + 1;
    const Wide per_tick = rate(*capacity);
    const Wide ticks = (next * 60 + per_tick - 1) / per_tick;
    const Wide most = static_cast<std::uint64_t>((kNever - Instant{}) / tick_);
    return ticks > most ? kNever : Instant{} + tick_ * (static_cast<std::int64_t>(ticks) - 1);
  }

 private:
  std::uint64_t tick_number(Instant now) const {
    return static_cast<std::uint64_t>(now.time_since_epoch() / tick_);
  }
  // In a tick, in 60ths of a request.
  Wide rate(const Capacity& capacity) const {
    return Wide{capacity.per_minute} * static_cast<std::uint64_t>(tick_.count());
  }
  // floor(k r)
  Wide served_before(const Capacity& capacity, std::uint64_t tick) const {
    return tick * rate(capacity) / 60;
  }
  std::uint64_t served_in(const Capacity& capacity, Instant now) const {
    const std::uint64_t k = tick_number(now);
    return static_cast<std::uint64_t>(served_before(capacity, k + 1) - served_before(capacity, k));
  }

  const SiteTimeline& site_;
  Endpoint endpoint_;
  Duration tick_;
  std::deque<Waiting> waiting_;
  EndpointLoad load_;
};

class QueueRun {
 public:
  QueueRun(const Scenario& scenario, const SiteTimeline& site, const ClientSchedule& schedule,
           const std::optional<Reseed>& other, const std::atomic<bool>* stop)
      : scenario_(scenario),
        world_{&scenario, &site, &schedule},
        stop_(stop),
        end_(at(scenario.duration)),
        queues_{EndpointQueue(site, Endpoint::mp, scenario.tick),
                EndpointQueue(site, Endpoint::cmg, scenario.tick)},
        in_line_(scenario.clients),
        due_(scenario.clients, kNever),
        sent_(scenario.clients) {
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
    for (std::uint32_t client = 0; client < clients_.size(); ++client) {
      if (stopped()) return std::nullopt;
      go_on(client);
    }
    for (Instant now = next_moment(Instant::min()); now < end_; now = next_moment(now)) {
      if (stopped()) return std::nullopt;
      if (until != nullptr) {
        until->store(now.time_since_epoch().count(), std::memory_order_relaxed);
      }
      drop(now);
      collect(now);
      serve(now);
    }
    for (const EndpointQueue& queue : queues_) {
      for (const Waiting& one : queue.waiting()) {
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
    clients_.reserve(scenario_.clients);
    for (std::uint32_t c = 0; c < scenario_.cohorts.size(); ++c) {
      const Cohort& cohort = scenario_.cohorts[c];
      const DrawKeys keys = other ? keys_of(scenario_, cohort, *other) : keys_of(scenario_, cohort);
      for (std::uint32_t i = 0; i < cohort.clients && !stopped(); ++i) {
        clients_.push_back(begin_client(world_, nobody_, CohortNumber{c}, i, keys));
      }
    }
  }

  // A client's two kilobytes are not in the cache when its turn comes, and each part of them would
  // be waited for by itself.
  void fetch(std::uint32_t client) const {
    constexpr std::size_t kBytes = 2048;
    constexpr std::size_t kLine = 64;
    const auto* begin = reinterpret_cast<const std::byte*>(clients_[client].get());
    for (std::size_t i = 0; i < kBytes; i += kLine) __builtin_prefetch(begin + i, 1);
  }

  // Lets the client live as long as nobody else bears on it.
  void go_on(std::uint32_t client) {
    SteppedClient& it = *clients_[client];
    if (in_line_[client] == 0) {
      due_[client] = it.live_to_request();
      note_arrival(client);
    } else {
      due_[client] = it.upcoming();
    }
    if (due_[client] < end_) visits_.emplace(due_[client], client);
  }

  Instant next_moment(Instant now) {
    Instant next = kNever;
    while (!visits_.empty() && due_[visits_.top().client()] != visits_.top().at()) visits_.pop();
    if (!visits_.empty()) next = visits_.top().at();
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
        leave(one, Handling::dropped, now);
        touched.push_back(one.client);
      }
    }
    // Each once, also if it is there twice.
    for (const std::uint32_t client : touched) {
      if (due_[client] == kNever) go_on(client);
    }
  }

  // Steps 1 to 5 of those who wait; and what they and the others have sent.
  void collect(Instant now) {
    for (auto& arrivals : arrivals_) arrivals.clear();
    while (!visits_.empty() && visits_.top().at() == now) {
      const std::uint32_t client = visits_.top().client();
      visits_.pop();
      if (due_[client] != now) continue;
      due_[client] = kNever;
      if (in_line_[client] != 0) {
        clients_[client]->live(now);
        if (!note_arrival(client)) {
          go_on(client);
          continue;
        }
      }
      const Sent& sent = sent_[client];
      auto& arrivals = arrivals_[static_cast<std::size_t>(sent.via)];
      if (arrivals.size() < kAhead) fetch(client);
      ++in_line_[client];
      arrivals.push_back({sent.place, {client, sent.request, now}});
    }
  }
  // What the client has just sent, if it has.
  bool note_arrival(std::uint32_t client) {
    SteppedClient& it = *clients_[client];
    const auto arrival = it.take_arrival();
    if (!arrival) return false;
    const bool is_drawn = scenario_.queue_order == QueueOrder::drawn;
    sent_[client] = {is_drawn ? it.place_in_line(arrival->request) : 0, arrival->request,
                     arrival->via};
    return true;
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
    // Of one client's requests the one that was sent first is judged first. And clients lie in the
    // order of their numbers in memory.
    std::sort(handled_.begin(), handled_.end(), [](const Handled& a, const Handled& b) {
      return std::tie(a.it.client, a.it.request) < std::tie(b.it.client, b.it.request);
    });
    for (std::size_t i = 0; i < handled_.size(); ++i) {
      const auto& [it, handling] = handled_[i];
      if (i + kAhead < handled_.size()) fetch(handled_[i + kAhead].it.client);
      if (handling != Handling::waiting) leave(it, handling, now);
      const bool is_last = i + 1 == handled_.size() || handled_[i + 1].it.client != it.client;
      if (is_last && due_[it.client] == kNever) go_on(it.client);
    }
  }

  void leave(const Waiting& one, Handling handling, Instant now) {
    clients_[one.client]->handle(one.request, handling, now);
    --in_line_[one.client];
    due_[one.client] = kNever;
    if (handling == Handling::served && one.sent == now) return;
    delayed_.push_back({one.client, one.request, handling, now});
  }

  EndpointQueue& queue_of(Endpoint endpoint) { return queues_[static_cast<std::size_t>(endpoint)]; }

  const Scenario& scenario_;
  const World world_;
  const Recorder nobody_{};
  const std::atomic<bool>* stop_;
  Instant end_;
  std::vector<std::unique_ptr<SteppedClient>> clients_;
  std::array<EndpointQueue, 2> queues_;
  std::vector<std::uint32_t> in_line_;  // by client: requests of it that are in a queue
  std::vector<Instant> due_;            // by client: when it is looked at next; kNever: not at all
  std::vector<Sent> sent_;              // by client: what it will have sent by then
  std::priority_queue<Visit, std::vector<Visit>, std::greater<>> visits_;
  std::vector<Turn> turns_;
  std::size_t turn_ = 0;
  std::array<std::vector<Arrived>, 2> arrivals_;  // of the tick, by endpoint
  std::vector<Handled> handled_;                  // in the tick
  std::vector<Delayed> delayed_;
};

}  // namespace

std::optional<Timetable> simulate_queues(const Scenario& scenario, const SiteTimeline& site,
                                         const ClientSchedule& schedule,
                                         const std::optional<Reseed>& other,
                                         const std::atomic<bool>* stop,
                                         std::atomic<Duration::rep>* until) {
  return QueueRun(scenario, site, schedule, other, stop).run(until);
}

std::optional<SiteTimeline> timeline_of(const Scenario& scenario,
                                        const std::optional<Reseed>& other,
                                        const std::atomic<bool>* stop) {
  SiteTimeline site(scenario);
  if (!has_capacity(scenario)) return site;
  auto timetable = simulate_queues(scenario, site, ClientSchedule(scenario), other, stop);
  if (!timetable) return std::nullopt;
  site.know(std::move(*timetable));
  return site;
}
SiteTimeline timeline_of(const Scenario& scenario) { return *timeline_of(scenario, {}, nullptr); }

}  // namespace tokenlife::sim
