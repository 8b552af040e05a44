#include "sim/cli/command_explain.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "sim/analysis/explain.hpp"
#include "sim/cli/explain_report.hpp"
#include "sim/cli/json_text.hpp"
#include "sim/cli/log_argument.hpp"
#include "sim/text/escape.hpp"

namespace tokenlife::sim {
namespace {

// An interrupted run did not come to all of its clients.
bool has_client(const events::LogReader& log, ClientNumber client) {
  const events::PartitionSummary* partition = log.partition_of(client);
  return partition != nullptr && client.value % events::kPartitionClients < partition->clients;
}

}  // namespace

ExitStatus explain_command(const ExplainCommand& command, Console& console) {
  const auto journal = open_journal(command.log);
  if (!journal) return Failed<Error>(journal.error());
  if (*journal) {
    return usage_error("the journal of a site holds no events of clients",
                       "a client on disk has a log of its own in its folder");
  }
  const auto log = open_log(command.log);
  if (!log) return Failed<Error>(log.error());
  const auto number = find_client(log->header(), command.client);
  if (!number) return Failed<Error>(number.error());
  const auto moment = moment_within(*log, command.at);
  if (!moment) return Failed<Error>(moment.error());
  if (!log->summary().complete) {
    console.say("tokenlife: the run was interrupted; this log holds some of its clients");
    if (!has_client(*log, *number)) {
      return usage_error(fmt::format("the run was interrupted before it came to client {}",
                                     in_quotes(command.client)));
    }
  }
  const auto explained =
      explain(*log, *number,
              {*moment, command.inputs, command.all ? Folding::none : Folding::repetitions,
               command.quick, std::max(1U, command.threads)});
  if (!explained) return Failed<Error>(explained.error());
  const ExplainReport report{log->header(), *explained, command.quick};
  console.print(command.json ? json_text(explain_json(report)) + "\n"
                             : explain_text(report, console));
  return 0;
}

}  // namespace tokenlife::sim
