#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "sim/scenario/time_zone.hpp"
#include "sim/soak/random_scenario.hpp"

namespace tokenlife::sim {
namespace {

Network any_network(Dice& dice) {
  return dice.one_of({Network::offline, Network::intranet, Network::intranet, Network::internet,
                      Network::internet});
}

// Rising moments from 0 on, in ticks.
std::vector<std::int64_t> moments(Dice& dice, std::int64_t count, std::int64_t gap_max) {
  std::vector<std::int64_t> ticks{0};
  for (std::int64_t i = 1; i < count; ++i) ticks.push_back(ticks.back() + dice.between(1, gap_max));
  return ticks;
}

TimelineNetwork random_timeline(Dice& dice, const Scenario& scenario) {
  TimelineNetwork timeline;
  const std::int64_t gap_max = dice.one_of({3, 30, 300});
  const auto ticks = moments(dice, dice.between(1, 6), gap_max);
  for (const std::int64_t t : ticks)
    timeline.steps.push_back({scenario.tick * t, any_network(dice)});
  if (!dice.one_in(3)) {
    timeline.repeat_every = scenario.tick * (ticks.back() + dice.between(1, gap_max));
  }
  return timeline;
}

TraceNetwork random_trace(Dice& dice, const Scenario& scenario) {
  auto trace = std::make_shared<Trace>();
  const bool by_file = dice.one_in(2);
  const bool by_date = !by_file && dice.one_in(2);
  std::int64_t last = 0;
  const std::int64_t devices = dice.between(1, 3);
  for (std::int64_t d = 0; d < devices; ++d) {
    const std::int64_t gap_max = dice.one_of({3, 30, 200});
    const auto ticks = moments(dice, dice.between(1, 5), gap_max);
    const auto first = static_cast<std::uint32_t>(trace->rows.size());
    for (const std::int64_t t : ticks)
      trace->rows.push_back({scenario.tick * t, any_network(dice)});
    if (by_file && dice.one_in(2)) trace->rows[first].on = Network::offline;
    last = std::max(last, ticks.back());
    const std::int64_t begins = by_date ? dice.between(-100, 200) : 0;
    trace->devices.push_back({"device-" + std::to_string(d), first,
                              static_cast<std::uint32_t>(ticks.size()),
                              scenario.tick * ticks.back(), scenario.tick * begins,
                              scenario.tick * (begins + ticks.back())});
  }
  if (by_file) {
    for (Trace::Device& device : trace->devices) device.period = scenario.tick * last;
  }
  TraceNetwork network{"trace.csv", trace, dice.one_in(2), TraceAlign::device, std::nullopt};
  if (by_file) network.align = TraceAlign::file;
  if (by_date) network.align = TraceAlign::absolute;
  if (network.loop && dice.one_in(2)) {
    network.period = scenario.tick * dice.between(1, dice.one_of({10, 400}));
  }
  return network;
}

DwellNetwork random_dwell(Dice& dice, const Scenario& scenario) {
  DwellNetwork dwell;
  dwell.start = any_network(dice);
  const std::int64_t mean_max = dice.one_of({2, 20, 200});
  for (std::size_t i = 0; i < dwell.stays.size(); ++i) {
    // Cumulative: what leads to the one of the other two networks that comes first.
    const std::uint64_t first = Share::kWhole / 4 * static_cast<std::uint64_t>(dice.between(0, 4));
    auto& stay = dwell.stays[i];
    if (dice.one_in(3)) {
      std::int64_t ticks = dice.between(0, 2);
      for (std::int64_t more = dice.between(2, 5); more > 0; --more) {
        stay.quantiles.push_back(scenario.tick * ticks);
        ticks += dice.between(0, mean_max);
      }
    } else {
      stay.mean = scenario.tick * dice.between(1, mean_max);
    }
    stay.to = {first, first, Share::kWhole};
    if (i == 0) stay.to = {0, first, Share::kWhole};
    if (i == 2) stay.to = {first, Share::kWhole, Share::kWhole};
  }
  return dwell;
}

// Changes of an hour and of half of one, at midnight, and none; also of clocks behind UTC.
void draw_time_zone(Dice& dice, const Scenario& scenario, WeekNetwork& week) {
  const auto name =
      dice.one_of<std::string>({"Europe/Berlin", "Europe/Berlin", "America/New_York", "Asia/Beirut",
                                "Australia/Lord_Howe", "Asia/Kolkata"});
  auto offsets = offsets_of_zone(name, scenario.start, scenario.duration);
  if (!offsets || off_the_tick(*offsets, scenario.tick)) return;
  week.time_zone = name;
  week.offsets = std::make_shared<const ZoneOffsets>(std::move(*offsets));
}

WeekNetwork random_week(Dice& dice, const Scenario& scenario) {
  WeekNetwork week;
  for (bool& is_office_day : week.office_days) is_office_day = !dice.one_in(3);
  const Duration grain = std::max<Duration>(scenario.tick, std::chrono::minutes{1});
  const std::int64_t grains = std::chrono::days{1} / grain;
  week.opens = grain * dice.between(0, grains - 1);
  week.closes = week.opens + grain * dice.between(1, dice.one_in(3) ? grains : grains - 1);
  if (week.closes - week.opens == std::chrono::days{1} && week.opens > Duration{0}) {
    week.closes -= grain;
  }
  const std::uint64_t quarters = static_cast<std::uint64_t>(dice.one_of({0, 1, 2, 3, 4, 4}));
  week.attendance = {Share::kWhole / 4 * quarters};
  week.otherwise = any_network(dice);
  const auto first = std::chrono::floor<std::chrono::days>(scenario.start);
  for (int day = -1; day < 4; ++day) {
    if (dice.one_in(8)) week.holidays.push_back(first + std::chrono::days{day});
  }
  if (dice.one_in(2)) draw_time_zone(dice, scenario, week);
  return week;
}

ResampleNetwork random_resample(Dice& dice, const Scenario& scenario) {
  ResampleNetwork network{
      "trace.csv", {}, scenario.tick * dice.between(1, dice.one_of({5, 60})), dice.one_in(2), {}};
  auto trace = std::make_shared<Trace>();
  const std::int64_t devices = dice.between(1, 3);
  for (std::int64_t d = 0; d < devices; ++d) {
    const std::int64_t gap_max = dice.one_of({3, 30});
    const auto ticks = moments(dice, dice.between(1, 8), gap_max);
    const auto first = static_cast<std::uint32_t>(trace->rows.size());
    for (const std::int64_t t : ticks)
      trace->rows.push_back({scenario.tick * t, any_network(dice)});
    const Duration begins = scenario.tick * dice.between(-100, 100);
    // Only one that is drawn may be without a stretch.
    const bool is_short = network.any_device && d > 0 && dice.one_in(3);
    Duration length = scenario.tick * ticks.back();
    if (!is_short) length = std::max(length, network.block * dice.between(2, 4));
    trace->devices.push_back({"device-" + std::to_string(d), first,
                              static_cast<std::uint32_t>(ticks.size()), length, begins,
                              begins + length});
    if (stretches_of(trace->devices.back(), network.block).count == 0) continue;
    network.devices.push_back(static_cast<std::uint32_t>(d));
  }
  network.trace = trace;
  return network;
}

PlainNetwork random_plain(Dice& dice, const Scenario& scenario, Models models) {
  switch (dice.between(0, models == Models::all ? 5 : 4)) {
    case 0: return FixedNetwork{any_network(dice)};
    case 1: return random_timeline(dice, scenario);
    case 2: return random_trace(dice, scenario);
    case 3: return random_resample(dice, scenario);
    case 4:
      if (std::chrono::days{1} % scenario.tick != Duration{0})
        return FixedNetwork{any_network(dice)};
      return random_week(dice, scenario);
    default: return random_dwell(dice, scenario);
  }
}

}  // namespace

NetworkModel random_network(Dice& dice, const Scenario& scenario, Models models) {
  if (!dice.one_in(5)) {
    PlainNetwork plain = random_plain(dice, scenario, models);
    return std::visit([](auto& model) { return NetworkModel(std::move(model)); }, plain);
  }
  PhasedNetwork phased;
  const std::int64_t gap_max = dice.one_of({3, 30, 300});
  const auto ticks = moments(dice, dice.between(2, 4), gap_max);
  for (const std::int64_t t : ticks) {
    if (t > 0) phased.phases.back().until = Instant{} + scenario.tick * t;
    phased.phases.push_back({random_plain(dice, scenario, models), kNever});
  }
  return phased;
}

}  // namespace tokenlife::sim
