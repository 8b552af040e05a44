// The command line of what analysts ask logs.
#include "sim/cli/arguments.hpp"
#include "sim/cli/command_events.hpp"
#include "sim/cli/command_explain.hpp"
#include "sim/cli/command_log.hpp"
#include "sim/cli/command_log_diff.hpp"
#include "sim/cli/command_log_merge.hpp"
#include "sim/cli/command_log_pack.hpp"
#include "sim/cli/command_log_salvage.hpp"
#include "sim/cli/command_log_sql.hpp"
#include "sim/cli/command_replay.hpp"
#include "sim/cli/command_report.hpp"
#include "sim/cli/command_rules.hpp"

namespace tokenlife::sim {
namespace {

void add_inputs(CLI::App& app, std::optional<std::string>& inputs) {
  app.add_option("--inputs", inputs,
                 "Look below this folder for the files that the log's scenario names");
}

void add_replay(CLI::App& app, Chosen& chosen) {
  auto [added, command] = add_command(
      app, chosen, "replay", "Rebuild client states from an event log", replay_command,
      "Examples:\n  tokenlife replay /tmp/fleet\n"
      "  tokenlife replay /tmp/fleet --at 120d\n"
      "  tokenlife replay /tmp/fleet --at 2026-05-01\n"
      "  tokenlife replay /tmp/fleet --state stranded --format csv\n"
      "  tokenlife replay /tmp/fleet --client commuters/17 --json\n"
      "Logs of earlier versions do not say why spells began: for these, the scenario in the log\n"
      "is run again for the clients that are shown.");
  added
      ->add_option("LOG", command.log,
                   "The folder of a log or a client; a packed log, or - for one on standard input")
      ->required();
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
  CLI::Option* format = added->add_option("--format", command.format,
                                          "The list's format: text, csv or jsonl (default: text)");
  format->check(one_of({"text", "csv", "jsonl"}))->needs(state);
  add_inputs(*added, command.inputs);
  add_threads(*added, command.threads);
  added->add_flag("--json", command.json, "Print JSON")->excludes(format);
}

void add_events(CLI::App& app, Chosen& chosen) {
  auto [added, command] = add_command(
      app, chosen, "events", "Print events, filtered", events_command,
      "For a site's folder: the events of its journal, which are the site's own, such as\n"
      "client-token-issued; those of a client on disk are in the client's folder.\n"
      "--order stored keeps nothing in memory: the site's events come first, then those of one\n"
      "client after another, each in order of time. Otherwise, events that do not fit into some\n"
      "40 MB are sorted in a file in TMPDIR.\n"
      "--count-by counts by day, hour, week (ISO 8601) or month, all in UTC, and by cohort,\n"
      "kind, reason, via (the endpoint: mp or cmg), cause (what an event follows from, not the\n"
      "cause of a spell) and client.\n"
      "--columns takes the names in the first line of --format csv. In CSV, an apostrophe is\n"
      "put before names that a spreadsheet would take for a formula.\n"
      "If the log is of an early version, which does not say why spells began, this is worked\n"
      "out from its scenario, and --inputs is as for explain.\n"
      "Examples:\n  tokenlife events /tmp/fleet --client commuters/17\n"
      "  tokenlife events /tmp/fleet --kind token-expired --from 90d\n"
      "  tokenlife events /tmp/fleet --from 2026-03-01 --to 2026-04-01\n"
      "  tokenlife events /tmp/fleet --format jsonl | jq -c .kind\n"
      "  tokenlife events /tmp/fleet --order stored --format csv > events.csv\n"
      "  tokenlife events /tmp/fleet --columns time,cohort,device,kind --format csv\n"
      "  tokenlife events /tmp/fleet --count-by day,kind\n"
      "  tokenlife events /tmp/fleet --count-by week,reason --kind renewal-failed --format csv\n"
      "  tokenlife events /srv/site --kind bulk-token-issued");
  added
      ->add_option("LOG", command.log,
                   "The folder of a log, a site or a client; a packed log, or - for one on "
                   "standard input")
      ->required();
  added->add_option("--client", command.client,
                    "Only this client's events: number, COHORT/NUMBER, COHORT/DEVICE or GUID");
  added->add_option("--kind", command.kinds, "Only events of this kind; may be repeated");
  added->add_option("--from", command.from,
                    "Only events from this moment on: 120d, 2026-05-01 or 2026-05-01T00:00:00Z");
  added->add_option("--to", command.to, "Only events before this moment");
  add_inputs(*added, command.inputs);
  CLI::Option* format =
      added->add_option("--format", command.format, "text, jsonl or csv (default: text)")
          ->check(one_of({"text", "jsonl", "csv"}));
  added->add_option("--order", command.order, "time, or stored: client by client (default: time)")
      ->check(one_of({"time", "stored"}));
  CLI::Option* columns =
      added->add_option("--columns", command.columns, "Only these columns, in this order: a,b,c")
          ->delimiter(',');
  added
      ->add_option("--count-by", command.count_by, "Count the events instead, by these fields: a,b")
      ->delimiter(',')
      ->excludes(columns);
  add_threads(*added, command.threads);
  added->add_flag("--json", command.json, "Print one object, with the rows in an array")
      ->excludes(format);
}

void add_explain(CLI::App& app, Chosen& chosen) {
  auto [added, command] = add_command(
      app, chosen, "explain", "Explain why a client is where it is", explain_command,
      "Shows where the client is and why, how it got there, and what comes next: this is in the\n"
      "log. What would have saved it, and when it was lost, comes from runs of this one client\n"
      "with the log's scenario and seed, and one thing changed in each. The scenario's inputs\n"
      "(traces, inventories) are looked for where it says, relative to the current folder, or\n"
      "below --inputs.\n"
      "Examples:\n  tokenlife explain /tmp/fleet seldom-seen/0\n"
      "  tokenlife explain /tmp/fleet laptops/LT-00066 --at 2026-08-01 --inputs scenarios\n"
      "  tokenlife explain /tmp/fleet 17 --json | jq -r '.\"saved-by\"[] | .change + \" \" + "
      ".value'");
  added->add_option("LOG", command.log, "The log's folder; a packed log, or -")->required();
  added
      ->add_option("CLIENT", command.client,
                   "A client's number, COHORT/NUMBER, COHORT/DEVICE or GUID")
      ->required();
  added->add_option("--at", command.at,
                    "A moment: 120d, 2026-05-01 or 2026-05-01T00:00:00Z (default: the run's end)");
  added->add_flag("--all", command.all,
                  "Show every event, without folding repetitions into one line");
  added->add_flag("--quick", command.quick,
                  "Leave out what would have saved it, and when it was lost");
  add_inputs(*added, command.inputs);
  add_threads(*added, command.threads);
  added->add_flag("--json", command.json, "Print JSON");
}

void add_report(CLI::App& app, Chosen& chosen) {
  auto [added, command] = add_command(
      app, chosen, "report", "Write a run, or two, as a page for a browser", report_command,
      "The page is one file that opens from disk and loads nothing from the network: who is\n"
      "stranded, when and why; the population over time, with what the scenario does; times\n"
      "without a good token; tokens; the lifecycle; the stranded clients, with the lives of the\n"
      "first of them. With two logs, both are in every chart, and the page says what became of\n"
      "their clients. The same log gives the same bytes.\n"
      "Examples:\n  tokenlife report /tmp/fleet -o fleet.html\n"
      "  tokenlife report /tmp/before /tmp/after -o compared.html --inputs scenarios\n"
      "  tokenlife report /tmp/fleet -o - > fleet.html");
  added
      ->add_option("LOG", command.logs,
                   "The folder of a run's log, a packed log, or -; or two of these, A and B")
      ->required()
      ->expected(1, 2);
  added->add_option("-o,--output,--out", command.output, "The file, or - for standard output")
      ->required();
  added->add_flag("--force", command.force, "Overwrite the -o file");
  add_inputs(*added, command.inputs);
  add_threads(*added, command.threads);
}

void add_log_verify(CLI::App& log, Chosen& chosen) {
  auto [added, command] = add_command(
      log, chosen, "verify", "Verify every byte and every event of a log", log_verify_command,
      "Every event has to be possible for its client, and to agree with the run's time and with\n"
      "what the site said: its policy, its signers, its bulk tokens. None of that proves that\n"
      "nobody edited the log and computed its digests anew. A digest that was kept proves it,\n"
      "and so does running the scenario in the log's header again with this program.\n"
      "The journal of a site may end in an incomplete write after a crash: that is reported,\n"
      "but is not damage.\n"
      "Exit status: 0 sound; 1 sound, but its digest differs, or its scenario gives a different\n"
      "log; 3 damaged.\n"
      "Examples:\n  tokenlife log verify /tmp/fleet\n"
      "  tokenlife log verify /tmp/fleet --digest $(cat digest-of-last-month)\n"
      "  tokenlife log verify /tmp/fleet --replay --inputs scenarios\n"
      "  tokenlife log verify - < fleet.tlog\n"
      "  tokenlife log verify /srv/site");
  added
      ->add_option("LOG", command.log,
                   "The folder of a log, a site or a client; a packed log, or - for one on "
                   "standard input")
      ->required();
  added->add_option("--digest", command.digest,
                    "The digest of the run, as `tokenlife run` printed it");
  added->add_flag("--replay", command.replay, "Run the scenario again, and compare");
  added->add_flag("--bytes-only", command.bytes_only,
                  "Verify only the bytes, not whether the events can have happened");
  add_inputs(*added, command.inputs);
  add_threads(*added, command.threads);
  added->add_flag("--json", command.json, "Print JSON");
}

void add_log_diff(CLI::App& log, Chosen& chosen) {
  auto [added, command] = add_command(
      log, chosen, "diff", "Show how two logs differ", log_diff_command,
      "Compares first the headers, with the scenarios' texts; then how clients ended in A and\n"
      "in B, and how often each kind of event happened; then it shows the first event that\n"
      "differs. Clients are matched by the names of their devices, or else by cohort and\n"
      "number.\n"
      "Exit status: 0 if the events are the same, whatever the headers say; 1 if they differ.\n"
      "Examples:\n  tokenlife log diff /tmp/before /tmp/after\n"
      "  tokenlife log diff /tmp/before /tmp/after --differing clients.csv\n"
      "  tokenlife log diff /tmp/before /tmp/after --json | jq .fates");
  added->add_option("LOG-A", command.a, "A log's folder; a packed log, or -")->required();
  added->add_option("LOG-B", command.b, "The other log's folder; a packed log, or -")->required();
  added->add_option("--differing", command.differing,
                    "Write the clients that ended differently to this new CSV file");
  added->add_flag("--force", command.force, "Overwrite the --differing file");
  add_inputs(*added, command.inputs);
  add_threads(*added, command.threads);
  added->add_flag("--json", command.json, "Print JSON");
}

void add_log_merge(CLI::App& log, Chosen& chosen) {
  auto [added, command] = add_command(
      log, chosen, "merge", "Join the logs of a run's parts into one", log_merge_command,
      "The parts are the logs that `tokenlife run --shard I/N` wrote, on one machine or\n"
      "several. The joined log is the same, byte for byte, as that of a run in one piece. Every\n"
      "event is checked; a part that is missing, is given twice or belongs to another run is\n"
      "named.\n"
      "Example:\n  tokenlife log merge part-1 part-2 part-3 -o /tmp/fleet");
  added->add_option("LOG", command.logs, "The folders of the parts' logs, or packed logs")
      ->required();
  added
      ->add_option("-o,--output,--out", command.out,
                   "A new folder, or a new file that ends in .tlog")
      ->required();
  added->add_flag("--json", command.json, "Print JSON");
}

void add_log_salvage(CLI::App& log, Chosen& chosen) {
  auto [added, command] = add_command(
      log, chosen, "salvage", "Save what is intact of a log that is cut off or damaged",
      log_salvage_command,
      "Writes a sound log of those clients whose events are all intact, and lists the others.\n"
      "From each partition (1,024 clients) it takes what comes before the first damage.\n"
      "Example:\n  tokenlife log salvage /tmp/fleet -o /tmp/saved");
  added->add_option("LOG", command.log, "The log's folder, or a packed log")->required();
  added
      ->add_option("-o,--output,--out", command.out,
                   "A new folder, or a new file that ends in .tlog")
      ->required();
  added->add_flag("--json", command.json, "Print JSON");
}

void add_log_pack(CLI::App& log, Chosen& chosen) {
  auto [added, command] = add_command(
      log, chosen, "pack", "Make one file from a log, to be copied, mailed or piped",
      log_pack_command,
      "Every command that reads a log takes such a file in place of the folder; the digest is\n"
      "the same, and equal logs give equal files. Every byte is checked. `tokenlife run --log\n"
      "FILE.tlog` writes such a file directly.\n"
      "Examples:\n  tokenlife log pack /tmp/fleet -o fleet.tlog\n"
      "  tokenlife log pack /tmp/fleet -o - | ssh there tokenlife log unpack - -o fleet");
  added->add_option("LOG", command.log, "The folder of a log or a client; a packed log, or -")
      ->required();
  added->add_option("-o,--output,--out", command.out, "A new file, or - for standard output")
      ->required();
  add_threads(*added, command.threads);
  added->add_flag("--json", command.json, "Print JSON");
}

void add_log_unpack(CLI::App& log, Chosen& chosen) {
  auto [added, command] = add_command(
      log, chosen, "unpack", "Make a folder from a packed log", log_unpack_command,
      "The folder is the one that was packed, byte for byte, and every byte is checked. If the\n"
      "file was cut off, no folder is made: `tokenlife log salvage` saves what is intact of it.\n"
      "Examples:\n  tokenlife log unpack fleet.tlog -o /tmp/fleet\n"
      "  curl https://example.com/fleet.tlog | tokenlife log unpack - -o /tmp/fleet");
  added->add_option("FILE", command.log, "A packed log, or - for one on standard input")
      ->required();
  added->add_option("-o,--output,--out", command.out, "A new folder")->required();
  add_threads(*added, command.threads);
  added->add_flag("--json", command.json, "Print JSON");
}

void add_log_sql(CLI::App& log, Chosen& chosen) {
  auto [added, command] = add_command(
      log, chosen, "sql", "Query a log with SQL", log_sql_command,
      "The tables are events, clients, tokens, spells, requests, site_events, days and run.\n"
      "SQLite reads them from the log itself, without an export: with conditions on client,\n"
      "time and kind only what is needed is read. `tokenlife log schema` lists the columns. A\n"
      "query is one SELECT, WITH or EXPLAIN; it writes nothing, and reads no other file. Counts\n"
      "may come from a log's index; `tokenlife log verify` checks it against the events.\n"
      "Examples:\n"
      "  tokenlife log sql /tmp/fleet \"select kind, count(*) from events group by kind\"\n"
      "  tokenlife log sql /tmp/fleet \"select * from events where client = 17\" --format csv\n"
      "  tokenlife log sql /tmp/fleet \"select day, stranded from days\" --json");
  added->add_option("LOG", command.log, "The log's folder, or a site's; a packed log, or -")
      ->required();
  added->add_option("SQL", command.sql, "The query")->required();
  CLI::Option* format =
      added->add_option("--format", command.format, "text, csv or jsonl (default: text)")
          ->check(one_of({"text", "csv", "jsonl"}));
  added->add_option("--limit", command.limit,
                    "Print at most this many rows (default: 1000 on a terminal, else all)");
  add_inputs(*added, command.inputs);
  added->add_flag("--json", command.json, "Print one object, with the rows in an array")
      ->excludes(format);
}

void add_log_export(CLI::App& log, Chosen& chosen) {
  auto [added, command] = add_command(
      log, chosen, "export", "Write a log for other programs", log_export_command,
      "The tables are the same as in `tokenlife log sql`. As SQLite they are a database file\n"
      "with indexes; as Parquet, for DuckDB, pandas, Spark and Trino, a folder for each table,\n"
      "with a file for every 1,024 clients, and times are timestamps in UTC.\n"
      "Examples:\n  tokenlife log export /tmp/fleet --sqlite fleet.db\n"
      "  tokenlife log export /tmp/fleet --parquet fleet.parquet\n"
      "  duckdb -c \"select kind, count(*) from 'fleet.parquet/events/*.parquet' group by kind\"\n"
      "  tokenlife log export /tmp/fleet --ccm logs --client commuters/17 --host cmg.contoso.com");
  added->add_option("LOG", command.log, "The log's folder, or a site's; a packed log, or -")
      ->required();
  CLI::Option* sqlite =
      added->add_option("--sqlite", command.sqlite, "Write an SQLite 3 database to this file");
  CLI::Option* parquet =
      added->add_option("--parquet", command.parquet, "Write Parquet files to this folder")
          ->excludes(sqlite);
  CLI::Option* ccm = added
                         ->add_option("--ccm", command.ccm,
                                      "Write log files like Configuration Manager's to this folder")
                         ->excludes(sqlite)
                         ->excludes(parquet);
  added
      ->add_option("--client", command.client,
                   "With --ccm: only this client, and what the site knew about it")
      ->needs(ccm);
  added->add_option("--host", command.host, "With --ccm: the CMG's name (default: cmg.example.com)")
      ->needs(ccm);
  added->add_flag("--force", command.force, "Overwrite the file or folder")->excludes(ccm);
  add_inputs(*added, command.inputs);
  add_threads(*added, command.threads);
}

void add_log_schema(CLI::App& log, Chosen& chosen) {
  auto [added, command] = add_command(
      log, chosen, "schema", "List the tables of `log sql` and `log export`", log_schema_command,
      "Example:\n  tokenlife log schema --json | jq -r '.tables[].name'");
  added->add_flag("--json", command.json, "Print JSON");
}

void add_log(CLI::App& app, Chosen& chosen) {
  CLI::App& log = command_group(app, "log", "Verify, compare, describe and query event logs");
  log.footer(
      "Examples:\n"
      "  tokenlife log verify /tmp/fleet\n"
      "  tokenlife log diff /tmp/before /tmp/after\n"
      "  tokenlife log info /tmp/fleet --json | jq -r '.\"scenario-text\"' > again.toml");
  add_log_verify(log, chosen);
  add_log_diff(log, chosen);
  add_log_merge(log, chosen);
  add_log_salvage(log, chosen);
  add_log_pack(log, chosen);
  add_log_unpack(log, chosen);
  add_log_sql(log, chosen);
  add_log_export(log, chosen);
  add_log_schema(log, chosen);
  auto [info, command] = add_command(
      log, chosen, "info", "Describe a log: header, counts, time span", log_info_command,
      "This is what the log says about itself: `tokenlife log verify` checks it. `transitions`\n"
      "identifies the transition table with which it was written.\n"
      "Example:\n  tokenlife log info /tmp/fleet --json");
  info->add_option("LOG", command.log,
                   "The folder of a log, a site or a client; a packed log, or - for one on "
                   "standard input")
      ->required();
  add_threads(*info, command.threads);
  info->add_flag("--json", command.json, "Print JSON");
}

void add_rules(CLI::App& app, Chosen& chosen) {
  auto [added, command] =
      add_command(app, chosen, "rules", "Print the rules: their text, source and tests",
                  rules_command, "Examples:\n  tokenlife rules\n  tokenlife rules R57 D8");
  added->add_option("ID", command.ids, "Rules, such as R57 (default: all, one line each)");
  added->add_flag("--json", command.json, "Print JSON");
}

}  // namespace

void add_log_commands(CLI::App& app, Chosen& chosen) {
  add_replay(app, chosen);
  add_explain(app, chosen);
  add_report(app, chosen);
  add_events(app, chosen);
  add_log(app, chosen);
  add_rules(app, chosen);
}

}  // namespace tokenlife::sim
