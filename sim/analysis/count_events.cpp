#include "sim/analysis/count_events.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "events/batch_reader.hpp"
#include "events/partition_fold.hpp"
#include "sim/analysis/client_names.hpp"
#include "sim/analysis/event_counter.hpp"

namespace tokenlife::sim {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::sys_days;
using std::chrono::sys_seconds;

// ---- What a value is called --------------------------------------------------------------------

std::string day_text(std::int64_t day) {
  const std::chrono::year_month_day date{sys_days{days{day}}};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}
std::string month_text(std::int64_t day) { return day_text(day).substr(0, 7); }
// A week belongs to the year of its Thursday.
std::string week_text(std::int64_t day) {
  const std::int64_t thursday = monday_before(day) + 3;
  const std::chrono::year year = std::chrono::year_month_day{sys_days{days{thursday}}}.year();
  const sys_days first_of_year{year / std::chrono::January / 1};
  const auto week = (thursday - first_of_year.time_since_epoch().count()) / 7 + 1;
  return fmt::format("{:04}-W{:02}", static_cast<int>(year), week);
}

std::string cause_text(std::uint64_t code) {
  const auto kind = static_cast<CauseKind>(code >> 32);
  const std::string text(name(kind));
  if (!events::has_number(kind)) return text;
  return fmt::format("{} {}{}", text, code & UINT32_MAX,
                     kind == CauseKind::exchange ? "s before" : "");
}

std::string reason_text(std::uint64_t code) {
  if (code == 0) return "";
  if (code <= kCount<RefusalReason>) return std::string(Names<RefusalReason>::values[code - 1]);
  return std::string(Names<FailureReason>::values[code - 1 - kCount<RefusalReason>]);
}

// ---- Counting ----------------------------------------------------------------------------------

// A fold over partitions: see fold_partitions().
class CountFold {
 public:
  explicit CountFold(const CountQuestion& question)
      : question_(&question),
        counter_(question),
        is_all_(question.filter.kinds.all() && question.filter.from == Instant::min() &&
                question.filter.until == kNever && !question.filter.clients) {}

  Result<void, events::LogError> add(const events::LogReader& log,
                                     const events::PartitionSummary& partition) {
    const events::EventFilter& filter = question_->filter;
    events::ReadWindow window;
    const Duration first = std::max(filter.from, Instant{}).time_since_epoch();
    const Duration last = std::min(filter.until, at(Duration{UINT32_MAX})).time_since_epoch();
    if (first > last || last < Duration{0}) return {};
    window.from = static_cast<std::uint32_t>(std::min(first, Duration{UINT32_MAX}).count());
    window.until = static_cast<std::uint32_t>(last.count());
    if (filter.clients && !filter.clients->empty()) {
      window.first_client = filter.clients->front().value;
      window.last_client = filter.clients->back().value;
      const auto clients = events::clients_of_partition(partition.partition, log.header().clients);
      if (!clients.has_some_of(window.first_client, window.last_client)) return {};
    }
    const auto visited = !window.is_all() || filter.clients
                             ? events::visit_batches(log, partition, *this, window)
                             : visit_all(log, partition);
    if (!visited) return Failed<events::LogError>(visited.error());
    return {};
  }
  void merge(const CountFold& other) { counter_.merge(other.counter_); }
  const EventCounter& counter() const { return counter_; }

  // What visit_batches() calls.
  bool begin(ClientNumber client) {
    const events::EventFilter& filter = question_->filter;
    is_wanted_ = !filter.clients ||
                 std::binary_search(filter.clients->begin(), filter.clients->end(), client);
    counter_.begin(std::uint64_t{client.value} + 1, cohort_of(question_->header, client) + 1);
    return true;
  }
  template <class Event>
  bool on(const Recorded<Event>& recorded) {
    if (is_all_ || (is_wanted_ && question_->filter.wants(Event::kind, recorded.time))) {
      counter_.add(recorded.envelope(), Event::kind, recorded.event);
    }
    return true;
  }

  void add_site(const std::vector<Recorded<SiteEvent>>& events) {
    counter_.begin(0, 0);
    for (const Recorded<SiteEvent>& recorded : events) {
      const EventKind kind = kind_of(recorded.event);
      if (!question_->filter.wants(kind, recorded.time)) continue;
      std::visit([&](const auto& event) { counter_.add(recorded.envelope(), kind, event); },
                 recorded.event);
    }
  }

 private:
  // A visitor of all events, which walks stretches by shapes wherever these say all that is asked.
  template <std::int64_t kPeriod>
  class ShapeVisitor {
   public:
    explicit ShapeVisitor(CountFold& fold)
        : fold_(fold),
          counter_(fold.counter_),
          tells_clients_(counter_.asks_for(CountField::client) ||
                         counter_.asks_for(CountField::cohort)) {}

