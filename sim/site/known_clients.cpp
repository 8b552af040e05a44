#include "sim/site/known_clients.hpp"

#include <algorithm>
#include <filesystem>
#include <tuple>
#include <utility>

#include "core/token/certificate.hpp"
#include "sim/site/key_file.hpp"
#include "sim/text/escape.hpp"

namespace tokenlife::sim {
namespace {

// Whether the event issued the client its newest token. Of a recognised one the site has forgotten
// it, and knows an older one at best.
bool is_newest(const ClientTokenIssued& issued, const Sha256Thumbprint& thumbprint,
               const KnownClient& known) {
  return issued.token.serial == known.newest && issued.thumbprint == thumbprint;
}

// All tokens that a site has issued to clients, by their serials.
class IssuedTokens {
 public:
  explicit IssuedTokens(const SiteFolder& site) {
    for (const auto& recorded : site.events()) {
      const auto* issued = std::get_if<ClientTokenIssued>(&recorded.event);
      if (issued != nullptr) tokens_.emplace_back(issued->token.serial, issued);
    }
    std::sort(tokens_.begin(), tokens_.end());
  }

  // The client's newest; none, if the site does not know it.
  ClientToken newest_of(const Sha256Thumbprint& thumbprint, const KnownClient& known) const {
    auto found = std::lower_bound(tokens_.begin(), tokens_.end(), known.newest,
                                  [](const Issued& a, TokenSerial b) { return a.first < b; });
    for (; found != tokens_.end() && found->first == known.newest; ++found) {
      if (is_newest(*found->second, thumbprint, known)) return found->second->token;
    }
    return {};
  }

 private:
  using Issued = std::pair<TokenSerial, const ClientTokenIssued*>;
  std::vector<Issued> tokens_;
};

}  // namespace

std::vector<ListedClient> known_clients(const SiteFolder& site) {
  const Site& state = site.site();
  const IssuedTokens issued(site);
  std::vector<std::pair<ClientNumber, const KnownClients::value_type*>> in_order;
  in_order.reserve(state.clients.size());
  for (const auto& client : state.clients) in_order.emplace_back(client.second.number, &client);
  std::sort(in_order.begin(), in_order.end(), [](const auto& a, const auto& b) {
    return std::tie(a.first, a.second->first) < std::tie(b.first, b.second->first);
  });
  std::vector<ListedClient> list;
  list.reserve(state.clients.size() + state.blocked_clients.size());
  for (const auto& [number, client] : in_order) {
    const auto& [thumbprint, known] = *client;
    list.push_back({thumbprint, known, issued.newest_of(thumbprint, known),
                    state.blocked_clients.contains(thumbprint)});
  }
  for (const Sha256Thumbprint& thumbprint : state.blocked_clients) {
    if (!state.clients.contains(thumbprint)) list.push_back({thumbprint, {}, {}, true});
  }
  return list;
}

ListedClient known_client(const SiteFolder& site, const Sha256Thumbprint& thumbprint) {
  const Site& state = site.site();
  ListedClient client{thumbprint, {}, {}, state.blocked_clients.contains(thumbprint)};
  const auto known = state.clients.find(thumbprint);
  if (known == state.clients.end()) return client;
  client.known = known->second;
  for (const auto& recorded : site.events()) {
    const auto* issued = std::get_if<ClientTokenIssued>(&recorded.event);
    if (issued == nullptr || !is_newest(*issued, thumbprint, *client.known)) continue;
    client.newest = issued->token;
    break;
  }
  return client;
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
    const bool is_file = std::filesystem::is_regular_file(client, error);
    return usage_error(
        in_quotes(client) +
            (is_file ? " is a file, not a client's folder" : " does not name a client"),
        "give the client's folder, or the SHA-256 thumbprint of its certificate, as `tokenlife "
        "client list --site SITE` shows it");
  }
  const auto certificate =
      read_certificate_file(client + "/client.crt",
                            "put it back from a copy, or give the thumbprint, as `tokenlife client "
                            "list --site SITE` shows it");
  if (!certificate) return Failed<Error>(certificate.error());
  return certificate->sha256();
}

}  // namespace tokenlife::sim
