// What a site on disk knows of its clients, and which of them it has blocked.
#include "sim/cli/command_known_client.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <system_error>

#include "core/site.hpp"
#include "core/site_command.hpp"
#include "events/log_format.hpp"
#include "sim/cli/clock_argument.hpp"
#include "sim/cli/json_object.hpp"
#include "sim/cli/site_warning.hpp"
#include "sim/site/known_clients.hpp"
#include "sim/text/escape.hpp"
#include "sim/text/text_table.hpp"
#include "sim/text/time.hpp"

namespace tokenlife::sim {
namespace {

// ---- Blocking ----------------------------------------------------------------------------------

// That the two are not swapped, as folders show.
Result<void, Error> check_order(const BlockClientCommand& command) {
  namespace fs = std::filesystem;
  std::error_code error;
  const bool is_swapped = fs::exists(fs::path(command.site) / "client.crt", error) &&
                          fs::exists(fs::path(command.client) / events::kSiteFile, error);
  if (!is_swapped) return {};
  return usage_error(fmt::format("{} is a client's folder, and {} is a site's",
                                 in_quotes(command.site), in_quotes(command.client)),
                     "the order is DIR CLIENT");
}

ExitStatus set_client_blocked(const BlockClientCommand& command, bool blocked, Console& console) {
  if (auto good = check_order(command); !good) return Failed<Error>(good.error());
  const auto thumbprint = thumbprint_named(command.client);
  if (!thumbprint) return Failed<Error>(thumbprint.error());
  auto site = SiteFolder::open_to_write(command.site);
  if (!site) return Failed<Error>(site.error());
  const auto now = time_of_command(command.at);
  if (!now) return Failed<Error>(now.error());
  say_warning(*site, console);
  const auto decided = site->append(blocked ? SiteCommand{BlockClientCertificate{*thumbprint}}
                                            : SiteCommand{UnblockClientCertificate{*thumbprint}},
                                    *now);
  say_warning(*site, console);
  if (!decided) return Failed<Error>(decided.error());
  const std::string id = tokenlife::to_string(*thumbprint);
  if (!*decided) {
    console.print(fmt::format("{} {}\n", id, blocked ? "is already blocked" : "is not blocked"));
    return 0;
  }
  console.print(fmt::format("{} {}\n", blocked ? "blocked" : "unblocked", id));
  if (!site->site().clients.contains(*thumbprint)) {
    console.print("the site has issued no token to that client so far\n");
  }
  return 0;
}

// ---- Showing -----------------------------------------------------------------------------------

// The token that it has shown though it is replaced: see is_replaced().
std::optional<std::string> shown_out_of_turn(const ListedClient& client) {
  if (!client.known || client.known->replaced.value == 0) return std::nullopt;
  return to_string(client.known->replaced);
}

void put_token(const ListedClient& client, const SiteFolder& site, JsonObject& json) {
  if (!client.newest.exists()) {
    json.put("token", nullptr);
    return;
  }
  JsonObject token = json.within("token");
  token.put("serial", to_string(client.newest.serial));
  token.put("not-before", rfc3339(site.time_of(client.newest.not_before)));
  token.put("expires", rfc3339(site.time_of(client.newest.expires)));
  token.put("signer", client.newest.signer.value);
  token.end();
}

void put_json(const ListedClient& client, const SiteFolder& site, std::chrono::sys_seconds now,
              JsonObject& json) {
  json.put("thumbprint", tokenlife::to_string(client.thumbprint));
  if (client.known) {
    json.put("number", client.known->number.value);
  } else {
    json.put("number", nullptr);
  }
  json.put("tokens", client.known ? client.known->tokens : 0U);
  put_token(client, site, json);
  json.put("status", status_of(client, site, now));
  json.put("blocked", client.blocked);
  if (const auto replaced = shown_out_of_turn(client)) {
    json.put("replaced-token-shown", *replaced);
  } else {
    json.put("replaced-token-shown", nullptr);
  }
}

std::string json_of(const ListedClient& client, const SiteFolder& site,
                    std::chrono::sys_seconds now) {
  std::string text;
  JsonObject json(text, 2);
  put_json(client, site, now, json);
  json.end();
  return text + "\n";
}

void add_line(const ListedClient& client, const SiteFolder& site, std::chrono::sys_seconds now,
              TextTable& table) {
  const bool has_token = client.newest.exists();
  table.add_line(client.known ? std::to_string(client.known->number.value) : "",
                 tokenlife::to_string(client.thumbprint),
                 has_token ? to_string(client.newest.serial) : "",
                 has_token ? rfc3339(site.time_of(client.newest.not_before)) : "",
                 has_token ? rfc3339(site.time_of(client.newest.expires)) : "",
                 std::string(status_of(client, site, now)) +
                     (shown_out_of_turn(client) ? ", in two places" : ""));
}

std::string text_of(const ListedClient& client, const SiteFolder& site,
                    std::chrono::sys_seconds now) {
  std::string text = fmt::format("{}\n  status   {}\n", tokenlife::to_string(client.thumbprint),
                                 status_of(client, site, now));
  if (client.known) text += fmt::format("  number   {}\n", client.known->number.value);
  text += fmt::format("  tokens   {}\n", client.known ? client.known->tokens : 0U);
  if (const auto replaced = shown_out_of_turn(client)) {
    text += fmt::format(
        "  copied   it showed {} when that was replaced: its folder was copied, or is an older "
        "one\n",
        *replaced);
  }
  if (!client.newest.exists()) return text;
  return text +
         fmt::format("  newest   {}, {} to {}\n  signer   {}\n", to_string(client.newest.serial),
                     rfc3339(site.time_of(client.newest.not_before)),
                     rfc3339(site.time_of(client.newest.expires)), client.newest.signer.value);
}

std::string listed_json(const std::vector<ListedClient>& clients, const SiteFolder& site,
                        std::chrono::sys_seconds now) {
  return json_text(
      {{"site", site.folder()}}, "clients", clients,
      [&](const ListedClient& client, JsonObject& json) { put_json(client, site, now, json); });
}

std::string listed_text(const std::vector<ListedClient>& clients, const SiteFolder& site,
                        std::chrono::sys_seconds now) {
  if (clients.empty()) return "no clients yet\n";
  TextTable table(clients.size() + 1);
  table.add_line("No.", "Certificate (SHA-256)", "Token", "Valid from", "Valid to", "Status");
  for (const ListedClient& client : clients) add_line(client, site, now, table);
  return table.text();
}

}  // namespace

ExitStatus site_block_client_command(const BlockClientCommand& command, Console& console) {
  return set_client_blocked(command, true, console);
}
ExitStatus site_unblock_client_command(const BlockClientCommand& command, Console& console) {
  return set_client_blocked(command, false, console);
}

ExitStatus client_list_command(const ClientListCommand& command, Console& console) {
  const auto now = time_of_command(command.at);
  if (!now) return Failed<Error>(now.error());
  auto site = SiteFolder::open_to_read(command.site);
  if (!site) return Failed<Error>(site.error());
  say_warning(*site, console);
  const auto clients = known_clients(*site);
  console.print(command.json ? listed_json(clients, *site, *now)
                             : listed_text(clients, *site, *now));
  return 0;
}

ExitStatus client_show_command(const ClientShowCommand& command, Console& console) {
  const auto now = time_of_command(command.at);
  if (!now) return Failed<Error>(now.error());
  const auto thumbprint = thumbprint_named(command.client);
  if (!thumbprint) return Failed<Error>(thumbprint.error());
  auto site = SiteFolder::open_to_read(command.site);
  if (!site) return Failed<Error>(site.error());
  say_warning(*site, console);
  const ListedClient client = known_client(*site, *thumbprint);
  console.print(command.json ? json_of(client, *site, *now) : text_of(client, *site, *now));
  return 0;
}

}  // namespace tokenlife::sim
