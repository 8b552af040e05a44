// The command line of what developers and CI run: scenarios, random ones, the model checker.
#include "sim/cli/arguments.hpp"

#include <charconv>

#include "sim/cli/command_check.hpp"
#include "sim/cli/command_machine.hpp"
#include "sim/cli/command_run.hpp"
#include "sim/cli/command_soak.hpp"
#include "sim/cli/command_test.hpp"
#include "sim/text/escape.hpp"

namespace tokenlife::sim {
namespace {

void add_run(CLI::App& app, Chosen& chosen) {
  auto [added, command] =
      add_command(app, chosen, "run", "Run a scenario and say what came of it", run_command,
                  "Examples:\n"
                  "  tokenlife run scenarios/mixed-fleet.toml\n"
                  "  tokenlife run scenarios/mixed-fleet.toml --seed 7 --log /tmp/fleet\n"
                  "  tokenlife run scenarios/mixed-fleet.toml --json | jq .stranded");
  added->add_option("SCENARIO", command.scenario, "The scenario file")->required();
  added->add_option("--seed", command.seed, "Another seed than the scenario's")->check(is_seed);
  added->add_option("--log", command.log, "Write the events to this folder, which must not exist");
  added->add_option("--clients-scale", command.clients_scale,
                    "So many times the clients of every cohort");
  added->add_option("--threads", command.threads, "How many threads; all cores if absent")
      ->check(CLI::Range(1U, 1024U));
  added->add_flag("--json", command.json, "The summary as one JSON object");
}

void add_test(CLI::App& app, Chosen& chosen) {
  auto [added, command] = add_command(
      app, chosen, "test", "Run many scenarios and report like a test runner", test_command,
      "A scenario's expectations are a test, called like its file. So is each property of "
      "every run\n"
      "that `tokenlife soak` knows, called like scenarios/clocks.toml: replay. Properties "
      "are asked\n"
      "of the first 20 clients of each cohort; of fewer, and then of the run's beginning, if "
      "they\n"
      "have more than 100,000 events.\n"
      "Examples:\n"
      "  tokenlife test scenarios\n"
      "  tokenlife test scenarios --filter 'cmg-outage' --junit report.xml\n"
      "  tokenlife test scenarios --filter ': replay$'\n"
      "  tokenlife test scenarios/mixed-fleet.toml --seeds 1..100\n"
      "  tokenlife test scenarios --coverage");
  added->add_option("PATH", command.paths, "Scenario files, or folders to search for .toml files")
      ->required();
  added->add_option("--filter", command.filter,
                    "Only tests in whose name this regular expression finds something");
  added->add_flag("--scenarios-only", command.scenarios_only, "Expectations, and no properties");
  added->add_option("--junit", command.junit, "Write a JUnit XML report to this file");
  added->add_option("--seeds", command.seeds, "Run every test with every seed of the range A..B");
  added->add_flag("--coverage", command.coverage,
                  "Also say which transitions, reasons and rules were met, and which never");
}

void add_soak(CLI::App& app, Chosen& chosen) {
  auto [added, command] = add_command(
      app, chosen, "soak", "Hold random scenarios to what must hold of every run", soak_command,
      "A scenario that fails is made as small as it can be and written to a "
      "file.\n"
      "Examples:\n"
      "  tokenlife soak --for 10m\n"
      "  tokenlife soak --for 8h --seed 1000000 --out /tmp/found");
  added->add_option("--for", command.length, "How long: 30s, 10m, 8h")->required();
  added->add_option("--seed", command.seed, "The seed of the first scenario, 1 if absent")
      ->check(is_seed);
  added->add_option("--out", command.out,
                    "The folder for a scenario that fails; this one if absent");
}

void add_check(CLI::App& app, Chosen& chosen) {
  auto [added, command] =
      add_command(app, chosen, "check",
                  "Explore every state that the rules allow, and say what holds", check_command,
                  "Examples:\n"
                  "  tokenlife check\n"
                  "  tokenlife check --unit 10d --with outage,block,rotate,bulk\n"
                  "  tokenlife check --clients 1 --with bulk,reinstall --latency 2 --json");
  added->add_option("--clients", command.clients, "How many clients, 1 to 4; 2 if absent")
      ->check(CLI::Range(1U, 4U));
  added->add_option("--days", command.days, "Stop at this many units of time; never if absent")
      ->check(CLI::Range(1U, 10'000U));
  added->add_option("--unit", command.unit, "The step of time; 1d if absent");
  added->add_option("--latency", command.latency, "Units from a request to its answer, 1 to 3")
      ->check(CLI::Range(1U, 3U));
  added->add_option("--with", command.with,
                    "What may happen, separated by commas: none, or outage, lose-answers, block,\n"
                    "cmg-setting, bulk, rotate, reinstall, restart, upgrade, pki; outage,block if "
                    "absent");
  added->add_option("--mp", command.mp, "enhanced-http or https")
      ->check(CLI::IsMember({"enhanced-http", "https"}));
  added->add_flag("--no-internal-registration", command.no_internal_registration,
                  "MPs register no self-signed clients");
  added->add_flag("--no-symmetry", command.no_symmetry,
                  "Tell states apart that differ in who is who only");
  added->add_option("--max-states", command.max_states, "Stop at this many states")
      ->check(CLI::Range(1U, 4'000'000'000U));
  added->add_option("--counterexample", command.counterexample,
                    "Write the scenario that shows what does not hold to this new file");
  added->add_flag("--json", command.json, "As one JSON object");
}

void add_machine(CLI::App& app, Chosen& chosen) {
  auto [added, command] = add_command(
      app, chosen, "machine", "Print the lifecycle, as the program runs it", machine_command,
      "Examples:\n"
      "  tokenlife machine\n"
      "  tokenlife machine --format dot | dot -Tsvg > lifecycle.svg");
  added->add_option("--format", command.format, "table, dot, mermaid or scxml")
      ->check(CLI::IsMember({"table", "dot", "mermaid", "scxml"}));
}

}  // namespace

// What is wrong with a seed, which CLI11 would wrap around or cut off.
std::string is_seed(const std::string& text) {
  std::uint64_t seed = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seed);
  if (error == std::errc{} && end == text.data() + text.size()) return "";
  return in_quotes(text) + " is no whole number from 0 to 18446744073709551615";
}

void add_run_commands(CLI::App& app, Chosen& chosen) {
  add_run(app, chosen);
  add_test(app, chosen);
  add_soak(app, chosen);
  add_check(app, chosen);
  add_machine(app, chosen);
}

}  // namespace tokenlife::sim
