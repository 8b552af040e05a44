// The command line of what runs a scenario many times.
#include "sim/cli/arguments.hpp"

#include "sim/cli/command_risk.hpp"
#include "sim/cli/command_sweep.hpp"

namespace tokenlife::sim {
namespace {

// How rows are printed.
void add_format(CLI::App& app, std::string& format, bool& csv, bool& json) {
  CLI::Option* of_rows = app.add_option("--format", format, "text, csv or jsonl (default: text)")
                             ->check(one_of({"text", "csv", "jsonl"}));
  CLI::Option* as_csv = app.add_flag("--csv", csv, "The same as --format csv")->excludes(of_rows);
  app.add_flag("--json", json, "Print one object, with the rows in an array")
      ->excludes(of_rows)
      ->excludes(as_csv);
}

void add_risk(CLI::App& app, Chosen& chosen) {
  auto [added, command] = add_command(
      app, chosen, "risk", "Rank the clients by how likely they are to be stranded", risk_command,
      "Continues the scenario's known past with many seeds: one past, many futures. For each\n"
      "client it gives the share of futures in which the client is stranded at --at or at any\n"
      "time before, with its 95 % interval (Wilson), the median date, and the most frequent\n"
      "cause. The ten clients that are most at risk are shown, without those that are stranded\n"
      "already; all are in the -o file. --truth says who was stranded at --at, and forecasts of\n"
      "just that are compared with it: reliability (of the devices with 30 %, were 30 %\n"
      "stranded?), the Brier score (the forecasts' mean squared error; 0 is perfect), and the\n"
      "devices that were the biggest surprises.\n"
      "Examples:\n  tokenlife risk fleet.toml --seeds 1..200 -o risk.csv\n"
      "  tokenlife risk fleet.toml --at 2026-09-01 --set action.0.for=14d\n"
      "  tokenlife risk fleet.toml --known-at 60d --json | jq '.clients[0]'\n"
      "  tokenlife risk fleet.toml --at 90d --truth later-inventory.csv");
  added->add_option("SCENARIO", command.scenario, "The scenario file")->required();
  added->add_option("--seeds", command.seeds,
                    "One future for each seed from A to B, written A..B (default: 1..100)");
  added->add_option("--at", command.at,
                    "Who is stranded by then: a time, or a duration after the run's start\n"
                    "(default: the end)");
  added->add_option(
      "--known-at", command.known_at,
      "Until then, all futures share the scenario's own past (default: the moment of\n"
      "`reseed` in the scenario's [run], from which another seed is used, or the run's start)");
  add_set(*added, command.set);
  added->add_option("-o,--output,--out", command.output, "Write all clients to this new CSV file");
  added->add_option("--truth", command.truth,
                    "What happened: a CSV file with the columns device,stranded (0 or 1), which\n"
                    "names devices of the scenario's inventories");
  added->add_flag("--force", command.force, "Overwrite the -o file");
  add_threads(*added, command.threads);
  add_format(*added, command.format, command.csv, command.json);
}

}  // namespace

void add_sweep(CLI::App& app, Chosen& chosen, RunRanks* ranks) {
  auto [added, command] = add_command(
      app, chosen, "sweep", "Run a scenario with different values, each with many seeds",
      sweep_command,
      "Every combination of the values is run with the same seeds, and has a row: means with\n"
      "95 % intervals (Student's t), and the mean difference from the first combination, seed\n"
      "by seed. Metrics: stranded (at the end), stranded-peak, peak-renewals-per-hour, spells,\n"
      "spells.CAUSE, requests-per-client-day, out-of-service-days, longest-queue and wait-p99\n"
      "(the wait that 99 % of requests do not exceed, in seconds), both at the endpoint where\n"
      "they are longer, and the kinds of events, which are counted. Expectations are not\n"
      "checked. Ctrl-C prints what is done.\n"
      "Examples:\n  tokenlife sweep fleet.toml --vary site.renew-after=20d,30d,45d\n"
      "  tokenlife sweep fleet.toml --vary action.0.for=7d,21d --vary site.renew-after=20d,30d "
      "--best\n"
      "  tokenlife sweep fleet.toml --vary cohort.laptops.clients=500,5000 --metric "
      "spells.offline\n"
      "  tokenlife sweep fleet.toml --vary site.token-validity=90d,180d --cache runs --csv\n"
      "  tokenlife sweep fleet.toml --vary site.renew-after=20d,30d,45d --report sweep.html\n"
      "  tokenlife sweep fleet.toml --vary site.mp=https,enhanced-http --shard 2/5 -o part-2\n"
      "  tokenlife sweep --merge part-1 part-2 part-3 part-4 part-5 --best");
  command.ranks = ranks;
  if (ranks != nullptr) command.threads = ranks->threads();
  CLI::Option* scenario = added->add_option("SCENARIO", command.scenario, "The scenario file");
  CLI::Option* vary =
      added
          ->add_option("--vary", command.vary,
                       "KEY=A,B,C: run with each of these values; with several, all\n"
                       "combinations are run; the last --vary changes fastest")
          ->allow_extra_args(false);
  add_set(*added, command.set);
  added->add_option("--seeds", command.seeds,
                    "Run with each seed from A to B, written A..B (default: 1..10)");
  added
      ->add_option("--metric", command.metrics,
                   "What to compare; may be repeated (default: stranded, stranded-peak and\n"
                   "peak-renewals-per-hour)")
      ->allow_extra_args(false)
      ->delimiter(',');
  added->add_flag(
      "--best", command.best,
      "Name the combination that leaves the fewest stranded, and what it costs in requests");
  added->add_option(
      "--cache", command.cache,
      "A folder in which the numbers of runs are kept: a run that is there is not repeated");
  CLI::Option* report =
      added->add_option("--report", command.report,
                        "Write the table, and a chart for each metric, as a page to this new file");
  CLI::Option* shard = added->add_option(
      "--shard", command.shard,
      "Make the Ith of N parts of the runs, written I/N, and write their numbers to the -o\n"
      "file, for --merge");
  CLI::Option* output =
      added->add_option("-o,--output,--out", command.output, "The new file for that part")
          ->needs(shard);
  shard->needs(output);
  shard->excludes(report);
  added->add_flag("--force", command.force,
                  "Allow more than 10,000 runs, and overwrite the -o or --report file");
  CLI::Option* merge = added->add_option(
      "--merge", command.merge,
      "In place of a scenario, files from --shard: all parts of one sweep, in any order. Prints\n"
      "what a single process would have printed");
  for (CLI::Option* other : {scenario, vary, shard}) merge->excludes(other);
  for (const char* other : {"--set", "--seeds", "--metric", "--cache"}) {
    merge->excludes(added->get_option(other));
  }
  add_threads(*added, command.threads);
  add_format(*added, command.format, command.csv, command.json);
}

void add_sweep_commands(CLI::App& app, Chosen& chosen) {
  add_sweep(app, chosen, nullptr);
  add_risk(app, chosen);
}

}  // namespace tokenlife::sim
