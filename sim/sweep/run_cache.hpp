// Runs that are not made again: their numbers, a file each.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "sim/scenario/scenario.hpp"
#include "sim/text/error.hpp"

namespace tokenlife::sim {

// A digest of all that a run's numbers follow from: the scenario's text, its traces, inventories
// and time zones, the seed, and `version`, the program's.
std::string run_key(const Scenario& scenario, std::uint64_t seed, const std::string& version);

class RunCache {
 public:
  // The folder is made if it is not there. `version` is the program's.
  static Result<RunCache, Error> open(const std::string& folder, std::string version);

  // A run's name.
  std::string key_of(const Scenario& scenario, std::uint64_t seed) const {
    return run_key(scenario, seed, version_);
  }

  // The numbers of a run; nothing if it is not there, or damaged.
  std::optional<std::vector<double>> find(const std::string& key) const;
  // Whoever reads it meanwhile sees all of it or nothing.
  Result<void, Error> keep(const std::string& key, const std::vector<double>& numbers) const;

 private:
  RunCache(std::string folder, std::string version)
      : folder_(std::move(folder)), version_(std::move(version)) {}

  std::string folder_;
  std::string version_;
};

}  // namespace tokenlife::sim
