// Rebuilds the state of a fleet, or of one client, from the events alone.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "events/log.hpp"
#include "events/replay.hpp"
#include "sim/cli/command_replay.hpp"
#include "sim/cli/json_text.hpp"
#include "sim/cli/log_argument.hpp"
#include "sim/cli/report.hpp"
#include "sim/cli/standing_rows.hpp"
#include "sim/cli/unknown_causes.hpp"
#include "sim/scenario/state_word.hpp"
#include "sim/text/escape.hpp"
#include "sim/text/number.hpp"
#include "sim/text/suggest.hpp"
#include "sim/text/time.hpp"

namespace tokenlife::sim {
namespace {

// What is asked of a log, with the moment: the end if none was given.
struct Question {
  const OpenedLog& log;
  Instant at;
  std::string at_text;
  unsigned threads;
};

// Of logs that do not say why spells began: the scenario is asked.
Result<void, Error> find_causes(const Question& question, const ReplayCommand& command,
                                std::vector<events::ClientStanding>& standings, Console& console) {
  ReckonedCauses causes(question.log, command.inputs);
  if (auto done = causes.complete(standings, question.at); !done) {
    return Failed<Error>(to_error(done.error()));
  }
  say_if_unknown(causes, question.log, console);
  return {};
}

ExitStatus replay_fleet(const Question& question, bool json, Console& console) {
  const auto population = events::replay_population(question.log, question.at, question.threads);
  if (!population) {
    return Failed<Error>(error_in(question.log, population.error(), question.threads));
  }
  const StateCounts& states = population->all.in_state;
  if (json) {
    nlohmann::ordered_json object;
    object["at"] = question.at_text;
    add_completeness(object, question.log);
    object["clients"] = population->all.clients();
    object["states"] = states_json(states);
    object["stranded"] = population->all.stranded;
    object["out-of-service"] = population->all.out_of_service;
    auto& cohorts = object["cohorts"] = nlohmann::ordered_json::array();
    for (std::size_t c = 0; c < population->cohorts.size(); ++c) {
      cohorts.push_back({{"name", question.log.header().cohorts[c].name},
                         {"clients", population->cohorts[c].clients()},
                         {"states", states_json(population->cohorts[c].in_state)},
                         {"stranded", population->cohorts[c].stranded},
                         {"out-of-service", population->cohorts[c].out_of_service}});
    }
    console.print(json_text(object) + "\n");
    return 0;
  }
  console.print(
      fmt::format("{}\nClients at {}\n{}",
                  console.paint(escape_text(scenario_name(question.log.header())), Tone::strong),
                  question.at_text, states_text(states)));
  const events::Population& all = population->all;
  console.print("\nOf these\n" + table_row("stranded", all.stranded, all.clients()));
  if (all.out_of_service != all.stranded) {
    console.print(table_row("out of service", all.out_of_service, all.clients()));
  }
  return 0;
}

// Lists who is in a state.
ExitStatus list_state(const Question& question, const ReplayCommand& command, Console& console) {
  const auto word = from_name<StateWord>(*command.state);
  if (!word) {
    return usage_error(fmt::format("--state cannot be {}", in_quotes(*command.state)),
                       which_of(*command.state, Names<StateWord>::values));
  }
  const StateSet wanted(*word);
  auto found = events::replay_standings(
      question.log, question.at,
      [&](const events::ClientStanding& standing) {
        return wanted.fits(standing.client.state, standing.service);
      },
      question.threads);
  if (!found) return Failed<Error>(error_in(question.log, found.error(), question.threads));
  if (auto done = find_causes(question, command, *found, console); !done) {
    return Failed<Error>(done.error());
  }
  const events::LogHeader& header = question.log.header();
  if (command.json) {
    nlohmann::ordered_json object;
    object["at"] = question.at_text;
    add_completeness(object, question.log);
    object["state"] = *command.state;
    object["clients"] = found->size();
    object["in-state"] = standings_json(*found, header);
    console.print(json_text(object) + "\n");
  } else if (command.format == "csv") {
    console.print(standings_csv(*found, header));
  } else if (command.format == "jsonl") {
    console.print(standings_jsonl(*found, header));
  } else {
    console.print(standings_text(*found, header));
    console.print(fmt::format(
        "{}{} at {}\n", found->empty() ? "" : "\n",
        fmt::format("{} {}", counted(found->size(), "client"), *command.state), question.at_text));
  }
  return 0;
}

// What is shown of one client: the client as it then was, and who it is.
struct OneClient {
  const Question& question;
  ClientNumber number;
  const events::ReplayedClient& replayed;

