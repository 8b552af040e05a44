// Network models as functions of time.
#include <algorithm>
#include <chrono>

#include "core/ensure.hpp"
#include "sim/naive/simulation.hpp"
#include "sim/scenario/random.hpp"

namespace tokenlife::naive {
namespace {

using namespace sim;

constexpr std::int64_t kDay = 86'400;

Network by_timeline(const TimelineNetwork& model, Instant now) {
  Duration t = now.time_since_epoch();
  if (model.repeat_every) t = t % *model.repeat_every;
  Network on = model.steps.front().on;
  for (const TimelineNetwork::Step& step : model.steps) {
    if (step.at <= t) on = step.on;
  }
  return on;
}

Network by_trace(const TraceNetwork& model, std::uint32_t client, Instant now) {
  const Trace& trace = *model.trace;
  const Trace::Device& device = trace.devices[client % trace.devices.size()];
  Duration t = now.time_since_epoch();
  if (model.loop && device.period > Duration{0}) t = t % device.period;
  Network on = Network::offline;
  for (std::uint32_t i = 0; i < device.row_count; ++i) {
    const TraceRow& row = trace.rows[device.first_row + i];
    if (row.at <= t) on = row.on;
  }
  return on;
}

std::int64_t floor_div(std::int64_t a, std::int64_t b) {
  return a / b - ((a % b != 0 && (a < 0) != (b < 0)) ? 1 : 0);
}

// In the office of the unix day `day` at the unix second `t`.
bool in_office(const WeekNetwork& model, const Scenario& scenario, const Draws& draws,
               std::int64_t day, std::int64_t t) {
  // 1970-01-01, day 0, was a Thursday; office_days counts from Monday.
  const auto weekday = static_cast<std::size_t>(((day + 3) % 7 + 7) % 7);
  if (!model.office_days[weekday]) return false;
  if (t < day * kDay + model.opens.count()) return false;
  if (t >= day * kDay + model.closes.count()) return false;
  if (model.attendance.of_2_32 >= Share::kWhole) return true;
  const std::int64_t first_day = floor_div(scenario.start.time_since_epoch().count(), kDay) - 1;
  const auto draw = draws.at(Purpose::attendance, static_cast<std::uint64_t>(day - first_day));
  return share_draw(draw[0]) < model.attendance.of_2_32;
}

Network by_week(const WeekNetwork& model, const Scenario& scenario, const Cohort& cohort,
                std::uint32_t client, Instant now) {
  const Draws draws(scenario.seed, cohort.name, client);
  const std::int64_t t = scenario.start.time_since_epoch().count() + now.time_since_epoch().count();
  const std::int64_t today = floor_div(t, kDay);
  const bool office = in_office(model, scenario, draws, today - 1, t) ||
                      in_office(model, scenario, draws, today, t);
  return office ? Network::intranet : model.otherwise;
}

}  // namespace

Network network_by_definition(const NetworkModel& model, const Scenario& scenario,
                              const Cohort& cohort, std::uint32_t client, Instant now) {
  if (const auto* fixed = std::get_if<FixedNetwork>(&model)) return fixed->on;
  if (const auto* timeline = std::get_if<TimelineNetwork>(&model))
    return by_timeline(*timeline, now);
  if (const auto* trace = std::get_if<TraceNetwork>(&model)) return by_trace(*trace, client, now);
  if (const auto* week = std::get_if<WeekNetwork>(&model)) {
    return by_week(*week, scenario, cohort, client, now);
  }
  throw_bug("a model whose network is a function of time", __FILE__, __LINE__);
}

Stay stay_by_definition(const DwellNetwork& model, Duration tick, const Draws& draws,
                        std::uint64_t number, Network on, Instant since) {
  const DwellNetwork::Stay& here = model.stays[static_cast<std::size_t>(on)];
  const auto bits = draws.at(Purpose::network_stay, number);
  const double mean = static_cast<double>(here.mean.count()) / static_cast<double>(tick.count());
  Stay stay{on, since + tick * exponential_ticks(bits[0], mean), Network::offline};
  for (const Network next : {Network::internet, Network::intranet, Network::offline}) {
    if (share_draw(bits[1]) < here.to[static_cast<std::size_t>(next)]) stay.then = next;
  }
  return stay;
}

}  // namespace tokenlife::naive
