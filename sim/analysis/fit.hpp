// Cohorts from the first part of a recording: which kinds of devices there are, how long each kind
// stays on a network, and where stays lead.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/names.hpp"
#include "core/time.hpp"
#include "sim/analysis/recording.hpp"
#include "sim/scenario/scenario.hpp"

namespace tokenlife::sim {

// What a device is, by its training part. The first that fits; all but `gone` look at what was
// before it went, if it did.
enum class DeviceKind : std::uint8_t {
  gone,       // offline at the end, for more than kGoneAfter and longer than ever before
  always_on,  // connected for 99.5 % of the time
  office,     // was on the intranet
  daily,      // changes its network at least once a day
  weekly,     // ... a week
  seldom,
};

inline constexpr Duration kGoneAfter = std::chrono::days{30};
inline constexpr double kAlwaysOn = 0.995;
// `resample` needs one whole block of each device.
inline constexpr Duration kTrainingMin = std::chrono::days{7};
// Of what is fitted and simulated: the scenarios' default.
inline constexpr Duration kFitTick = std::chrono::minutes{1};
inline constexpr Duration kHeldOutMin = std::chrono::days{1};

// A device, cut in two.
struct SplitDevice {
  std::uint32_t device;  // index into Recording::devices
  std::chrono::sys_seconds until;
  Duration trained;   // from the device's beginning to `until`: at least kTrainingMin
  Duration held_out;  // from there to its end, at least kHeldOutMin; 0: it is for training alone
  Network on;         // at `until`
};
struct Split {
  std::vector<SplitDevice> devices;
  std::size_t too_short = 0;  // how many were observed for too short a time to learn from them
};

// At the same moment for all devices; without one each after two thirds of its own span, so that
// devices that were observed at different times can all be learned from.
Split split(const Recording& recording, std::optional<std::chrono::sys_seconds> until);

struct FittedCohort {
  struct Stays {  // on one network
    std::size_t ended = 0;
    std::size_t cut_off = 0;
    std::array<std::uint64_t, kCount<Network>> led_to{};
  };
  DeviceKind kind;
  std::vector<std::uint32_t> devices;  // indices into Split::devices, at least one
  std::array<Stays, kCount<Network>> stays{};
  // It begins where most of the devices are at the end of their training.
  DwellNetwork network;
  bool has_intranet = false;  // any device was ever there
};

// In the order of kinds.
std::vector<FittedCohort> fit(const Recording& recording, const Split& split);

// As cohorts, and what they need, to be put behind the [run] of a scenario: TOML.
std::string cohorts_toml(const std::vector<FittedCohort>& cohorts);

}  // namespace tokenlife::sim

namespace tokenlife {

template <>
struct Names<sim::DeviceKind> {
  static constexpr std::array<std::string_view, 6> values{"gone-for-good", "always-on", "office",
                                                          "daily",         "weekly",    "seldom"};
};

}  // namespace tokenlife