  [[nodiscard]] const events::LogHeader& header() const { return question.log.header(); }
  [[nodiscard]] std::string moment(Instant t) const { return rfc3339(header().start(), t); }
  [[nodiscard]] std::optional<Guid> guid() const { return known_guid(header(), number); }
  // One that is not installed yet has no state and is on no network that the log knows.
  [[nodiscard]] bool installed() const {
    return replayed.client.state != LifecycleState::not_installed;
  }
  // Whether the log tells why the client's spell began.
  [[nodiscard]] bool has_cause() const {
    return replayed.spell && replayed.spell->cause != SpellCause::not_recorded;
  }
};

nlohmann::ordered_json one_client_json(const OneClient& one) {
  const Client& client = one.replayed.client;
  nlohmann::ordered_json object;
  object["at"] = one.question.at_text;
  add_completeness(object, one.question.log);
  object["client"] = one.number.value;
  object["name"] = client_name(one.header(), one.number);
  object["guid"] = one.guid() ? nlohmann::ordered_json(to_string(*one.guid())) : nullptr;
  object["state"] =
      one.installed() ? nlohmann::ordered_json(tokenlife::name(client.state)) : nullptr;
  object["network"] =
      one.installed() ? nlohmann::ordered_json(tokenlife::name(client.network)) : nullptr;
  object["token"] = nullptr;
  if (client.token.exists()) {
    object["token"] = {{"serial", to_string(client.token.serial)},
                       {"not-before", one.moment(client.token.not_before)},
                       {"expires", one.moment(client.token.expires)}};
  }
  object["credential"] = tokenlife::name(client.credential);
  object["version"] = tokenlife::name(client.version);
  object["cmg-allowed"] = client.cmg_allowed;
  object["blocked"] = client.blocked;
  object["since"] =
      one.installed() ? nlohmann::ordered_json(one.moment(one.replayed.since)) : nullptr;
  object["service"] = tokenlife::name(one.replayed.service);
  object["spell-cause"] = one.has_cause()
                              ? nlohmann::ordered_json(tokenlife::name(one.replayed.spell->cause))
                              : nullptr;
  object["events"] = one.replayed.events;
  return object;
}

std::string one_client_text(const OneClient& one) {
  const Client& client = one.replayed.client;
  std::string text = fmt::format(
      "{}  client {}{}\n  at          {}\n", escape_text(client_name(one.header(), one.number)),
      one.number.value, one.guid() ? ", " + to_string(*one.guid()) : "", one.question.at_text);
  if (!one.installed()) return text + "  state       not installed yet\n";
  text +=
      fmt::format("  state       {}, since {}\n  network     {}\n", tokenlife::name(client.state),
                  one.moment(one.replayed.since), tokenlife::name(client.network));
  if (one.replayed.spell) {
    text += fmt::format(
        "  service     {}; without a good token since {}{}\n",
        tokenlife::name(one.replayed.service), one.moment(one.replayed.spell->begin),
        one.has_cause() ? fmt::format(": {}", tokenlife::name(one.replayed.spell->cause)) : "");
  }
  text += client.token.exists()
              ? fmt::format("  token       {}, {} to {}\n", to_string(client.token.serial),
                            one.moment(client.token.not_before), one.moment(client.token.expires))
              : "  token       none\n";
  text += fmt::format("  credential  {}{}\n  version     {}\n  CMG         {}\n",
                      tokenlife::name(client.credential),
                      client.bulk.is_nil() ? "" : ", with a bulk token",
                      tokenlife::name(client.version), client.cmg_allowed ? "allowed" : "off");
  if (client.blocked) text += "  blocked\n";
  return text + fmt::format("  events      {}, the last at {}\n", one.replayed.events,
                            one.moment(one.replayed.last_event));
}

ExitStatus replay_one(const Question& question, ClientNumber number, const ReplayCommand& command,
                      Console& console) {
  auto replayed = events::replay_client(question.log, number, question.at);
  if (!replayed) {
    return Failed<Error>(error_in(question.log, replayed.error(), question.threads));
  }
  std::vector<events::ClientStanding> standing{
      {number, replayed->client, replayed->since, replayed->service, replayed->spell}};
  if (auto done = find_causes(question, command, standing, console); !done) {
    return Failed<Error>(done.error());
  }
  replayed->spell = standing.front().spell;
  const OneClient one{question, number, *replayed};
  console.print(command.json ? json_text(one_client_json(one)) + "\n" : one_client_text(one));
  return 0;
}

}  // namespace

ExitStatus replay_command(const ReplayCommand& command, Console& console) {
  if (auto good = refuse_journal(command.log); !good) return Failed<Error>(good.error());
  const auto log = open_log(command.log);
  if (!log) return Failed<Error>(log.error());
  const auto moment = moment_within(*log, command.at);
  if (!moment) return Failed<Error>(moment.error());
  std::optional<ClientNumber> client;
  if (command.client) {
    const auto found = find_held_client(*log, *command.client);
    if (!found) return Failed<Error>(found.error());
    client = *found;
  }
  say_if_incomplete(*log, console, !command.json && command.format == "text");
  const Question question{*log, *moment, rfc3339(log->header().start(), *moment), command.threads};
  if (command.state) return list_state(question, command, console);
  // It is all of its log's population.
  if (!command.json && events::is_of_client(log->header())) client = ClientNumber{0};
  return client ? replay_one(question, *client, command, console)
                : replay_fleet(question, command.json, console);
}

}  // namespace tokenlife::sim
