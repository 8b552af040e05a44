// Network models as functions of time.
#include <algorithm>
#include <chrono>
#include <vector>

#include "core/ensure.hpp"
#include "sim/naive/simulation.hpp"
#include "sim/scenario/random.hpp"

namespace tokenlife::naive {

sim::Draws draws_at(const sim::Scenario& scenario, const sim::Cohort& cohort, std::uint32_t client,
                    Instant when) {
  const bool is_reseeded = scenario.reseed && when >= scenario.reseed->at;
  return {is_reseeded ? scenario.reseed->seed : scenario.seed, cohort.name, client};
}

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

// The device that the client replays, modulo their number.
std::uint32_t device_of(const Cohort& cohort, std::uint32_t client) {
  if (cohort.inventory == nullptr) return client;
  return cohort.inventory->clients[client].trace_device.value_or(client);
}

Network by_trace(const TraceNetwork& model, const Cohort& cohort, std::uint32_t client,
                 Instant now) {
  const Trace& trace = *model.trace;
  const Trace::Device& device = trace.devices[device_of(cohort, client) % trace.devices.size()];
  Duration t = now.time_since_epoch() - device.begins;
  if (t < Duration{0}) return Network::offline;
  const Duration period = model.period.value_or(device.period);
  if (model.loop && period > Duration{0}) t = t % period;
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

// What clocks on the wall show at a moment; both are seconds after the run's start as UTC has it.
std::int64_t wall_time(const WeekNetwork& model, std::int64_t t) {
  std::int64_t offset = 0;
  if (model.offsets) offset = model.offsets->front().offset.count();
  if (model.offsets) {
    for (const ZoneOffset& zone : *model.offsets) {
      if (zone.from.count() <= t) offset = zone.offset.count();
    }
  }
  return t + offset;
}

// The first moment that has that time on the wall, or if there is none the change that skips it.
std::int64_t moment_of_wall_time(const WeekNetwork& model, std::int64_t wall) {
  if (!model.offsets) return wall;
  std::vector<std::int64_t> moments;
  for (const ZoneOffset& zone : *model.offsets) {
    const std::int64_t t = wall - zone.offset.count();
    if (wall_time(model, t) == wall) moments.push_back(t);
  }
  if (!moments.empty()) return *std::min_element(moments.begin(), moments.end());
  for (const ZoneOffset& zone : *model.offsets) {
    const std::int64_t change = zone.from.count();
    if (wall_time(model, change - 1) < wall && wall < wall_time(model, change)) return change;
  }
  throw_bug("a local time to occur or to be skipped", __FILE__, __LINE__);
  return 0;
}

// In the office of the local date `date`, counted from 1970, at `t` after the run's start.
bool in_office(const WeekNetwork& model, const Scenario& scenario, const Cohort& cohort,
               std::uint32_t client, std::int64_t date, std::int64_t t) {
  // 1970-01-01, day 0, was a Thursday; office_days counts from Monday.
  const auto weekday = static_cast<std::size_t>(((date + 3) % 7 + 7) % 7);
  if (!model.office_days[weekday]) return false;
  for (const std::chrono::sys_days holiday : model.holidays) {
    if (holiday.time_since_epoch().count() == date) return false;
  }
  const std::int64_t start = scenario.start.time_since_epoch().count();
  const std::int64_t midnight = date * kDay - start;
  const std::int64_t opens = moment_of_wall_time(model, midnight + model.opens.count());
  if (t < opens) return false;
  if (t >= moment_of_wall_time(model, midnight + model.closes.count())) return false;
  if (model.attendance.of_2_32 >= Share::kWhole) return true;
  const std::int64_t first_date = floor_div(start + wall_time(model, 0), kDay) - 1;
  const Draws draws = draws_at(scenario, cohort, client, Instant{Duration{opens}});
  const auto draw = draws.at(Purpose::attendance, static_cast<std::uint64_t>(date - first_date));
  return share_draw(draw[0]) < model.attendance.of_2_32;
}

Network by_week(const WeekNetwork& model, const Scenario& scenario, const Cohort& cohort,
                std::uint32_t client, Instant now) {
  const std::int64_t t = now.time_since_epoch().count();
  const std::int64_t today =
      floor_div(scenario.start.time_since_epoch().count() + wall_time(model, t), kDay);
  for (std::int64_t date = today - 3; date <= today + 3; ++date) {
    if (in_office(model, scenario, cohort, client, date, t)) return Network::intranet;
  }
  return model.otherwise;
}

// The moments m, a whole multiple of `block` from the run's start, with [m, m + block) between the
// device's first and last row.
std::vector<Duration> stretches(const Trace::Device& device, Duration block) {
  std::vector<Duration> found;
  for (Duration m = device.begins / block * block - block; m + block <= device.ends; m += block) {
    if (m >= device.begins) found.push_back(m);
  }
  return found;
}

Network by_resampling(const ResampleNetwork& model, const Scenario& scenario, const Cohort& cohort,
                      std::uint32_t client, Instant now) {
  const std::int64_t k = now.time_since_epoch() / model.block;
  const Duration into = now.time_since_epoch() % model.block;
  const Draws draws = draws_at(scenario, cohort, client, Instant{model.block * k});
  const auto bits = draws.at(Purpose::resampled_block, static_cast<std::uint64_t>(k));
  const std::vector<Trace::Device>& devices = model.trace->devices;
  std::vector<std::size_t> eligible;
  for (std::size_t i = 0; i < devices.size(); ++i) {
    if (!stretches(devices[i], model.block).empty()) eligible.push_back(i);
  }
  const Trace::Device& device = model.any_device
                                    ? devices[eligible[below(bits[1], eligible.size())]]
                                    : devices[device_of(cohort, client) % devices.size()];
  const std::vector<Duration> all = stretches(device, model.block);
  const Duration then = all[below(bits[0], all.size())] + into - device.begins;
  Network on = Network::offline;
  for (std::uint32_t i = 0; i < device.row_count; ++i) {
    const TraceRow& row = model.trace->rows[device.first_row + i];
    if (row.at <= then) on = row.on;
  }
  return on;
}

const PlainNetwork& phase_at(const PhasedNetwork& model, Instant now) {
  for (const PhasedNetwork::Phase& phase : model.phases) {
    if (now < phase.until) return phase.model;
  }
  return model.phases.back().model;
}

}  // namespace

Network network_by_definition(const NetworkModel& model, const Scenario& scenario,
                              const Cohort& cohort, std::uint32_t client, Instant now) {
  const auto by = [&]<class Model>(const Model& plain) {
    if constexpr (std::is_same_v<Model, FixedNetwork>) return plain.on;
    if constexpr (std::is_same_v<Model, TimelineNetwork>) return by_timeline(plain, now);
    if constexpr (std::is_same_v<Model, TraceNetwork>) return by_trace(plain, cohort, client, now);
    if constexpr (std::is_same_v<Model, WeekNetwork>) {
      return by_week(plain, scenario, cohort, client, now);
    }
    if constexpr (std::is_same_v<Model, ResampleNetwork>) {
      return by_resampling(plain, scenario, cohort, client, now);
    }
    throw_bug("a model whose network is a function of time", __FILE__, __LINE__);
    return Network::offline;
  };
  if (const auto* phased = std::get_if<PhasedNetwork>(&model)) {
    return std::visit(by, phase_at(*phased, now));
  }
  return std::visit(by, model);
}

const DwellNetwork* dwell_at(const NetworkModel& model, Instant now) {
  if (const auto* phased = std::get_if<PhasedNetwork>(&model)) {
    return std::get_if<DwellNetwork>(&phase_at(*phased, now));
  }
  return std::get_if<DwellNetwork>(&model);
}

namespace {

// max(1, qk + (((q(k+1) - qk) f + 2^64 - 1) >> 64)) ticks.
std::int64_t ticks_by_quantiles(const std::vector<Duration>& quantiles, Duration tick,
                                std::uint64_t b) {
  __extension__ using Big = unsigned __int128;
  const Big one = Big{1} << 64;
  const Big p = Big{b} * (quantiles.size() - 1);
  const auto k = static_cast<std::size_t>(p / one);
  const Big f = p % one;
  const auto low = static_cast<Big>(quantiles[k] / tick);
  const auto high = static_cast<Big>(quantiles[k + 1] / tick);
  const Big ticks = low + ((high - low) * f + one - 1) / one;
  return ticks == 0 ? 1 : static_cast<std::int64_t>(ticks);
}

}  // namespace

Stay stay_by_definition(const DwellNetwork& model, Duration tick, const Draws& draws,
                        std::uint64_t number, Network on, Instant since) {
  const DwellNetwork::Stay& here = model.stays[static_cast<std::size_t>(on)];
  const auto bits = draws.at(Purpose::network_stay, number);
  const double mean = static_cast<double>(here.mean.count()) / static_cast<double>(tick.count());
  const std::int64_t ticks = here.quantiles.empty()
                                 ? exponential_ticks(bits[0], mean)
                                 : ticks_by_quantiles(here.quantiles, tick, bits[0]);
  Stay stay{on, since + tick * ticks, Network::offline};
  for (const Network next : {Network::internet, Network::intranet, Network::offline}) {
    if (share_draw(bits[1]) < here.to[static_cast<std::size_t>(next)]) stay.then = next;
  }
  return stay;
}

}  // namespace tokenlife::naive
