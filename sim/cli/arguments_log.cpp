// The command line of what analysts ask logs.
#include "sim/cli/arguments.hpp"
#include "sim/cli/command_events.hpp"
#include "sim/cli/command_log.hpp"
#include "sim/cli/command_replay.hpp"
#include "sim/cli/command_rules.hpp"

namespace tokenlife::sim {
namespace {

void add_replay(CLI::App& app, Chosen& chosen) {
  auto [added, command] =
      add_command(app, chosen, "replay", "Rebuild client states from an event log", replay_command,
                  "Examples:\n"
                  "  tokenlife replay /tmp/fleet\n"
                  "  tokenlife replay /tmp/fleet --at 120d\n"
                  "  tokenlife replay /tmp/fleet --at 2026-05-01\n"
                  "  tokenlife replay /tmp/fleet --state stranded --format csv\n"
                  "  tokenlife replay /tmp/fleet --client commuters/17 --json");
  added->add_option("LOG", command.log, "The log's folder")->required();
  added->add_option(
      "--at", command.at,
      "A moment: 120d, 2026-05-01 or 2026-05-01T00:00:00Z (default: the run's end, or the "
      "last event of a client on disk)");
  CLI::Option* client = added->add_option(
      "--client", command.client, "A client's number, COHORT/NUMBER, COHORT/DEVICE or GUID");
  CLI::Option* state =
      added->add_option("--state", command.state,
                        "List the clients in this state: one of the lifecycle, stranded or "
                        "out-of-service");
  state->excludes(client);
  added->add_option("--format", command.format, "Of that list: text, csv or jsonl (default: text)")
      ->check(CLI::IsMember({"text", "csv", "jsonl"}))
      ->needs(state);
  add_threads(*added, command.threads);
  added->add_flag("--json", command.json, "Print JSON");
}

void add_events(CLI::App& app, Chosen& chosen) {
  auto [added, command] = add_command(
      app, chosen, "events", "Print events, filtered", events_command,
      "For a site's folder: the events of its journal, which has none of clients.\n"
      "--order stored keeps nothing in memory: the site's events, then client by "
      "client, each\none's in order of time. Otherwise what does not fit into some 40 MB "
      "is sorted in a file in\nTMPDIR.\n"
      "Examples:\n"
      "  tokenlife events /tmp/fleet --client commuters/17\n"
      "  tokenlife events /tmp/fleet --kind token-expired --from 90d\n"
      "  tokenlife events /tmp/fleet --from 2026-03-01 --to 2026-04-01\n"
      "  tokenlife events /tmp/fleet --format jsonl | jq -c .kind\n"
      "  tokenlife events /tmp/fleet --order stored --format csv > events.csv\n"
      "  tokenlife events /srv/site --kind bulk-token-issued");
  added->add_option("LOG", command.log, "The log's folder, or a site's")->required();
  added->add_option("--client", command.client,
                    "Only this client's events: number, COHORT/NUMBER or GUID");
  added->add_option("--kind", command.kinds, "Only events of this kind; may be repeated");
  added->add_option("--from", command.from,
                    "Only events from this moment on: 120d, 2026-05-01 or 2026-05-01T00:00:00Z");
  added->add_option("--to", command.to, "Only events before this moment");
  added->add_option("--format", command.format, "text, jsonl or csv (default: text)")
      ->check(CLI::IsMember({"text", "jsonl", "csv"}));
  added->add_option("--order", command.order, "time, or stored: client by client (default: time)")
      ->check(CLI::IsMember({"time", "stored"}));
}

void add_log(CLI::App& app, Chosen& chosen) {
  CLI::App& log = command_group(app, "log", "Verify and describe event logs");
  log.footer(
      "Examples:\n"
      "  tokenlife log verify /tmp/fleet\n"
      "  tokenlife log info /tmp/fleet --json | jq -r '.\"scenario-text\"' > again.toml");
  auto verify = add_command(
      log, chosen, "verify", "Verify every byte and every event of a log", log_verify_command,
      "The journal of a site may end in an incomplete write after a crash: that is reported, and "
      "is no\n"
      "damage.\n"
      "Examples:\n  tokenlife log verify /tmp/fleet\n"
      "  tokenlife log verify /srv/site");
  auto info = add_command(log, chosen, "info", "Describe a log: header, counts, time span",
                          log_info_command,
                          "As the log says of itself: `tokenlife log verify` checks it.\n"
                          "Example:\n  tokenlife log info /tmp/fleet --json");
  for (Added<LogCommand>* either : {&verify, &info}) {
    either->app->add_option("LOG", either->command.log, "The log's folder, or a site's")
        ->required();
    add_threads(*either->app, either->command.threads);
    either->app->add_flag("--json", either->command.json, "Print JSON");
  }
}

void add_rules(CLI::App& app, Chosen& chosen) {
  auto [added, command] =
      add_command(app, chosen, "rules", "Print the rules: their text, source and tests",
                  rules_command, "Examples:\n  tokenlife rules\n  tokenlife rules R57 D8");
  added->add_option("ID", command.ids, "Rules, such as R57 (default: all, a line each)");
  added->add_flag("--json", command.json, "Print JSON");
}

}  // namespace

void add_log_commands(CLI::App& app, Chosen& chosen) {
  add_replay(app, chosen);
  add_events(app, chosen);
  add_log(app, chosen);
  add_rules(app, chosen);
}

}  // namespace tokenlife::sim
