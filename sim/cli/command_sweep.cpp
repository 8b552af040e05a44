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
#include "sim/cli/shard_argument.hpp"
#include "sim/cli/sweep_report.hpp"
#include "sim/cli/time_left.hpp"
#include "sim/report/sweep_page.hpp"
#include "sim/sweep/metric.hpp"
#include "sim/sweep/sweep_part.hpp"
#include "sim/text/escape.hpp"
#include "sim/text/number.hpp"
#include "sim/text/read_file.hpp"

namespace tokenlife::sim {
namespace {

constexpr std::size_t kRunsMax = 10'000;

Result<SweepPlan, Error> plan_of(const SweepCommand& command) {
  if (command.scenario.empty()) {
    return usage_error("SCENARIO is required", "see `tokenlife sweep --help`");
  }
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
      return usage_error(fmt::format("--vary: {} is given twice", in_quotes(vary->key)),
                         "give all its values in one --vary");
    }
    const bool is_set =
        std::any_of(command.set.begin(), command.set.end(),
                    [&](const std::string& set) { return set.starts_with(vary->key + "="); });
    if (is_set) {
      return usage_error(fmt::format("{} is given by --set and by --vary", in_quotes(vary->key)),
                         "give it once");
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
  const std::size_t max = command.force ? kSweepRunsMax : kRunsMax;
  if (cells > max || plan.seeds() > max / cells) {
    return usage_error(
        fmt::format("{} with {} {} more than {} runs", counted(cells, "combination"),
                    counted(plan.seeds(), "seed"), cells == 1 ? "makes" : "make", grouped(max)),
        command.force ? "give fewer values or seeds"
                      : "give fewer values or seeds, or add --force");
  }
  plan.clients_scale = command.clients_scale;
  return plan;
}

// That no file that is read is written over, as far as it is on the command line.
Result<void, Error> keep_inputs(const SweepCommand& command, const std::string& output) {
  std::vector<TakenPlace> taken;
  if (!command.scenario.empty()) taken.push_back({command.scenario, "the scenario itself"});
  for (const std::string& part : command.merge) taken.push_back({part, "one of the --merge files"});
  return keep_apart(output, taken);
}

// A page that cannot be written is told before the runs are made.
Result<void, Error> try_page(const SweepCommand& command) {
  if (!command.report) return {};
  if (*command.report == "-") {
    return usage_error("--report: standard output has the table", "name a file for the page");
  }
  if (auto good = keep_inputs(command, *command.report); !good) return good;
  return try_new_output(*command.report, command.force);
}

constexpr std::size_t kPartBytesMax = std::size_t{1} << 30;

Result<SweepRuns, Error> merged(const std::vector<std::string>& files) {
  std::vector<PartText> texts;
  for (const std::string& file : files) {
    auto text = read_text_file(file, kPartBytesMax);
    if (!text) return file_error(file, text.error(), "give files that `sweep --shard` wrote");
    texts.push_back({file, std::move(*text)});
  }
  return join_parts(texts);
}

// The part's file, and that it is there.
ExitStatus write_part(const SweepRuns& runs, const Shard& shard, const std::string& file,
                      Console& console) {
  if (!runs.complete()) {
    console.say("tokenlife: interrupted; no file was written");
    return kInterrupted;
  }
  const auto written = replace_output(file, part_text(runs, shard.part, shard.parts));
  if (!written) return Failed<Error>(written.error());
  console.print(fmt::format("{}: part {} of {}, {}\n", escape_text(file), shard.part + 1,
                            shard.parts, counted(runs.end - runs.first, "run")));
  return 0;
}

void print_result(const SweepResult& result, const SweepCommand& command, Console& console) {
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

Result<SweepRuns, Error> run_sweep_watched(const SweepCommand& command, const Shard& shard,
                                           Console& console) {
  const auto plan = plan_of(command);
  if (!plan) return Failed<Error>(plan.error());
  SweepOptions options;
  options.threads = std::max(1U, command.threads);
  options.part = shard.part;
  options.parts = shard.parts;
  std::optional<RunCache> cache;
  if (command.cache) {
    auto opened = RunCache::open(*command.cache, TOKENLIFE_VERSION_TEXT);
    if (!opened) return Failed<Error>(opened.error());
    options.cache = &cache.emplace(std::move(*opened));
  }
  const SignalWatch signals;
  const auto [first, end] = runs_of_part(*plan, shard.part, shard.parts);
  const std::size_t all = end - first;
  const TimeLeft left;
  options.go_on = [&, all](std::size_t done) {
    console.show_progress(
        fmt::format("{} of {} runs{}", grouped(done), grouped(all), left.words(done, all)));
    return !interrupted();
  };
  auto runs = run_sweep(*plan, options);
  console.show_progress("");
  return runs;
}

ExitStatus print_sweep(const SweepRuns& runs, const SweepCommand& command, Console& console) {
  const SweepResult result = reckon(runs);
  for (const std::string& warning : result.warnings) console.say(warning);
  print_result(result, command, console);
  if (auto written = write_page(command, result); !written) return Failed<Error>(written.error());
  if (result.complete) return 0;
  console.say(
      fmt::format("tokenlife: interrupted; what is printed covers the {} of {} runs that are done",
                  grouped(result.runs + result.cached), grouped(runs.end)));
  return kInterrupted;
}

namespace {

ExitStatus sweep_on_ranks(const SweepCommand& command, RunRanks& ranks, Console& console) {
  if (command.shard || !command.merge.empty()) {
    return usage_error("--shard and --merge are not for ranks, which share the runs out",
                       "leave them out, or use `tokenlife`");
  }
  const auto page = ranks.rank() == 0 ? try_page(command) : Result<void, Error>();
  if (auto agreed = ranks.agree(page); !agreed) return Failed<Error>(agreed.error());
  const auto runs = run_sweep_watched(command, {ranks.rank(), ranks.size()}, console);
  const auto own = runs ? Result<void, Error>() : Result<void, Error>(Failed<Error>(runs.error()));
  if (auto agreed = ranks.agree(own); !agreed) return Failed<Error>(agreed.error());
  std::vector<PartText> texts;
  for (std::string& text :
       ranks.gather(runs->complete() ? part_text(*runs, ranks.rank(), ranks.size()) : "")) {
    if (text.empty()) {
      console.say("tokenlife-mpi: interrupted; --cache FOLDER keeps what is done");
      return kInterrupted;
    }
    texts.push_back({fmt::format("rank {}", texts.size()), std::move(text)});
  }
  if (texts.empty()) return 0;  // Rank 0 goes on.
  const auto all = join_parts(texts);
  return all ? print_sweep(*all, command, console) : ExitStatus(Failed<Error>(all.error()));
}

}  // namespace

ExitStatus sweep_command(const SweepCommand& command, Console& console) {
  if (command.ranks != nullptr) return sweep_on_ranks(command, *command.ranks, console);
  if (auto good = try_page(command); !good) return Failed<Error>(good.error());
  if (!command.merge.empty()) {
    const auto runs = merged(command.merge);
    if (!runs) return Failed<Error>(runs.error());
    return print_sweep(*runs, command, console);
  }
  Shard shard;
  if (command.shard) {
    const auto parsed = parse_shard(*command.shard, "a sweep");
    if (!parsed) return Failed<Error>(parsed.error());
    shard = *parsed;
    auto ready = keep_inputs(command, *command.output);
    if (ready) ready = try_new_output(*command.output, command.force);
    if (!ready) {
      return Failed<Error>(ready.error());
    }
  }
  const auto runs = run_sweep_watched(command, shard, console);
  if (!runs) return Failed<Error>(runs.error());
  return command.shard ? write_part(*runs, shard, *command.output, console)
                       : print_sweep(*runs, command, console);
}

}  // namespace tokenlife::sim
