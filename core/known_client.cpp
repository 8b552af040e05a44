// What a site knows of the clients to which it has issued tokens.
#include <algorithm>

#include "core/site.hpp"

namespace tokenlife {

bool knows(const Site& site, const Sha256Thumbprint& thumbprint, TokenSerial serial) {
  const auto known = site.clients.find(thumbprint);
  if (known == site.clients.end()) return false;
  const KnownClient& client = known->second;
  const auto& former = client.former;
  const auto is_behind = [&](TokenSerial newest) {
    return serial.client() == newest.client() && serial.ordinal() <= newest.ordinal();
  };
  return is_behind(TokenSerial::of(client.number, client.tokens)) ||
         std::any_of(former.begin(), former.end(), is_behind);
}

bool is_replaced(const KnownClient& client, TokenSerial serial) {
  return client.shown.value != 0 && serial != client.shown && serial != client.newest;
}

bool has_shown(const KnownClient& client, TokenSerial serial) {
  return serial == client.shown || serial == client.replaced;
}

}  // namespace tokenlife
