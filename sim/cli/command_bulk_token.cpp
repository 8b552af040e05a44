// Makes bulk tokens, lists and blocks them.
#include "sim/cli/command_bulk_token.hpp"

#include <fmt/format.h>

#include <csignal>
#include <nlohmann/json.hpp>

#include "core/bulk_lifetime.hpp"
#include "core/ensure.hpp"
#include "core/site_command.hpp"
#include "core/token/token.hpp"
#include "sim/cli/clock_argument.hpp"
#include "sim/cli/hide_process.hpp"
#include "sim/cli/json_object.hpp"
#include "sim/cli/json_text.hpp"
#include "sim/cli/new_bulk_token.hpp"
#include "sim/cli/site_warning.hpp"
#include "sim/site/generate_guid.hpp"
#include "sim/site/inventory.hpp"
#include "sim/site/signer_life.hpp"
#include "sim/site/signing_pair.hpp"
#include "sim/text/duration.hpp"
#include "sim/text/escape.hpp"
#include "sim/text/number.hpp"
#include "sim/text/redact.hpp"
#include "sim/text/text_table.hpp"
#include "sim/text/time.hpp"

namespace tokenlife::sim {
namespace {

constexpr std::size_t kNameBytesMax = 100;

// A name is for one cell of a list.
Result<void, Error> check_name(const std::string& name) {
  if (name.size() > kNameBytesMax) {
    return usage_error(fmt::format("--name: it has {} bytes", name.size()),
                       fmt::format("give one of at most {}", kNameBytesMax));
  }
  if (escape_text(name) != name) {
    return usage_error("--name: it is not plain text", "leave out control characters");
  }
  return {};
}

nlohmann::ordered_json json_of(const NewBulkToken& fresh, const SiteFolder& site) {
  nlohmann::ordered_json json;
  json["guid"] = to_string(fresh.issued.guid);
  json["name"] = fresh.issued.name;
  json["not-before"] = rfc3339(site.time_of(fresh.issued.not_before));
  json["expires"] = rfc3339(site.time_of(fresh.issued.expires));
  json["lifetime"] = (fresh.issued.expires - fresh.issued.not_before).count();
  json["token"] = fresh.token.reveal();
  return json;
}

std::string listed_json(const std::string& folder, const std::vector<ListEntry>& list) {
  return json_text({{"site", folder}}, "bulk-tokens", list,
                   [](const ListEntry& token, JsonObject& json) {
                     json.put("guid", token.id);
                     json.put("name", token.issued_to);
                     json.put("lifetime", (token.expires - token.not_before).count());
                     json.put("not-before", rfc3339(token.not_before));
                     json.put("expires", rfc3339(token.expires));
                     json.put("status", name(token.status));
                     json.put("blocked", token.blocked);
                   });
}

std::string listed_text(const std::vector<ListEntry>& list) {
  if (list.empty()) return "no bulk tokens yet\n";
  TextTable table(list.size() + 1);
  table.add_line("GUID", "Name", "Lifetime", "Valid from", "Valid to", "Status");
  for (const ListEntry& token : list) {
    const bool blocked_besides = token.blocked && token.status != ListedStatus::blocked;
    table.add_line(token.id, escape_text(token.issued_to),
                   to_text(token.expires - token.not_before), rfc3339(token.not_before),
                   rfc3339(token.expires),
                   std::string(name(token.status)) + (blocked_besides ? ", blocked" : ""));
  }
  return table.text();
}

ExitStatus set_blocked(const TokenBlockCommand& command, bool blocked, Console& console) {
  const auto guid = parse_guid(command.guid);
  if (!guid) {
    return usage_error(fmt::format("{} is not a GUID", in_quotes(redact_secrets(command.guid))),
                       "give the one that was printed with the token");
  }
  auto site = SiteFolder::open_to_write(command.site);
  if (!site) return Failed<Error>(site.error());
  const auto now = time_of_command(command.at);
  if (!now) return Failed<Error>(now.error());
  say_warning(*site, console);
  const auto decided = site->append(
      blocked ? SiteCommand{BlockBulkToken{*guid}} : SiteCommand{UnblockBulkToken{*guid}}, *now);
  say_warning(*site, console);
  if (!decided) return Failed<Error>(decided.error());
  if (!*decided && decided->error() == SiteRefusal::no_such_token) {
    return usage_error("the site has issued no bulk token with the GUID " + to_string(*guid),
                       "see `tokenlife token list --site DIR`");
  }
  const bool changed = decided->has_value();
  const char* done = blocked ? "blocked" : "unblocked";
  console.print(changed ? fmt::format("{} {}\n", done, to_string(*guid))
                        : fmt::format("{} {}\n", to_string(*guid),
                                      blocked ? "is already blocked" : "is not blocked"));
  return 0;
}

}  // namespace

Result<std::int64_t, Error> lifetime_of(std::string_view text, std::string_view option) {
  const std::string range =
      fmt::format("give {} to {}", kBulkLifetimeMinutesMin, kBulkLifetimeMinutesMax);
  const auto minutes = decimal_number(text);
  const bool is_number =
      !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
  const bool is_decimal = minutes || (is_number && text.front() != '0');
  if (!is_decimal) {
    return usage_error(
        fmt::format("{}: {} is not a whole number of minutes{}", option,
                    in_quotes(redact_secrets(text)), is_number ? " without leading zeros" : ""),
        range);
  }
  if (!minutes || *minutes < kBulkLifetimeMinutesMin || *minutes > kBulkLifetimeMinutesMax) {
    return usage_error(
        fmt::format("{}: a bulk token cannot last {} minutes", option, in_quotes(text)), range);
  }
  return static_cast<std::int64_t>(*minutes);
}

Result<NewBulkToken, Error> issue_bulk_token(SiteFolder& site, const std::string& name,
                                             std::int64_t lifetime_minutes,
                                             std::chrono::sys_seconds now) {
  // That nobody reads what is printed is heard of by finish_or_block(), and does not end the
  // program.
  std::signal(SIGPIPE, SIG_IGN);
  if (auto good = check_signer(site, now); !good) return Failed<Error>(good.error());
  // The key first: who cannot sign issues nothing.
  const auto pair = site.signing_pair();
  if (!pair) return Failed<Error>(pair.error());
  const auto guid = generate_guid();
  if (!guid) return Failed<Error>(guid.error());
  const auto decided =
      site.append(IssueBulkToken{name, *guid, lifetime_minutes, signer_ends(site)}, now);
  if (!decided) return Failed<Error>(decided.error());
  ensure(decided->has_value(), "a checked lifetime and a new GUID to be accepted");
  const auto& issued = std::get<BulkTokenIssued>(**decided);
  const BulkClaims claims{
      {site.time_of(issued.not_before), site.time_of(issued.expires)}, site.tenant(), issued.guid};
  return NewBulkToken{issued, sign_token(claims, pair->key, pair->certificate)};
}

Result<void, Error> finish_or_block(SiteFolder& site, Guid guid, std::chrono::sys_seconds now,
                                    Console& console) {
  auto printed = console.finish();
  if (printed) return {};
  Error error = printed.error();
  const auto blocked = site.append(BlockBulkToken{guid}, now);
  error.what += fmt::format("; the new token {} ", to_string(guid));
  if (blocked) {
    error.what += "was not shown, and is blocked";
    error.advice = "make another one";
  } else {
    error.what += "could not be blocked: " + to_string(blocked.error());
    error.advice =
        fmt::format("run `tokenlife token block {} --site {}`", to_string(guid), site.folder());
  }
  return Failed<Error>(error);
}

void say_signer_warning(const SiteFolder& site, std::chrono::sys_seconds now, Console& console) {
  const std::string warning = signer_warning(site, now);
  if (!warning.empty()) console.say("tokenlife: " + escape_text(warning));
}

std::string heading_of(const NewBulkToken& fresh, const SiteFolder& site) {
  return fmt::format(
      "GUID        {}\n"
      "Valid from  {}\n"
      "Valid to    {} ({})\n"
      "Token (shown only once):\n",
      to_string(fresh.issued.guid), rfc3339(site.time_of(fresh.issued.not_before)),
      rfc3339(site.time_of(fresh.issued.expires)),
      to_text(fresh.issued.expires - fresh.issued.not_before));
}

ExitStatus token_new_command(const TokenNewCommand& command, Console& console) {
  hide_process();
  const auto lifetime = lifetime_of(command.lifetime, "--lifetime");
  if (!lifetime) return Failed<Error>(lifetime.error());
  if (auto good = check_name(command.name); !good) return Failed<Error>(good.error());
  auto site = SiteFolder::open_to_write(command.site);
  if (!site) return Failed<Error>(site.error());
  const auto now = time_of_command(command.at);
  if (!now) return Failed<Error>(now.error());
  say_warning(*site, console);
  const auto fresh = issue_bulk_token(*site, command.name, *lifetime, *now);
  say_warning(*site, console);
  if (!fresh) return Failed<Error>(fresh.error());
  say_signer_warning(*site, *now, console);
  if (command.json) {
    console.print(json_text(json_of(*fresh, *site)) + "\n");
  } else {
    console.print(heading_of(*fresh, *site));
    console.print(fresh->token.reveal());
    console.print("\n");
  }
  auto arrived = finish_or_block(*site, fresh->issued.guid, *now, console);
  return arrived ? ExitStatus(0) : Failed<Error>(arrived.error());
}

ExitStatus token_list_command(const TokenListCommand& command, Console& console) {
  const auto now = time_of_command(command.at);
  if (!now) return Failed<Error>(now.error());
  auto site = SiteFolder::open_to_read(command.site);
  if (!site) return Failed<Error>(site.error());
  say_warning(*site, console);
  const auto list = list_of(*site, *now, ListedType::bulk_token, ListOrder::valid_from);
  console.print(command.json ? listed_json(site->folder(), list) : listed_text(list));
  return 0;
}

ExitStatus token_block_command(const TokenBlockCommand& command, Console& console) {
  return set_blocked(command, true, console);
}

ExitStatus token_unblock_command(const TokenBlockCommand& command, Console& console) {
  return set_blocked(command, false, console);
}

}  // namespace tokenlife::sim
