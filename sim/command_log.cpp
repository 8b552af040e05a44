// Checks and describes logs.
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <thread>

#include "events/verify.hpp"
#include "sim/commands.hpp"
#include "sim/duration_text.hpp"
#include "sim/json_text.hpp"
#include "sim/number_text.hpp"
#include "sim/open_log.hpp"
#include "sim/plain_text.hpp"
#include "sim/time_text.hpp"

namespace tokenlife::sim {
namespace {

struct Checked {
  events::LogReader log;
  events::LogFacts facts;
};

Result<Checked, Error> check(const std::string& folder) {
  auto log = open_log(folder);
  if (!log) return Failed<Error>(log.error());
  const auto facts = events::verify(*log, std::thread::hardware_concurrency());
  if (!facts) return Failed<Error>(to_error(facts.error()));
  return Checked{std::move(*log), *facts};
}

nlohmann::ordered_json json_of(const Checked& checked) {
  const events::LogHeader& header = checked.log.header();
  const auto start = start_of(header);
  nlohmann::ordered_json json;
  json["log"] = checked.log.folder().string();
  json["scenario"] = header.scenario_name;
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
  auto& kinds = json["event-kinds"] = nlohmann::ordered_json::object();
  for (std::size_t k = 0; k < kEventKinds; ++k) {
    if (checked.facts.of_kind[k] > 0) {
      kinds[std::string(Names<EventKind>::values[k])] = checked.facts.of_kind[k];
    }
  }
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

std::string text_of(const Checked& checked) {
  const events::LogHeader& header = checked.log.header();
  const auto start = start_of(header);
  std::string text = fmt::format(
      "{}\n"
      "  seed       {}\n"
      "  clients    {} in {} cohorts\n"
      "  run        {} from {}, tick {}\n"
      "  state      {}\n"
      "  digest     {}\n"
      "  lifecycle  {:016x}\n"
      "  files      {}, {} bytes, {:.1f} an event\n"
      "  events     {}, from {} to {}\n",
      plain_text(scenario_name(header)), header.seed, grouped(header.clients),
      grouped(header.cohorts.size()), to_text(header.duration), rfc3339(start),
      to_text(header.tick), checked.log.summary().complete ? "complete" : "interrupted",
      events::to_string(checked.log.summary().digest), header.lifecycle_fingerprint,
      grouped(checked.facts.files), grouped(checked.facts.bytes),
      static_cast<double>(checked.facts.bytes) / static_cast<double>(checked.facts.events),
      grouped(checked.facts.events), rfc3339(start, checked.facts.first),
      rfc3339(start, checked.facts.last));
  for (std::size_t k = 0; k < kEventKinds; ++k) {
    if (checked.facts.of_kind[k] == 0) continue;
    text += fmt::format("    {:<28}{:>14}\n", Names<EventKind>::values[k],
                        grouped(checked.facts.of_kind[k]));
  }
  for (const events::LogInput& input : header.inputs) {
    text += fmt::format("  input      {}  {}\n", events::to_string(input.digest),
                        plain_text(input.name));
  }
  return text;
}

}  // namespace

ExitStatus log_verify_command(const LogCommand& command, Console& console) {
  const auto checked = check(command.log);
  if (!checked) return Failed<Error>(checked.error());
  if (command.json) {
    console.print(json_text(json_of(*checked)) + "\n");
    return 0;
  }
  console.print(fmt::format(
      "sound: {} events in {} bytes of {} files, every byte and every event checked{}\n",
      grouped(checked->facts.events), grouped(checked->facts.bytes), grouped(checked->facts.files),
      checked->log.summary().complete ? "" : "; the run was interrupted"));
  console.print(fmt::format("digest  {}\n", events::to_string(checked->log.summary().digest)));
  return 0;
}

ExitStatus log_info_command(const LogCommand& command, Console& console) {
  const auto checked = check(command.log);
  if (!checked) return Failed<Error>(checked.error());
  console.print(command.json ? json_text(json_of(*checked)) + "\n" : text_of(*checked));
  return 0;
}

}  // namespace tokenlife::sim
