#include "sim/sweep/sweep.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <set>
#include <tuple>

#include "core/hex.hpp"
#include "core/token/sha256.hpp"
#include "core/version.hpp"
#include "events/run_on_threads.hpp"
#include "sim/engine/simulation.hpp"
#include "sim/scenario/put_value.hpp"
#include "sim/sweep/metric.hpp"
#include "sim/text/read_file.hpp"
#include "sim/text/show_error.hpp"

namespace tokenlife::sim {
namespace {

// What another version makes of a scenario may be something else.
const std::string kVersion = fmt::format("{}.{}.{}", TOKENLIFE_VERSION_MAJOR,
                                         TOKENLIFE_VERSION_MINOR, TOKENLIFE_VERSION_PATCH);

// `text` is the file's.
Result<Scenario, Error> scenario_of(const SweepPlan& plan, const std::string& text,
                                    const std::vector<std::size_t>& cell) {
  std::vector<Setting> settings = plan.settings;
  for (Setting& setting : settings_of(plan.vary, cell)) settings.push_back(std::move(setting));
  auto scenario = parse_scenario_with(text, plan.scenario, {{}, plan.clients_scale}, settings);
  if (!scenario) return scenario;
  scenario->expectations.clear();  // nobody judges them
  scenario->real_crypto = false;   // it changes no event
  return scenario;
}

// Each value by itself, beside the first ones of the other keys: what is wrong is found before the
// work begins. What only goes wrong together is found later.
Result<SweepRuns, Error> first_of_each(const SweepPlan& plan, const std::string& text) {
  SweepRuns runs{plan, "", 0};
  std::set<std::string> warnings;
  const auto read = [&](const std::vector<std::size_t>& cell) -> Result<void, Error> {
    auto scenario = scenario_of(plan, text, cell);
    if (!scenario) return Failed<Error>(scenario.error());
    for (const Error& warning : scenario->warnings) warnings.insert(show_warning(warning));
    if (runs.inputs.empty()) {
      runs.title = title(*scenario);
      runs.clients = scenario->clients;
    }
    runs.inputs += run_key(*scenario, 0, kVersion) + "\n";
    return {};
  };
  std::vector<std::size_t> cell(plan.vary.size());
  if (auto done = read(cell); !done) return Failed<Error>(done.error());
  for (std::size_t key = 0; key < plan.vary.size(); ++key) {
    for (std::size_t value = 1; value < plan.vary[key].values.size(); ++value) {
      cell[key] = value;
      if (auto done = read(cell); !done) return Failed<Error>(done.error());
    }
    cell[key] = 0;
  }
  runs.warnings.assign(warnings.begin(), warnings.end());
  runs.inputs = to_hex(sha256(runs.inputs));
  return runs;
}

// Hands out a part's runs, cell by cell, and keeps a few numbers of each.
class Runs {
 public:
  Runs(SweepRuns& runs, const std::string& text, const SweepOptions& options)
      : plan_(runs.plan), text_(text), options_(options), runs_(runs), kept_(runs.plan.metrics) {
    kept_.push_back(metric_called("stranded"));
    kept_.push_back(metric_called("requests-per-client-day"));
    std::tie(runs.first, runs.end) = runs_of_part(plan_, options.part, options.parts);
    runs.numbers.resize((runs.end - runs.first) * kept_.size());
    runs.is_done.resize(runs.end - runs.first);
  }

  // Not all is done if it was told to end.
  Result<void, Error> run() {
    const std::size_t count = runs_.end - runs_.first;
    if (count == 0) return {};
    const auto threads = static_cast<unsigned>(std::min<std::size_t>(options_.threads, count));
    // Few runs are made on all threads together.
    threads_each_ = std::max(1U, options_.threads / threads);
    const auto go_on = [this] { return !options_.go_on || options_.go_on(done_.load()); };
    events::watch_threads(threads, count, {go_on, control_.stop}, [this](events::Worker& worker) {
      while (const auto i = worker.next()) {
        if (auto made = make(runs_.first + *i); !made) stop_because(made.error());
      }
    });
    if (error_) return Failed<Error>(*error_);
    runs_.cached = cached_;
    runs_.made = done_ - cached_;
    return {};
  }

