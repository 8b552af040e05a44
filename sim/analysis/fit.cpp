#include "sim/analysis/fit.hpp"

#include <algorithm>

#include "sim/analysis/survival.hpp"
#include "sim/scenario/guid_of_seed.hpp"
#include "sim/scenario/to_toml.hpp"

namespace tokenlife::sim {
namespace {

using std::chrono::sys_seconds;
using Counts = std::array<std::uint64_t, kCount<Network>>;

constexpr Duration kMinute = std::chrono::minutes{1};
constexpr std::size_t kNetworks = kCount<Network>;

std::size_t number(Network network) { return static_cast<std::size_t>(network); }

// A device's stays in its training part, in their order.
struct TrainedStay {
  Network on;
  SeenStay seen;
  std::optional<Network> led_to;  // if it ended
};
std::vector<TrainedStay> stays_of(const Recording::Device& device, sys_seconds until) {
  std::vector<TrainedStay> stays;
  for (std::size_t i = 0; i < device.rows.size() && device.rows[i].time < until; ++i) {
    const Recording::Row& row = device.rows[i];
    if (i + 1 < device.rows.size() && device.rows[i + 1].time < until) {
      const Recording::Row& next = device.rows[i + 1];
      stays.push_back({row.on, {next.time - row.time, true}, next.on});
    } else {
      stays.push_back({row.on, {until - row.time, false}, std::nullopt});
    }
  }
  return stays;
}

bool is_gone(const std::vector<TrainedStay>& stays) {
  const TrainedStay& last = stays.back();
  if (last.on != Network::offline || last.seen.length <= kGoneAfter) return false;
  return std::none_of(stays.begin(), stays.end() - 1, [&](const TrainedStay& stay) {
    return stay.on == Network::offline && stay.seen.length >= last.seen.length;
  });
}

// What it was before it went, if it did.
DeviceKind habit(const std::vector<TrainedStay>& stays) {
  const auto end = stays.end() - (is_gone(stays) && stays.size() > 1 ? 1 : 0);
  Duration time{0};
  Duration connected{0};
  bool was_in_office = false;
  for (auto stay = stays.begin(); stay != end; ++stay) {
    time += stay->seen.length;
    if (stay->on != Network::offline) connected += stay->seen.length;
    was_in_office = was_in_office || stay->on == Network::intranet;
  }
  if (static_cast<double>(connected.count()) >= kAlwaysOn * static_cast<double>(time.count())) {
    return DeviceKind::always_on;
  }
  if (was_in_office) return DeviceKind::office;
  const std::int64_t changes = end - stays.begin() - 1;
  if (std::chrono::days{changes} >= time) return DeviceKind::daily;
  return std::chrono::days{7 * changes} >= time ? DeviceKind::weekly : DeviceKind::seldom;
}

// Stays of many devices, by network.
struct Pool {
  std::array<std::vector<SeenStay>, kNetworks> stays;
  std::array<Counts, kNetworks> led_to{};

  void add(const TrainedStay& stay) {
    stays[number(stay.on)].push_back(stay.seen);
    if (stay.led_to) ++led_to[number(stay.on)][number(*stay.led_to)];
  }
};

// Cumulative, in 2^32nds, as a network has it. If nothing is known it leads to another stay there.
Counts cumulative(Counts counts, Network here) {
  __extension__ using Wide = unsigned __int128;
  if (counts == Counts{}) counts[number(here)] = 1;
  std::uint64_t total = 0;
  for (const std::uint64_t count : counts) total += count;
  std::uint64_t sum = 0;
  for (std::uint64_t& count : counts) {
    sum += count;
    count = static_cast<std::uint64_t>((Wide{sum} << 32) / total);
  }
  return counts;
}

void add_stays(FittedCohort& cohort, Network on, const Survival& survival, const Counts& led_to,
               std::vector<Duration> quantiles) {
  cohort.stays[number(on)] = {survival.ended(), survival.cut_off(), led_to};
  DwellNetwork::Stay& stay = cohort.network.stays[number(on)];
  stay.quantiles = std::move(quantiles);
  stay.to = cumulative(led_to, on);
}

class Fitter {
 public:
  Fitter(const Recording& recording, const Split& split) : recording_(recording), split_(split) {
    for (std::uint32_t i = 0; i < split.devices.size(); ++i) add(i);
  }

  std::vector<FittedCohort> cohorts() {
    std::vector<FittedCohort> cohorts;
    for (std::size_t kind = 0; kind < kCount<DeviceKind>; ++kind) {
      if (members_[kind].empty()) continue;
      FittedCohort cohort{};
      cohort.kind = static_cast<DeviceKind>(kind);
      cohort.devices = members_[kind];
      const Pool& pool = pools_[kind];
      for (std::size_t on = 0; on < kNetworks; ++on) {
        if (pool.stays[on].empty()) continue;
        const Survival survival(pool.stays[on]);
        // How much longer those who are gone stay away, by what became of others who had been away
        // for as long.
        const bool is_rest = cohort.kind == DeviceKind::gone && on == number(Network::offline);
        add_stays(cohort, static_cast<Network>(on), survival, pool.led_to[on],
                  is_rest ? survival.rest(ages_) : survival.quantiles(kFitTick));
      }
      cohort.network.start = where_most_are(cohort);
      cohort.has_intranet = !cohort.network.stays[number(Network::intranet)].quantiles.empty();
      cohorts.push_back(std::move(cohort));
    }
    return cohorts;
  }

