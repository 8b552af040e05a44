#include "sim/cli/endpoint_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <variant>

#include "core/names.hpp"
#include "sim/text/duration.hpp"
#include "sim/text/number.hpp"

namespace tokenlife::sim {
namespace {

constexpr Endpoint kEndpoints[] = {Endpoint::mp, Endpoint::cmg};

// In any stretch of a minute, or of a tick if that is longer.
std::uint64_t peak_of(const RunResult& result, std::size_t endpoint) {
  return result.tally.requests[endpoint].most_within(std::chrono::minutes{1}).count;
}

// At any time of the run.
bool has_limit(const RunResult& result, Endpoint endpoint) {
  const auto limits = [&](const Recorded<SiteEvent>& recorded) {
    if (const auto* site = std::get_if<SiteEstablished>(&recorded.event)) {
      return site->capacities.of(endpoint).has_value();
    }
    const auto* changed = std::get_if<CapacityChanged>(&recorded.event);
    return changed != nullptr && changed->endpoint == endpoint && changed->capacity.has_value();
  };
  return std::any_of(result.site_events.begin(), result.site_events.end(), limits);
}

// Of those that were served; nothing, if nobody was.
std::optional<Duration> wait_of(const RunResult& result, Endpoint endpoint, double share) {
  const auto i = static_cast<std::size_t>(endpoint);
  const auto waited = result.loads[i].wait_at(share);
  // Without a limit all are served at once, which nobody counts.
  if (!waited && peak_of(result, i) > 0 && !has_limit(result, endpoint)) return Duration{0};
  return waited;
}

}  // namespace

std::string endpoints_text(const Scenario& scenario, const RunResult& result) {
  // Of a run that was stopped before anybody lived nothing is known.
  if (!has_capacity(scenario) || result.tally.clients == 0) return "";
  std::string text =
      fmt::format("{:<8}  {:>25}  {:>13}  {:>11}  {:>11}  {:>9}\n", "", "most requests in a minute",
                  "longest queue", "turned away", "median wait", "99 % wait");
  for (const Endpoint endpoint : kEndpoints) {
    const auto i = static_cast<std::size_t>(endpoint);
    const EndpointLoad& load = result.loads[i];
    const auto wait = [&](double share) {
      const auto waited = wait_of(result, endpoint, share);
      return waited ? to_text(*waited) : "-";
    };
    text += fmt::format("{:<8}  {:>25}  {:>13}  {:>11}  {:>11}  {:>9}\n", name(endpoint),
                        grouped(peak_of(result, i)), grouped(load.longest_queue),
                        grouped(load.busy), wait(0.5), wait(0.99));
  }
  return text;
}

nlohmann::ordered_json endpoints_json(const RunResult& result) {
  nlohmann::ordered_json json;
  for (const Endpoint endpoint : kEndpoints) {
    const auto i = static_cast<std::size_t>(endpoint);
    const EndpointLoad& load = result.loads[i];
    auto& one = json[std::string(name(endpoint))];
    one["peak-requests-per-minute"] = peak_of(result, i);
    one["longest-queue"] = load.longest_queue;
    one["busy"] = load.busy;
    const auto wait = [&](double share) {
      const auto waited = wait_of(result, endpoint, share);
      return waited ? nlohmann::ordered_json(waited->count()) : nlohmann::ordered_json();
    };
    one["wait-median"] = wait(0.5);
    one["wait-p99"] = wait(0.99);
  }
  return json;
}

}  // namespace tokenlife::sim
