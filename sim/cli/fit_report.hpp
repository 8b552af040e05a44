// What `tokenlife fit` prints: tables for people, and one object for machines.
#pragma once

#include <chrono>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "sim/analysis/fit.hpp"
#include "sim/analysis/forecast.hpp"
#include "sim/analysis/recording.hpp"

namespace tokenlife::sim {

struct FitReport {
  const std::string& file;
  const Recording& recording;
  std::optional<std::chrono::sys_seconds> until;  // as asked for
  const Split& parts;
  const std::vector<FittedCohort>& cohorts;
  const Forecast& forecast;
};

std::string fit_text(const FitReport& report);
nlohmann::ordered_json fit_json(const FitReport& report);

}  // namespace tokenlife::sim
