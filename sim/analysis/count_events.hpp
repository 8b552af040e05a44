// How many events of a log are alike: by day, kind, reason and so on.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/names.hpp"
#include "core/result.hpp"
#include "events/log_reader.hpp"
#include "events/merge.hpp"

namespace tokenlife::sim {

// What events are counted by. Periods are those of UTC; weeks are ISO 8601's.
enum class CountField : std::uint8_t {
  day,     // "2026-03-02"
  hour,    // "2026-03-02T14"
  week,    // "2026-W10"
  month,   // "2026-03"
  cohort,  // none of the site's events
  kind,
  reason,
  via,
  cause,   // what the event follows from: "action 3"
  client,  // "laptops/LT-00066", as events are printed
};

// How often there is an event with these values, one for each field. Of what an event lacks the
// value is empty.
struct EventRow {
  std::vector<std::string> values;
  std::uint64_t count = 0;
  friend bool operator==(const EventRow&, const EventRow&) = default;
};

// Of the events that the filter wants; sorted by the values, as text, one field after the other.
Result<std::vector<EventRow>, events::LogError> count_events(const events::LogReader& log,
                                                             const events::EventFilter& filter,
                                                             const std::vector<CountField>& fields,
                                                             unsigned threads);

// The same of events without clients: of a journal, which began at that moment.
std::vector<EventRow> count_events(const std::vector<Recorded<SiteEvent>>& events,
                                   std::chrono::sys_seconds start,
                                   const events::EventFilter& filter,
                                   const std::vector<CountField>& fields);

}  // namespace tokenlife::sim

template <>
struct tokenlife::Names<tokenlife::sim::CountField> {
  static constexpr std::array<std::string_view, 10> values{
      "day", "hour", "week", "month", "cohort", "kind", "reason", "via", "cause", "client"};
};
