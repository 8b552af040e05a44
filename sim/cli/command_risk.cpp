#include "sim/cli/command_risk.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "sim/cli/json_text.hpp"
#include "sim/cli/output_file.hpp"
#include "sim/cli/progress.hpp"
#include "sim/cli/risk_report.hpp"
#include "sim/cli/seed_range.hpp"
#include "sim/cli/set_argument.hpp"
#include "sim/cli/time_left.hpp"
#include "sim/text/duration.hpp"
#include "sim/text/escape.hpp"
#include "sim/text/number.hpp"
#include "sim/text/show_error.hpp"
#include "sim/text/time.hpp"

namespace tokenlife::sim {
namespace {

Result<Instant, Error> time_of(const std::string& option, const std::string& text,
                               const Scenario& scenario) {
  const auto moment = parse_moment(text, scenario.start);
  if (!moment) {
    return usage_error(fmt::format("{}: {}", option, moment.error()),
                       "write it as in 60d, after the run's start, or 2026-01-01T00:00:00Z");
  }
  if (*moment >= Instant{} && *moment <= at(scenario.duration)) return *moment;
  return usage_error(fmt::format("{} {} is not in the run", option, in_quotes(text)),
                     fmt::format("it is from {} to {}", rfc3339(scenario.start),
                                 rfc3339(scenario.start, at(scenario.duration))));
}

Result<void, Error> set_times(const RiskCommand& command, const Scenario& scenario,
                              RiskOptions& options) {
  options.known_at = scenario.reseed ? scenario.reseed->at : Instant{};
  if (command.known_at) {
    const auto known = time_of("--known-at", *command.known_at, scenario);
    if (!known) return Failed<Error>(known.error());
    if (scenario.reseed && *known > scenario.reseed->at) {
      return usage_error(
          fmt::format("--known-at {} is after the scenario's `reseed` at {}",
                      in_quotes(*command.known_at), rfc3339(scenario.start, scenario.reseed->at)),
          "choose an earlier time, or leave one of them out");
    }
    options.known_at = at(round_up(known->time_since_epoch(), scenario.tick));
  }
  options.at = at(scenario.duration) - scenario.tick;
  if (command.at) {
    const auto last = time_of("--at", *command.at, scenario);
    if (!last) return Failed<Error>(last.error());
    const Duration since = last->time_since_epoch();
    options.at = std::min(options.at, at(since - since % scenario.tick));
  }
  if (options.known_at <= options.at) return {};
  return usage_error(
      fmt::format("what is known at {} leaves nothing open up to {}",
                  rfc3339(scenario.start, options.known_at), rfc3339(scenario.start, options.at)),
      "choose an earlier --known-at, or a later --at");
}

bool has_inventory(const Scenario& scenario) {
  return std::any_of(scenario.cohorts.begin(), scenario.cohorts.end(),
                     [](const Cohort& cohort) { return cohort.inventory != nullptr; });
}

// A model's clients at its start are nobody's.
void warn_if_nothing_is_known(const RiskCommand& command, Scenario& scenario) {
  if (has_inventory(scenario) || command.known_at || scenario.reseed) return;
  scenario.warnings.push_back(
      {ErrorKind::input, command.scenario,
       "nothing is known of these clients: each is as much at risk as its cohort",
       "give an `inventory`, --known-at or [run] reseed"});
}

Result<std::vector<Forecasted>, Error> forecasts_of(const Truth& truth, const Scenario& scenario,
                                                    const std::vector<Risk>& risks,
                                                    std::uint32_t seeds, const std::string& path) {
  std::vector<Forecasted> forecasts;
  for (const Risk& risk : risks) {
    const std::string& device = device_of(scenario, risk.client);
    const auto found = device.empty() ? truth.end() : truth.find(device);
    if (found == truth.end()) continue;
    // An inventory says who is stranded then, not who was before.
    const double probability = static_cast<double>(risk.stranded_at_end) / seeds;
    forecasts.push_back({risk.client.value, probability, found->second});
  }
  if (!forecasts.empty()) return forecasts;
  return input_error(path, "none of its devices is in the scenario's inventories",
                     "name devices as the inventories do");
}

Result<void, Error> print(const RiskCommand& command, const RiskReport& report, Console& console) {
  if (command.output) {
    if (auto written = replace_output(*command.output, risk_csv(report)); !written) return written;
  }
  if (command.json) {
    console.print(json_text(risk_json(report)) + "\n");
  } else if (command.csv || command.format == "csv") {
    console.print(risk_csv(report));
  } else if (command.format == "jsonl") {
    console.print(risk_jsonl(report));
  } else {
    console.print(risk_text(report, console));
  }
  return {};
}

}  // namespace

ExitStatus risk_command(const RiskCommand& command, Console& console) {
  auto scenario = load_scenario_with(command.scenario, {}, settings_of(command.set));
  if (!scenario) return Failed<Error>(scenario.error());
  RiskOptions options;
  const auto seeds = parse_seeds(command.seeds);
  if (!seeds) return Failed<Error>(seeds.error());
  options.first_seed = seeds->first;
  options.last_seed = seeds->last;
  options.threads = std::max(1U, command.threads);
  if (auto set = set_times(command, *scenario, options); !set) return Failed<Error>(set.error());
  warn_if_nothing_is_known(command, *scenario);
  std::optional<Truth> truth;
  if (command.truth) {
    if (!has_inventory(*scenario)) {
      return input_error(command.scenario,
                         "the scenario has no inventory: its clients have no names by which "
                         "--truth could speak of them",
                         "give a cohort an `inventory`, or leave --truth out");
    }
    auto loaded = load_truth(*command.truth);
    if (!loaded) return Failed<Error>(loaded.error());
    truth = std::move(*loaded);
  }
  if (command.output) {
    auto taken = inputs_of(command.scenario, *scenario);
    if (command.truth) taken.push_back({*command.truth, "the --truth file"});
    auto ready = keep_apart(*command.output, taken);
    if (ready) ready = try_new_output(*command.output, command.force);
    if (!ready) {
      return Failed<Error>(ready.error());
    }
  }
  for (const Error& warning : scenario->warnings) console.say(show_warning(warning));

  const SignalWatch signals;
  const TimeLeft left;
  options.go_on = [&](std::size_t done) {
    console.show_progress(fmt::format("{} of {} clients{}", grouped(done),
                                      grouped(scenario->clients),
                                      left.words(done, scenario->clients)));
    return !interrupted();
  };
  auto risks = risk(*scenario, options);
  console.show_progress("");
  if (!risks) {
    console.say("tokenlife: interrupted; nothing is known about the other clients yet");
    return kInterrupted;
  }
  std::optional<BackTest> test;
  std::size_t unknown_devices = 0;
  if (truth) {
    auto forecasts = forecasts_of(*truth, *scenario, *risks, options.seeds(), *command.truth);
    if (!forecasts) return Failed<Error>(forecasts.error());
    unknown_devices = truth->size() - std::min(truth->size(), forecasts->size());
    test = back_test(std::move(*forecasts));
  }
  sort_by_risk(*risks);
  if (auto done = print(command, {*scenario, options, *risks, test, unknown_devices}, console);
      !done) {
    return Failed<Error>(done.error());
  }
  return 0;
}

}  // namespace tokenlife::sim
