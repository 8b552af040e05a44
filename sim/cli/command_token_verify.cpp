// Accepts or refuses one token. What is asked of it is decided by core's verifier; this file hands
// it what it needs and says what it said.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <variant>
#include <vector>

#include "core/refusal.hpp"
#include "core/site.hpp"
#include "core/token/certificate.hpp"
#include "core/token/secret.hpp"
#include "core/token/token.hpp"
#include "core/token/token_fault.hpp"
#include "core/token/token_names.hpp"
#include "core/token/token_verify.hpp"
#include "sim/cli/clock_argument.hpp"
#include "sim/cli/command_token.hpp"
#include "sim/cli/json_text.hpp"
#include "sim/cli/rule_table.hpp"
#include "sim/cli/site_warning.hpp"
#include "sim/site/given_key.hpp"
#include "sim/site/key_file.hpp"
#include "sim/site/token_checks.hpp"
#include "sim/site/token_lint.hpp"
#include "sim/text/escape.hpp"
#include "sim/text/time.hpp"

namespace tokenlife::sim {
namespace {

using Json = nlohmann::ordered_json;
using std::chrono::seconds;

constexpr std::string_view kNotBound =
    "without --client-certificate nothing is known about whoever shows it: the binding (D6) is "
    "unchecked";

// Everything that verify() looks at, alive for as long as it does.
struct Desk {
  std::unique_ptr<SiteFolder> site;
  std::vector<Signer> signers;
  std::optional<std::string> issuer;
  std::optional<Certificate> client_certificate;
  TokenChecks checks{};
};

// By a certificate of its a token has to name the signer; by a key alone it need not.
Result<Signer, Error> signer_of_key(const TokenVerifyCommand& command) {
  const auto given = read_given_key(*command.key);
  if (!given) return Failed<Error>(given.error());
  if (given->key.kind() != KeyKind::rsa) {
    return input_error(*command.key, "is not an RSA key, and tokens are signed with RS256",
                       "give the public key of the site's signing certificate");
  }
  if (!command.signing_certificate) return Signer{{0}, given->key, given->thumbprint};
  const auto certificate = read_given_certificate(*command.signing_certificate);
  if (!certificate) return Failed<Error>(certificate.error());
  if (!(certificate->key() == given->key)) {
    return input_error(*command.signing_certificate,
                       "is not the certificate of the key that --key names");
  }
  return Signer{{0}, given->key, certificate->sha1()};
}

Result<void, Error> add_site(const std::string& folder, Desk& desk, Console& console) {
  auto site = SiteFolder::open_to_read(folder);
  if (!site) return Failed<Error>(site.error());
  say_warning(*site, console);
  desk.site = std::make_unique<SiteFolder>(std::move(*site));
  desk.signers = desk.site->signers();
  desk.issuer = token_issuer(desk.site->tenant());
  desk.checks = checks_of(*desk.site, {}, {}, desk.checks.now);
  return {};
}

Result<void, Error> add_signers(const TokenVerifyCommand& command, Desk& desk, Console& console) {
  if (command.site.has_value() == command.key.has_value()) {
    return usage_error(command.site ? "--site and --key are both given"
                                    : "there is nothing to verify the token with",
                       "give --site DIR, or --key FILE");
  }
  if (command.site) return add_site(*command.site, desk, console);
  auto signer = signer_of_key(command);
  if (!signer) return Failed<Error>(signer.error());
  desk.signers.push_back(std::move(*signer));
  return {};
}

Result<Desk, Error> desk_of(const TokenVerifyCommand& command, Console& console) {
  Desk desk;
  const auto now = time_of_command(command.at);
  if (!now) return Failed<Error>(now.error());
  desk.checks.now = *now;
  if (auto added = add_signers(command, desk, console); !added) return Failed<Error>(added.error());
  if (command.issuer) desk.issuer = *command.issuer;
  if (command.leeway) desk.checks.leeway = seconds{*command.leeway};
  if (command.leeway) desk.checks.bulk_leeway.reset();
  desk.checks.profile = *from_name<TokenProfile>(command.type);
  if (command.audience) desk.checks.audience = *command.audience;
  if (command.client_certificate) {
    auto certificate = read_given_certificate(*command.client_certificate);
    if (!certificate) return Failed<Error>(certificate.error());
    desk.client_certificate = std::move(*certificate);
  }
  return desk;
}

Result<VerifiedToken, TokenFault> verify_at(Desk& desk, std::string_view token) {
  desk.checks.signers = desk.signers;
  if (desk.issuer) desk.checks.issuer = *desk.issuer;
  if (desk.client_certificate) desk.checks.certificate = &*desk.client_certificate;
  return verify(token, desk.checks);
}

// ---- What is said ------------------------------------------------------------------------------

struct SaysClaims {
  Json operator()(const BulkClaims& claims) const {
    Json json{{"kind", "bulk"}};
    json["tenant"] = to_string(claims.tenant);
    json["guid"] = to_string(claims.unique_id);
    return with_dates(std::move(json), claims.dates);
  }
  Json operator()(const ClientClaims& claims) const {
    Json json{{"kind", "client"}};
    json["tenant"] = to_string(claims.tenant);
    json["serial"] = to_string(claims.serial);
    json["credential"] = name(claims.credential);
    json["certificate"] = tokenlife::to_string(claims.certificate);
    return with_dates(std::move(json), claims.dates);
  }
  Json operator()(const OtherClaims& claims) const {
    return with_dates(Json{{"kind", "other"}}, claims.dates);
  }
  static Json with_dates(Json json, const TokenDates& dates) {
    json["not-before"] = rfc3339(dates.not_before);
    json["expires"] = rfc3339(dates.expires);
    return json;
  }
};

struct SaidFault {
  RefusalReason reason;
  std::string_view name;
  std::string_view explanation;
  std::span<const std::string_view> rules;
  std::string words;  // for people
  bool has_rules_told = true;
};

std::string_view kind_named_by(std::string_view type) {
  return type == words::kBulkType     ? "a bulk token"
         : type == words::kClientType ? "a client token"
                                      : "neither a bulk nor a client token";
}

// The explanation, with what this token and this command have to do with it. Whose type or dates
// are at fault, its signature is good: its claims are the signer's.
std::string words_for(const TokenVerifyCommand& command, TokenFault fault, std::string_view token) {
  const auto claims = look_at_token(token).claims;
  const auto claim = [&](std::string_view wanted, JsonKind kind) -> const JsonMember* {
    const auto found = std::find_if(claims.begin(), claims.end(), [&](const JsonMember& member) {
      return member.name == wanted && member.kind == kind;
    });
    return found == claims.end() ? nullptr : &*found;
  };
  const std::string explanation(explanation_of(fault));
  switch (fault) {
    case TokenFault::wrong_type: {
      const JsonMember* type = claim(words::kType, JsonKind::string);
      if (type == nullptr || command.type == "any") return explanation;
      return fmt::format("it is {}, and --type {} was asked for", kind_named_by(type->text),
                         command.type);
    }
    case TokenFault::expired:
    case TokenFault::bulk_token_expired: {
      const JsonMember* expires = claim("exp", JsonKind::integer);
      if (expires == nullptr) return explanation;
      return "it expired at " + rfc3339(std::chrono::sys_seconds{seconds{expires->integer}});
    }
    case TokenFault::unknown_signer:
      return command.site ? explanation + ": is --site the site that issued it?"
                          : "its signer is not the key that was given with --key";
    default: return explanation;
  }
}

bool calls_itself_a_clients(std::string_view token) {
  const auto claims = look_at_token(token).claims;
  return std::any_of(claims.begin(), claims.end(), [](const JsonMember& member) {
    return member.name == words::kType && member.text == words::kClientType;
  });
}

// A9 is of certificates that were retired.
bool is_rule_the_reason(TokenFault fault, std::string_view token) {
  if (fault == TokenFault::unknown_signer || fault == TokenFault::signer_not_named) return false;
  if (fault == TokenFault::lifetime_too_long) return true;
  if (reason_of(fault) == RefusalReason::malformed) return false;
  return !calls_itself_a_clients(token) || !rules_behind_client_token(reason_of(fault)).empty();
}

int refused(const TokenVerifyCommand& command, const SaidFault& fault, Console& console) {
  if (command.json) {
    Json json{{"accepted", false}};
    json["reason"] = name(fault.reason);
    json["fault"] = fault.name;
    json["explanation"] = fault.explanation;
    json["rules"] = fault.rules;
    console.print(json_text(json) + "\n");
    return 1;
  }
  const bool has_own_name = fault.name != name(fault.reason);
  console.print(fmt::format(
      "{} ({}): {}{}\n{}{}", console.paint("refused", Tone::bad), name(fault.reason), fault.words,
      has_own_name ? fmt::format(" ({})", fault.name) : "",
      fault.has_rules_told ? rule_lines(fault.rules) : "", advice_on_file(command.source)));
  return 1;
}

int refused(const TokenVerifyCommand& command, TokenFault fault, std::string_view token,
            Console& console) {
  return refused(command,
                 {reason_of(fault), name(fault), explanation_of(fault), rules_behind(fault),
                  words_for(command, fault, token), is_rule_the_reason(fault, token)},
                 console);
}

// A8: the token is good, and its client has been blocked.
bool is_blocked(const Desk& desk, const VerifiedToken& token) {
  const auto* claims = std::get_if<ClientClaims>(&token.claims());
  return desk.site && claims != nullptr &&
         desk.site->site().blocked_clients.contains(claims->certificate);
}

int refused_as_blocked(const TokenVerifyCommand& command, Console& console) {
  constexpr auto reason = RefusalReason::client_blocked;
  constexpr auto words = "the site has blocked its client";
  return refused(command, {reason, name(reason), words, rules_behind(reason), words}, console);
}

int accepted(const TokenVerifyCommand& command, const VerifiedToken& token, Console& console) {
  Json claims = std::visit(SaysClaims{}, token.claims());
  const bool is_client = std::holds_alternative<ClientClaims>(token.claims());
  const bool bound = is_client && command.client_certificate.has_value();
  if (command.json) {
    Json json{{"accepted", true}, {"signature-only", false}};
    if (command.site) json["signer"] = token.signer().value;
    if (is_client) json["binding-checked"] = bound;
    json["claims"] = std::move(claims);
    console.print(json_text(json) + "\n");
    return 0;
  }
  std::string text = console.paint("accepted", Tone::good) + "\n";
  for (const auto& [label, value] : claims.items()) {
    text += fmt::format("  {:11}  {}\n", label, value.get<std::string>());
  }
  if (command.site) text += fmt::format("  {:11}  {}\n", "signer", token.signer().value);
  if (is_client && !bound) text += fmt::format("{}\n", kNotBound);
  if (std::holds_alternative<BulkClaims>(token.claims()) && !command.site) {
    text += "without --site nothing is known about issued and blocked tokens: that is unchecked\n";
  }
  console.print(text);
  return 0;
}

int signature_accepted(const TokenVerifyCommand& command, Console& console) {
  console.print(command.json
                    ? json_text(Json{{"accepted", true}, {"signature-only", true}}) + "\n"
                    : console.paint("accepted", Tone::good) +
                          ": header and signature alone; the claims and dates are unchecked\n");
  return 0;
}

}  // namespace

ExitStatus token_verify_command(const TokenVerifyCommand& command, Console& console) {
  if (command.signing_certificate && !command.key) {
    return usage_error("--signing-certificate goes with --key", "give the key's file as well");
  }
  auto desk = desk_of(command, console);
  if (!desk) return Failed<Error>(desk.error());
  const auto token = read_shown_token(command.source);
  if (!token) return Failed<Error>(token.error());
  if (token->empty() && (command.source.file || command.source.token == "-")) {
    return input_error(
        command.source.file.value_or("standard input"), "holds no token",
        "give the token alone; `tokenlife token new` prints it on its last line: `| tail -n 1`");
  }
  if (has_carriage_return(*token)) {
    console.say(
        "tokenlife: warning: the token has a carriage return in it, as Windows lines do; remove "
        "it, with `tr -d '\\r'` for example");
  }
  if (command.signature_only) {
    const auto signer = verify_signature(token->reveal(), desk->signers);
    return signer ? signature_accepted(command, console)
                  : refused(command, signer.error(), token->reveal(), console);
  }
  const auto verified = verify_at(*desk, token->reveal());
  if (verified && is_blocked(*desk, *verified)) return refused_as_blocked(command, console);
  return verified ? accepted(command, *verified, console)
                  : refused(command, verified.error(), token->reveal(), console);
}

}  // namespace tokenlife::sim
