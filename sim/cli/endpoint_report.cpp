#include "sim/cli/endpoint_report.hpp"

#include <fmt/format.h>

#include <chrono>

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
      return to_text(load.wait_at(share).value_or(Duration{0}));
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
    one["wait-median"] = load.wait_at(0.5).value_or(Duration{0}).count();
    one["wait-p99"] = load.wait_at(0.99).value_or(Duration{0}).count();
  }
  return json;
}

}  // namespace tokenlife::sim
