// The network model `week`.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "sim/scenario/network_reading.hpp"
#include "sim/scenario/time_zone.hpp"
#include "sim/text/escape.hpp"

namespace tokenlife::sim {
namespace {

constexpr std::array<std::string_view, 7> kDays{"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

std::optional<std::array<bool, 7>> read_days(Reading& reading, Keys& keys) {
  const toml::array* list = keys.list("office-days", Need::required);
  if (list == nullptr) return std::nullopt;
  std::array<bool, 7> days{};
  for (const toml::node& element : *list) {
    const auto* word = element.as_string();
    const std::string day = word == nullptr ? std::string() : word->get();
    const auto found = std::find(kDays.begin(), kDays.end(), day);
    const auto note = [&](std::string what, std::string advice) {
      reading.mistakes.note(position(element), "`office-days` " + std::move(what),
                            std::move(advice));
    };
    if (word == nullptr) {
      note("must hold strings", "write them as in [\"mon\", \"tue\"]");
    } else if (found == kDays.end()) {
      note(fmt::format("cannot hold {}", in_quotes(day)), which_of(day, kDays));
    } else if (std::exchange(days[static_cast<std::size_t>(found - kDays.begin())], true)) {
      note(fmt::format("holds {} twice", in_quotes(day)), "leave one out");
    }
  }
  return days;
}

// "09:00" as the time since midnight.
std::optional<Duration> time_of_day(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  for (const std::size_t i : {0U, 1U, 3U, 4U}) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
  }
  const int hours = (text[0] - '0') * 10 + (text[1] - '0');
  const int minutes = (text[3] - '0') * 10 + (text[4] - '0');
  if (minutes > 59 || hours > 24 || (hours == 24 && minutes > 0)) return std::nullopt;
  return std::chrono::hours{hours} + std::chrono::minutes{minutes};
}

void read_hours(Reading& reading, Keys& keys, WeekNetwork& week) {
  const auto text = keys.text("hours", Need::required);
  if (!text) return;
  const std::string_view hours = *text;
  const bool has_both = hours.size() == 11 && hours[5] == '-';
  const auto opens = has_both ? time_of_day(hours.substr(0, 5)) : std::nullopt;
  const auto closes = has_both ? time_of_day(hours.substr(6)) : std::nullopt;
  constexpr std::chrono::days day{1};
  if (!opens || !closes || *opens == day) {
    keys.wrong("hours", fmt::format("is {}, which is not a time span", in_quotes(hours)),
               "write it as in \"09:00-17:00\"");
    return;
  }
  if (*opens == *closes) {
    keys.wrong("hours", "ends when it begins", "for whole days, write \"00:00-24:00\"");
  }
  for (const Duration time : {*opens, *closes}) {
    if (const auto why = off_the_tick(time, reading.time.tick)) {
      keys.wrong(
          "hours",
          fmt::format("is {}, and {} after midnight {}", in_quotes(hours), to_text(time), *why),
          "round it, or choose a smaller `tick` in [run]");
    }
  }
  week.opens = *opens;
  week.closes = *closes > *opens ? *closes : *closes + day;
}

std::vector<std::chrono::sys_days> read_holidays(Reading& reading, Keys& keys) {
  const toml::array* list = keys.list("holidays");
  if (list == nullptr) return {};
  std::set<std::chrono::sys_days> days;
  for (const toml::node& element : *list) {
    const auto* date = element.as_date();
    const auto note = [&](std::string what, std::string advice) {
      reading.mistakes.note(position(element), "`holidays` " + std::move(what), std::move(advice));
    };
    if (date == nullptr) {
      note("must hold dates", "write them as in [2026-12-25, 2026-12-26], without quotes");
      continue;
    }
    const toml::date& day = date->get();
    if (!days.insert(std::chrono::year{day.year} / day.month / day.day).second) {
      note(fmt::format("holds {:04}-{:02}-{:02} twice", day.year, day.month, day.day),
           "leave one out");
    }
  }
  return {days.begin(), days.end()};
}

void read_time_zone(Reading& reading, Keys& keys, WeekNetwork& week) {
  const auto name = keys.label("time-zone");
  if (!name) return;
  const auto wrong = [&](std::string_view what, std::string advice) {
    keys.wrong("time-zone", fmt::format("is {}, {}", in_quotes(*name), what), std::move(advice));
  };
  // Without them there is no saying from when to when.
  const bool is_known = reading.time.start && reading.time.duration < kDurationLimit;
  auto offsets = offsets_of_zone(*name, reading.time.start.value_or(std::chrono::sys_seconds{}),
                                 is_known ? reading.time.duration : Duration{0});
  if (!offsets) return wrong(offsets.error().what, std::move(offsets.error().advice));
  if (!is_known) return;
  if (const auto why = off_the_tick(*offsets, reading.time.tick)) {
    return wrong(*why, "choose a smaller `tick` in [run]");
  }
  week.time_zone = *name;
  week.offsets = std::make_shared<const ZoneOffsets>(std::move(*offsets));
}

}  // namespace

std::optional<PlainNetwork> read_week_network(Reading& reading, Keys& keys) {
  WeekNetwork week;
  if (off_the_tick(std::chrono::days{1}, reading.time.tick)) {
    keys.wrong("model",
               fmt::format("is `week`, but a day {}",
                           *off_the_tick(std::chrono::days{1}, reading.time.tick)),
               "choose a `tick` in [run] that divides a day");
  }
  week.office_days = read_days(reading, keys).value_or(week.office_days);
  read_hours(reading, keys, week);
  if (const auto attendance = keys.share("attendance")) week.attendance = to_share(*attendance);
  week.otherwise = keys.word<Network>("otherwise", Need::required).value_or(week.otherwise);
  week.holidays = read_holidays(reading, keys);
  read_time_zone(reading, keys, week);
  return week;
}

}  // namespace tokenlife::sim
