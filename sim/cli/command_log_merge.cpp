#include "sim/cli/command_log_merge.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "events/join.hpp"
#include "sim/cli/json_text.hpp"
#include "sim/text/escape.hpp"
#include "sim/text/number.hpp"

namespace tokenlife::sim {

ExitStatus log_merge_command(const LogMergeCommand& command, Console& console) {
  const auto joined = events::join({command.logs.begin(), command.logs.end()}, command.out);
  if (!joined) {
    Error error = to_error(joined.error());
    // Which logs are given is the command line's; what is in them is a file's.
    if (joined.error().kind == events::LogError::Kind::misuse) error.kind = ErrorKind::input;
    return Failed<Error>(std::move(error));
  }
  const std::string digest = events::to_string(joined->digest);
  if (command.json) {
    const nlohmann::ordered_json json{{"log", command.out},
                                      {"complete", joined->complete},
                                      {"events", joined->events},
                                      {"bytes", joined->bytes},
                                      {"digest", digest}};
    console.print(json_text(json) + "\n");
  } else {
    console.print(fmt::format("{}: {}, {} bytes\nDigest  {}\n", escape_text(command.out),
                              counted(joined->events, "event"), grouped(joined->bytes), digest));
  }
  return 0;
}

}  // namespace tokenlife::sim
