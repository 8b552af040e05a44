// When an event is illegal, and what it changes: what evolve() does, for callers that know the
// event's type and keep the client.
#pragma once

#include <cstdint>

#include "client.hpp"
#include "client_event.hpp"
#include "event_error.hpp"
#include "lifecycle_dispatch.hpp"

namespace tokenlife {

namespace evolve_detail {

// Every function below has an answer for every event by its name: a new event does not compile
// until each has one.

// The network that decides between the rows of the table.
template <AnyOf<ClientInstalled, AgentRestarted, RegistrationRequested, RegistrationRefused,
                RegistrationFailed, RenewalRequested, TokenRenewed, RenewalRefused, RenewalFailed,
                TokenExpired, ReRegistrationRequired, ClientReinstalled, ClientUpgraded,
                ClientBlocked, ClientUnblocked, CmgAllowedChanged, ClientPolicyChanged,
                CredentialRenewed, CredentialExpired, ClockChanged, AskedToRenew>
              Event>
constexpr Where where(const Client& client, const Event&) {
  return where_of(client.last_connected);
}
constexpr Where where(const Client&, const NetworkChanged& event) { return where_of(event.to); }
// An answer arrives on the network on which it was asked for, and nowhere else.
constexpr Where where(const Client& client, const RegistrationCompleted& event) {
  return where_of(client.on_intranet == OnIntranet::mp ? network_of(event.via) : client.network);
}
constexpr Where where(const Client&, const ClientAdopted& event) {
  switch (event.state) {
    case LifecycleState::registered: return Where::intranet;
    case LifecycleState::roaming: return Where::internet;
    case LifecycleState::installed: return Where::found_installed;
    case LifecycleState::expired: return Where::found_expired;
    case LifecycleState::re_registration_required: return Where::found_in_re_registration;
    case LifecycleState::not_installed:
    case LifecycleState::renewing: break;
  }
  return Where::offline;
}

// What speaks against an event besides the state.

template <AnyOf<ClientInstalled, AgentRestarted, ClientReinstalled> Event>
constexpr EventError precondition(const Client&, const Event&) {
  return EventError::none;
}
constexpr EventError precondition(const Client& client, const NetworkChanged& event) {
  if (event.from != client.network) return EventError::wrong_network;
  return event.from == event.to ? EventError::nothing_changed : EventError::none;
}

constexpr EventError can_send(const Client& client, Endpoint via) {
  if (client.pending != PendingRequest::none) return EventError::already_pending;
  return reaches(client, via) ? EventError::none : EventError::wrong_network;
}
constexpr EventError answers(const Client& client, PendingRequest request, Endpoint via) {
  return client.pending == request && client.pending_via == via ? EventError::none
                                                                : EventError::nothing_pending;
}
constexpr EventError is_new(const Client& client, const ClientToken& token) {
  return token.serial.ordinal() > client.newest_ordinal && token.not_before < token.expires
             ? EventError::none
             : EventError::wrong_token;
}

constexpr EventError precondition(const Client& client, const RegistrationRequested& event) {
  return can_send(client, event.via);
}
constexpr EventError precondition(const Client& client, const RegistrationCompleted& event) {
  const EventError asked = answers(client, PendingRequest::registration, event.via);
  return asked == EventError::none ? is_new(client, event.token) : asked;
}
constexpr EventError precondition(const Client& client, const RegistrationRefused& event) {
  return answers(client, PendingRequest::registration, event.via);
}
constexpr EventError precondition(const Client& client, const RegistrationFailed& event) {
  return answers(client, PendingRequest::registration, event.via);
}
constexpr EventError precondition(const Client& client, const RenewalRequested& event) {
  if (event.serial != client.token.serial) return EventError::wrong_token;
  return can_send(client, event.via);
}
constexpr EventError precondition(const Client& client, const TokenRenewed& event) {
  if (event.replaces != client.token.serial) return EventError::wrong_token;
  const EventError asked = answers(client, PendingRequest::renewal, event.via);
  return asked == EventError::none ? is_new(client, event.token) : asked;
}
constexpr EventError precondition(const Client& client, const RenewalRefused& event) {
  return answers(client, PendingRequest::renewal, event.via);
}
constexpr EventError precondition(const Client& client, const RenewalFailed& event) {
  return answers(client, PendingRequest::renewal, event.via);
}
constexpr EventError precondition(const Client& client, const TokenExpired& event) {
  return event.serial == client.token.serial ? EventError::none : EventError::wrong_token;
}
constexpr EventError precondition(const Client& client, const ReRegistrationRequired& event) {
  return can_send(client, event.via);
}
constexpr EventError changes(bool something) {
  return something ? EventError::none : EventError::nothing_changed;
}
constexpr EventError precondition(const Client& client, const ClientUpgraded&) {
  return changes(client.version == ClientVersion::outdated);
}
constexpr EventError precondition(const Client& client, const ClientBlocked&) {
  return changes(!client.blocked);
}
constexpr EventError precondition(const Client& client, const ClientUnblocked&) {
  return changes(client.blocked);
}
constexpr EventError precondition(const Client& client, const CmgAllowedChanged& event) {
  return changes(client.cmg_allowed != event.value);
}

constexpr EventError precondition(const Client&, const ClientAdopted& event) {
  if (event.network != Network::offline && event.network != event.last_connected) {
    return EventError::wrong_network;
  }
  const bool holds = event.state == LifecycleState::registered ||
                     event.state == LifecycleState::roaming ||
                     event.state == LifecycleState::expired;
  if (holds != event.token.exists()) return EventError::wrong_token;
  // One that was put aside may be older than the newest.
  if (holds && event.token.serial.ordinal() > event.tokens) return EventError::wrong_token;
  return EventError::none;
}
constexpr EventError precondition(const Client&, const ClientPolicyChanged& event) {
  return changes(!event.changed.empty());
}
constexpr EventError precondition(const Client&, const CredentialRenewed&) {
  return EventError::none;
}
constexpr EventError precondition(const Client& client, const CredentialExpired&) {
  return changes(!client.credential_expired);
}
constexpr EventError precondition(const Client&, const ClockChanged&) { return EventError::none; }
constexpr EventError precondition(const Client& client, const AskedToRenew& event) {
  return event.serial == client.token.serial ? EventError::none : EventError::wrong_token;
}

// What an event changes besides the state.

constexpr void hold(Client& client, const ClientToken& token) {
  client.token = token;
  client.newest_ordinal = token.serial.ordinal();
  client.pending = PendingRequest::none;
}

constexpr void change(Client& client, const ClientInstalled& event) {
  client.cohort = event.cohort;
  client.network = event.network;
  client.last_connected = event.network;
  client.credential = event.credential;
  client.version = event.version;
  client.cmg_allowed = event.cmg_allowed;
  client.blocked = event.blocked;
  client.bulk = event.bulk;
  client.on_intranet = event.on_intranet;
}
constexpr void change(Client& client, const NetworkChanged& event) {
  client.network = event.to;
  if (event.to != Network::offline) client.last_connected = event.to;
}
constexpr void change(Client&, const AgentRestarted&) {}
constexpr void change(Client& client, const RegistrationRequested& event) {
  client.pending = PendingRequest::registration;
  client.pending_via = event.via;
  client.pending_shows_bulk = event.credential == Credential::bulk;
}
constexpr void change(Client& client, const RegistrationCompleted& event) {
  hold(client, event.token);
  client.bulk = {};  // R28: neither used nor stored after the first registration.
}
constexpr void change(Client& client, const RegistrationRefused&) {
  client.pending = PendingRequest::none;
  if (client.pending_shows_bulk) client.bulk = {};  // R25: good for the first communication only.
}
constexpr void change(Client& client, const RegistrationFailed&) {
  client.pending = PendingRequest::none;
}
constexpr void change(Client& client, const RenewalRequested& event) {
  client.pending = PendingRequest::renewal;
  client.pending_via = event.via;
  client.pending_shows_bulk = false;
}
constexpr void change(Client& client, const TokenRenewed& event) { hold(client, event.token); }
constexpr void change(Client& client, const RenewalRefused&) {
  client.pending = PendingRequest::none;
}
constexpr void change(Client& client, const RenewalFailed&) {
  client.pending = PendingRequest::none;
}
constexpr void change(Client&, const TokenExpired&) {}
constexpr void change(Client& client, const ReRegistrationRequired&) { client.token = {}; }
constexpr void change(Client& client, const ClientReinstalled& event) {
  client.token = {};
  client.pending = PendingRequest::none;
  client.bulk = event.bulk;
  if (event.new_identity) client.blocked = false;  // A8
}
constexpr void change(Client& client, const ClientUpgraded&) {
  client.version = ClientVersion::current;
}
constexpr void change(Client& client, const ClientBlocked&) { client.blocked = true; }
constexpr void change(Client& client, const ClientUnblocked&) { client.blocked = false; }
constexpr void change(Client& client, const CmgAllowedChanged& event) {
  client.cmg_allowed = event.value;
}
constexpr void change(Client& client, const ClientAdopted& event) {
  client.cohort = event.cohort;
  client.network = event.network;
  client.last_connected = event.last_connected;
  client.credential = event.credential;
  client.version = event.version;
  client.cmg_allowed = event.cmg_allowed;
  client.blocked = event.blocked;
  client.on_intranet = event.on_intranet;
  client.credential_expired = event.credential_expired;
  client.credential_renews_on = event.credential_renews_on;
  client.bulk = event.bulk;
  client.token = event.token;
  client.newest_ordinal = event.tokens;
}
constexpr void change(Client&, const ClientPolicyChanged&) {}
constexpr void change(Client& client, const CredentialRenewed&) {
  client.credential_expired = false;
}
constexpr void change(Client& client, const CredentialExpired& event) {
  client.credential_expired = true;
  client.credential_renews_on = event.renews_on;
}
constexpr void change(Client&, const ClockChanged&) {}
constexpr void change(Client&, const AskedToRenew&) {}

}  // namespace evolve_detail

// Lets the event happen to the client; leaves the client as it was unless that is legal.
template <class Event>
[[nodiscard]] inline EventError evolve_in_place(Client& client, const Event& event) {
  const Where where = evolve_detail::where(client, event);
  const auto& by_kind = kLifecycleDispatch.next[static_cast<std::size_t>(client.state)];
  const auto& by_network = by_kind[static_cast<std::size_t>(Event::kind)];
  const std::uint8_t next = by_network[static_cast<std::size_t>(where)];
  if (next == kNoTransition) [[unlikely]]
    return EventError::wrong_state;
  const EventError error = evolve_detail::precondition(client, event);
  if (error != EventError::none) [[unlikely]]
    return error;
  client.state = static_cast<LifecycleState>(next);
  evolve_detail::change(client, event);
  return EventError::none;
}

}  // namespace tokenlife
