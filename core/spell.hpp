// A13: whether a client is stranded, by the rules.
#pragma once

#include "client.hpp"
#include "decide.hpp"
#include "request.hpp"
#include "spell_cause.hpp"
#include "verdict.hpp"

namespace tokenlife {

// The client as it would ask from the network to which it was last connected, with a credential
// that it can renew there.
inline Client at_last_connected(const Client& client) {
  Client there = client;
  there.network = client.last_connected;
  there.pending = PendingRequest::none;
  if (renews_on(client.credential_renews_on, client.last_connected)) {
    there.credential_expired = false;
  }
  return there;
}

// The rules say it: no request that the client could make would be granted, were every endpoint up.
// `granted` says that a request has been granted and is not answered yet. `view` gives a SiteView
// for a client and its request; `policy` is the site's at that moment. Waits, outages, `renew-on`
// and lost answers do not count.
template <class View>
Service service_of(const Client& client, bool granted, const Policy& policy, Instant now,
                   View view) {
  if (!is_out_of_service(client.state)) return Service::served;
  if (client.blocked || granted || client.last_connected == Network::offline) {
    return Service::out_of_service;
  }
  const Client there = at_last_connected(client);
  const auto request = ask(there, {false, false}, policy);
  if (!request || request->kind != RequestKind::registration) return Service::stranded;
  SiteView site = view(there, *request);
  site.endpoint_up = site.sts_up = true;
  site.verified.reset();
  const Verdict verdict = judge(there, *request, site, policy, now);
  return verdict.kind == Verdict::Kind::granted ? Service::out_of_service : Service::stranded;
}

}  // namespace tokenlife
