#include "sim/cli/command_sweep.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "sim/cli/json_text.hpp"
#include "sim/cli/output_file.hpp"
#include "sim/cli/progress.hpp"
#include "sim/cli/seed_range.hpp"
#include "sim/cli/set_argument.hpp"
#include "sim/cli/sweep_report.hpp"
#include "sim/cli/time_left.hpp"
#include "sim/report/sweep_page.hpp"
#include "sim/sweep/metric.hpp"
#include "sim/text/escape.hpp"
#include "sim/text/number.hpp"

namespace tokenlife::sim {
namespace {

constexpr std::size_t kRunsMax = 10'000;
constexpr std::size_t kRunsForced = 10'000'000;  // their numbers are kept in memory

Result<SweepPlan, Error> plan_of(const SweepCommand& command) {
  SweepPlan plan{command.scenario, settings_of(command.set)};
  const auto seeds = parse_seeds(command.seeds);
  if (!seeds) return Failed<Error>(seeds.error());
  plan.first_seed = seeds->first;
  plan.last_seed = seeds->last;
  for (const std::string& text : command.vary) {
    auto vary = parse_vary(text);
    if (!vary) return Failed<Error>(vary.error());
    const bool is_there = std::any_of(plan.vary.begin(), plan.vary.end(),
                                      [&](const Vary& other) { return other.key == vary->key; });
    if (is_there) {
      return usage_error(fmt::format("--vary: {} stands there twice", in_quotes(vary->key)),
                         "give all its values in one --vary");
    }
    if (vary->key == "run.seed") {
      return usage_error("--vary run.seed: every run has a seed of its own", "use --seeds A..B");
    }
    plan.vary.push_back(std::move(*vary));
  }
  std::vector<std::string> names = command.metrics;
  if (names.empty()) names = {"stranded", "stranded-peak", "peak-renewals-per-hour"};
  for (const std::string& name : names) {
    const auto metric = parse_metric(name);
    if (!metric) return Failed<Error>(metric.error());
    plan.metrics.push_back(*metric);
  }
  const std::size_t cells = plan.cells();
  const std::size_t max = command.force ? kRunsForced : kRunsMax;
  if (cells > max || plan.seeds() > max / cells) {
    return usage_error(
        fmt::format("{} with {} are more than {} runs", counted(cells, "combination"),
                    counted(plan.seeds(), "seed"), grouped(max)),
        command.force ? "give fewer values or seeds"
                      : "give fewer values or seeds, or add --force");
  }
  plan.clients_scale = command.clients_scale;
  return plan;
}

// A page that cannot be written is told before the runs are made.
Result<void, Error> try_page(const SweepCommand& command) {
  if (!command.report) return {};
  if (*command.report == "-") {
    return usage_error("--report: standard output has the table", "name a file for the page");
  }
  return try_new_output(*command.report, command.force);
}

void print_sweep(const SweepCommand& command, const SweepResult& result, Console& console) {
  const std::string format = command.csv ? "csv" : command.format;
  if (command.json) {
    console.print(json_text(sweep_json(result)) + "\n");
  } else if (format == "csv") {
    console.print(sweep_csv(result));
  } else if (format == "jsonl") {
    console.print(sweep_jsonl(result));
  } else {
    console.print(sweep_text(result, command.best, console));
  }
}

// Nothing is written where nothing was run.
Result<void, Error> write_page(const SweepCommand& command, const SweepResult& result) {
  if (!command.report || result.runs + result.cached == 0) return {};
  return replace_output(*command.report, sweep_page(result, TOKENLIFE_VERSION_TEXT));
}

}  // namespace

ExitStatus sweep_command(const SweepCommand& command, Console& console) {
  const auto plan = plan_of(command);
  if (!plan) return Failed<Error>(plan.error());
  if (auto good = try_page(command); !good) return Failed<Error>(good.error());
  SweepOptions options;
  options.threads = std::max(1U, command.threads);
  std::optional<RunCache> cache;
  if (command.cache) {
    auto opened = RunCache::open(*command.cache, TOKENLIFE_VERSION_TEXT);
    if (!opened) return Failed<Error>(opened.error());
    options.cache = &cache.emplace(std::move(*opened));
  }
  const SignalWatch signals;
  const std::size_t all = plan->cells() * plan->seeds();
  const TimeLeft left;
  options.go_on = [&](std::size_t done) {
    console.show_progress(
        fmt::format("{} of {} runs{}", grouped(done), grouped(all), left.words(done, all)));
    return !interrupted();
  };
  const auto result = sweep(*plan, options);
  console.show_progress("");
  if (!result) return Failed<Error>(result.error());
  for (const std::string& warning : result->warnings) console.say(warning);
  print_sweep(command, *result, console);
  if (auto written = write_page(command, *result); !written) return Failed<Error>(written.error());
  if (result->complete) return 0;
  console.say(
      fmt::format("tokenlife: interrupted; what is printed is of the {} of {} runs that "
                  "are done",
                  grouped(result->runs + result->cached), grouped(all)));
  return kInterrupted;
}

}  // namespace tokenlife::sim
