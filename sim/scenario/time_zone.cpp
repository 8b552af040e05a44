#include "sim/scenario/time_zone.hpp"

#include <date/tz.h>
#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/scenario/keys.hpp"
#include "sim/text/duration.hpp"
#include "sim/text/suggest.hpp"

namespace tokenlife::sim {
namespace {

constexpr std::chrono::days kMargin{2};

// The files of zones end with the changes of 2037; that they may go on is said in words that the
// library does not read.
constexpr std::chrono::sys_days kKnownUntil{std::chrono::year{2038} / 1 / 1};
constexpr std::chrono::sys_days kLastYearBegins{std::chrono::year{2037} / 1 / 1};

ZoneFault without_tzdata() {
  return {"and this system's time zones cannot be read",
          "install the package tzdata, or leave it out for UTC"};
}

const date::time_zone* zone_of(const std::string& name, const date::tzdb& zones) {
  for (const date::time_zone& zone : zones.zones) {
    if (zone.name() == name) return &zone;
  }
  return nullptr;
}

// By the whole name, or else by that of the city alone.
std::string nearest_zone(const std::string& name, const date::tzdb& zones) {
  std::vector<std::string_view> names;
  std::vector<std::string_view> cities;
  for (const date::time_zone& zone : zones.zones) {
    names.push_back(zone.name());
    cities.push_back(names.back().substr(names.back().rfind('/') + 1));
  }
  const auto city = suggestion(name, names) ? std::nullopt : suggestion(name, cities);
  const std::string advice = did_you_mean("time zone", name, names);
  if (!city) return advice.empty() ? "write an IANA name such as `Europe/Berlin`" : advice;
  const auto found = std::find(cities.begin(), cities.end(), *city);
  return fmt::format("did you mean `{}`?", names[static_cast<std::size_t>(found - cities.begin())]);
}

Result<ZoneOffsets, ZoneFault> read_offsets(const std::string& name, std::chrono::sys_seconds start,
                                            Duration duration) {
  const date::tzdb& zones = date::get_tzdb();
  if (zones.zones.empty()) return Failed<ZoneFault>(without_tzdata());
  const date::time_zone* zone = zone_of(name, zones);
  if (zone == nullptr) {
    return Failed<ZoneFault>({"which is not a time zone", nearest_zone(name, zones)});
  }
  ZoneOffsets offsets;
  const std::chrono::sys_seconds end = start + duration + kMargin;
  for (std::chrono::sys_seconds from = start - kMargin; from < end;) {
    const date::sys_info info = zone->get_info(from);
    if (end > kKnownUntil && info.end > end && info.begin >= kLastYearBegins) {
      return Failed<ZoneFault>({"whose changes this system knows only until 2037",
                                "end the run before 2038, or use a zone without daylight saving"});
    }
    // Some changes are of the name alone.
    if (offsets.empty() || offsets.back().offset != info.offset) {
      offsets.push_back({from - start, info.offset});
    }
    from = info.end;
  }
  return offsets;
}

}  // namespace

Result<ZoneOffsets, ZoneFault> offsets_of_zone(const std::string& name,
                                               std::chrono::sys_seconds start, Duration duration) {
  try {
    return read_offsets(name, start, duration);
  } catch (const std::exception&) {
    return Failed<ZoneFault>(without_tzdata());
  }
}

std::optional<std::string> off_the_tick(const ZoneOffsets& offsets, Duration tick) {
  for (const auto& [from, offset] : offsets) {
    if (const auto why = off_the_tick(from, tick)) {
      return fmt::format("whose clocks change {} after the run's start, which {}", to_text(from),
                         *why);
    }
    if (const auto why = off_the_tick(offset, tick)) {
      const bool is_behind = offset < Duration{0};
      return fmt::format("{} {} UTC, which {}", to_text(is_behind ? -offset : offset),
                         is_behind ? "behind" : "ahead of", *why);
    }
  }
  return std::nullopt;
}

std::string lines_of(const ZoneOffsets& offsets) {
  std::string text;
  for (const auto& [from, offset] : offsets) {
    text += fmt::format("{} {}\n", from.count(), offset.count());
  }
  return text;
}

bool follow_time_zones(Scenario& scenario) {
  bool all = true;
  const auto follow = [&]<class Model>(Model& model) {
    if constexpr (requires { model.time_zone; }) {
      if (model.time_zone.empty()) return;
      auto offsets = offsets_of_zone(model.time_zone, scenario.start, scenario.duration);
      all = all && offsets && !off_the_tick(*offsets, scenario.tick);
      if (all) model.offsets = std::make_shared<const ZoneOffsets>(std::move(*offsets));
    }
  };
  for (Cohort& cohort : scenario.cohorts) for_each_model(cohort.network, follow);
  return all;
}

}  // namespace tokenlife::sim
