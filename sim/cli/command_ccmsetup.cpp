// The line that installs a client (R33, R34): checks one, or prints one.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/bulk_lifetime.hpp"
#include "core/token/token.hpp"
#include "core/token/token_fault.hpp"
#include "core/token/token_form.hpp"
#include "core/token/token_verify.hpp"
#include "sim/cli/clock_argument.hpp"
#include "sim/cli/command_bulk_token.hpp"
#include "sim/cli/command_ccmsetup.hpp"
#include "sim/cli/hide_process.hpp"
#include "sim/cli/json_text.hpp"
#include "sim/cli/new_bulk_token.hpp"
#include "sim/cli/site_warning.hpp"
#include "sim/cli/token_argument.hpp"
#include "sim/site/ccmsetup_line.hpp"
#include "sim/site/token_checks.hpp"
#include "sim/site/token_lint.hpp"
#include "sim/text/escape.hpp"
#include "sim/text/read_file.hpp"
#include "sim/text/time.hpp"

namespace tokenlife::sim {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kLineBytesMax = 64 * 1024;

// ---- Checking ----------------------------------------------------------------------------------

Result<Secret, Error> line_of(const std::string& given) {
  if (given != "-") return Secret{given};
  auto text = read_standard_input(kLineBytesMax);
  if (!text) {
    return file_error("standard input", "cannot be read: " + text.error());
  }
  if (text->ends_with('\n')) text->pop_back();
  if (text->ends_with('\r')) text->pop_back();
  return Secret::take(*text);
}

ExitStatus check_line(const CcmsetupCommand& command, Console& console) {
  const auto line = line_of(*command.parse);
  if (!line) return Failed<Error>(line.error());
  const CheckedLine checked = check_ccmsetup_line(line->reveal());
  const bool good = checked.wrong.empty();
  if (command.json) {
    Json json{{"good", good}};
    json["host"] = escape_text(checked.host);
    json["id"] = escape_text(checked.id);
    json["site-code"] = escape_text(checked.site_code);
    json["wrong"] = Json::array();
    for (const std::string& wrong : checked.wrong) json["wrong"].push_back(escape_text(wrong));
    console.print(json_text(json) + "\n");
    return good ? 0 : 1;
  }
  std::string text;
  for (const std::string& wrong : checked.wrong) {
    text += fmt::format("{}  {}\n", console.paint("wrong", Tone::bad), escape_text(wrong));
  }
  if (good) {
    text =
        fmt::format("{}: host {}, CMG {}, site code {}, and a bulk token of the right form\n",
                    console.paint("good", Tone::good), checked.host, checked.id, checked.site_code);
  }
  console.print(text);
  return good ? 0 : 1;
}

// ---- Printing ----------------------------------------------------------------------------------

struct LineToken {
  Secret token;
  Guid tenant;
  Guid guid;
  std::chrono::sys_seconds expires;
  std::optional<std::string> refusal;
  std::chrono::sys_seconds made{};
  std::optional<SiteFolder> made_by = std::nullopt;  // if it is new
};

// As `token new` does it.
Result<LineToken, Error> new_token(const CcmsetupCommand& command, Console& console) {
  hide_process();
  auto site = SiteFolder::open_to_write(*command.site);
  if (!site) return Failed<Error>(site.error());
  say_warning(*site, console);
  const auto now = time_of_command(command.at);
  if (!now) return Failed<Error>(now.error());
  auto fresh = issue_bulk_token(*site, "ccmsetup-line", kBulkLifetimeMinutesDefault, *now);
  say_warning(*site, console);
  if (!fresh) return Failed<Error>(fresh.error());
  say_signer_warning(*site, *now, console);
  const auto expires = site->time_of(fresh->issued.expires);
  return LineToken{
      std::move(fresh->token), site->tenant(), fresh->issued.guid, expires, std::nullopt, *now,
      std::move(*site)};
}

std::string refusal_of(TokenFault fault, std::string_view token) {
  const bool is_client_token = fault == TokenFault::wrong_type &&
                               read_profile(look_at_token(token).claims) == TokenProfile::client;
  return fmt::format(
      "{}: {}", name(reason_of(fault)),
      is_client_token ? "it is a client token, and not a bulk token" : explanation_of(fault));
}

// One that the site would take now.
Result<LineToken, Error> given_token(const CcmsetupCommand& command, Console& console) {
  auto site = SiteFolder::open_to_read(*command.site);
  if (!site) return Failed<Error>(site.error());
  say_warning(*site, console);
  auto token = read_given_token({command.bulk_token, command.token_file}, "the bulk token");
  if (!token) return Failed<Error>(token.error());
  const auto now = time_of_command(command.at);
  if (!now) return Failed<Error>(now.error());
  const std::vector<Signer> signers = site->signers();
  const std::string issuer = token_issuer(site->tenant());
  TokenChecks checks = checks_of(*site, signers, issuer, *now);
  checks.profile = TokenProfile::bulk;
  const auto verified = verify(token->reveal(), checks);
  if (!verified) return LineToken{{}, {}, {}, {}, refusal_of(verified.error(), token->reveal())};
  const auto& claims = std::get<BulkClaims>(verified->claims());
  return LineToken{std::move(*token), site->tenant(), claims.unique_id, claims.dates.expires,
                   std::nullopt};
}

ExitStatus print_line(const CcmsetupCommand& command, Console& console) {
  if (!command.site) return usage_error("no site is given", "give --site DIR, or --parse LINE");
  if (!command.host) return usage_error("no host is given", "give --host, the name of the CMG");
  if (!is_host(*command.host)) {
    return usage_error(fmt::format("--host {} is not a host name", in_quotes(*command.host)),
                       "write it like cmg.example.com, without https:// or a path");
  }
  if (!is_site_code(command.code)) {
    return usage_error(fmt::format("--code {} is not a site code", in_quotes(command.code)),
                       "write three letters or digits");
  }
  if (command.bulk_token && *command.bulk_token != "-") {
    return usage_error("--bulk-token takes only -: the token comes from standard input",
                       "write --bulk-token - < FILE, or give --token-file FILE");
  }
  const bool given = command.bulk_token || command.token_file;
  auto token = given ? given_token(command, console) : new_token(command, console);
  if (!token) return Failed<Error>(token.error());
  if (token->refusal) {
    console.say(
        fmt::format("tokenlife: the site refuses that token: {}; make a new one with `tokenlife "
                    "token new --site DIR`, or leave out {}: a new one is made",
                    *token->refusal, command.token_file ? "--token-file" : "--bulk-token"));
    return 1;
  }
  const Secret line =
      ccmsetup_line(*command.host, cmg_number(token->tenant), command.code, token->token.reveal());
  if (command.json) {
    Json json;
    json["line"] = line.reveal();
    json["guid"] = to_string(token->guid);
    json["expires"] = rfc3339(token->expires);
    console.print(json_text(json) + "\n");
  } else {
    console.print(line.reveal());
    console.print("\n");
  }
  if (!token->made_by) return 0;
  auto arrived = finish_or_block(*token->made_by, token->guid, token->made, console);
  return arrived ? ExitStatus(0) : Failed<Error>(arrived.error());
}

}  // namespace

ExitStatus ccmsetup_line_command(const CcmsetupCommand& command, Console& console) {
  if (!command.parse) return print_line(command, console);
  if (command.site || command.host || command.bulk_token || command.token_file) {
    return usage_error("--parse only looks at a line", "leave out the options that make one");
  }
  return check_line(command, console);
}

}  // namespace tokenlife::sim
