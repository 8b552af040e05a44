#include "sim/analysis/future.hpp"

#include <algorithm>
#include <memory>

#include "core/event.hpp"
#include "sim/engine/memory_run.hpp"
#include "sim/text/duration.hpp"

namespace tokenlife::sim {
namespace {

using std::chrono::sys_seconds;

// Rounded up to the tick, also what is before the beginning.
Duration on_tick(Duration time) {
  return time < Duration{0} ? time / kFitTick * kFitTick : round_up(time, kFitTick);
}

// The rows up to a moment, as a trace of that one device, counted from `origin`.
std::shared_ptr<const Trace> trace_until(const Recording::Device& device, sys_seconds origin,
                                         sys_seconds until) {
  Trace trace;
  const Duration begins = on_tick(device.from - origin);
  for (const Recording::Row& row : device.rows) {
    if (row.time >= until) break;
    const TraceRow added{on_tick(row.time - origin) - begins, row.on};
    // The last one of a tick counts.
    if (!trace.rows.empty() && trace.rows.back().at == added.at) trace.rows.pop_back();
    if (trace.rows.empty() || trace.rows.back().on != added.on) trace.rows.push_back(added);
  }
  const auto rows = static_cast<std::uint32_t>(trace.rows.size());
  const Duration ends = (until - origin) / kFitTick * kFitTick;
  trace.devices.push_back({device.name, 0, rows, Duration{0}, begins, ends});
  return std::make_shared<const Trace>(std::move(trace));
}

// Found with a token that is issued then and there.
std::shared_ptr<const Inventory> adopted(const Recording::Device& device, sys_seconds until,
                                         Duration validity) {
  // Devices that are never on the intranet have had their token over the CMG.
  Network connected = Network::internet;
  for (const Recording::Row& row : device.rows) {
    if (row.time < until && row.on != Network::offline) connected = row.on;
  }
  AdoptedClient client;
  client.device = device.name;
  client.state =
      connected == Network::intranet ? LifecycleState::registered : LifecycleState::roaming;
  client.last_connected = connected;
  client.token = AdoptedClient::Dates{Instant{}, Instant{} + validity};
  auto inventory = std::make_shared<Inventory>();
  inventory->clients.push_back(std::move(client));
  return inventory;
}

NetworkModel dwell_from(const DwellNetwork& network, Network start) {
  DwellNetwork dwell = network;
  dwell.start = start;
  return dwell;
}

NetworkModel resampled(std::shared_ptr<const Trace> trace) {
  ResampleNetwork network;
  network.trace = std::move(trace);
  network.block = kTrainingMin;
  network.devices = {0};
  return network;
}

NetworkModel replayed(std::shared_ptr<const Trace> trace) {
  TraceNetwork network;
  network.trace = std::move(trace);
  network.align = TraceAlign::absolute;
  return network;
}

// Counts what happens to each client before its end.
class Counter {
 public:
  explicit Counter(const std::vector<Instant>& ends) : ends_(ends), stays_(ends.size()) {
    future_.devices.resize(ends.size());
  }

  void take(ClientNumber number, const Recorded<ClientEvent>& recorded) {
    const std::uint32_t client = number.value;
    if (recorded.time >= ends_[client]) return;
    if (const auto* there = std::get_if<ClientAdopted>(&recorded.event)) {
      stays_[client] = {there->network, recorded.time};
    } else if (const auto* changed = std::get_if<NetworkChanged>(&recorded.event)) {
      end_stay(client, recorded.time);
      stays_[client] = {changed->to, recorded.time};
    } else if (std::holds_alternative<TokenRenewed>(recorded.event)) {
      ++future_.renewals;
    } else if (std::holds_alternative<TokenExpired>(recorded.event)) {
      ++future_.expiries;
    }
  }

  Future finish() && {
    for (std::uint32_t i = 0; i < ends_.size(); ++i) end_stay(i, ends_[i]);
    return std::move(future_);
  }

 private:
  struct Stay {
    Network on = Network::offline;
    Instant since;
  };

  // A client contacts when it gets connected, and every hour from then on.
  void end_stay(std::uint32_t client, Instant end) {
    const Stay& stay = stays_[client];
    Future::OfDevice& device = future_.devices[client];
    const Duration length = end - stay.since;
    if (stay.on == Network::offline) {
      device.longest_absence = std::max(device.longest_absence, length);
    } else {
      device.contacts +=
          static_cast<std::uint32_t>(round_up(length, kContactEvery) / kContactEvery);
    }
  }

  const std::vector<Instant>& ends_;
  std::vector<Stay> stays_;
  Future future_;
};

}  // namespace

FutureScenarios future_scenarios(const Recording& recording, const Split& split,
                                 const std::vector<FittedCohort>& cohorts) {
  FutureScenarios scenarios;
  std::vector<const DwellNetwork*> networks(split.devices.size());
  for (const FittedCohort& cohort : cohorts) {
    for (const std::uint32_t device : cohort.devices) networks[device] = &cohort.network;
  }
  Duration longest{0};
  for (const SplitDevice& device : split.devices) longest = std::max(longest, device.held_out);
  Scenario plain;
  plain.tick = kFitTick;
  plain.duration = round_up(longest, kFitTick);
  constexpr Duration kHour = std::chrono::hours{1};
  plain.policy.token_validity = std::max(kHour, longest / 4 / kHour * kHour);
  plain.policy.renew_after = plain.policy.token_validity / 3;
  scenarios.observed = plain;
  scenarios.models.fill(plain);

  for (std::size_t i = 0; i < split.devices.size(); ++i) {
    const SplitDevice& cut = split.devices[i];
    if (cut.held_out == Duration{0}) continue;
    const Recording::Device& device = recording.devices[cut.device];
    Cohort cohort;
    cohort.name = device.name;
    cohort.first = {static_cast<std::uint32_t>(scenarios.ends.size())};
    cohort.clients = 1;
    cohort.contact_every = kContactEvery;
    cohort.inventory = adopted(device, cut.until, plain.policy.token_validity);
    const auto add = [&](Scenario& scenario, NetworkModel network) {
      cohort.network = std::move(network);
      scenario.cohorts.push_back(cohort);
      ++scenario.clients;
    };
    add(scenarios.observed, replayed(trace_until(device, cut.until, device.to)));
    add(scenarios.models[static_cast<std::size_t>(ForecastModel::dwell)],
        dwell_from(*networks[i], cut.on));
    add(scenarios.models[static_cast<std::size_t>(ForecastModel::resample)],
        resampled(trace_until(device, cut.until, cut.until)));
    scenarios.ends.push_back(Instant{} + cut.held_out / kFitTick * kFitTick);
  }
  return scenarios;
}

Future run_future(const Scenario& scenario, const std::vector<Instant>& ends) {
  Counter counter(ends);
  simulate(scenario, [&](ClientNumber client, Recorded<ClientEvent>&& recorded) {
    counter.take(client, recorded);
  });
  return std::move(counter).finish();
}

}  // namespace tokenlife::sim
