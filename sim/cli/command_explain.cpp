#include "sim/cli/command_explain.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "sim/analysis/explain.hpp"
#include "sim/cli/explain_report.hpp"
#include "sim/cli/json_text.hpp"
#include "sim/cli/log_argument.hpp"

namespace tokenlife::sim {
ExitStatus explain_command(const ExplainCommand& command, Console& console) {
  if (auto good = refuse_journal(command.log); !good) return Failed<Error>(good.error());
  const auto log = open_log(command.log);
  if (!log) {
    return not_a_log(log.error(), command.log, command.client, "LOG CLIENT");
  }
  const auto number = find_held_client(*log, command.client);
  if (!number) return Failed<Error>(number.error());
  const auto moment = moment_within(*log, command.at);
  if (!moment) return Failed<Error>(moment.error());
  say_if_incomplete(*log, console, !command.json);
  const auto explained =
      explain(*log, *number,
              {*moment, command.inputs, command.all ? Folding::none : Folding::repetitions,
               command.quick, std::max(1U, command.threads)});
  if (!explained) return Failed<Error>(point_to_verify(explained.error()));
  const ExplainReport report{log->header(), *explained, command.quick, command.all};
  if (command.json) {
    auto json = explain_json(report);
    add_completeness(json, *log);
    console.print(json_text(json) + "\n");
  } else {
    console.print(explain_text(report, console));
  }
  return 0;
}

}  // namespace tokenlife::sim
