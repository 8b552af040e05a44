#include "sim/analysis/count_events.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <map>

#include "core/refusal.hpp"
#include "events/batch_reader.hpp"
#include "events/partition_fold.hpp"

namespace tokenlife::sim {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::sys_days;
using std::chrono::sys_seconds;

constexpr std::int64_t kSecondsOfDay = 86'400;
constexpr std::int64_t kSecondsOfHour = 3'600;

// ---- What a value is called --------------------------------------------------------------------

std::string day_text(std::int64_t day) {
  const std::chrono::year_month_day date{sys_days{days{day}}};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}
std::string month_text(std::int64_t day) { return day_text(day).substr(0, 7); }
std::int64_t monday_before(std::int64_t day) { return day - ((day + 3) % 7 + 7) % 7; }
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

// Codes of what an event may lack begin with 1.
std::string reason_text(std::uint64_t code) {
  if (code == 0) return "";
  if (code <= kCount<RefusalReason>) return std::string(Names<RefusalReason>::values[code - 1]);
  return std::string(Names<FailureReason>::values[code - 1 - kCount<RefusalReason>]);
}
template <class Event>
std::uint64_t reason_code(const Event& event) {
  if constexpr (HasReason<Event>) {
    const auto code = static_cast<std::uint64_t>(event.reason) + 1;
    if constexpr (std::is_same_v<std::decay_t<decltype(event.reason)>, FailureReason>) {
      return code + kCount<RefusalReason>;
    } else {
      return code;
    }
  } else {
    return 0;
  }
}
template <class Event>
std::uint64_t via_code(const Event& event) {
  if constexpr (requires { event.via; }) {
    return static_cast<std::uint64_t>(event.via) + 1;
  } else {
    return 0;
  }
}

// ---- Counting ----------------------------------------------------------------------------------

constexpr std::size_t kFieldsMax = kCount<CountField>;
using Codes = std::array<std::uint64_t, kFieldsMax>;  // by field

// What is counted, and of which log.
struct Question {
  const events::LogHeader& header;
  const events::EventFilter& filter;
  const std::vector<CountField>& fields;
};

// A table of counts: as long as it is small with a place for each combination, else of those that
// there are. Where an event has its place is the sum of what its time, its client and it itself add
// to it: the first two seldom change from one event to the next.
class EventCounter {
 public:
  explicit EventCounter(const Question& question)
      : fields_(question.fields),
        start_(question.header.start_unix_seconds),
        first_day_(floor_day(start_)) {
    std::uint64_t places = 1;
    for (std::size_t i = fields_.size(); i-- > 0;) {
      const std::uint64_t size = codes_of(fields_[i], question.header);
      sizes_[index(fields_[i])] = size;
      steps_[index(fields_[i])] = places;
      places = size > kPlacesMax / places ? kPlacesMax + 1 : places * size;
    }
    if (places <= kPlacesMax) dense_.resize(places);
    if (dense_.empty()) misfits_ = kNoTable;
    const bool has_times = std::any_of(fields_.begin(), fields_.end(),
                                       [](CountField field) { return field <= CountField::month; });
    if (!has_times) std::swap(period_begins_, period_ends_);  // all times are in one
  }

  void begin(std::uint64_t client_code, std::uint64_t cohort_code) {
    set(CountField::client, client_code);
    set(CountField::cohort, cohort_code);
  }
  template <class Event>
  void add(const Envelope& when, EventKind kind, const Event& event) {
    if (when.time < period_begins_ || when.time >= period_ends_) find_period(when.time);
    if (misfits_ != 0) return add_to_list(when, kind, event);
    ++dense_[place_ + static_cast<std::uint64_t>(kind) * step_of(CountField::kind) +
             reason_code(event) * step_of(CountField::reason) +
             via_code(event) * step_of(CountField::via)];
  }
  void merge(const EventCounter& other) {
    for (std::size_t i = 0; i < dense_.size(); ++i) dense_[i] += other.dense_[i];
    for (const auto& [codes, count] : other.sparse_) sparse_[codes] += count;
  }

  // By field, whether it is asked for or not.
  template <class OnCount>
  void for_each(const OnCount& on_count) const {
    for (std::uint64_t place = 0; place < dense_.size(); ++place) {
      if (dense_[place] == 0) continue;
      Codes codes{};
      for (const CountField field : fields_) {
        codes[index(field)] = place / step_of(field) % sizes_[index(field)];
      }
      on_count(codes, dense_[place]);
    }
    for (const auto& [codes, count] : sparse_) on_count(codes, count);
  }
  std::int64_t first_day() const { return first_day_; }

 private:
  static constexpr std::uint64_t kPlacesMax = std::uint64_t{1} << 21;
  static constexpr std::uint32_t kNoTable = std::uint32_t{1} << 31;

  static std::size_t index(CountField field) { return static_cast<std::size_t>(field); }
  std::uint64_t step_of(CountField field) const { return steps_[index(field)]; }
  static std::int64_t floor_day(std::int64_t seconds) {
    return std::chrono::floor<days>(sys_seconds{std::chrono::seconds{seconds}})
        .time_since_epoch()
        .count();
  }
  // How many codes a field may have, or more than there is a place for.
  static std::uint64_t codes_of(CountField field, const events::LogHeader& header) {
    // From the midnight before the start on.
    const auto seconds = static_cast<std::uint64_t>(header.duration.count() + kSecondsOfDay);
    switch (field) {
      case CountField::day:
      case CountField::week:
      case CountField::month: return seconds / kSecondsOfDay + 1;
      case CountField::hour: return seconds / kSecondsOfHour + 1;
      case CountField::cohort: return header.cohorts.size() + 1;
      case CountField::kind: return kEventKinds;
      case CountField::reason: return kCount<RefusalReason> + kCount<FailureReason> + 1;
      case CountField::via: return kCount<Endpoint> + 1;
      case CountField::client: return std::uint64_t{header.clients} + 1;
      case CountField::cause: break;
    }
    return kPlacesMax + 1;
  }

