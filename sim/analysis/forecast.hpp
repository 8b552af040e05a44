// How well models that were fitted to the first part of a recording forecast the rest: observed
// against the interval that holds 95 % of many simulated futures.
//
// Each device is a client that exists when its held-out part begins, with a token issued then. Its
// future is simulated by the engine, and what was observed is counted from the engine's events too:
// of a run that replays the recording. Nothing counts beyond the end of a device's span.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <vector>

#include "core/names.hpp"
#include "core/time.hpp"
#include "sim/analysis/fit.hpp"
#include "sim/analysis/recording.hpp"

namespace tokenlife::sim {

// Counted over all devices.
enum class Measure : std::uint8_t {
  contacts,  // a day that a device was observed, one every kContactEvery while connected
  absent_7,  // devices whose longest absence was over 7 days
  absent_30,
  absent_60,
  absent_90,
  renewals,
  expiries,
};

enum class ForecastModel : std::uint8_t { dwell, resample };

}  // namespace tokenlife::sim

namespace tokenlife {

template <>
struct Names<sim::Measure> {
  static constexpr std::array<std::string_view, 7> values{
      "contacts-per-day", "absent-over-7d", "absent-over-30d", "absent-over-60d",
      "absent-over-90d",  "renewals",       "expiries"};
};
template <>
struct Names<sim::ForecastModel> {
  static constexpr std::array<std::string_view, 2> values{"dwell", "resample"};
};

}  // namespace tokenlife

namespace tokenlife::sim {

inline constexpr Duration kContactEvery = std::chrono::hours{1};
inline constexpr std::uint32_t kForecastSeeds = 200;

struct Interval {
  double low = 0;
  double high = 0;
  bool covers(double value) const { return low <= value && value <= high; }
};
// From the 2.5th to the 97.5th percentile, each by nearest rank. Precondition: there are values.
Interval interval_95(std::vector<double> values);

struct Forecast {
  struct Of {
    std::array<Interval, kCount<Measure>> intervals{};
    std::size_t measures_covered = 0;  // of those that are observable
    // In how many devices' own intervals lies what was observed of them.
    std::size_t contacts_covered = 0;
    std::size_t absences_covered = 0;  // the length of the longest
  };

  std::size_t devices = 0;     // that have a held-out part
  Duration held_out{0};        // the longest one
  Duration device_time{0};     // all of them together
  Duration token_validity{0};  // a quarter of the longest held-out part, in whole hours
  Duration renew_after{0};     // a third of that
  std::array<double, kCount<Measure>> observed{};
  // How many devices were observed for long enough; 0: it is not observable.
  std::array<std::size_t, kCount<Measure>> observable{};
  std::array<Of, kCount<ForecastModel>> models{};

  std::size_t measures() const;  // that are observable
  // The one whose intervals cover more of the measures; if both cover as many, of the devices'.
  ForecastModel better() const;
};

struct ForecastOptions {
  std::uint32_t seeds = kForecastSeeds;  // at least 1
  unsigned threads = 1;                  // at least 1; what comes out does not depend on them
  // Told every now and then how many of how many futures are done; false asks for the end.
  std::function<bool(std::size_t done, std::size_t all)> go_on;
};

// Nothing: it was told to end. Without a device that has a held-out part, `devices` is 0.
std::optional<Forecast> forecast(const Recording& recording, const Split& split,
                                 const std::vector<FittedCohort>& cohorts,
                                 const ForecastOptions& options);

}  // namespace tokenlife::sim