    bool begin(ClientNumber client) { return !tells_clients_ || fold_.begin(client); }
    template <class Event>
    bool on(const Recorded<Event>& recorded) {
      return fold_.on(recorded);
    }
    void begin(const events::StretchView& stretch) {
      counter_.begin(*stretch.shapes, fold_.question_->filter.kinds);
    }
    void on(std::uint8_t code, std::uint32_t time) {
      counter_.template add_shape<kPeriod>(code, time);
    }

    // What visit_batches() takes before the one of all visitors.
    friend events::WalkResult walk(std::span<events::StretchCursor> stretches,
                                   events::StreamPosition& position, ShapeVisitor& visitor) {
      const bool by_shapes =
          std::all_of(stretches.begin(), stretches.end(), [&](const events::StretchCursor& cursor) {
            return visitor.counter_.has_places_for(cursor.view);
          });
      return by_shapes ? events::walk_shapes(stretches, position, visitor)
                       : events::walk<ShapeVisitor>(stretches, position, visitor);
    }

   private:
    CountFold& fold_;
    EventCounter& counter_;
    bool tells_clients_;
  };
  template <std::int64_t kPeriod>
  Result<events::PartitionVisit, events::LogError> visit_shapes(
      const events::LogReader& log, const events::PartitionSummary& partition) {
    ShapeVisitor<kPeriod> visitor(*this);
    return events::visit_batches(log, partition, visitor);
  }
  // The length of periods is a constant where events are divided by it.
  Result<events::PartitionVisit, events::LogError> visit_all(
      const events::LogReader& log, const events::PartitionSummary& partition) {
    constexpr std::int64_t kHour = EventCounter::kSecondsOfHour;
    constexpr std::int64_t kDay = EventCounter::kSecondsOfDay;
    switch (counter_.period()) {
      case kHour: return visit_shapes<kHour>(log, partition);
      case kDay: return visit_shapes<kDay>(log, partition);
      default: return visit_shapes<EventCounter::kNoPeriods>(log, partition);
    }
  }

  const CountQuestion* question_;
  EventCounter counter_;
  bool is_all_;
  bool is_wanted_ = true;
};

std::string value_of(CountField field, std::uint64_t code, const CountQuestion& question,
                     std::int64_t first_day) {
  const events::LogHeader& header = question.header;
  const auto day = first_day + static_cast<std::int64_t>(code);
  switch (field) {
    case CountField::day: return day_text(day);
    case CountField::hour:
      return fmt::format("{}T{:02}", day_text(first_day + static_cast<std::int64_t>(code / 24)),
                         code % 24);
    case CountField::week: return week_text(day);
    case CountField::month: return month_text(day);
    case CountField::cohort: return code == 0 ? "" : header.cohorts[code - 1].name;
    case CountField::kind: return std::string(Names<EventKind>::values[code]);
    case CountField::reason: return reason_text(code);
    case CountField::via: return code == 0 ? "" : std::string(Names<Endpoint>::values[code - 1]);
    case CountField::cause: return cause_text(code);
    case CountField::client: break;
  }
  if (code == 0) return "";
  return client_name(header, ClientNumber{static_cast<std::uint32_t>(code - 1)});
}

std::vector<EventRow> rows_of(const EventCounter& counter, const CountQuestion& question) {
  std::vector<EventRow> rows;
  counter.for_each([&](const CountCodes& codes, std::uint64_t count) {
    EventRow row{{}, count};
    for (const CountField field : question.fields) {
      row.values.push_back(
          value_of(field, codes[static_cast<std::size_t>(field)], question, counter.first_day()));
    }
    rows.push_back(std::move(row));
  });
  std::sort(rows.begin(), rows.end(),
            [](const EventRow& a, const EventRow& b) { return a.values < b.values; });
  return rows;
}

}  // namespace

Result<std::vector<EventRow>, events::LogError> count_events(const events::LogReader& log,
                                                             const events::EventFilter& filter,
                                                             const std::vector<CountField>& fields,
                                                             unsigned threads) {
  const CountQuestion question{log.header(), filter, fields};
  auto fold = events::fold_partitions(log, threads, CountFold(question));
  if (!fold) return Failed<events::LogError>(fold.error());
  if (filter.site) fold->add_site(log.site_events());
  return rows_of(fold->counter(), question);
}

std::vector<EventRow> count_events(const std::vector<Recorded<SiteEvent>>& events,
                                   std::chrono::sys_seconds start,
                                   const events::EventFilter& filter,
                                   const std::vector<CountField>& fields) {
  events::LogHeader header;
  header.start_unix_seconds = start.time_since_epoch().count();
  const CountQuestion question{header, filter, fields};
  CountFold fold(question);
  fold.add_site(events);
  return rows_of(fold.counter(), question);
}

}  // namespace tokenlife::sim
