// A client on disk, made and sent to its site; what came of it is said here.
#include "sim/cli/command_client.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/token/token_fault.hpp"
#include "sim/cli/client_advice.hpp"
#include "sim/cli/clock_argument.hpp"
#include "sim/cli/command_bulk_token.hpp"
#include "sim/cli/event_writer.hpp"
#include "sim/cli/hide_process.hpp"
#include "sim/cli/json_text.hpp"
#include "sim/cli/rule_table.hpp"
#include "sim/cli/token_argument.hpp"
#include "sim/site/ccmsetup_line.hpp"
#include "sim/site/key_file.hpp"
#include "sim/site/session.hpp"
#include "sim/site/signer_life.hpp"
#include "sim/text/escape.hpp"
#include "sim/text/time.hpp"

namespace tokenlife::sim {
namespace {

using Json = nlohmann::ordered_json;
using Kind = VisitResult::Kind;

// R22, R28: from standard input alone, and into memory alone. Empty: none was given.
Result<Secret, Error> bulk_token_of(const ClientCommand& command) {
  if (!command.bulk_token) return Secret{};
  if (*command.bulk_token != "-") {
    return usage_error("--bulk-token takes only -: the token comes from standard input",
                       "write --bulk-token - < FILE");
  }
  auto token = read_given_token({"-", std::nullopt}, "the bulk token");
  if (token && token->empty()) return usage_error("standard input holds no bulk token", "");
  return token;
}

// R18, A11: one credential at a time, of which nothing is kept (D4).
Result<void, Error> check_shown(const ClientCommand& command) {
  const int shown =
      (command.bulk_token ? 1 : 0) + (command.pki ? 1 : 0) + (command.entra_token ? 1 : 0);
  if (shown > 1) {
    return usage_error("each of --bulk-token, --pki and --entra-token is a separate credential",
                       "give only one of them");
  }
  if (command.pki.has_value() != command.pki_key.has_value()) {
    return usage_error("--pki and --pki-key go together",
                       "give the certificate and its private key");
  }
  if (command.chain && !command.pki) {
    return usage_error("--chain goes with --pki", "give the certificate that it leads up from");
  }
  if (command.entra_token && *command.entra_token != "-") {
    return usage_error("--entra-token takes only -: the token comes from standard input",
                       "write --entra-token - < FILE");
  }
  return {};
}

Result<ShownPki, Error> shown_pki(const ClientCommand& command) {
  auto certificate = read_given_certificate(*command.pki);
  if (!certificate) return Failed<Error>(certificate.error());
  std::vector<Certificate> between;
  if (command.chain) {
    auto chain = read_given_chain(*command.chain);
    if (!chain) return Failed<Error>(chain.error());
    between = std::move(*chain);
  }
  auto key = read_given_private_key(*command.pki_key);
  if (!key) return Failed<Error>(key.error());
  return ShownPki{std::move(*certificate), std::move(between), std::move(*key)};
}

// Precondition: check_shown() lets it pass.
Result<ShownCredential, Error> shown_by(const ClientCommand& command) {
  ShownCredential shown;
  if (command.pki) {
    auto pki = shown_pki(command);
    if (!pki) return Failed<Error>(pki.error());
    shown.pki = std::move(*pki);
  }
  if (command.entra_token) {
    auto token = read_given_token({"-", std::nullopt}, "the Entra token");
    if (!token) return Failed<Error>(token.error());
    if (token->empty()) return usage_error("standard input holds no Entra token", "");
    shown.entra = std::move(*token);
  }
  return shown;
}

Result<std::optional<Network>, Error> network_of(const ClientCommand& command) {
  if (!command.network) return std::optional<Network>{};
  return from_name<Network>(*command.network);
}

// ---- What is said ------------------------------------------------------------------------------

std::string not_due(const ClientFolder& folder, const Policy& policy, Wish wish) {
  const Client& client = folder.client();
  if (!client.token.exists()) return std::string(kNothingToRenew);
  const std::string serial = to_string(client.token.serial);
  if (wish == Wish::registration) {
    return fmt::format("it holds the token {} already, and uses that (R27)", serial);
  }
  return fmt::format("its token {} is due for renewal at {} (R56)", serial,
                     rfc3339(folder.time_of(next_renewal(client, policy))));
}

// The answer in words; what the reasons stand for is the core's to know.
std::string words_of(const VisitResult& result, const ClientFolder& folder, const Policy& policy,
                     Wish wish) {
  switch (result.kind) {
    case Kind::granted: return "granted";
    case Kind::silent:
      return fmt::format("no request sent: {}", why_silent(result.silence, wish, policy));
    case Kind::not_due: return fmt::format("no request sent: {}", not_due(folder, policy, wish));
    case Kind::failed: return fmt::format("no answer: {}", name(result.failure));
    case Kind::refused: break;
  }
  std::string text = fmt::format("refused ({})", name(result.refusal));
  if (result.fault) {
    text += fmt::format(": {}", explanation_of(*result.fault));
    if (name(*result.fault) != name(result.refusal)) {
      text += fmt::format(" ({})", name(*result.fault));
    }
  }
  std::string_view before = ": ";
  for (const std::string_view rule : rules_to_tell(result)) {
    text += fmt::format("{}{}", std::exchange(before, ", "), rule);
  }
  return text;
}

// R36, as the client's own log has it.
std::optional<std::string> success_line(const ClientCommand& command, const VisitResult& result,
                                        const ClientFolder& folder) {
  const bool over_cmg = result.request && result.request->kind == RequestKind::registration &&
                        result.request->via == Endpoint::cmg;
  if (result.kind != Kind::granted || !over_cmg || !command.host) return std::nullopt;
  return rotation_line(management_point(*command.host, cmg_number(folder.tenant())));
}

Json token_json(const ClientFolder& folder, const Policy& policy) {
  const Client& client = folder.client();
  if (!client.token.exists()) return nullptr;
  return {{"serial", to_string(client.token.serial)},
          {"not-before", rfc3339(folder.time_of(client.token.not_before))},
          {"expires", rfc3339(folder.time_of(client.token.expires))},
          {"renewal-due", rfc3339(folder.time_of(next_renewal(client, policy)))}};
}

struct Output {
  const ClientCommand& command;
  const ClientFolder& folder;
  const Policy& policy;
  std::size_t events_before;
};

void say_json(const Output& said, const VisitResult* result, Wish wish, Console& console) {
  Json json;
  json["state"] = name(said.folder.client().state);
  json["network"] = name(said.folder.client().network);
  json["certificate"] = tokenlife::to_string(said.folder.certificate().sha256());
  if (result != nullptr) {
    json["granted"] = result->kind == Kind::granted;
    json["answer"] = words_of(*result, said.folder, said.policy, wish);
    if (result->kind == Kind::refused) {
      json["reason"] = name(result->refusal);
      if (result->fault) json["fault"] = name(*result->fault);
      json["rules"] = rules_to_tell(*result);
    }
    if (result->kind == Kind::silent) json["reason"] = name(result->silence);
    if (const auto line = success_line(said.command, *result, said.folder)) json["log"] = *line;
  }
  json["token"] = token_json(said.folder, said.policy);
  json["events"] = Json::array();
  const auto& events = said.folder.events();
  for (std::size_t i = said.events_before; i < events.size(); ++i) {
    json["events"].push_back(event_json(events[i], said.folder.header()));
  }
  console.print(json_text(json) + "\n");
}

void say_text(const Output& said, const VisitResult* result, Wish wish, Console& console) {
  std::string text;
  const auto& events = said.folder.events();
  for (std::size_t i = said.events_before; i < events.size(); ++i) {
    text += event_line(events[i], said.folder.header()) + "\n";
  }
  if (result != nullptr) {
    const Tone tone = result->kind == Kind::granted ? Tone::good : Tone::bad;
    text += console.paint(words_of(*result, said.folder, said.policy, wish), tone) + "\n";
    if (result->kind == Kind::refused) {
      text += rule_lines(rules_to_tell(*result));
      text += advice_on_refusal(*result, said.folder, said.policy);
    }
    if (const auto line = success_line(said.command, *result, said.folder)) text += *line + "\n";
  }
  const Client& client = said.folder.client();
  text += client.state == LifecycleState::re_registration_required
              ? fmt::format("the client has to register again ({})", name(client.state))
              : fmt::format("the client is {}", name(client.state));
  if (client.token.exists()) {
    text += fmt::format(", and holds the token {} until {}", to_string(client.token.serial),
                        rfc3339(said.folder.time_of(client.token.expires)));
  }
  console.print(text + "\n");
}

void say(const Output& said, const VisitResult* result, Wish wish, Console& console) {
  if (said.command.json) {
    say_json(said, result, wish, console);
  } else {
    say_text(said, result, wish, console);
  }
}

// ---- What is done ------------------------------------------------------------------------------

ExitStatus visit(const ClientCommand& command, Wish wish, Console& console) {
  hide_process();
  if (command.host && !is_host(*command.host)) {
    return usage_error(fmt::format("--host {} is not a host name", in_quotes(*command.host)),
                       "write it like cmg.example.com");
  }
  const auto network = network_of(command);
  if (!network) return Failed<Error>(network.error());
  auto site = SiteFolder::open_to_read(command.site);
  if (!site) return Failed<Error>(site.error());
  if (auto good = check_shown(command); !good) return Failed<Error>(good.error());
  // Before the client is locked: standard input may keep one waiting.
  const auto bulk = bulk_token_of(command);
  if (!bulk) return Failed<Error>(bulk.error());
  const auto shown = shown_by(command);
  if (!shown) return Failed<Error>(shown.error());
  auto folder = ClientFolder::open(command.folder);
  if (!folder) return Failed<Error>(folder.error());
  const auto now = time_of_command(command.at);
  if (!now) return Failed<Error>(now.error());
  const std::size_t before = folder->events().size();
  const auto start = folder->header().start();
  const auto clock = [&] { return time_of_command(command.at); };
  const Policy policy = site->policy();
  const std::string of_signer = signer_warning(*site, *now);
  Visit visit(*folder, command.site, clock, *bulk, command.strict_clones, &*shown,
              std::move(*site));
  const auto say_warnings = [&] {
    for (const std::string& warning : visit.warnings()) {
      console.say("tokenlife: " + escape_text(warning));
    }
  };
  const auto arrived = visit.arrive(*network);
  const auto result =
      arrived ? visit.go(wish) : Result<VisitResult, Error>(Failed<Error>(arrived.error()));
  say_warnings();
  if (!result) return Failed<Error>(result.error());
  if (!of_signer.empty()) console.say("tokenlife: " + escape_text(of_signer));
  const bool began_anew = folder->header().start() != start;
  say({command, *folder, policy, began_anew ? 0 : before}, &*result, wish, console);
  return result->kind == Kind::granted ? 0 : 1;
}

}  // namespace

ExitStatus client_new_command(const ClientCommand& command, Console& console) {
  hide_process();
  const auto now = time_of_command(command.at);
  if (!now) return Failed<Error>(now.error());
  const auto network = network_of(command);
  if (!network) return Failed<Error>(network.error());
  const auto bulk = bulk_token_of(command);
  if (!bulk) return Failed<Error>(bulk.error());
  const auto site = SiteFolder::open_to_read(command.site);
  if (!site) return Failed<Error>(site.error());
  const Policy policy = site->policy();
  const ClientInstalled installed{{},
                                  network->value_or(Network::intranet),
                                  *from_name<Credential>(command.credential),
                                  ClientVersion::current,
                                  true,
                                  false,
                                  bulk->empty() ? Guid{} : guid_named_by(*bulk)};
  const KeyKind kind = command.key == "rsa" ? KeyKind::rsa : KeyKind::ec_p256;
  const auto folder =
      ClientFolder::make(command.folder, kind, {site->tenant(), policy}, installed, *now);
  if (!folder) return Failed<Error>(folder.error());
  say({command, *folder, policy, 0}, nullptr, Wish::exchange, console);
  return 0;
}

ExitStatus client_register_command(const ClientCommand& command, Console& console) {
  return visit(command, Wish::registration, console);
}
ExitStatus client_renew_command(const ClientCommand& command, Console& console) {
  return visit(command, Wish::renewal, console);
}
ExitStatus client_call_command(const ClientCommand& command, Console& console) {
  return visit(command, Wish::exchange, console);
}

}  // namespace tokenlife::sim
