// Rebuilds the state of a fleet, or of one client, from the events alone.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "events/replay.hpp"
#include "sim/cli/command_replay.hpp"
#include "sim/cli/json_text.hpp"
#include "sim/cli/log_argument.hpp"
#include "sim/cli/report.hpp"
#include "sim/text/escape.hpp"
#include "sim/text/time.hpp"

namespace tokenlife::sim {
namespace {

// What is asked of a log, with the moment: the end if none was given.
struct Question {
  const events::LogReader& log;
  Instant at;
  std::string at_text;
  unsigned threads;
};

void say_if_interrupted(const events::LogReader& log, Console& console) {
  if (log.summary().complete) return;
  console.say("tokenlife: the run was interrupted; this log holds some of its clients");
}

// Where the log ends: a client on disk lives on, so its log does not say, and ends with the last
// event.
Result<Instant, Error> end_of(const events::LogReader& log) {
  if (!is_of_client_on_disk(log.header())) return at(log.header().duration);
  const auto replayed = events::replay_client(log, ClientNumber{0});
  if (!replayed) return Failed<Error>(to_error(replayed.error()));
  return replayed->last_event;
}

ExitStatus replay_fleet(const Question& question, bool json, Console& console) {
  const auto population = events::replay_population(question.log, question.at, question.threads);
  if (!population) return Failed<Error>(to_error(population.error()));
  const StateCounts& states = population->all.in_state;
  if (json) {
    nlohmann::ordered_json object;
    object["at"] = question.at_text;
    object["clients"] = population->all.clients();
    object["states"] = states_json(states);
    object["stranded"] = stranded(states);
    auto& cohorts = object["cohorts"] = nlohmann::ordered_json::array();
    for (std::size_t c = 0; c < population->cohorts.size(); ++c) {
      cohorts.push_back({{"name", question.log.header().cohorts[c].name},
                         {"clients", population->cohorts[c].clients()},
                         {"states", states_json(population->cohorts[c].in_state)}});
    }
    console.print(json_text(object) + "\n");
    return 0;
  }
  console.print(
      fmt::format("{}\nClients at {}\n{}",
                  console.paint(escape_text(scenario_name(question.log.header())), Tone::strong),
                  question.at_text, states_text(states)));
  return 0;
}

ExitStatus replay_one(const Question& question, const std::string& name, bool json,
                      Console& console) {
  const events::LogHeader& header = question.log.header();
  const auto number = find_client(header, name);
  if (!number) return Failed<Error>(number.error());
  const auto replayed = events::replay_client(question.log, *number, question.at);
  if (!replayed) return Failed<Error>(to_error(replayed.error()));

  const Client& client = replayed->client;
  const bool installed = client.state != LifecycleState::not_installed;
  const auto moment = [&](Instant t) { return rfc3339(header.start(), t); };
  if (json) {
    nlohmann::ordered_json object;
    object["at"] = question.at_text;
    object["client"] = number->value;
    object["name"] = client_name(header, *number);
    object["guid"] = to_string(client_guid(header, *number));
    // One that is not installed yet has no state and is on no network that the log knows.
    object["state"] = installed ? nlohmann::ordered_json(tokenlife::name(client.state)) : nullptr;
    object["network"] =
        installed ? nlohmann::ordered_json(tokenlife::name(client.network)) : nullptr;
    object["token"] = nullptr;
    if (client.token.exists()) {
      object["token"] = {{"serial", to_string(client.token.serial)},
                         {"not-before", moment(client.token.not_before)},
                         {"expires", moment(client.token.expires)}};
    }
    object["credential"] = tokenlife::name(client.credential);
    object["version"] = tokenlife::name(client.version);
    object["cmg-allowed"] = client.cmg_allowed;
    object["blocked"] = client.blocked;
    object["events"] = replayed->events;
    console.print(json_text(object) + "\n");
    return 0;
  }
  std::string text = fmt::format("{}  client {}, {}\n  at          {}\n",
                                 escape_text(client_name(header, *number)), number->value,
                                 to_string(client_guid(header, *number)), question.at_text);
  if (!installed) {
    console.print(text + "  state       not installed yet\n");
    return 0;
  }
  text += fmt::format("  state       {}\n  network     {}\n", tokenlife::name(client.state),
                      tokenlife::name(client.network));
  text += client.token.exists()
              ? fmt::format("  token       {}, {} to {}\n", to_string(client.token.serial),
                            moment(client.token.not_before), moment(client.token.expires))
              : "  token       none\n";
  text += fmt::format("  credential  {}{}\n  version     {}\n  CMG         {}\n",
                      tokenlife::name(client.credential),
                      client.bulk.is_nil() ? "" : ", with a bulk token",
                      tokenlife::name(client.version), client.cmg_allowed ? "allowed" : "off");
  if (client.blocked) text += "  blocked\n";
  text += fmt::format("  events      {}, the last at {}\n", replayed->events,
                      moment(replayed->last_event));
  console.print(text);
  return 0;
}

}  // namespace

ExitStatus replay_command(const ReplayCommand& command, Console& console) {
  const auto log = open_log(command.log);
  if (!log) return Failed<Error>(log.error());
  const Instant end = at(log->header().duration);
  const auto moment = command.at ? moment_of(command.at, "--at", log->header(), end) : end_of(*log);
  if (!moment) return Failed<Error>(moment.error());
  if (*moment < Instant{} || *moment > end) {
    return usage_error(
        "--at is not within the run",
        fmt::format("it goes from {} to {}", rfc3339(log->header().start(), Instant{}),
                    rfc3339(log->header().start(), end)));
  }
  say_if_interrupted(*log, console);
  const Question question{*log, *moment, rfc3339(log->header().start(), *moment), command.threads};
  return command.client ? replay_one(question, *command.client, command.json, console)
                        : replay_fleet(question, command.json, console);
}

}  // namespace tokenlife::sim
