// The command line of what developers and CI run: scenarios, random ones, the model checker.
#include "sim/cli/arguments.hpp"

#include "sim/cli/command_check.hpp"
#include "sim/cli/command_fit.hpp"
#include "sim/cli/command_machine.hpp"
#include "sim/cli/command_run.hpp"
#include "sim/cli/command_schema.hpp"
#include "sim/cli/command_soak.hpp"
#include "sim/cli/command_test.hpp"

namespace tokenlife::sim {
namespace {

void add_test(CLI::App& app, Chosen& chosen) {
  auto [added, command] = add_command(
      app, chosen, "test", "Run scenarios as tests", test_command,
      "A scenario's expectations are one test, named after its file. Each property that must\n"
      "hold of every run, whatever the scenario, is another, as in\n"
      "\"scenarios/clocks.toml: replay\". `tokenlife soak` checks the same properties. They are\n"
      "checked on the first 20 clients of each cohort; if these have more than 100,000 events,\n"
      "on fewer clients; if one client of each cohort still has too many, only on the beginning\n"
      "of the run. In folders, hidden files are passed over, and a .toml file without a `format`\n"
      "key is skipped. Ctrl-C skips what is left, and still reports. Under GitHub Actions\n"
      "(GITHUB_ACTIONS=true) each failure is also an annotation on its file.\n"
      "--json prints one object: passed, failed, skipped (counts), interrupted, tests (each with\n"
      "file, name, verdict, seconds; seed if --seeds was given; message unless it passed; "
      "reproduce\n"
      "if it failed) and wall-seconds. A verdict is passed, failed, error or skipped.\n"
      "Examples:\n  tokenlife test scenarios\n"
      "  tokenlife test scenarios --list --filter 'cmg-outage'\n"
      "  tokenlife test scenarios --filter ': replay$' --fail-fast\n"
      "  tokenlife test scenarios --junit report.xml --color always\n"
      "  tokenlife test scenarios --json | jq -r '.tests[] | select(.verdict == \"failed\").name'\n"
      "  tokenlife test scenarios/mixed-fleet.toml --seeds 1..100\n"
      "  tokenlife test scenarios/clocks.toml --set site.leeway=10m\n"
      "  tokenlife test scenarios --coverage\n"
      "  tokenlife test scenarios/clocks.toml --watch");
  added->add_option("PATH", command.paths, "Scenario files, or folders to search for .toml files")
      ->required();
  added->add_option("--filter", command.filter,
                    "Run only tests whose name, without a seed, matches this regular expression");
  added->add_flag("--scenarios-only", command.scenarios_only,
                  "Check expectations only, not the properties of every run");
  added->add_option("--seeds", command.seeds,
                    "Run every test with each seed from A to B, written A..B");
  add_set(*added, command.set);
  CLI::Option* list =
      added->add_flag("--list", command.list, "Print the tests' names, and run none");
  added
      ->add_flag("--fail-fast", command.fail_fast,
                 "Skip all tests after the first one that fails, in the order of --list")
      ->excludes(list);
  added->add_option("--junit", command.junit, "Write a JUnit XML report to this file")
      ->excludes(list);
  CLI::Option* coverage =
      added
          ->add_flag("--coverage", command.coverage,
                     "Report which transitions, reasons and rules the tests covered")
          ->excludes(list);
  added->add_flag("--json", command.json, "Print JSON")->excludes(coverage);
  added
      ->add_flag("--watch", command.watch,
                 "Run the tests again whenever a scenario, or a trace or inventory that one names, "
                 "changes; Ctrl-C ends it")
      ->excludes(list);
}

void add_soak(CLI::App& app, Chosen& chosen) {
  auto [added, command] = add_command(
      app, chosen, "soak", "Property-test the engine with random scenarios", soak_command,
      "Runs random scenarios, and checks the properties that must hold of every run. A scenario\n"
      "that fails is made as small as possible and written to a file.\n"
      "Examples:\n  tokenlife soak --for 10m\n"
      "  tokenlife soak --for 8h --seed 1000000 --out /tmp/found");
  added->add_option("--for", command.length, "How long, such as 30s, 10m or 8h")->required();
  added->add_option("--seed", command.seed, "Seed of the first scenario (default: 1)")
      ->check(decimal(0, UINT64_MAX));
  added->add_option("--out", command.out,
                    "Folder for a scenario that fails (default: the current folder)");
}

void add_fit(CLI::App& app, Chosen& chosen) {
  auto [added, command] = add_command(
      app, chosen, "fit", "Fit cohorts to part of a recording, and forecast the rest", fit_command,
      "The cohorts are learned from the recording's first part, the training part. They and the\n"
      "network model `resample` (blocks of what the same device did in that part, drawn by\n"
      "chance and put together anew) forecast the rest, with 200 seeds each: what was observed\n"
      "stands beside the interval that holds 95 % of the forecasts. A period longer than any\n"
      "device was observed for cannot be checked, and is shown as not observable. The cohorts\n"
      "come last, as TOML to put after [run] in a scenario.\n"
      "Examples:\n  tokenlife fit phones.csv\n"
      "  tokenlife fit relays.csv --span relays.span.csv --until 300d\n"
      "  tokenlife fit relays.csv --until 2026-03-01\n"
      "  tokenlife fit relays.csv --json | jq -r .toml");
  added
      ->add_option("TRACE", command.trace,
                   "A CSV file of when each device was on which network, with the header "
                   "device,time,network")
      ->required();
  added->add_option("--span", command.span,
                    "A CSV file of when each device was observed, with the header\n"
                    "device,observed_from,observed_to (default: from its first to its last row)");
  added->add_option("--until", command.until,
                    "Where the training part ends: a time, or a duration after the recording's\n"
                    "beginning (default: after two thirds of each device's own span)");
  add_threads(*added, command.threads);
  added->add_flag("--json", command.json, "Print JSON");
}

void add_check(CLI::App& app, Chosen& chosen) {
  auto [added, command] = add_command(
      app, chosen, "check", "Model-check the rules: explore every reachable state", check_command,
      "Tries every order in which clients, site, settings and outages can act, one unit of time\n"
      "after another, and says whether the rules hold in each state. Where one does not, a\n"
      "shortest path to that state is printed; what the search did not get far enough to decide\n"
      "is `open`.\n"
      "Exit status: 0 no rule was seen broken; 1 one was.\n"
      "Examples:\n  tokenlife check\n"
      "  tokenlife check --clients 2 --with outage,block,rotate,bulk\n"
      "  tokenlife check --with restart,outage --latency 2 --json");
  added->add_option("--clients", command.clients, "Number of clients, 1 to 4 (default: 1)")
      ->check(decimal(1, 4));
  added
      ->add_option("--horizon,--days", command.days,
                   "Stop after this many units of time, which are days only with --unit 1d: with "
                   "--unit 10d, 9 units are 90 days (default: no limit)")
      ->check(decimal(1, 10'000));
  added->add_option("--unit", command.unit, "Length of a unit of time (default: 10d)");
  added
      ->add_option("--latency", command.latency,
                   "Units from a request to its answer, 1 to 3 (default: 1)")
      ->check(decimal(1, 3));
  added->add_option(
      "--with", command.with,
      "What may happen, separated by commas: none, or outage, lose-answers, block,\n"
      "cmg-setting (clients may be told not to use the CMG), cmg-news (they learn of\n"
      "that with the site's next answer), bulk (tokens), rotate (signing\n"
      "certificates), reinstall, restart (of agents: tokens are renewed only then),\n"
      "upgrade (from a version that gets no token), pki, pki-expiry (default: all but\n"
      "restart, cmg-news and pki-expiry)");
  added
      ->add_option("--mp", command.mp,
                   "Kind of management point: enhanced-http or https (default: enhanced-http)")
      ->check(one_of({"enhanced-http", "https"}));
  added->add_flag("--no-internal-registration", command.no_internal_registration,
                  "Management points register no self-signed clients");
  added->add_flag("--no-symmetry", command.no_symmetry,
                  "Explore separately the states that differ only in which client is which");
  added
      ->add_option("--max-states", command.max_states,
                   "Stop after the step in which this many states are reached (default: no limit)")
      ->check(decimal(1, 4'000'000'000));
  added->add_option("--counterexample", command.counterexample,
                    "Write the counterexample as a scenario to this new file");
  added->add_flag("--json", command.json, "Print JSON");
}

void add_machine(CLI::App& app, Chosen& chosen) {
  auto [added, command] =
      add_command(app, chosen, "machine", "Print the lifecycle's transition table", machine_command,
                  "Examples:\n"
                  "  tokenlife machine\n"
                  "  tokenlife machine --format dot | dot -Tsvg > lifecycle.svg");
  added->add_option("--format", command.format, "table, dot, mermaid or scxml (default: table)")
      ->check(one_of({"table", "dot", "mermaid", "scxml"}));
}

}  // namespace

void add_schema(CLI::App& app, Chosen& chosen) {
  auto [added, command] = add_command(
      app, chosen, "schema", "Print the JSON Schema of scenario files, for editors", schema_command,
      "The schema is JSON Schema draft-07, generated from the code that reads scenarios.\n"
      "scenarios/.taplo.toml passes it to editors that use Taplo, such as VS Code with Even\n"
      "Better TOML.\n"
      "Example:\n  tokenlife schema scenario > scenario.schema.json");
  added->add_option("KIND", command.of, "The kind of file: scenario")
      ->required()
      ->check(one_of({"scenario"}));
}

void add_run(CLI::App& app, Chosen& chosen, RunRanks* ranks) {
  auto [added, command] =
      add_command(app, chosen, "run", "Run a scenario and print a summary", run_command,
                  "Examples:\n"
                  "  tokenlife run scenarios/mixed-fleet.toml\n"
                  "  tokenlife run scenarios/mixed-fleet.toml --seed 7 --log /tmp/fleet\n"
                  "  tokenlife run scenarios/mixed-fleet.toml --seed 7 --log /tmp/fleet --resume\n"
                  "  tokenlife run scenarios/mixed-fleet.toml --log fleet.tlog\n"
                  "  tokenlife run scenarios/mixed-fleet.toml --set site.renew-after=40d\n"
                  "  tokenlife run scenarios/mixed-fleet.toml --stranded stranded.csv\n"
                  "  tokenlife run scenarios/mixed-fleet.toml --json | jq .stranded");
  command.ranks = ranks;
  if (ranks != nullptr) command.threads = ranks->threads();
  added->add_option("SCENARIO", command.scenario, "The scenario file")->required();
  CLI::Option* seed = added->add_option("--seed", command.seed, "Override the scenario's seed")
                          ->check(decimal(0, UINT64_MAX));
  CLI::Option* log = added->add_option(
      "--log", command.log,
      "Write the event log to this new folder, such as /tmp/fleet; or to one file, if the name "
      "ends in .tlog");
  added
      ->add_flag("--resume", command.resume,
                 "Continue that log if a crash, a power failure or a full disk cut it off; begin "
                 "it if there is none")
      ->needs(log);
  CLI::Option* shard = added->add_option(
      "--shard", command.shard,
      "Run the Ith of N parts of the fleet, written I/N; the scenario's expectations are not "
      "checked. `tokenlife log merge` joins the logs of all parts");
  add_set(*added, command.set);
  added
      ->add_option("--clients-scale", command.clients_scale,
                   "Multiply every cohort's client count (default: 1)")
      ->check(above_zero);
  add_threads(*added, command.threads);
  CLI::Option* stranded =
      added->add_option("--stranded", command.stranded,
                        "Write the clients that are stranded at the end to this new CSV file");
  added
      ->add_option("--seeds", command.seeds,
                   "Run with each seed from A to B, written A..B, and print the means, as "
                   "`tokenlife sweep` does")
      ->excludes(seed)
      ->excludes(log)
      ->excludes(stranded)
      ->excludes(shard);
  added->add_flag("--force", command.force, "Overwrite the --stranded file");
  added->add_flag("--json", command.json, "Print JSON, with the population day by day");
}

void add_run_commands(CLI::App& app, Chosen& chosen) {
  add_run(app, chosen, nullptr);
  add_test(app, chosen);
  add_soak(app, chosen);
  add_fit(app, chosen);
  add_check(app, chosen);
  add_machine(app, chosen);
  add_schema(app, chosen);
}

}  // namespace tokenlife::sim
