#include "events/merge.hpp"

#include <algorithm>
#include <boost/sort/pdqsort/pdqsort.hpp>
#include <cstdint>
#include <optional>

#include "events/batch_reader.hpp"
#include "events/packed_event.hpp"
#include "events/sorted_runs.hpp"

namespace tokenlife::events {
namespace {

// Events in the order of time lie all over memory: so many ahead are asked for.
constexpr std::ptrdiff_t kAhead = 16;

// Times of events are stored in 32 bits.
std::uint32_t seconds(Instant time) {
  return static_cast<std::uint32_t>(time.time_since_epoch().count());
}

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

// Takes the parts of all files in the order in which they begin. What is earlier than the next part
// can be handed on; what does not fit into memory until then goes into sorted runs.
class Merge {
 public:
  Merge(const LogReader& log, const EventFilter& filter, const EventSink& sink, std::size_t budget)
      : log_(log), filter_(filter), sink_(sink), budget_(std::max<std::size_t>(budget, 1)) {}

  Result<void, LogError> run() {
    if (auto found = find_parts(); !found) return found;
    events_.reserve(budget_);
    for (std::size_t i = 0; i < parts_.size() && !stopped_; ++i) {
      if (auto read = take(parts_[i]); !read) return read;
      // Not for every part: what waits for later ones would be sorted each time.
      if (events_.keys.size() < waiting_ + budget_ / 4 && i + 1 < parts_.size()) continue;
      const Instant next = i + 1 < parts_.size() ? at(Duration{parts_[i + 1].place.from}) : kNever;
      if (auto done = hand_on_before(next); !done) return done;
    }
    if (!stopped_) deliver_site_until(filter_.until);
    return {};
  }

 private:
  struct Part {
    const PartitionSummary* partition;
    PartPlace place;
  };

  Result<void, LogError> find_parts() {
    const std::optional<ReadWindow> window = window_of(filter_);
    if (!window) return {};
    for (const PartitionSummary& partition : log_.partitions()) {
      if (!is_wanted(partition)) continue;
      const auto parts = parts_of(log_, partition, *window);
      if (!parts) return Failed<LogError>(parts.error());
      // Before the window begins, all parts are alike.
      for (PartPlace place : *parts) {
        place.from = std::max(place.from, window->from);
        parts_.push_back({&partition, place});
      }
    }
    std::stable_sort(parts_.begin(), parts_.end(),
                     [](const Part& a, const Part& b) { return a.place.from < b.place.from; });
    return {};
  }

  Result<void, LogError> take(const Part& part) {
    std::optional<LogError> full;
    auto keep = [&]<class Event>(ClientNumber client, const Recorded<Event>& recorded) {
      events_.add(client, recorded);
      if (events_.keys.size() < budget_) return true;
      if (const auto done = spill(); !done) full = done.error();
      return !full;
    };
    FilterVisitor visitor(filter_, keep);
    // Parts of one file often follow each other.
    if (open_ != part.partition || !part.place.stretch) {
      auto opened = BatchReader::open(log_, *part.partition, part.place);
      if (!opened) return Failed<LogError>(log_.blame(opened.error()));
      reader_.emplace(std::move(*opened));
      open_ = part.partition;
    } else {
      reader_->go_to(part.place);
    }
    const auto visited = visit_batches(log_, *reader_, visitor);
    if (full) return Failed<LogError>(*full);
    return visited ? Result<void, LogError>{} : Failed<LogError>(visited.error());
  }

  Result<void, LogError> spill() {
    boost::sort::pdqsort_branchless(events_.keys.begin(), events_.keys.end());
    auto done = runs_.add(events_);
    events_.clear();
    waiting_ = 0;
    return done;
  }

  // All that is earlier than that.
  Result<void, LogError> hand_on_before(Instant time) {
    const auto is_due = [&](const EventKey& key) { return at(Duration{key.time}) < time; };
    // What waits is sorted when its time has come, and not each time.
    const auto due = std::partition(events_.keys.begin(), events_.keys.end(), is_due);
    boost::sort::pdqsort_branchless(events_.keys.begin(), due);
    auto on = [this](ClientNumber client, const auto& recorded) {
      deliver_site_until(recorded.time);
      if (!stopped_) stopped_ = !sink_.client(client, {recorded.envelope(), recorded.event});
      return !stopped_;
    };
    auto next = events_.keys.begin();
    while (!stopped_) {
      const bool has = next != due;
      const bool has_run = !runs_.empty() && is_due(runs_.first());
      if (!has && !has_run) break;
      if (has && (!has_run || *next < runs_.first())) {
        if (due - next > kAhead) events_.prefetch(next[kAhead]);
        unpack(*next, events_.rest(*next), on);
        ++next;
        continue;
      }
      unpack(runs_.first(), runs_.first_rest(), on);
      if (auto done = runs_.drop_first(); !done) return done;
    }
    if (next == events_.keys.begin() && events_.keys.size() < budget_) {
      waiting_ = events_.keys.size();
      return {};
    }
    events_.keys.erase(events_.keys.begin(), next);
    if (events_.keys.size() > budget_ - budget_ / 4) return spill();
    events_.drop_unused();
    waiting_ = events_.keys.size();
    return {};
  }

  bool is_wanted(const PartitionSummary& partition) const {
    if (!filter_.clients) return true;
    const ClientRange clients = clients_of_partition(partition.partition, log_.header().clients);
    const auto found =
        std::lower_bound(filter_.clients->begin(), filter_.clients->end(), clients.first_client());
    return found != filter_.clients->end() && found->value < clients.end;
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
  std::vector<Part> parts_;
  std::optional<BatchReader> reader_;
  const PartitionSummary* open_ = nullptr;  // whose file that reads
  PackedEvents events_;
  SortedRuns runs_;
  std::size_t waiting_ = 0;  // events of those, for later parts
  std::size_t next_site_ = 0;
  bool stopped_ = false;
};

}  // namespace

std::optional<ReadWindow> window_of(const EventFilter& filter) {
  const Instant first = std::max(filter.from, at(Duration{0}));
  const Instant last = std::min(filter.until, at(Duration{UINT32_MAX}));
  if (first > last) return {};
  ReadWindow window{seconds(first), seconds(last)};
  if (filter.clients && !filter.clients->empty()) {
    window.first_client = filter.clients->front().value;
    window.last_client = filter.clients->back().value;
  }
  return window;
}

Result<void, LogError> read_ordered(const LogReader& log, const EventFilter& filter,
                                    const EventSink& sink, std::size_t events_in_memory) {
  return Merge(log, filter, sink, events_in_memory).run();
}

}  // namespace tokenlife::events
