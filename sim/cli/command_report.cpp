#include "sim/cli/command_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "events/journal.hpp"
#include "events/log.hpp"
#include "sim/analysis/explain.hpp"
#include "sim/analysis/held_clients.hpp"
#include "sim/cli/log_argument.hpp"
#include "sim/cli/output_file.hpp"
#include "sim/report/lives.hpp"
#include "sim/report/page.hpp"
#include "sim/text/escape.hpp"

namespace tokenlife::sim {
namespace {

Result<OpenedLog, Error> open_for_report(const std::string& folder, Console& console) {
  const auto journal = open_journal(folder);
  if (!journal) return Failed<Error>(journal.error());
  if (*journal) {
    return usage_error(
        fmt::format("{} is a site's journal, which has no clients", in_quotes(folder)),
        "give the folder of a run's log");
  }
  auto log = open_log(folder);
  if (!log) return log;
  if (events::is_of_client(log->header())) {
    return usage_error(
        fmt::format("{} is the log of a client on disk, not of a run", in_quotes(folder)),
        "`tokenlife explain LOG 0` and `tokenlife events LOG` show it");
  }
  say_if_incomplete(*log, console);
  return log;
}

Result<ReportedRun, Error> reported(const events::LogReader& log, const ReportCommand& command,
                                    Console& console) {
  const unsigned threads = std::max(1U, command.threads);
  const bool are_two = command.logs.size() > 1;
  auto fleet = count_fleet(log, threads, are_two ? Fates::wanted : Fates::left_out);
  if (!fleet) return Failed<Error>(point_to_verify(to_error(fleet.error())));
  const ExplainedLog explained(log, command.inputs);
  if (explained.scenario() == nullptr) {
    console.say(fmt::format(
        "tokenlife: what was done to clients is left out of the page, since the scenario cannot be "
        "read: {}",
        escape_text(explained.why_not())));
  }
  ReportedRun run{log, std::move(*fleet), marks_of(log, explained.scenario()), {}};
  std::vector<ClientNumber> first;
  for (const events::ClientStanding& standing : run.fleet.stranded_now) {
    if (first.size() < kLivesMax) first.push_back(standing.number);
  }
  auto lives = lives_of(explained, first, run.marks, threads);
  if (!lives) return Failed<Error>(point_to_verify(lives.error()));
  run.lives = std::move(*lives);
  return run;
}

std::vector<MatchedClient> matched(const ReportedRun& a, const ReportedRun& b) {
  auto clients = match_clients(a.log.header(), b.log.header()).clients;
  std::erase_if(clients, [&](const MatchedClient& client) {
    return !holds_client(a.log, client.a) || !holds_client(b.log, client.b);
  });
  for (MatchedClient& client : clients) {
    client.fate_a = a.fleet.fates[client.a.value];
    client.fate_b = b.fleet.fates[client.b.value];
  }
  return clients;
}

}  // namespace

ExitStatus report_command(const ReportCommand& command, Console& console) {
  if (auto good = check_read_once(command.logs); !good) return Failed<Error>(good.error());
  const bool is_printed = command.output == "-";
  std::vector<std::unique_ptr<OpenedLog>> logs;
  for (const std::string& folder : command.logs) {
    auto log = open_for_report(folder, console);
    if (!log) return Failed<Error>(log.error());
    logs.push_back(std::make_unique<OpenedLog>(std::move(*log)));
    if (is_printed) continue;
    if (auto good = keep_apart(command.output, {{folder, "the log itself"}}); !good) {
      return Failed<Error>(good.error());
    }
  }
  if (!is_printed) {
    if (auto ready = try_new_output(command.output, command.force); !ready) {
      return Failed<Error>(ready.error());
    }
  }
  std::vector<ReportedRun> runs;
  for (const auto& log : logs) {
    auto run = reported(*log, command, console);
    if (!run) return Failed<Error>(run.error());
    runs.push_back(std::move(*run));
  }
  Report report{{}, {}, TOKENLIFE_VERSION_TEXT};
  for (const ReportedRun& run : runs) report.runs.push_back(&run);
  if (runs.size() > 1) report.matches = matched(runs[0], runs[1]);
  const std::string page = report_page(report);
  if (is_printed) {
    console.print(page);
    return 0;
  }
  if (auto written = replace_output(command.output, page); !written) {
    return Failed<Error>(written.error());
  }
  return 0;
}

}  // namespace tokenlife::sim
