#include "sim/analysis/forecast.hpp"

#include <algorithm>
#include <atomic>

#include "events/run_on_threads.hpp"
#include "sim/analysis/future.hpp"

namespace tokenlife::sim {
namespace {

using Values = std::array<double, kCount<Measure>>;

struct AbsenceMeasure {
  Measure measure;
  Duration over;
};
constexpr AbsenceMeasure kAbsences[] = {{Measure::absent_7, std::chrono::days{7}},
                                        {Measure::absent_30, std::chrono::days{30}},
                                        {Measure::absent_60, std::chrono::days{60}},
                                        {Measure::absent_90, std::chrono::days{90}}};

double& figure_in(Values& values, Measure measure) {
  return values[static_cast<std::size_t>(measure)];
}

Values measures_of(const Future& future, double device_days) {
  Values values{};
  std::uint64_t contacts = 0;
  for (const Future::OfDevice& device : future.devices) {
    contacts += device.contacts;
    for (const AbsenceMeasure& absence : kAbsences) {
      if (device.longest_absence > absence.over) figure_in(values, absence.measure) += 1;
    }
  }
  figure_in(values, Measure::contacts) = static_cast<double>(contacts) / device_days;
  figure_in(values, Measure::renewals) = static_cast<double>(future.renewals);
  figure_in(values, Measure::expiries) = static_cast<double>(future.expiries);
  return values;
}

// Runs the models' futures, one for each seed, on some threads. Which thread runs which plays no
// part.
class SeededFutures {
 public:
  SeededFutures(const FutureScenarios& scenarios, std::uint32_t seeds)
      : scenarios_(scenarios), seeds_(seeds) {
    for (auto& futures : of_) futures.resize(seeds);
  }

  // Whether all were run.
  bool run(const ForecastOptions& options) {
    const auto go_on = [&] { return !options.go_on || options.go_on(done_.load(), jobs()); };
    std::atomic<bool> stop{false};
    events::watch_threads(options.threads, jobs(), {go_on, stop, std::chrono::milliseconds{100}},
                          [this](events::Worker& worker) { take_jobs(worker); });
    return done_ == jobs();
  }

  const std::vector<Future>& of(ForecastModel model) const {
    return of_[static_cast<std::size_t>(model)];
  }

 private:
  std::size_t jobs() const { return std::size_t{seeds_} * of_.size(); }

  // All seeds of a model before the next model: its scenario is copied once.
  void take_jobs(events::Worker& worker) {
    std::optional<Scenario> scenario;
    std::size_t its_model = 0;
    while (const auto job = worker.next()) {
      const std::size_t model = *job / seeds_;
      const std::size_t seed = *job % seeds_;
      if (!scenario || model != its_model) scenario = scenarios_.models[model];
      its_model = model;
      scenario->seed = seed + 1;
      of_[model][seed] = run_future(*scenario, scenarios_.ends);
      ++done_;
    }
  }

  const FutureScenarios& scenarios_;
  std::uint32_t seeds_;
  std::array<std::vector<Future>, kCount<ForecastModel>> of_;  // by seed
  std::atomic<std::size_t> done_{0};
};

// How many devices have what was observed of them in their own interval.
template <class ValueOf>
std::size_t devices_covered(const std::vector<Future>& futures, const Future& observed,
                            const ValueOf& value_of) {
  std::size_t covered = 0;
  std::vector<double> values(futures.size());
  for (std::size_t device = 0; device < observed.devices.size(); ++device) {
    for (std::size_t i = 0; i < futures.size(); ++i) {
      values[i] = value_of(futures[i].devices[device]);
    }
    if (interval_95(values).covers(value_of(observed.devices[device]))) ++covered;
  }
  return covered;
}

Forecast::Of compare(const std::vector<Future>& futures, const Future& observed,
                     const Forecast& forecast, double device_days) {
  Forecast::Of of;
  std::vector<Values> values;
  for (const Future& future : futures) values.push_back(measures_of(future, device_days));
  for (std::size_t m = 0; m < of.intervals.size(); ++m) {
    std::vector<double> of_measure;
    for (const Values& of_seed : values) of_measure.push_back(of_seed[m]);
    of.intervals[m] = interval_95(std::move(of_measure));
    const bool is_covered = of.intervals[m].covers(forecast.observed[m]);
    if (forecast.observable[m] > 0 && is_covered) ++of.measures_covered;
  }
  of.contacts_covered =
      devices_covered(futures, observed, [](const Future::OfDevice& d) { return d.contacts; });
  of.absences_covered = devices_covered(futures, observed, [](const Future::OfDevice& d) {
    return static_cast<double>(d.longest_absence.count());
  });
  return of;
}

}  // namespace

Interval interval_95(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const auto nearest_rank = [&](std::size_t per_mille) {
    return values[std::max<std::size_t>(1, (values.size() * per_mille + 999) / 1000) - 1];
  };
  return {nearest_rank(25), nearest_rank(975)};
}

std::size_t Forecast::measures() const {
  return static_cast<std::size_t>(std::count_if(
      observable.begin(), observable.end(), [](std::size_t devices_so) { return devices_so > 0; }));
}

ForecastModel Forecast::better() const {
  const auto rank = [&](ForecastModel model) {
    const Of& of = models[static_cast<std::size_t>(model)];
    return std::pair{of.measures_covered, of.contacts_covered + of.absences_covered};
  };
  return rank(ForecastModel::resample) > rank(ForecastModel::dwell) ? ForecastModel::resample
                                                                    : ForecastModel::dwell;
}

std::optional<Forecast> forecast(const Recording& recording, const Split& split,
                                 const std::vector<FittedCohort>& cohorts,
                                 const ForecastOptions& options) {
  const FutureScenarios scenarios = future_scenarios(recording, split, cohorts);
  Forecast forecast;
  forecast.devices = scenarios.ends.size();
  if (forecast.devices == 0) return forecast;
  forecast.held_out = scenarios.observed.duration;
  forecast.token_validity = scenarios.observed.policy.token_validity;
  forecast.renew_after = scenarios.observed.policy.renew_after;
  forecast.observable.fill(forecast.devices);
  for (const AbsenceMeasure& absence : kAbsences) {
    forecast.observable[static_cast<std::size_t>(absence.measure)] = static_cast<std::size_t>(
        std::count_if(scenarios.ends.begin(), scenarios.ends.end(),
                      [&](Instant end) { return end.time_since_epoch() > absence.over; }));
  }
  for (const Instant end : scenarios.ends) forecast.device_time += end.time_since_epoch();
  const double days = static_cast<double>(forecast.device_time.count()) / 86'400;
  const Future observed = run_future(scenarios.observed, scenarios.ends);
  forecast.observed = measures_of(observed, days);

  SeededFutures futures(scenarios, options.seeds);
  if (!futures.run(options)) return std::nullopt;
  for (std::size_t model = 0; model < forecast.models.size(); ++model) {
    const auto& of_model = futures.of(static_cast<ForecastModel>(model));
    forecast.models[model] = compare(of_model, observed, forecast, days);
  }
  return forecast;
}

}  // namespace tokenlife::sim
