// Runs every combination of some values with every one of some seeds, the same seeds in each
// (common random numbers), and says what the values make of the metrics.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/result.hpp"
#include "sim/scenario/setting.hpp"
#include "sim/sweep/interval.hpp"
#include "sim/sweep/run_cache.hpp"
#include "sim/sweep/vary.hpp"
#include "sim/text/error.hpp"

namespace tokenlife::sim {

struct SweepPlan {
  std::string scenario;  // the file
  std::vector<Setting> settings{};
  std::vector<Vary> vary{};
  std::uint64_t first_seed = 1;
  std::uint64_t last_seed = 10;
  std::vector<std::size_t> metrics{};  // indices into metric_names()
  double clients_scale = 1;

  std::size_t seeds() const { return static_cast<std::size_t>(last_seed - first_seed) + 1; }
  std::size_t cells() const { return count_cells(vary); }
};

struct SweepOptions {
  unsigned threads = 1;             // at least 1; what comes out does not depend on them
  const RunCache* cache = nullptr;  // null: none
  // The part of the runs that is made, of so many: 0 of 1 is all.
  std::uint32_t part = 0;
  std::uint32_t parts = 1;
  // Told every now and then how many of the runs are done; false asks for the end.
  std::function<bool(std::size_t done)> go_on{};
};

// The numbers of runs, and of what: all of a sweep's, or a part that sweep_part.hpp joins to
// others.
struct SweepRuns {
  SweepPlan plan;
  std::string title;  // of the scenario
  std::uint32_t clients = 0;
  std::vector<std::string> warnings{};  // as they are shown
  std::string inputs{};                 // a digest of all that is run but the plan
  // Of the runs from `first` on and below `end`: cell by cell, in each seed by seed.
  std::size_t first = 0;
  std::size_t end = 0;
  std::vector<double> numbers{};         // by run, kept() of each
  std::vector<unsigned char> is_done{};  // by run
  std::size_t made = 0;
  std::size_t cached = 0;  // that were found

  // The plan's metrics, then two that the best is found by.
  std::size_t kept() const { return plan.metrics.size() + 2; }
  bool complete() const { return made + cached == end - first; }
};

// The first of a part's runs, and the one behind its last.
std::pair<std::size_t, std::size_t> runs_of_part(const SweepPlan& plan, std::uint32_t part,
                                                 std::uint32_t parts);

// Plain data: what is printed, and what a page can be made of.
struct SweepResult {
  struct OfMetric {
    Mean value;
    // To the first cell, seed by seed; none of the first cell itself.
    std::optional<Mean> difference{};
  };
  struct Cell {
    std::vector<std::size_t> values;  // by key, an index of its value
    std::size_t seeds = 0;            // that were run: fewer than asked for after an interruption
    std::vector<OfMetric> metrics{};  // empty: no seed was
  };
  // What leaves the fewest stranded.
  struct Best {
    std::size_t cell = 0;
    // Others that cannot be told from it: the interval of their difference to it, seed by seed,
    // holds 0; with one seed, of those that have as many.
    std::vector<std::size_t> ties{};
    std::vector<Mean> stranded{};  // by cell
    std::vector<Mean> requests{};  // by cell: a client and day
  };

  SweepPlan plan;
  std::string title;  // of the scenario
  std::uint32_t clients = 0;
  std::vector<std::string> warnings{};  // as they are shown
  std::vector<Cell> cells{};            // in the order of the grid
  std::optional<Best> best{};           // nothing: not all was run
  std::size_t runs = 0;                 // that were made
  std::size_t cached = 0;               // that were found
  bool complete = false;
};

Result<SweepRuns, Error> run_sweep(const SweepPlan& plan, const SweepOptions& options);

// What the numbers say. Precondition: they are all runs', as far as these are done.
SweepResult reckon(const SweepRuns& runs);

// Both.
Result<SweepResult, Error> sweep(const SweepPlan& plan, const SweepOptions& options);

}  // namespace tokenlife::sim
