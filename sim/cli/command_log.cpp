// Checks and describes logs.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/hex.hpp"
#include "events/log.hpp"
#include "events/verify.hpp"
#include "sim/analysis/log_scenario.hpp"
#include "sim/analysis/rerun.hpp"
#include "sim/cli/command_log.hpp"
#include "sim/cli/event_writer.hpp"
#include "sim/cli/json_text.hpp"
#include "sim/cli/log_argument.hpp"
#include "sim/cli/progress.hpp"
#include "sim/scenario/renewal_terms.hpp"
#include "sim/site/site_files.hpp"
#include "sim/site/site_store.hpp"
#include "sim/text/duration.hpp"
#include "sim/text/escape.hpp"
#include "sim/text/number.hpp"
#include "sim/text/time.hpp"

namespace tokenlife::sim {
namespace {

struct LogAndFacts {
  OpenedLog log;
  events::LogFacts facts;
  // What was not checked, and why; empty if all was.
  std::string unchecked{};
};

Result<LogAndFacts, Error> check(const LogVerifyCommand& command) {
  auto log = open_log(command.log);
  if (!log) return Failed<Error>(log.error());
  if (command.bytes_only) {
    const auto facts = events::verify_bytes(*log, command.threads);
    if (!facts) return Failed<Error>(error_of_bytes(facts.error(), *log));
    return LogAndFacts{std::move(*log), *facts, "the events, since --bytes-only asks for bytes"};
  }
  std::vector<events::RenewalTerms> renewals;
  std::string unchecked = "what the site's journal says: which tokens it issued, and when";
  if (!events::is_of_client(log->header())) {
    unchecked.clear();
    const auto scenario = scenario_of(log->header(), command.inputs);
    if (scenario) renewals = renewal_terms(*scenario);
    if (!scenario) unchecked = "when renewals were due, since " + scenario.error();
  }
  const auto facts = events::verify_run(*log, renewals, command.threads);
  if (!facts) return Failed<Error>(error_in(*log, facts.error(), command.threads));
  return LogAndFacts{std::move(*log), *facts, unchecked};
}

// By what it says of itself, if it does.
Result<LogAndFacts, Error> describe(const LogCommand& command) {
  auto log = open_log(command.log);
  if (!log) return Failed<Error>(log.error());
  auto facts = events::told_facts(*log);
  if (!facts) {
    const auto counted = events::verify(*log, command.threads);
    if (!counted) return Failed<Error>(error_in(*log, counted.error(), command.threads));
    facts = *counted;
  }
  return LogAndFacts{std::move(*log), *facts};
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
  add_completeness(json, checked.log);
  json["digest"] = nullptr;
  if (checked.log.summary().finished) {
    json["digest"] = events::to_string(checked.log.summary().digest);
  }
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
  std::string text = escape_text(scenario_name(header)) + "\n";
  if (!events::is_of_client(header)) {
    text += fmt::format(
        "  seed         {}\n"
        "  clients      {} in {}\n"
        "  run          {} from {}, tick {}\n",
        header.seed, grouped(header.clients), counted(header.cohorts.size(), "cohort"),
        to_text(header.duration), rfc3339(start), to_text(header.tick));
  }
  text += fmt::format(
      "  state        {}\n"
      "  digest       {}\n"
      "  transitions  {:016x}\n"
      "  files        {} ({} bytes; {:.1f} bytes an event)\n"
      "  events       {}, from {} to {}\n",
      completeness(checked.log),
      checked.log.summary().finished ? events::to_string(checked.log.summary().digest) : "none",
      header.lifecycle_fingerprint, grouped(checked.facts.files), grouped(checked.facts.bytes),
      static_cast<double>(checked.facts.bytes) / static_cast<double>(checked.facts.events),
      grouped(checked.facts.events), rfc3339(start, checked.facts.first),
      rfc3339(start, checked.facts.last));
  text += kinds_text(checked.facts);
  for (const events::LogInput& input : header.inputs) {
    text += fmt::format("  input        {}  {}\n", events::to_string(input.digest),
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

Guid tenant_of(const events::JournalContent& journal) {
  return std::get<SiteEstablished>(journal.events.front().event).tenant;
}

std::chrono::sys_seconds start_of(const events::JournalContent& journal) {
  return std::chrono::sys_seconds{std::chrono::seconds{journal.start_unix_seconds}};
}

nlohmann::ordered_json json_of(const CheckedJournal& checked) {
  const auto start = start_of(checked.journal);
  nlohmann::ordered_json json;
  json["site"] = checked.folder;
  json["tenant"] = to_string(tenant_of(checked.journal));
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
             "  digest       {}\n"
             "  file         {} bytes\n"
             "  events       {}, from {} to {}\n",
             to_string(tenant_of(checked.journal)), events::to_string(checked.journal.digest),
             grouped(checked.facts.bytes), grouped(checked.facts.events),
             rfc3339(start, checked.facts.first), rfc3339(start, checked.facts.last)) +
         kinds_text(checked.facts);
}

// ---- Either ------------------------------------------------------------------------------------

template <class AnyChecked>
std::string verdict_on(const AnyChecked& checked, const events::Digest& digest,
                       std::string_view what, std::string_view remark) {
  return fmt::format(
      "sound: {} in {} bytes of {}, {}{}\n"
      "digest  {}\n",
      counted(checked.facts.events, "event"), grouped(checked.facts.bytes),
      counted(checked.facts.files, "file"), what, remark, events::to_string(digest));
}

// Whether it is the digest that was given: 64 hexadecimal digits, in either case.
Result<bool, Error> is_digest(const std::string& given, const events::Digest& digest) {
  events::Digest wanted;
  if (parse_hex(given, wanted.bytes)) return wanted == digest;
  return usage_error(fmt::format("--digest {} is not a digest", in_quotes(given)),
                     "give all 64 hexadecimal digits, as `tokenlife run` prints them");
}

// What is asked of a run's log beyond its being sound.
struct Held {
  std::optional<bool> digest;  // it is the one that was given
  std::optional<Rerun> rerun;
  bool all() const { return digest.value_or(true) && (!rerun || !rerun->first); }
};

std::string difference_text(const RerunDifference& first, const events::LogHeader& header) {
  const auto line = [&](const auto& event) {
    return event ? event_line(*event, header) : std::string("(none)");
  };
  return fmt::format(
      "replay  differs: the first event that differs is number {} of {}, at {}\n"
      "  in the log  {}\n  today       {}\n",
      first.seq, first.client ? escape_text(client_name(header, *first.client)) : "the site",
      rfc3339(header.start(), first.time),
      first.client ? line(first.logged) : line(first.site_logged),
      first.client ? line(first.repeated) : line(first.site_repeated));
}

std::string held_text(const LogVerifyCommand& command, const Held& held,
                      const events::LogReader& log) {
  std::string text;
  if (held.digest) {
    text += *held.digest ? "digest  the one that was given\n"
                         : fmt::format("digest  not the one that was given: {}\n",
                                       escape_text(*command.digest));
  }
  if (!held.rerun) return text;
  if (held.rerun->first) return text + difference_text(*held.rerun->first, log.header());
  if (held.rerun->has_same_digest) return text + "replay  the same, bit for bit\n";
  return text + (log.summary().complete
                     ? "replay  the same events, but this version would write different bytes\n"
                     : "replay  the same events, as far as the log goes; its digest is not that of "
                       "the whole run\n");
}

nlohmann::ordered_json held_json(const Held& held, const events::LogReader& log) {
  nlohmann::ordered_json json;
  json["digest-holds"] = held.digest ? nlohmann::ordered_json(*held.digest) : nullptr;
  auto& replay = json["replay"] = nullptr;
  if (!held.rerun) return json;
  replay = {{"same-events", !held.rerun->first.has_value()},
            {"same-bytes", held.rerun->has_same_digest},
            {"first", nullptr}};
  if (!held.rerun->first) return json;
  const RerunDifference& first = *held.rerun->first;
  const events::LogHeader& header = log.header();
  const auto event = [&](const auto& it) {
    return it ? event_json(*it, header) : nlohmann::ordered_json(nullptr);
  };
  replay["first"] = {
      {"time", rfc3339(header.start(), first.time)},
      {"stream",
       first.client ? nlohmann::ordered_json(first.client->value) : nlohmann::ordered_json("site")},
      {"seq", first.seq},
      {"logged", first.client ? event(first.logged) : event(first.site_logged)},
      {"repeated", first.client ? event(first.repeated) : event(first.site_repeated)}};
  return json;
}

// Nothing: it was interrupted.
Result<std::optional<Rerun>, Error> replay(const LogVerifyCommand& command,
                                           const events::LogReader& log, Console& console) {
  auto scenario = scenario_of(log.header(), command.inputs);
  if (!scenario) {
    return usage_error(fmt::format("{}: the run cannot be repeated: {}", in_quotes(command.log),
                                   scenario.error()));
  }
  return rerun_watched(log, *scenario, std::max(1U, command.threads), console);
}

ExitStatus verify_log(const LogVerifyCommand& command, Console& console) {
  const auto checked = check(command);
  if (!checked) return Failed<Error>(checked.error());
  const events::LogSummary& summary = checked->log.summary();
  if (!summary.finished) {
    return file_error(command.log, "not finished: what there is of it is sound, but has no digest",
                      advice_on_unfinished(checked->log));
  }
  Held held;
  if (command.digest) {
    const auto is_given = is_digest(*command.digest, summary.digest);
    if (!is_given) return Failed<Error>(is_given.error());
    held.digest = *is_given;
  }
  if (command.replay) {
    auto repeated = replay(command, checked->log, console);
    if (!repeated) return Failed<Error>(repeated.error());
    if (!*repeated) return kInterrupted;
    held.rerun = std::move(**repeated);
  }
  if (command.json) {
    auto json = json_of(*checked);
    json.update(held_json(held, checked->log));
    json["unchecked"] = nullptr;
    if (!checked->unchecked.empty()) json["unchecked"] = checked->unchecked;
    console.print(json_text(json) + "\n");
  } else {
    const bool all = checked->unchecked.empty();
    console.print(verdict_on(*checked, summary.digest,
                             command.bytes_only ? "every byte checked"
                             : all              ? "every byte and every event checked"
                                   : "every byte checked, and the events as far as possible",
                             summary.complete ? "" : "; the log does not hold the whole run") +
                  held_text(command, held, checked->log));
  }
  if (!checked->unchecked.empty() && !command.bytes_only) {
    console.say("tokenlife: not checked: " + escape_text(checked->unchecked));
  }
  return held.all() ? 0 : 1;
}

// What a crash cut off was never acknowledged: the rest is sound without it.
void say_if_torn(const std::string& folder, const events::JournalContent& journal,
                 Console& console) {
  if (journal.torn_bytes == 0) return;
  console.say("tokenlife: " + escape_text(torn_end(folder, journal)));
}

}  // namespace

ExitStatus log_verify_command(const LogVerifyCommand& command, Console& console) {
  const auto journal = open_journal(command.log);
  if (!journal) return Failed<Error>(journal.error());
  if (!*journal) return verify_log(command, console);
  if (command.digest || command.replay) {
    return usage_error(
        fmt::format("{}: a site's journal is not a run: --digest and --replay are for runs",
                    in_quotes(command.log)),
        "give the folder of a run's log, or leave out --digest and --replay");
  }
  say_if_torn(command.log, **journal, console);
  const auto good = check_certificates(command.log, *(*journal)->site);
  if (!good) return Failed<Error>(good.error());
  const CheckedJournal checked = facts_of(command.log, **journal);
  console.print(command.json ? json_text(json_of(checked)) + "\n"
                             : verdict_on(checked, (*journal)->digest,
                                          "every byte and every event checked", ""));
  return 0;
}

ExitStatus log_info_command(const LogCommand& command, Console& console) {
  const auto journal = open_journal(command.log);
  if (!journal) return Failed<Error>(journal.error());
  const auto say = [&](const auto& described) {
    console.print(command.json ? json_text(json_of(described)) + "\n" : text_of(described));
    return 0;
  };
  if (*journal) {
    say_if_torn(command.log, **journal, console);
    return say(facts_of(command.log, **journal));
  }
  const auto described = describe(command);
  if (!described) return Failed<Error>(described.error());
  return say(*described);
}

}  // namespace tokenlife::sim
