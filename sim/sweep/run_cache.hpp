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

class RunCache {
 public:
  // The folder is made if it is not there. `version` is the program's.
  static Result<RunCache, Error> open(const std::string& folder, std::string version);

  // A run's name: of all that its numbers follow from, which are the scenario's text, its traces,
  // inventories and time zones, the seed and the program's version.
  std::string key_of(const Scenario& scenario, std::uint64_t seed) const;

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
