#include "sim/cli/command_log_pack.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "events/journal.hpp"
#include "events/pack.hpp"
#include "events/verify.hpp"
#include "sim/cli/json_text.hpp"
#include "sim/cli/log_argument.hpp"
#include "sim/cli/log_output.hpp"
#include "sim/text/escape.hpp"
#include "sim/text/number.hpp"

namespace tokenlife::sim {
namespace {

void say_what_is_in(const events::LogReader& log, const std::string& place, std::uint64_t bytes,
                    bool json, Console& console) {
  const events::LogSummary& summary = log.summary();
  const std::string digest = events::to_string(summary.digest);
  if (json) {
    nlohmann::ordered_json object{{"log", place}};
    add_completeness(object, log);
    object["events"] = summary.events;
    object["bytes"] = bytes;
    object["digest"] = digest;
    console.print(json_text(object) + "\n");
    return;
  }
  console.print(fmt::format("{}: {}, {} bytes\nDigest  {}\n", escape_text(place),
                            counted(summary.events, "event"), grouped(bytes), digest));
}

// Bytes that are damaged are not handed on as if they were good.
Result<void, Error> check_bytes(const OpenedLog& log, unsigned threads) {
  const auto facts = events::verify_bytes(log, std::max(1U, threads));
  if (facts) return {};
  return Failed<Error>(error_of_bytes(facts.error(), log));
}

}  // namespace

ExitStatus log_pack_command(const LogPackCommand& command, Console& console) {
  const bool is_printed = command.out == "-";
  if (is_printed && command.json) {
    return usage_error("--json and -o - both want standard output", "leave one of them out");
  }
  const auto journal = open_journal(command.log);
  if (!journal) return Failed<Error>(journal.error());
  if (*journal) {
    return usage_error(fmt::format("{} is a site's journal", in_quotes(command.log)),
                       "give the folder of a run's log, or of a client");
  }
  const auto log = open_log(command.log);
  if (!log) return Failed<Error>(log.error());
  if (!log->summary().finished) {
    return file_error(command.log, "not finished: only a finished log can be packed",
                      advice_on_unfinished(*log));
  }
  if (auto good = check_bytes(*log, command.threads); !good) return Failed<Error>(good.error());
  if (!is_printed) {
    const auto bytes = events::pack(*log, command.out);
    if (!bytes) return Failed<Error>(error_of_output(bytes.error()));
    say_what_is_in(*log, command.out, *bytes, command.json, console);
    return 0;
  }
  const auto packed =
      events::pack(*log, [&](std::span<const std::byte> bytes) -> Result<void, events::LogError> {
        console.print({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
        return {};
      });
  if (!packed) return Failed<Error>(error_of_output(packed.error()));
  return 0;
}

ExitStatus log_unpack_command(const LogUnpackCommand& command, Console& console) {
  const auto unpacked = command.log == kStandardInput
                            ? events::unpack(STDIN_FILENO, "standard input", command.out)
                            : events::unpack(command.log, command.out);
  if (!unpacked) {
    Error error = error_of_bytes(unpacked.error(), command.log);
    if (error.what.starts_with("is a folder")) error.advice = "it need not be unpacked";
    if (unpacked.error().kind == events::LogError::Kind::exists) {
      error = error_of_output(unpacked.error());
    }
    return Failed<Error>(std::move(error));
  }
  const auto log = open_log(command.out);
  if (!log) return Failed<Error>(log.error());
  if (auto good = check_bytes(*log, command.threads); !good) return Failed<Error>(good.error());
  say_what_is_in(*log, command.out, log->summary().bytes, command.json, console);
  return 0;
}

}  // namespace tokenlife::sim
