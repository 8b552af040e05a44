#include "sim/cli/command_log_merge.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "events/join.hpp"
#include "sim/cli/json_text.hpp"
#include "sim/cli/log_argument.hpp"
#include "sim/cli/log_output.hpp"
#include "sim/text/escape.hpp"
#include "sim/text/number.hpp"

namespace tokenlife::sim {

ExitStatus log_merge_command(const LogMergeCommand& command, Console& console) {
  const LogOutput out(command.out);
  if (auto ready = out.check_new(); !ready) return Failed<Error>(ready.error());
  const auto joined = events::join({command.logs.begin(), command.logs.end()}, out.folder());
  if (!joined) {
    Error error = point_to_verify(error_of_output(joined.error()));
    // Which logs are given is the command line's; what is in them is a file's.
    if (joined.error().kind == events::LogError::Kind::misuse) {
      error.kind = ErrorKind::input;
      error.advice = "give each part of one run once, as `run --shard` wrote it";
    }
    return Failed<Error>(std::move(error));
  }
  const auto bytes = out.finish(joined->bytes);
  if (!bytes) return Failed<Error>(bytes.error());
  const std::string digest = events::to_string(joined->digest);
  if (command.json) {
    const nlohmann::ordered_json json{{"log", command.out},
                                      {"complete", joined->complete},
                                      {"events", joined->events},
                                      {"bytes", *bytes},
                                      {"digest", digest}};
    console.print(json_text(json) + "\n");
  } else {
    console.print(fmt::format("{}: {}, {} bytes\nDigest  {}\n", escape_text(command.out),
                              counted(joined->events, "event"), grouped(*bytes), digest));
  }
  return 0;
}

}  // namespace tokenlife::sim
