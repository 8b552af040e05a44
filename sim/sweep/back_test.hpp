// Forecasts against what came: of each device a probability, and whether it was so.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "sim/sweep/interval.hpp"
#include "sim/text/error.hpp"

namespace tokenlife::sim {

// By device, whether it is stranded.
using Truth = std::map<std::string, bool, std::less<>>;

// A CSV file with the columns `device` and `stranded`, 0 or 1, in any order; others are passed
// over.
Result<Truth, Error> load_truth(const std::string& path);

struct Forecasted {
  std::uint32_t client;
  double probability;
  bool came_true;
};

struct BackTest {
  static constexpr std::size_t kBins = 10;
  struct Bin {
    std::size_t devices = 0;
    std::size_t stranded = 0;
    double mean = 0;   // of what was forecast
    Range observed{};  // where the share lies, if there are devices
  };

  std::size_t devices = 0;
  std::size_t stranded = 0;
  std::array<Bin, kBins> bins{};        // by tenths of probability; 1 is in the last
  double brier = 0;                     // the mean square of what was off
  double base_brier = 0;                // of one who says of each device what holds of all
  std::vector<Forecasted> surprises{};  // that were off most, most first
};

// Precondition: there are forecasts.
BackTest back_test(std::vector<Forecasted> forecasts);

}  // namespace tokenlife::sim
