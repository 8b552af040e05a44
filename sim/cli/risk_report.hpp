// What `tokenlife risk` prints and writes.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "sim/cli/console.hpp"
#include "sim/sweep/back_test.hpp"
#include "sim/sweep/risk.hpp"

namespace tokenlife::sim {

struct RiskReport {
  const Scenario& scenario;
  const RiskOptions& options;
  const std::vector<Risk>& risks;  // the most at risk first
  const std::optional<BackTest>& test;
  std::size_t unknown_devices = 0;  // of the truth, that the scenario does not have
};

// The ten that are most at risk, and how the forecasts did.
std::string risk_text(const RiskReport& report, const Console& console);
// All of them.
std::string risk_csv(const RiskReport& report);
std::string risk_jsonl(const RiskReport& report);
nlohmann::ordered_json risk_json(const RiskReport& report);

// As the inventory calls it; empty if nobody does.
const std::string& device_of(const Scenario& scenario, ClientNumber client);

}  // namespace tokenlife::sim
