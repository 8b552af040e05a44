#include <fmt/format.h>

#include <chrono>
#include <nlohmann/json.hpp>

#include "sim/cli/command_run.hpp"
#include "sim/cli/json_text.hpp"
#include "sim/cli/progress.hpp"
#include "sim/cli/report.hpp"
#include "sim/engine/expectations.hpp"
#include "sim/text/escape.hpp"
#include "sim/text/number.hpp"
#include "sim/text/show_error.hpp"

namespace tokenlife::sim {

ExitStatus run_command(const RunCommand& command, Console& console) {
  const auto scenario = load_scenario(command.scenario, {command.seed, command.clients_scale});
  if (!scenario) return Failed<Error>(scenario.error());
  for (const Error& warning : scenario->warnings) console.say(show_warning(warning));

  RunOptions options;
  options.threads = command.threads;
  if (command.log) options.log_folder = *command.log;
  const auto begin = std::chrono::steady_clock::now();
  const auto result = run_watched(*scenario, options, console);
  if (!result) return Failed<Error>(result.error());
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - begin;

  // An interrupted run is no run of the scenario: what it expects is not judged.
  const auto outcomes =
      result->log.complete ? judge_expectations(*scenario, *result) : std::vector<Outcome>{};
  if (command.json) {
    console.print(json_text(summary_json(*scenario, *result, outcomes, wall.count())) + "\n");
  } else {
    console.print(summary_text(*scenario, *result, outcomes, wall.count(), console));
    if (command.log) {
      console.print(fmt::format(
          "Log  {}: {} bytes, {:.1f} an event\n", escape_text(*command.log),
          grouped(result->log.bytes),
          static_cast<double>(result->log.bytes) / static_cast<double>(result->log.events)));
    }
  }
  if (!result->log.complete) {
    console.say("tokenlife: interrupted; what was written so far is a sound log");
    return kInterrupted;
  }
  return all_hold(outcomes) ? 0 : 1;
}

}  // namespace tokenlife::sim
