// A13: when a client is out of service, when it is stranded, and why.
#pragma once

#include <cstdint>

#include "client.hpp"
#include "decide.hpp"
#include "names.hpp"
#include "refusal.hpp"
#include "spell_cause.hpp"

namespace tokenlife {

// What a client has of the service at a moment. Stranded clients are out of service too.
enum class Service : std::uint8_t {
  served,          // it holds a good token, or is not installed
  out_of_service,  // it holds none
  stranded,        // and nothing that it does by itself, where it is, would bring it one
};
template <>
struct Names<Service> {
  static constexpr std::array<std::string_view, 3> values{"served", "out-of-service", "stranded"};
};

constexpr bool is_out_of_service(LifecycleState state) {
  constexpr auto bit = [](LifecycleState s) { return 1U << static_cast<unsigned>(s); };
  constexpr unsigned without = bit(LifecycleState::installed) | bit(LifecycleState::expired) |
                               bit(LifecycleState::re_registration_required);
  return (without & bit(state)) != 0;
}

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

// The cause of a spell that began with a refusal, or of one whose last renewal was refused.
constexpr SpellCause spell_cause_of(RefusalReason reason) {
  switch (reason) {
    case RefusalReason::client_blocked: return SpellCause::blocked;
    case RefusalReason::unknown_signer: return SpellCause::signer_retired;
    case RefusalReason::client_outdated: return SpellCause::client_outdated;
    default: return SpellCause::not_recorded;  // no refusal of a run's client token
  }
}
constexpr SpellCause spell_cause_of(FailureReason reason) {
  switch (reason) {
    case FailureReason::endpoint_down: return SpellCause::endpoint_down;
    case FailureReason::sts_down: return SpellCause::sts_down;
    case FailureReason::answer_lost: return SpellCause::answer_lost;
  }
  return SpellCause::not_recorded;
}

}  // namespace tokenlife