 private:
  void stop_because(const Error& error) {
    const std::lock_guard lock(error_mutex_);
    if (!error_) error_ = error;
    control_.stop = true;
  }

  // The runs of a cell follow each other: of the cells before it no scenario is kept.
  Result<std::shared_ptr<const Scenario>, Error> scenario_of_cell(std::size_t cell) {
    const std::lock_guard lock(scenario_mutex_);
    if (scenario_ != nullptr && scenario_cell_ == cell) return scenario_;
    auto scenario = scenario_of(plan_, text_, cell_of(plan_.vary, cell));
    if (!scenario) return Failed<Error>(scenario.error());
    scenario_ = std::make_shared<const Scenario>(std::move(*scenario));
    scenario_cell_ = cell;
    return scenario_;
  }

  Result<void, Error> make(std::size_t run) {
    const auto scenario = scenario_of_cell(run / plan_.seeds());
    if (!scenario) return Failed<Error>(scenario.error());
    const std::uint64_t seed = plan_.first_seed + run % plan_.seeds();
    std::string key;
    if (options_.cache != nullptr) {
      key = options_.cache->key_of(**scenario, seed);
      if (const auto numbers = options_.cache->find(key)) {
        ++cached_;
        keep(run, *numbers);
        return {};
      }
    }
    Scenario its = **scenario;
    its.seed = seed;
    its.text.clear();  // only a digest would tell
    RunOptions options;
    options.threads = threads_each_;
    options.counts_only = true;
    RunControl control;
    control.whole = &control_;
    const auto result = sim::run(its, options, control);
    if (!result) return Failed<Error>(result.error());
    if (!result->log.complete) return {};
    const std::vector<double> numbers = numbers_of(its, *result);
    if (options_.cache != nullptr) {
      if (auto kept = options_.cache->keep(key, numbers); !kept) return kept;
    }
    keep(run, numbers);
    return {};
  }

  void keep(std::size_t run, const std::vector<double>& numbers) {
    for (std::size_t i = 0; i < kept_.size(); ++i) {
      runs_.numbers[(run - runs_.first) * kept_.size() + i] = numbers[kept_[i]];
    }
    runs_.is_done[run - runs_.first] = 1;
    ++done_;
  }

  const SweepPlan& plan_;
  const std::string& text_;
  const SweepOptions& options_;
  SweepRuns& runs_;                // of a run only one thread writes
  std::vector<std::size_t> kept_;  // metrics
  unsigned threads_each_ = 1;
  RunControl control_;
  std::atomic<std::size_t> done_{0};
  std::atomic<std::size_t> cached_{0};
  std::mutex scenario_mutex_;
  std::shared_ptr<const Scenario> scenario_;
  std::size_t scenario_cell_ = 0;
  std::mutex error_mutex_;
  std::optional<Error> error_;
};

// ---- What the numbers say ----------------------------------------------------------------------

class Reckoning {
 public:
  explicit Reckoning(const SweepRuns& runs) : plan_(runs.plan), runs_(runs) {}

  // Precondition: a seed of the cell was run.
  Mean mean(std::size_t cell, std::size_t kept) const {
    std::vector<double> values;
    for (std::size_t seed = 0; seed < plan_.seeds(); ++seed) {
      const auto numbers = of(cell, seed);
      if (!numbers.empty()) values.push_back(numbers[kept]);
    }
    return mean_of(values);
  }
  // Nothing: they have no seed in common.
  std::optional<Mean> difference(std::size_t cell, std::size_t to, std::size_t kept) const {
    std::vector<double> values;
    for (std::size_t seed = 0; seed < plan_.seeds(); ++seed) {
      const auto numbers = of(cell, seed);
      const auto others = of(to, seed);
      if (!numbers.empty() && !others.empty()) values.push_back(numbers[kept] - others[kept]);
    }
    return values.empty() ? std::nullopt : std::optional(mean_of(values));
  }

