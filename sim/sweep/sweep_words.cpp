#include "sim/sweep/sweep_words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sim/sweep/metric.hpp"

namespace tokenlife::sim {
namespace {

int decimals_for(double largest) {
  if (largest >= 1000) return 0;
  if (largest >= 100) return 1;
  return largest >= 1 || !(largest > 0) ? 2 : 4;
}

}  // namespace

std::string mean_text(const Mean& mean, bool with_sign) {
  const double half = mean.interval ? (mean.interval->high - mean.interval->low) / 2 : 0;
  const int decimals = decimals_for(std::max(std::abs(mean.mean), half));
  std::string text = with_sign ? fmt::format("{:+.{}f}", mean.mean, decimals)
                               : fmt::format("{:.{}f}", mean.mean, decimals);
  if (mean.interval) text += fmt::format(" ± {:.{}f}", half, decimals);
  return text;
}

const std::string& metric_name(const SweepPlan& plan, std::size_t metric) {
  return metric_names()[plan.metrics[metric]];
}

std::string cell_text(const SweepResult& result, std::size_t cell) {
  const std::vector<std::size_t>& values = result.cells[cell].values;
  if (values.empty()) return "the scenario as it is";
  std::string text;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const Vary& vary = result.plan.vary[i];
    text += fmt::format("{}{}={}", i > 0 ? " " : "", vary.key, vary.values[values[i]]);
  }
  return text;
}

}  // namespace tokenlife::sim
