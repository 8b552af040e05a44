#include "events/merge.hpp"

#include <algorithm>
#include <cstdint>

#include "events/batch_reader.hpp"

namespace tokenlife::events {
namespace {

// A span of time, both ends included, and how many wanted events of clients it holds.
struct Window {
  Instant first;
  Instant last;
  std::uint64_t events;
};

// Walks the wanted events of clients and hands them to on(ClientNumber, const Recorded<E>&).
template <class On>
class FilterVisitor {
 public:
  FilterVisitor(const EventFilter& filter, On& on) : filter_(filter), on_(on) {}

  bool begin(ClientNumber client) {
    client_ = client;
    is_wanted_ = !filter_.clients ||
                 std::binary_search(filter_.clients->begin(), filter_.clients->end(), client);
    return true;
  }
  template <class Event>
  bool on(const Recorded<Event>& recorded) {
    if (!is_wanted_ || !filter_.wants(Event::kind, recorded.time)) return true;
    return on_(client_, recorded);
  }

 private:
  const EventFilter& filter_;
  On& on_;
  ClientNumber client_;
  bool is_wanted_ = true;
};

// How many events there are in each of many equal spans of time; the last one is open-ended.
class Histogram {
 public:
  Histogram(Instant first, Instant likely_last)
      : first_(first), width_((likely_last - first).count() / kBuckets + 1) {}

  void add(Instant time) {
    const std::int64_t span = std::min((time - first_).count() / width_, kBuckets - 1);
    Window& bucket = buckets_[static_cast<std::size_t>(span)];
    bucket.first = bucket.events == 0 ? time : std::min(bucket.first, time);
    bucket.last = bucket.events == 0 ? time : std::max(bucket.last, time);
    ++bucket.events;
  }

  // The buckets in order, neighbours joined as long as together they have no more than
  // `events_max`.
  std::vector<Window> windows(std::uint64_t events_max) const {
    std::vector<Window> joined;
    for (const Window& bucket : buckets_) {
      if (bucket.events == 0) continue;
      if (!joined.empty() && joined.back().events + bucket.events <= events_max) {
        joined.back().last = bucket.last;
        joined.back().events += bucket.events;
      } else {
        joined.push_back(bucket);
      }
    }
    return joined;
  }

 private:
  static constexpr std::int64_t kBuckets = 1 << 14;
  Instant first_;
  std::int64_t width_;
  std::vector<Window> buckets_ = std::vector<Window>(kBuckets, Window{{}, {}, 0});
};

class Merge {
 public:
  Merge(const LogReader& log, const EventFilter& filter, const EventSink& sink, std::size_t budget)
      : log_(log), filter_(filter), sink_(sink), budget_(std::min<std::size_t>(budget, kKeysMax)) {}

  Result<void, LogError> run() {
    // Times of events are stored in 32 bits.
    const Instant first = std::max(filter_.from, at(Duration{0}));
    const Instant last = std::min(filter_.until, at(Duration{UINT32_MAX}));
    std::uint64_t events_at_most = 0;
    for (const PartitionSummary& partition : log_.partitions()) {
      if (is_wanted(partition)) events_at_most += partition.events;
    }
    if (first <= last && events_at_most != 0) {
      const Instant run_end = at(log_.header().duration);
      const Window all{first, last, events_at_most};
      if (auto done = deliver(all, std::clamp(run_end, first, last)); !done) return done;
    }
    if (!stopped_) deliver_site_until(filter_.until);
    return {};
  }

 private:
  // Keys for sorting hold a record's index in 32 bits.
  static constexpr std::size_t kKeysMax = std::size_t{1} << 31;

  struct ClientRecord {
    ClientNumber client;
    Recorded<ClientEvent> recorded;
  };

