#include "sim/cli/command_log_salvage.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "events/journal.hpp"
#include "events/salvage.hpp"
#include "sim/cli/json_text.hpp"
#include "sim/cli/log_argument.hpp"
#include "sim/cli/log_output.hpp"
#include "sim/site/client_log.hpp"
#include "sim/text/escape.hpp"
#include "sim/text/number.hpp"

namespace tokenlife::sim {
namespace {

// Partitions that were lost for one reason are one loss to whoever reads of them.
std::vector<events::LostClients> merged(const std::vector<events::LostClients>& lost) {
  std::vector<events::LostClients> ranges;
  for (const events::LostClients& some : lost) {
    const bool goes_on = !ranges.empty() && ranges.back().last + 1 == some.first &&
                         ranges.back().why.what == some.why.what && !some.why.offset;
    if (goes_on) {
      ranges.back().last = some.last;
    } else {
      ranges.push_back(some);
    }
  }
  return ranges;
}

// The log was found: advice on which one to give is beside the point.
std::string why_of(const events::LostClients& range) {
  Error error = to_error(range.why);
  error.advice.clear();
  return to_string(error);
}

nlohmann::ordered_json json_of(const LogSalvageCommand& command, const events::Salvaged& salvaged) {
  nlohmann::ordered_json json;
  json["log"] = command.out;
  json["complete"] = salvaged.log.complete;
  json["clients"] = salvaged.clients;
  json["events"] = salvaged.log.events;
  json["digest"] = events::to_string(salvaged.log.digest);
  auto& lost = json["lost"] = nlohmann::ordered_json::array();
  for (const events::LostClients& range : merged(salvaged.lost)) {
    lost.push_back({{"first", range.first}, {"last", range.last}, {"why", why_of(range)}});
  }
  return json;
}

std::string text_of(const LogSalvageCommand& command, const events::Salvaged& salvaged) {
  std::string text =
      fmt::format("{}: {} intact, {}\n", escape_text(command.out),
                  counted(salvaged.clients, "client"), counted(salvaged.log.events, "event"));
  if (salvaged.lost.empty()) text += "Nothing is lost\n";
  for (const events::LostClients& range : merged(salvaged.lost)) {
    text +=
        fmt::format("Lost  clients {:>10} to {:<10}  {}\n", range.first, range.last, why_of(range));
  }
  return text + fmt::format("Digest  {}\n", events::to_string(salvaged.log.digest));
}

}  // namespace

ExitStatus log_salvage_command(const LogSalvageCommand& command, Console& console) {
  if (command.log == "-") {
    return usage_error("`log salvage` does not read standard input",
                       "save the log to a file, and give that");
  }
  const auto journal = open_journal(command.log);
  if (!journal || *journal) {
    return usage_error(fmt::format("{} is a site's journal", in_quotes(command.log)),
                       "`tokenlife site repair DIR --salvage` shows what can be read of one");
  }
  if (log_generation(command.log)) {
    return file_error(command.log,
                      "is the folder of a client on disk, which `log salvage` does not take",
                      kDamagedClientAdvice);
  }
  const LogOutput out(command.out);
  if (auto ready = out.check_new(); !ready) return Failed<Error>(ready.error());
  const auto salvaged = events::salvage(command.log, out.folder());
  if (!salvaged) {
    const bool is_taken = salvaged.error().kind == events::LogError::Kind::exists;
    return Failed<Error>(is_taken ? error_of_output(salvaged.error())
                                  : error_of_bytes(salvaged.error(), command.log));
  }
  if (auto packed = out.finish(salvaged->log.bytes); !packed) return Failed<Error>(packed.error());
  console.print(command.json ? json_text(json_of(command, *salvaged)) + "\n"
                             : text_of(command, *salvaged));
  return 0;
}

}  // namespace tokenlife::sim
