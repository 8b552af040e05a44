// What a site on disk knows of its clients: each by its certificate.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/client.hpp"
#include "core/result.hpp"
#include "core/site.hpp"
#include "sim/site/site_store.hpp"
#include "sim/text/error.hpp"

namespace tokenlife::sim {

struct ListedClient {
  Sha256Thumbprint thumbprint;
  std::optional<KnownClient> known;  // unless it was blocked before it registered
  ClientToken newest;                // of the site's tokens for it; its times are the site's
  bool blocked = false;              // A8
};

// In the order of their numbers; behind them those that have none.
std::vector<ListedClient> known_clients(const SiteFolder& site);

// The one with that certificate; one of which nothing is known if the site has none.
ListedClient known_client(const SiteFolder& site, const Sha256Thumbprint& thumbprint);

// "blocked", "not-registered", "recognised" by a token that the site has forgotten, or what its
// newest token is: "active", "not-yet-valid", "expired", "signer-retired".
std::string_view status_of(const ListedClient& client, const SiteFolder& site,
                           std::chrono::sys_seconds now);

// The client that a user names: by the SHA-256 thumbprint of its certificate, or by its folder.
Result<Sha256Thumbprint, Error> thumbprint_named(const std::string& client);

}  // namespace tokenlife::sim
