// A table of how many events are alike, and where in it an event has its place. Part of
// count_events.cpp.
#pragma once

#include <algorithm>
#include <array>
#include <bitset>
#include <chrono>
#include <cstdint>
#include <map>
#include <vector>

#include "core/refusal.hpp"
#include "events/stretch_shapes.hpp"
#include "sim/analysis/count_events.hpp"

namespace tokenlife::sim {

// Days count from 1970.
inline std::int64_t monday_before(std::int64_t day) { return day - ((day + 3) % 7 + 7) % 7; }

// CountCodes of what an event may lack begin with 1.
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

using CountCodes = std::array<std::uint64_t, kCount<CountField>>;  // by field

// What is counted, and of which log.
struct CountQuestion {
  const events::LogHeader& header;
  const events::EventFilter& filter;
  const std::vector<CountField>& fields;
};

// A table of counts: as long as it is small with a place for each combination, else of those that
// there are. Where an event has its place is the sum of what its time, its client and it itself add
// to it: the first two seldom change from one event to the next.
class EventCounter {
 public:
  static constexpr std::int64_t kSecondsOfDay = 86'400;
  static constexpr std::int64_t kSecondsOfHour = 3'600;
  static constexpr std::int64_t kNoPeriods = std::int64_t{1} << 40;  // all times are in one

  explicit EventCounter(const CountQuestion& question)
      : fields_(question.fields),
        start_(question.header.start_unix_seconds),
        first_day_(floor_day(start_)),
        into_first_day_(start_ - first_day_ * kSecondsOfDay) {
    std::uint64_t places = 1;
    for (std::size_t i = fields_.size(); i-- > 0;) {
      const std::uint64_t size = codes_of(fields_[i], question.header);
      sizes_[index(fields_[i])] = size;
      steps_[index(fields_[i])] = places;
      places = size > kPlacesMax / places ? kPlacesMax + 1 : places * size;
    }
    if (places <= kPlacesMax) dense_.resize(places);
    if (dense_.empty()) misfits_ = kNoTable;
    if (period() == kNoPeriods) std::swap(period_begins_, period_ends_);
    if (!dense_.empty()) find_places_of_periods(question.header);
  }

  // What times are told apart by.
  std::int64_t period() const {
    if (asks_for(CountField::hour)) return kSecondsOfHour;
    const bool has_days = std::any_of(fields_.begin(), fields_.end(),
                                      [](CountField field) { return field <= CountField::month; });
    return has_days ? kSecondsOfDay : kNoPeriods;
  }
  bool asks_for(CountField field) const { return sizes_[index(field)] != 0; }

  void begin(std::uint64_t client_code, std::uint64_t cohort_code) {
    set(CountField::client, client_code);
    set(CountField::cohort, cohort_code);
  }
  template <class Event>
  void add(const Envelope& when, EventKind kind, const Event& event) {
    if (when.time < period_begins_ || when.time >= period_ends_) find_period(when.time);
    if (misfits_ != 0) return add_to_list(when, kind, event);
    ++dense_[place_ + place_of(kind, event)];
  }

  // Whether add_shape() counts the events of a stretch.
  bool has_places_for(const events::StretchView& stretch) const {
    if (dense_.empty() || !events::has_codes_alone(stretch)) return false;
    const std::int64_t last = (stretch.head.until + into_first_day_) / period();
    return static_cast<std::uint64_t>(last) < places_of_periods_.size();
  }
  void begin(const events::ShapeTable& shapes, const std::bitset<kEventKinds>& kinds) {
    forget_period();
    for (std::size_t code = 0; shapes[code].kind != kClientKinds; ++code) {
      PlaceOfShape found{*this};
      events::visit_shape(shapes[code], found);
      places_of_shapes_[code] = kinds[shapes[code].kind] ? found.place : kUnwanted;
    }
  }
  // An event with that code, at a second after the start. Preconditions: kPeriod is period(), and
  // begin() has been called with the shapes of a stretch that has places.
  template <std::int64_t kPeriod>
  void add_shape(std::uint8_t code, std::uint32_t time) {
    const std::uint32_t place = places_of_shapes_[code];
    if (place == kUnwanted) return;
    const auto seconds = static_cast<std::uint64_t>(time + into_first_day_);
    ++dense_[place_ + place + places_of_periods_[seconds / std::uint64_t{kPeriod}]];
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
      CountCodes codes{};
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
  static constexpr std::uint32_t kUnwanted = UINT32_MAX;

  // What an event adds to its place by itself.
  template <class Event>
  std::uint64_t place_of(EventKind kind, const Event& event) const {
    return static_cast<std::uint64_t>(kind) * step_of(CountField::kind) +
           reason_code(event) * step_of(CountField::reason) +
           via_code(event) * step_of(CountField::via);
  }
  struct PlaceOfShape {
    const EventCounter& counter;
    std::uint32_t place = 0;

    template <class Event>
    bool on(const Recorded<Event>& recorded) {
      place = static_cast<std::uint32_t>(counter.place_of(Event::kind, recorded.event));
      return true;
    }
  };

  static std::size_t index(CountField field) { return static_cast<std::size_t>(field); }
  std::uint64_t step_of(CountField field) const { return steps_[index(field)]; }
  static std::int64_t floor_day(std::int64_t seconds) {
    return std::chrono::floor<std::chrono::days>(
               std::chrono::sys_seconds{std::chrono::seconds{seconds}})
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
    const std::int64_t second = time.time_since_epoch().count() + into_first_day_;
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
      const std::chrono::year_month_day its{std::chrono::sys_days{std::chrono::days{date}}};
      set_first_day(CountField::month, date - (static_cast<unsigned>(its.day()) - 1));
    }
  }
  // Of all periods that a sound log has.
  void find_places_of_periods(const events::LogHeader& header) {
    const std::int64_t length = period();
    const std::uint64_t count = length == kNoPeriods      ? 1
                                : length == kSecondsOfDay ? codes_of(CountField::day, header)
                                                          : codes_of(CountField::hour, header);
    for (std::uint64_t i = 0; i < count; ++i) {
      if (length != kNoPeriods) {
        find_period(at(Duration{static_cast<std::int64_t>(i) * length - into_first_day_}));
      }
      places_of_periods_.push_back(place_);
    }
    forget_period();
  }
  // An event's place then is without what its time adds.
  void forget_period() {
    for (const CountField field : fields_) {
      if (field <= CountField::month) set(field, 0);
    }
    if (period() == kNoPeriods) return;
    period_begins_ = kNever;
    period_ends_ = Instant::min();
  }
  template <class Event>
  void add_to_list(const Envelope& when, EventKind kind, const Event& event) {
    CountCodes codes{};
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
  CountCodes sizes_{};  // by field: how many codes it may have; 0: it is not asked for
  CountCodes steps_{};  // how far apart its codes lie in the table; 0 likewise
  std::int64_t start_;
  std::int64_t first_day_;       // since 1970; the days of the run count from it
  std::int64_t into_first_day_;  // seconds
  std::vector<std::uint64_t> dense_;
  std::map<CountCodes, std::uint64_t> sparse_;

  CountCodes codes_{};  // of the time and the client
  Instant period_begins_ = kNever;
  Instant period_ends_ = Instant::min();
  std::uint64_t place_ = 0;    // what they add to an event's place
  std::uint32_t misfits_ = 0;  // a bit for each field whose code is too high; or kNoTable
  std::vector<std::uint64_t> places_of_periods_;       // what they add, by number
  std::array<std::uint32_t, 256> places_of_shapes_{};  // what they add, by code
};

}  // namespace tokenlife::sim