  SweepResult::Cell cell(std::size_t number, std::size_t metrics) const {
    SweepResult::Cell cell{cell_of(plan_.vary, number)};
    for (std::size_t seed = 0; seed < plan_.seeds(); ++seed) {
      if (!of(number, seed).empty()) ++cell.seeds;
    }
    if (cell.seeds == 0) return cell;
    for (std::size_t i = 0; i < metrics; ++i) {
      cell.metrics.push_back({mean(number, i), {}});
      if (number > 0) cell.metrics.back().difference = difference(number, 0, i);
    }
    return cell;
  }

  // Precondition: all was run.
  SweepResult::Best best(std::size_t stranded, std::size_t requests) const {
    SweepResult::Best best;
    for (std::size_t cell = 0; cell < plan_.cells(); ++cell) {
      best.stranded.push_back(mean(cell, stranded));
      best.requests.push_back(mean(cell, requests));
    }
    // Of those that leave as few, what asks for the least; then the first.
    for (std::size_t cell = 1; cell < plan_.cells(); ++cell) {
      const auto rank = [&](std::size_t c) {
        return std::pair{best.stranded[c].mean, best.requests[c].mean};
      };
      if (rank(cell) < rank(best.cell)) best.cell = cell;
    }
    for (std::size_t cell = 0; cell < plan_.cells(); ++cell) {
      if (cell == best.cell) continue;
      const auto other = difference(cell, best.cell, stranded);
      const bool as_good =
          other->interval ? other->interval->holds(0) : !(other->mean > 0 || other->mean < 0);
      if (as_good) best.ties.push_back(cell);
    }
    return best;
  }

 private:
  // What was kept of a run; empty if it was not made.
  std::span<const double> of(std::size_t cell, std::size_t seed) const {
    const std::size_t run = cell * plan_.seeds() + seed;
    if (runs_.is_done[run] == 0) return {};
    return std::span(runs_.numbers).subspan(run * runs_.kept(), runs_.kept());
  }

  const SweepPlan& plan_;
  const SweepRuns& runs_;
};

}  // namespace

std::pair<std::size_t, std::size_t> runs_of_part(const SweepPlan& plan, std::uint32_t part,
                                                 std::uint32_t parts) {
  const std::uint64_t all = plan.cells() * plan.seeds();
  return {all * part / parts, all * (part + std::uint64_t{1}) / parts};
}

Result<SweepRuns, Error> run_sweep(const SweepPlan& plan, const SweepOptions& options) {
  // Once: from a pipe it comes only once.
  const auto text = read_scenario_file(plan.scenario);
  if (!text) return Failed<Error>(text.error());
  auto runs = first_of_each(plan, *text);
  if (!runs) return runs;
  if (auto done = Runs(*runs, *text, options).run(); !done) return Failed<Error>(done.error());
  return runs;
}

SweepResult reckon(const SweepRuns& runs) {
  SweepResult result;
  result.plan = runs.plan;
  result.title = runs.title;
  result.clients = runs.clients;
  result.warnings = runs.warnings;
  result.complete = runs.complete();
  result.cached = runs.cached;
  result.runs = runs.made;
  const Reckoning reckoning(runs);
  const std::size_t metrics = runs.plan.metrics.size();
  for (std::size_t cell = 0; cell < runs.plan.cells(); ++cell) {
    result.cells.push_back(reckoning.cell(cell, metrics));
  }
  if (result.complete) result.best = reckoning.best(metrics, metrics + 1);
  return result;
}

Result<SweepResult, Error> sweep(const SweepPlan& plan, const SweepOptions& options) {
  const auto runs = run_sweep(plan, options);
  if (!runs) return Failed<Error>(runs.error());
  return reckon(*runs);
}

}  // namespace tokenlife::sim