  // What is known of an event before it comes. There is no place for what is not so in a sound log.
  void set(CountField field, std::uint64_t code) {
    const std::size_t i = index(field);
    if (sizes_[i] == 0) return;
    place_ += (code - codes_[i]) * steps_[i];
    codes_[i] = code;
    misfits_ = (misfits_ & ~(1U << i)) | (code < sizes_[i] ? 0U : 1U << i);
  }
  // The code of a period is its first day, or hour, counted from those in which the run began.
  void find_period(Instant time) {
    const std::int64_t second =
        time.time_since_epoch().count() + start_ - first_day_ * kSecondsOfDay;
    const bool has_hours = sizes_[index(CountField::hour)] != 0;
    // By constants, which is what makes it fast.
    const std::int64_t past = has_hours ? second % kSecondsOfHour : second % kSecondsOfDay;
    period_begins_ = time - Duration{past};
    period_ends_ = period_begins_ + Duration{has_hours ? kSecondsOfHour : kSecondsOfDay};
    const std::int64_t day = second / kSecondsOfDay;
    set(CountField::hour, static_cast<std::uint64_t>(second / kSecondsOfHour));
    set(CountField::day, static_cast<std::uint64_t>(day));
    const std::int64_t date = first_day_ + day;
    const auto set_first_day = [&](CountField field, std::int64_t first) {
      set(field, static_cast<std::uint64_t>(std::max(first, first_day_) - first_day_));
    };
    if (sizes_[index(CountField::week)] != 0) set_first_day(CountField::week, monday_before(date));
    if (sizes_[index(CountField::month)] != 0) {
      const std::chrono::year_month_day its{sys_days{days{date}}};
      set_first_day(CountField::month, date - (static_cast<unsigned>(its.day()) - 1));
    }
  }
  template <class Event>
  void add_to_list(const Envelope& when, EventKind kind, const Event& event) {
    Codes codes{};
    for (const CountField field : fields_) codes[index(field)] = codes_[index(field)];
    const auto set = [&](CountField field, std::uint64_t code) {
      if (sizes_[index(field)] != 0) codes[index(field)] = code;
    };
    set(CountField::kind, static_cast<std::uint64_t>(kind));
    set(CountField::reason, reason_code(event));
    set(CountField::via, via_code(event));
    set(CountField::cause, static_cast<std::uint64_t>(when.cause.kind) << 32 | when.cause.number);
    ++sparse_[codes];
  }

  std::vector<CountField> fields_;
  Codes sizes_{};  // by field: how many codes it may have; 0: it is not asked for
  Codes steps_{};  // how far apart its codes lie in the table; 0 likewise
  std::int64_t start_;
  std::int64_t first_day_;  // since 1970; the days of the run count from it
  std::vector<std::uint64_t> dense_;
  std::map<Codes, std::uint64_t> sparse_;

  Codes codes_{};  // of the time and the client
  Instant period_begins_ = kNever;
  Instant period_ends_ = Instant::min();
  std::uint64_t place_ = 0;    // what they add to an event's place
  std::uint32_t misfits_ = 0;  // a bit for each field whose code is too high; or kNoTable
};

std::size_t cohort_of_client(const events::LogHeader& header, ClientNumber client) {
  const auto behind = std::upper_bound(
      header.cohorts.begin(), header.cohorts.end(), client,
      [](ClientNumber number, const events::LogCohort& cohort) { return number < cohort.first; });
  return static_cast<std::size_t>(behind - header.cohorts.begin()) - 1;
}

// A fold over partitions: see fold_partitions().
class CountFold {
 public:
  explicit CountFold(const Question& question)
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
      const std::uint32_t its_first = partition.partition * events::kPartitionClients;
      if (window.last_client < its_first ||
          window.first_client >= its_first + events::kPartitionClients) {
        return {};
      }
    }
    const auto visited = events::visit_batches(log, partition, *this, window);
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
    counter_.begin(std::uint64_t{client.value} + 1,
                   cohort_of_client(question_->header, client) + 1);
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
  const Question* question_;
  EventCounter counter_;
  bool is_all_;
  bool is_wanted_ = true;
};

std::string value_of(CountField field, std::uint64_t code, const Question& question,
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
  const ClientNumber client{static_cast<std::uint32_t>(code - 1)};
  const events::LogCohort& cohort = header.cohorts[cohort_of_client(header, client)];
  const std::uint32_t number = client.value - cohort.first.value;
  return cohort.name + "/" +
         (number < cohort.devices.size() ? cohort.devices[number] : std::to_string(number));
}

std::vector<EventRow> rows_of(const EventCounter& counter, const Question& question) {
  std::vector<EventRow> rows;
  counter.for_each([&](const Codes& codes, std::uint64_t count) {
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
  const Question question{log.header(), filter, fields};
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
  const Question question{header, filter, fields};
  CountFold fold(question);
  fold.add_site(events);
  return rows_of(fold.counter(), question);
}

}  // namespace tokenlife::sim
