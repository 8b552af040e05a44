#include "sim/site/known_clients.hpp"

#include <algorithm>
#include <filesystem>
#include <tuple>
#include <unordered_map>

#include "sim/site/key_file.hpp"
#include "sim/text/escape.hpp"

namespace tokenlife::sim {
namespace {

// The token in `newest` is one of the client's own, and perhaps not its newest. Null: none is
// known.
ListedClient listed(const SiteFolder& site, const Sha256Thumbprint& thumbprint,
                    const ClientToken* newest) {
  ListedClient client{thumbprint, {}, {}, site.site().blocked_clients.contains(thumbprint)};
  const auto known = site.site().clients.find(thumbprint);
  if (known != site.site().clients.end()) client.known = known->second;
  // Of a recognised one the site has forgotten it, and knows an older one at best.
  const bool is_newest =
      newest != nullptr && client.known && client.known->newest == newest->serial;
  if (is_newest) client.newest = *newest;
  return client;
}

}  // namespace

std::vector<ListedClient> known_clients(const SiteFolder& site) {
  std::unordered_map<Sha256Thumbprint, const ClientToken*, SaltedHash> newest;
  newest.reserve(site.site().clients.size());
  for (const auto& recorded : site.events()) {
    const auto* issued = std::get_if<ClientTokenIssued>(&recorded.event);
    if (issued != nullptr) newest[issued->thumbprint] = &issued->token;
  }
  std::vector<ListedClient> list;
  list.reserve(site.site().clients.size());
  const auto add = [&](const Sha256Thumbprint& thumbprint) {
    const auto token = newest.find(thumbprint);
    list.push_back(listed(site, thumbprint, token == newest.end() ? nullptr : token->second));
  };
  for (const auto& [thumbprint, known] : site.site().clients) add(thumbprint);
  std::sort(list.begin(), list.end(), [](const ListedClient& a, const ListedClient& b) {
    return std::tie(a.known->number, a.thumbprint) < std::tie(b.known->number, b.thumbprint);
  });
  for (const Sha256Thumbprint& thumbprint : site.site().blocked_clients) {
    if (!site.site().clients.contains(thumbprint)) add(thumbprint);
  }
  return list;
}

ListedClient known_client(const SiteFolder& site, const Sha256Thumbprint& thumbprint) {
  const ClientToken* newest = nullptr;
  for (const auto& recorded : site.events()) {
    const auto* issued = std::get_if<ClientTokenIssued>(&recorded.event);
    if (issued != nullptr && issued->thumbprint == thumbprint) newest = &issued->token;
  }
  return listed(site, thumbprint, newest);
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
