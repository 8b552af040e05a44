// Checks and describes logs.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "events/verify.hpp"
#include "sim/cli/command_log.hpp"
#include "sim/cli/json_text.hpp"
#include "sim/cli/log_argument.hpp"
#include "sim/site/site_store.hpp"
#include "sim/text/duration.hpp"
#include "sim/text/escape.hpp"
#include "sim/text/number.hpp"
#include "sim/text/time.hpp"

namespace tokenlife::sim {
namespace {

struct LogAndFacts {
  events::LogReader log;
  events::LogFacts facts;
};

Result<LogAndFacts, Error> check(const LogCommand& command) {
  auto log = open_log(command.log);
  if (!log) return Failed<Error>(log.error());
  const auto facts = events::verify(*log, command.threads);
  if (!facts) return Failed<Error>(to_error(facts.error()));
  return LogAndFacts{std::move(*log), *facts};
}

// By what it says of itself, if it does.
Result<LogAndFacts, Error> describe(const LogCommand& command) {
  auto log = open_log(command.log);
  if (!log) return Failed<Error>(log.error());
  const auto facts = events::told_facts(*log);
  return facts ? LogAndFacts{std::move(*log), *facts} : check(command);
}

nlohmann::ordered_json kinds_json(const events::LogFacts& facts) {
  auto kinds = nlohmann::ordered_json::object();
  for (std::size_t k = 0; k < kEventKinds; ++k) {
    if (facts.of_kind[k] > 0) kinds[std::string(Names<EventKind>::values[k])] = facts.of_kind[k];
  }
  return kinds;
}

std::string kinds_text(const events::LogFacts& facts) {
  std::string text;
  for (std::size_t k = 0; k < kEventKinds; ++k) {
    if (facts.of_kind[k] == 0) continue;
    text +=
        fmt::format("    {:<28}{:>14}\n", Names<EventKind>::values[k], grouped(facts.of_kind[k]));
  }
  return text;
}

// ---- A run's log -------------------------------------------------------------------------------

nlohmann::ordered_json json_of(const LogAndFacts& checked) {
  const events::LogHeader& header = checked.log.header();
  const auto start = header.start();
  nlohmann::ordered_json json;
  json["log"] = checked.log.folder().string();
  json["scenario"] = scenario_name(header);
  json["scenario-text"] = header.scenario_text;
  json["seed"] = header.seed;
  json["clients-scale"] = header.clients_scale;
  json["clients"] = header.clients;
  json["start"] = rfc3339(start);
  json["duration"] = header.duration.count();
  json["tick"] = header.tick.count();
  json["complete"] = checked.log.summary().complete;
  json["digest"] = events::to_string(checked.log.summary().digest);
  json["lifecycle"] = fmt::format("{:016x}", header.lifecycle_fingerprint);
  json["events"] = checked.facts.events;
  json["first"] = rfc3339(start, checked.facts.first);
  json["last"] = rfc3339(start, checked.facts.last);
  json["files"] = checked.facts.files;
  json["bytes"] = checked.facts.bytes;
  json["event-kinds"] = kinds_json(checked.facts);
  auto& cohorts = json["cohorts"] = nlohmann::ordered_json::array();
  for (const events::LogCohort& cohort : header.cohorts) {
    cohorts.push_back({{"name", cohort.name}, {"clients", cohort.clients}});
  }
  auto& inputs = json["inputs"] = nlohmann::ordered_json::array();
  for (const events::LogInput& input : header.inputs) {
    inputs.push_back({{"name", input.name}, {"sha256", events::to_string(input.digest)}});
  }
  return json;
}

std::string text_of(const LogAndFacts& checked) {
  const events::LogHeader& header = checked.log.header();
  const auto start = header.start();
  std::string text = fmt::format(
      "{}\n"
      "  seed       {}\n"
      "  clients    {} in {}\n"
      "  run        {} from {}, tick {}\n"
      "  state      {}\n"
      "  digest     {}\n"
      "  lifecycle  {:016x}\n"
      "  files      {}, {} bytes, {:.1f} an event\n"
      "  events     {}, from {} to {}\n",
      escape_text(scenario_name(header)), header.seed, grouped(header.clients),
      counted(header.cohorts.size(), "cohort"), to_text(header.duration), rfc3339(start),
      to_text(header.tick), checked.log.summary().complete ? "complete" : "interrupted",
      events::to_string(checked.log.summary().digest), header.lifecycle_fingerprint,
      grouped(checked.facts.files), grouped(checked.facts.bytes),
      static_cast<double>(checked.facts.bytes) / static_cast<double>(checked.facts.events),
      grouped(checked.facts.events), rfc3339(start, checked.facts.first),
      rfc3339(start, checked.facts.last));
  text += kinds_text(checked.facts);
  for (const events::LogInput& input : header.inputs) {
    text += fmt::format("  input      {}  {}\n", events::to_string(input.digest),
                        escape_text(input.name));
  }
  return text;
}

// ---- The journal of a site on disk -------------------------------------------------------------

struct CheckedJournal {
  const std::string& folder;
  const events::JournalContent& journal;
  events::LogFacts facts;
};

// Whoever reads a journal has checked it.
CheckedJournal facts_of(const std::string& folder, const events::JournalContent& journal) {
  CheckedJournal checked{folder, journal, {}};
  events::LogFacts& facts = checked.facts;
  facts.events = journal.events.size();
  facts.first = journal.events.front().time;
  facts.last = journal.events.back().time;
  facts.files = 1;
  facts.bytes = journal.bytes;
  for (const auto& e : journal.events) ++facts.of_kind[static_cast<std::size_t>(kind_of(e.event))];
  return checked;
}

std::chrono::sys_seconds start_of(const events::JournalContent& journal) {
  return std::chrono::sys_seconds{std::chrono::seconds{journal.start_unix_seconds}};
}

nlohmann::ordered_json json_of(const CheckedJournal& checked) {
  const auto start = start_of(checked.journal);
  nlohmann::ordered_json json;
  json["site"] = checked.folder;
  json["tenant"] = to_string(checked.journal.site.tenant);
  json["start"] = rfc3339(start);
  json["digest"] = events::to_string(checked.journal.digest);
  json["events"] = checked.facts.events;
  json["first"] = rfc3339(start, checked.facts.first);
  json["last"] = rfc3339(start, checked.facts.last);
  json["files"] = checked.facts.files;
  json["bytes"] = checked.facts.bytes;
  json["torn-bytes"] = checked.journal.torn_bytes;
  json["event-kinds"] = kinds_json(checked.facts);
  return json;
}

std::string text_of(const CheckedJournal& checked) {
  const auto start = start_of(checked.journal);
  return fmt::format(
             "A site on disk, with the tenant {}\n"
             "  digest     {}\n"
             "  file       {} bytes\n"
             "  events     {}, from {} to {}\n",
             to_string(checked.journal.site.tenant), events::to_string(checked.journal.digest),
             grouped(checked.facts.bytes), grouped(checked.facts.events),
             rfc3339(start, checked.facts.first), rfc3339(start, checked.facts.last)) +
         kinds_text(checked.facts);
}

// ---- Either ------------------------------------------------------------------------------------

enum class Telling : std::uint8_t { verdict, description };

template <class AnyChecked>
std::string verdict_on(const AnyChecked& checked, const events::Digest& digest,
                       std::string_view remark) {
  return fmt::format(
      "sound: {} in {} bytes of {}, every byte and every event checked{}\n"
      "digest  {}\n",
      counted(checked.facts.events, "event"), grouped(checked.facts.bytes),
      counted(checked.facts.files, "file"), remark, events::to_string(digest));
}

ExitStatus tell(const LogCommand& command, Telling telling, Console& console) {
  const auto say = [&](const auto& checked, const events::Digest& digest, std::string_view remark) {
    console.print(command.json                  ? json_text(json_of(checked)) + "\n"
                  : telling == Telling::verdict ? verdict_on(checked, digest, remark)
                                                : text_of(checked));
    return 0;
  };
  const auto journal = open_journal(command.log);
  if (!journal) return Failed<Error>(journal.error());
  if (*journal) {
    // What a crash cut off was never acknowledged: the rest is sound without it.
    if ((*journal)->torn_bytes != 0) {
      console.say("tokenlife: " + escape_text(torn_end(command.log, **journal)));
    }
    return say(facts_of(command.log, **journal), (*journal)->digest, "");
  }
  const auto checked = telling == Telling::verdict ? check(command) : describe(command);
  if (!checked) return Failed<Error>(checked.error());
  const events::LogSummary& summary = checked->log.summary();
  return say(*checked, summary.digest, summary.complete ? "" : "; the run was interrupted");
}

}  // namespace

ExitStatus log_verify_command(const LogCommand& command, Console& console) {
  return tell(command, Telling::verdict, console);
}

ExitStatus log_info_command(const LogCommand& command, Console& console) {
  return tell(command, Telling::description, console);
}

}  // namespace tokenlife::sim