 private:
  void add(std::uint32_t index) {
    const SplitDevice& device = split_.devices[index];
    const auto stays = stays_of(recording_.devices[device.device], device.until);
    const bool is_of_gone = is_gone(stays);
    const auto kind = static_cast<std::size_t>(habit(stays));
    members_[is_of_gone ? number_of_gone() : kind].push_back(index);
    // Those who went belong to the kind that they were: else nobody of it would ever go.
    for (const TrainedStay& stay : stays) pools_[kind].add(stay);
    add_of_gone(stays);
    if (is_of_gone) ages_.push_back(stays.back().seen.length);
  }

  // What becomes of those who were away for long: when they come back, and for how long until they
  // are away for long again. Shorter absences are passed over.
  void add_of_gone(const std::vector<TrainedStay>& stays) {
    Pool& pool = pools_[number_of_gone()];
    std::optional<TrainedStay> back;  // since the last long absence
    for (const TrainedStay& stay : stays) {
      const bool is_long = stay.on == Network::offline && stay.seen.length > kGoneAfter;
      if (back && is_long) {
        back->seen.ended = true;
        back->led_to = Network::offline;
        pool.add(*back);
        back.reset();
      }
      if (is_long) {
        pool.add(stay);
        if (stay.led_to) back = TrainedStay{*stay.led_to, {Duration{0}, false}, std::nullopt};
      } else if (back) {
        back->seen.length += stay.seen.length;
      }
    }
    if (back) pool.add(*back);
  }

  Network where_most_are(const FittedCohort& cohort) const {
    Counts counts{};
    for (const std::uint32_t device : cohort.devices) ++counts[number(split_.devices[device].on)];
    return static_cast<Network>(std::max_element(counts.begin(), counts.end()) - counts.begin());
  }

  static std::size_t number_of_gone() { return static_cast<std::size_t>(DeviceKind::gone); }

  const Recording& recording_;
  const Split& split_;
  std::array<std::vector<std::uint32_t>, kCount<DeviceKind>> members_;
  std::array<Pool, kCount<DeviceKind>> pools_;  // that of those who are gone: see add_of_gone()
  std::vector<Duration> ages_;                  // how long those who are gone have been away
};

}  // namespace

Split split(const Recording& recording, std::optional<sys_seconds> until) {
  Split split;
  for (std::uint32_t i = 0; i < recording.devices.size(); ++i) {
    const Recording::Device& device = recording.devices[i];
    const Duration third = (device.to - device.from) / 3 / kMinute * kMinute;
    const sys_seconds cut = std::min(until.value_or(device.from + 2 * third), device.to);
    if (cut - device.from < kTrainingMin) {
      ++split.too_short;
      continue;
    }
    const Duration rest = device.to - cut;
    split.devices.push_back({i, cut, cut - device.from, rest < kHeldOutMin ? Duration{0} : rest,
                             device.on(cut - std::chrono::seconds{1})});
  }
  return split;
}

std::vector<FittedCohort> fit(const Recording& recording, const Split& split) {
  return Fitter(recording, split).cohorts();
}

std::string cohorts_toml(const std::vector<FittedCohort>& cohorts) {
  Scenario scenario;
  constexpr std::string_view kToken = "fitted";
  constexpr std::int64_t kLongestMinutes = 7 * 24 * 60;
  for (const FittedCohort& fitted : cohorts) {
    Cohort& cohort = scenario.cohorts.emplace_back();
    cohort.name = name(fitted.kind);
    cohort.clients = static_cast<std::uint32_t>(fitted.devices.size());
    cohort.network = fitted.network;
    // Who never gets to an MP registers with a bulk token, unless it is not there while it is good.
    if (!fitted.has_intranet && fitted.kind != DeviceKind::gone) cohort.bulk_token = 0;
  }
  const auto needs_token = [](const Cohort& cohort) { return cohort.bulk_token.has_value(); };
  if (std::any_of(scenario.cohorts.begin(), scenario.cohorts.end(), needs_token)) {
    scenario.bulk_tokens.push_back(
        {std::string(kToken), bulk_token_of_seed(scenario.seed, kToken), kLongestMinutes});
    scenario.actions.push_back({Instant{}, SiteAction{IssueBulk{0}}});
  }
  const std::string toml = to_toml(scenario);
  const bool has_gone = std::any_of(cohorts.begin(), cohorts.end(), [](const FittedCohort& cohort) {
    return cohort.kind == DeviceKind::gone;
  });
  return (has_gone ? "# Who is gone for good may hold a token: an `inventory` says which.\n" : "") +
         toml.substr(toml.find("[[cohort]]"));
}

}  // namespace tokenlife::sim
