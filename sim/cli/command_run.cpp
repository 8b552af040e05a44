#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "events/log_reader.hpp"
#include "sim/cli/command_run.hpp"
#include "sim/cli/command_sweep.hpp"
#include "sim/cli/json_text.hpp"
#include "sim/cli/log_output.hpp"
#include "sim/cli/output_file.hpp"
#include "sim/cli/progress.hpp"
#include "sim/cli/report.hpp"
#include "sim/cli/set_argument.hpp"
#include "sim/cli/shard_argument.hpp"
#include "sim/cli/standing_rows.hpp"
#include "sim/engine/expectations.hpp"
#include "sim/sweep/run_cache.hpp"
#include "sim/text/escape.hpp"
#include "sim/text/number.hpp"
#include "sim/text/show_error.hpp"

namespace tokenlife::sim {

namespace {

std::vector<events::ClientStanding> in_order(std::vector<events::ClientStanding> clients) {
  std::sort(clients.begin(), clients.end(),
            [](const auto& a, const auto& b) { return a.number < b.number; });
  return clients;
}

SweepCommand sweep_of(const RunCommand& command) {
  SweepCommand sweep;
  sweep.scenario = command.scenario;
  sweep.set = command.set;
  sweep.seeds = *command.seeds;
  sweep.clients_scale = command.clients_scale;
  sweep.threads = command.threads;
  sweep.force = command.force;
  sweep.json = command.json;
  sweep.ranks = command.ranks;
  return sweep;
}

// The bytes of the log as it lies there; nothing if it was not finished. One of a run that was
// stopped stays a folder, to be gone on with.
std::optional<std::uint64_t> finish_log(const LogOutput& log, RunResult& result) {
  if (result.log_error) {
    result.log_error->advice =
        result.log.finished
            ? "what was written is a sound log; make room, and run again with --resume"
            : "make room, and run again with --resume";
  }
  if (!result.log.finished) return std::nullopt;
  if (result.stopped) return result.log.bytes;
  const auto bytes = log.finish(result.log.bytes);
  if (bytes) return *bytes;
  result.log_error = bytes.error();
  return std::nullopt;
}

std::string log_line(const std::string& place, std::uint64_t bytes, std::uint64_t events) {
  return fmt::format("Log  {}: {} bytes, {:.1f} an event\n", escape_text(place), grouped(bytes),
                     static_cast<double>(bytes) / static_cast<double>(events));
}

// Going on with a part of a run, its log lists that part alone: what else it holds would be lost.
Result<void, Error> check_keeps_all(const std::string& place, const LogOutput& output,
                                    const RunOptions& options) {
  auto there = events::LogReader::open(place);
  if (!there) there = events::LogReader::open(output.folder());
  if (!there) return {};  // which is said by whoever goes on with it
  const auto [first, end] = partitions_of_part(there->header().clients, options);
  const auto& held = there->partitions();
  if (held.empty() || (held.front().partition >= first && held.back().partition < end)) return {};
  return file_error(place, "holds clients of other parts, which would be lost",
                    "give a new folder, or leave out --shard");
}

// What is known before the run begins.
struct Ready {
  Scenario scenario;
  RunOptions options;
  std::optional<LogOutput> log;
};

Result<Ready, Error> make_ready(const RunCommand& command, Console& console) {
  auto scenario = load_scenario_with(command.scenario, {command.seed, command.clients_scale},
                                     settings_of(command.set));
  if (!scenario) return Failed<Error>(scenario.error());
  for (const Error& warning : scenario->warnings) console.say(show_warning(warning));

  RunOptions options;
  options.threads = command.threads;
  options.resume = command.resume;
  options.wanted = {command.json, command.stranded.has_value()};
  if (command.shard) {
    if (command.ranks != nullptr) {
      return usage_error("--shard is not for ranks, which are parts already", "leave it out");
    }
    const auto shard = parse_shard(*command.shard, "a run");
    if (!shard) return Failed<Error>(shard.error());
    if (has_capacity(*scenario)) {
      return usage_error(
          "a part of this run cannot be run alone: its endpoints have limits, and "
          "clients wait for each other",
          "run it in one piece, without --shard");
    }
    options.part = shard->part;
    options.parts = shard->parts;
  }
  auto log = command.log ? std::optional(LogOutput(*command.log)) : std::nullopt;
  if (log) options.log_folder = log->folder();
  if (command.ranks != nullptr) {
    options.ranks = command.ranks;
    options.part = command.ranks->rank();
    options.parts = command.ranks->size();
    // The rest is rank 0's.
    if (options.part > 0) return Ready{std::move(*scenario), options, std::move(log)};
  }
  if (log) {
    const auto can = command.resume ? log->prepare_resume(header_of(*scenario)) : log->check_new();
    if (!can) return Failed<Error>(can.error());
    if (command.resume && command.shard) {
      const auto keeps = check_keeps_all(*command.log, *log, options);
      if (!keeps) return Failed<Error>(keeps.error());
    }
    std::error_code error;
    if (command.resume && !std::filesystem::exists(*command.log, error) &&
        !std::filesystem::exists(log->folder(), error)) {
      console.say(fmt::format("tokenlife: {}: there is no such log, so the run begins anew",
                              escape_text(*command.log)));
    }
  }
  if (command.stranded) {
    auto taken = inputs_of(command.scenario, *scenario);
    if (log) {
      taken.push_back({*command.log, "the log itself"});
      taken.push_back({log->folder(), "the folder in which the log is written first"});
    }
    auto can = keep_apart(*command.stranded, taken);
    if (can) can = try_new_output(*command.stranded, command.force);
    if (!can) {
      return Failed<Error>(can.error());
    }
  }
  return Ready{std::move(*scenario), options, std::move(log)};
}

// That all are ready, for the same run.
Result<void, Error> agree_on(RunRanks& ranks, const Result<Ready, Error>& ready) {
  const auto own =
      ready ? Result<void, Error>() : Result<void, Error>(Failed<Error>(ready.error()));
  if (auto agreed = ranks.agree(own); !agreed) return agreed;
  const Scenario& scenario = ready->scenario;
  const auto keys = ranks.gather(run_key(scenario, scenario.seed, TOKENLIFE_VERSION_TEXT));
  Result<void, Error> same;
  for (std::size_t rank = 1; rank < keys.size() && same; ++rank) {
    if (keys[rank] == keys[0]) continue;
    same = usage_error(fmt::format("rank {} has a different scenario from rank 0, a different file "
                                   "that it names, or a different version of the program",
                                   rank),
                       "give all of them the same files");
  }
  return ranks.agree(same);
}

}  // namespace

ExitStatus run_command(const RunCommand& command, Console& console) {
  if (command.seeds) return sweep_command(sweep_of(command), console);
  RunRanks* const ranks = command.ranks;
  auto ready = make_ready(command, console);
  if (ranks != nullptr) {
    if (auto agreed = agree_on(*ranks, ready); !agreed) return Failed<Error>(agreed.error());
  }
  if (!ready) return Failed<Error>(ready.error());
  const auto& [scenario, options, log] = *ready;
  auto watched = run_watched(scenario, options, console);
  if (!watched) return Failed<Error>(watched.error());
  if (ranks != nullptr && ranks->rank() > 0) return 0;  // Rank 0 tells.
  RunResult& result = watched->result;
  const double wall = watched->wall_seconds;

  if (command.stranded) {
    const auto& clients = result.tally.spells.stranded_clients;
    if (auto written = replace_output(*command.stranded,
                                      standings_csv(in_order(clients), header_of(scenario)));
        !written) {
      return Failed<Error>(written.error());
    }
  }
  const auto bytes = log ? finish_log(*log, result) : std::nullopt;
  // An interrupted run is no run of the scenario: what it expects is not judged.
  const auto outcomes =
      result.log.complete ? judge_expectations(scenario, result) : std::vector<Outcome>{};
  if (command.json) {
    console.print(json_text(summary_json(scenario, result, outcomes, wall)) + "\n");
  } else {
    console.print(summary_text(scenario, result, outcomes, wall, console));
    if (bytes) console.print(log_line(*command.log, *bytes, result.log.events));
  }
  if (result.log_error) return Failed<Error>(*result.log_error);
  if (result.stopped) {
    console.say(log ? fmt::format("tokenlife: interrupted; what was written so far is a sound "
                                  "log{}: --resume continues it",
                                  log->is_packed() ? " in " + in_quotes(log->folder()) : "")
                    : "tokenlife: interrupted");
    return kInterrupted;
  }
  return all_hold(outcomes) ? 0 : 1;
}

}  // namespace tokenlife::sim
