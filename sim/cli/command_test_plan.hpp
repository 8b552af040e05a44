// What `tokenlife test` runs: which files, what of each, with which seeds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "sim/cli/command_test.hpp"
#include "sim/cli/command_test_run.hpp"
#include "sim/cli/seed_range.hpp"
#include "sim/text/error.hpp"

namespace tokenlife::sim {

// Each of the targets with each of the seeds, or with its own; numbered, seeds the fastest.
struct TestPlan {
  std::vector<TestTarget> targets;  // at least one
  std::optional<SeedRange> seeds;
  // TOML files of the folders that are no scenarios.
  std::vector<std::string> others;
  // Folders in the folders that are links, and not looked into.
  std::vector<std::string> linked;

  std::size_t seeds_each() const { return seeds ? seeds->count() : 1; }
  std::size_t size() const { return targets.size() * seeds_each(); }
  const TestTarget& target(std::size_t i) const { return targets[i / seeds_each()]; }
  std::optional<std::uint64_t> seed(std::size_t i) const {
    return seeds ? std::optional(seeds->first + i % seeds_each()) : std::nullopt;
  }
};

Result<TestPlan, Error> plan_tests(const TestCommand& command);

}  // namespace tokenlife::sim