  // Windows come in the order of time. A window with too much is split; one that holds a single
  // moment needs no sorting, since the log has its events in the wanted order.
  Result<void, LogError> deliver(const Window& window, Instant likely_last) {
    if (stopped_) return {};
    if (window.events <= budget_) return deliver_sorted(window);
    if (window.first == window.last) return deliver_moment(window);
    Histogram histogram(window.first, likely_last);
    auto count = [&]<class Event>(ClientNumber, const Recorded<Event>& recorded) {
      histogram.add(recorded.time);
      return true;
    };
    if (auto passed = pass(window, count); !passed) return passed;
    for (const Window& part : histogram.windows(budget_)) {
      if (auto done = deliver(part, part.last); !done) return done;
    }
    return {};
  }

  Result<void, LogError> deliver_moment(const Window& window) {
    auto hand_on = [&]<class Event>(ClientNumber client, const Recorded<Event>& recorded) {
      hand_over(client, {recorded.envelope(), recorded.event});
      return !stopped_;
    };
    return pass(window, hand_on);
  }

  Result<void, LogError> deliver_sorted(const Window& window) {
    records_.clear();
    auto keep = [&]<class Event>(ClientNumber client, const Recorded<Event>& recorded) {
      records_.push_back({client, {recorded.envelope(), recorded.event}});
      return true;
    };
    if (auto passed = pass(window, keep); !passed) return passed;
    // Records are in the order of the log: what is equal in time stays in it. Sorting keys, not
    // records, keeps to memory that is close together.
    std::vector<std::uint64_t> order(records_.size());
    for (std::size_t i = 0; i < order.size(); ++i) {
      const std::int64_t seconds = records_[i].recorded.time.time_since_epoch().count();
      order[i] = (static_cast<std::uint64_t>(seconds) << 32) | i;
    }
    std::sort(order.begin(), order.end());
    for (const std::uint64_t key : order) {
      const ClientRecord& record = records_[key & UINT32_MAX];
      hand_over(record.client, record.recorded);
      if (stopped_) break;
    }
    return {};
  }

  // Walks all wanted events in the window, in the order of the log.
  template <class On>
  Result<void, LogError> pass(const Window& window, On& on) {
    EventFilter filter = filter_;
    filter.from = window.first;
    filter.until = window.last;
    FilterVisitor<On> visitor(filter, on);
    for (const PartitionSummary& partition : log_.partitions()) {
      if (!is_wanted(partition)) continue;
      const auto visited = visit_batches(log_, partition, visitor);
      if (!visited) return Failed<LogError>(visited.error());
      if (!visited->to_the_end) break;
    }
    return {};
  }

  bool is_wanted(const PartitionSummary& partition) const {
    if (!filter_.clients) return true;
    const ClientNumber first{partition.partition * kPartitionClients};
    const auto found = std::lower_bound(filter_.clients->begin(), filter_.clients->end(), first);
    return found != filter_.clients->end() && found->value - first.value < kPartitionClients;
  }

  void hand_over(ClientNumber client, const Recorded<ClientEvent>& recorded) {
    deliver_site_until(recorded.time);
    if (!stopped_) stopped_ = !sink_.client(client, recorded);
  }

  void deliver_site_until(Instant time) {
    const std::vector<Recorded<SiteEvent>>& events = log_.site_events();
    for (; filter_.site && next_site_ < events.size() && !stopped_; ++next_site_) {
      const Recorded<SiteEvent>& recorded = events[next_site_];
      if (recorded.time > time) return;
      if (filter_.wants(kind_of(recorded.event), recorded.time)) stopped_ = !sink_.site(recorded);
    }
  }

  const LogReader& log_;
  const EventFilter& filter_;
  const EventSink& sink_;
  std::size_t budget_;
  std::size_t next_site_ = 0;
  bool stopped_ = false;
  std::vector<ClientRecord> records_;
};

}  // namespace

Result<void, LogError> read_ordered(const LogReader& log, const EventFilter& filter,
                                    const EventSink& sink, std::size_t events_in_memory) {
  return Merge(log, filter, sink, events_in_memory).run();
}

}  // namespace tokenlife::events
