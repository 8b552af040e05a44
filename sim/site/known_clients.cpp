#include "sim/site/known_clients.hpp"

#include <filesystem>
#include <map>

#include "sim/site/key_file.hpp"
#include "sim/text/escape.hpp"

namespace tokenlife::sim {
namespace {

std::map<Sha256Thumbprint, ClientToken> newest_tokens(const SiteFolder& site) {
  std::map<Sha256Thumbprint, ClientToken> newest;
  for (const auto& recorded : site.events()) {
    const auto* issued = std::get_if<ClientTokenIssued>(&recorded.event);
    if (issued != nullptr) newest[issued->thumbprint] = issued->token;
  }
  return newest;
}

ListedClient listed(const SiteFolder& site, const Sha256Thumbprint& thumbprint,
                    const std::map<Sha256Thumbprint, ClientToken>& newest) {
  ListedClient client{thumbprint, {}, {}, site.site().blocked_clients.contains(thumbprint)};
  const auto known = site.site().clients.find(thumbprint);
  if (known != site.site().clients.end()) client.known = known->second;
  const auto token = newest.find(thumbprint);
  // Of a recognised one the site has forgotten it, and knows an older one at best.
  const bool is_newest =
      token != newest.end() && client.known && client.known->newest == token->second.serial;
  if (is_newest) client.newest = token->second;
  return client;
}

}  // namespace

std::vector<ListedClient> known_clients(const SiteFolder& site) {
  const auto newest = newest_tokens(site);
  std::multimap<ClientNumber, Sha256Thumbprint> by_number;
  for (const auto& [thumbprint, known] : site.site().clients) {
    by_number.emplace(known.number, thumbprint);
  }
  std::vector<ListedClient> list;
  for (const auto& [number, thumbprint] : by_number) {
    list.push_back(listed(site, thumbprint, newest));
  }
  for (const Sha256Thumbprint& thumbprint : site.site().blocked_clients) {
    if (site.site().clients.contains(thumbprint)) continue;
    list.push_back(listed(site, thumbprint, newest));
  }
  return list;
}

ListedClient known_client(const SiteFolder& site, const Sha256Thumbprint& thumbprint) {
  return listed(site, thumbprint, newest_tokens(site));
}

std::string_view status_of(const ListedClient& client, const SiteFolder& site,
                           std::chrono::sys_seconds now) {
  if (client.blocked) return "blocked";
  if (!client.newest.exists()) return client.known ? "recognised" : "not-registered";
  if (client.newest.expires <= site.instant_of(now)) return "expired";  // A5
  if (site.site().keys[client.newest.signer.value].retired) return "signer-retired";
  return site.instant_of(now) < client.newest.not_before ? "not-yet-valid" : "active";
}

Result<Sha256Thumbprint, Error> thumbprint_named(const std::string& client) {
  if (const auto thumbprint = parse_sha256(client)) return *thumbprint;
  std::error_code error;
  if (!std::filesystem::is_directory(client, error)) {
    return usage_error(in_quotes(client) + " names no client",
                       "give its folder, or the SHA-256 thumbprint of its certificate, as "
                       "`tokenlife client list` shows it");
  }
  const auto certificate = read_certificate_file(client + "/client.crt");
  if (!certificate) return Failed<Error>(certificate.error());
  return certificate->sha256();
}

}  // namespace tokenlife::sim
