// What a site on disk knows of its clients, and which of them it has blocked.
#include "sim/cli/command_known_client.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "sim/cli/clock_argument.hpp"
#include "sim/cli/json_text.hpp"
#include "sim/cli/site_warning.hpp"
#include "sim/site/inventory.hpp"
#include "sim/site/known_clients.hpp"
#include "sim/text/escape.hpp"
#include "sim/text/time.hpp"

namespace tokenlife::sim {
namespace {

using Json = nlohmann::ordered_json;

// ---- Blocking ----------------------------------------------------------------------------------

ExitStatus set_client_blocked(const BlockClientCommand& command, bool blocked, Console& console) {
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
    console.print(fmt::format("{} {}\n", id, blocked ? "is blocked already" : "is not blocked"));
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

Json json_of(const ListedClient& client, const SiteFolder& site, std::chrono::sys_seconds now) {
  Json json;
  json["thumbprint"] = tokenlife::to_string(client.thumbprint);
  json["number"] = client.known ? Json(client.known->number.value) : nullptr;
  json["tokens"] = client.known ? client.known->tokens : 0U;
  json["token"] = nullptr;
  if (client.newest.exists()) {
    json["token"] = {{"serial", to_string(client.newest.serial)},
                     {"not-before", rfc3339(site.time_of(client.newest.not_before))},
                     {"expires", rfc3339(site.time_of(client.newest.expires))},
                     {"signer", client.newest.signer.value}};
  }
  json["status"] = status_of(client, site, now);
  json["blocked"] = client.blocked;
  const auto replaced = shown_out_of_turn(client);
  json["replaced-token-shown"] = replaced ? Json(*replaced) : nullptr;
  return json;
}

std::vector<std::string> cells_of(const ListedClient& client, const SiteFolder& site,
                                  std::chrono::sys_seconds now) {
  const bool has_token = client.newest.exists();
  return {client.known ? std::to_string(client.known->number.value) : "",
          tokenlife::to_string(client.thumbprint),
          has_token ? to_string(client.newest.serial) : "",
          has_token ? rfc3339(site.time_of(client.newest.not_before)) : "",
          has_token ? rfc3339(site.time_of(client.newest.expires)) : "",
          std::string(status_of(client, site, now)) +
              (shown_out_of_turn(client) ? ", in two places" : "")};
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
  Json json = Json::array();
  std::vector<std::vector<std::string>> lines{
      {"No.", "Certificate (SHA-256)", "Token", "Valid from", "Valid to", "Status"}};
  for (const ListedClient& client : clients) {
    json.push_back(json_of(client, *site, *now));
    lines.push_back(cells_of(client, *site, *now));
  }
  if (command.json) {
    console.print(json_text({{"site", site->folder()}, {"clients", json}}) + "\n");
  } else {
    console.print(clients.empty() ? "no clients yet\n" : table_text(lines));
  }
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
  console.print(command.json ? json_text(json_of(client, *site, *now)) + "\n"
                             : text_of(client, *site, *now));
  return 0;
}

}  // namespace tokenlife::sim
