// What the recorded events say about one client.
#pragma once

#include <cstdint>

#include "id.hpp"
#include "names.hpp"
#include "time.hpp"

namespace tokenlife {

// Logs and dispatch tables hold the numbers of all enums below: append only.

enum class LifecycleState : std::uint8_t {
  not_installed,
  installed,
  registered,
  roaming,
  renewing,
  expired,
  re_registration_required,
};
template <>
struct Names<LifecycleState> {
  static constexpr std::array<std::string_view, 7> values{
      "not-installed",           "installed", "registered", "roaming", "renewing", "expired",
      "re-registration-required"};
};

enum class Network : std::uint8_t { offline, intranet, internet };
template <>
struct Names<Network> {
  static constexpr std::array<std::string_view, 3> values{"offline", "intranet", "internet"};
};

// What decides between rows of the lifecycle: a network, or for a client that is adopted the state
// that it is found in, unless the network says it.
enum class Where : std::uint8_t {
  offline,
  intranet,
  internet,
  found_installed,
  found_expired,
  found_in_re_registration,
};
template <>
struct Names<Where> {
  static constexpr std::array<std::string_view, 6> values{
      "offline",         "intranet",      "internet",
      "found installed", "found expired", "found in re-registration"};
};
constexpr Where where_of(Network network) { return static_cast<Where>(network); }
static_assert(where_of(Network::internet) == Where::internet);

// The site's side of an exchange. Clients talk to an MP (intranet) or the CMG (internet); the STS
// stands behind both and issues the tokens.
enum class Endpoint : std::uint8_t { mp, cmg, sts };
template <>
struct Names<Endpoint> {
  static constexpr std::array<std::string_view, 3> values{"mp", "cmg", "sts"};
};

// The network from which an endpoint is reached, and the other way round.
constexpr Network network_of(Endpoint via) {
  return via == Endpoint::mp ? Network::intranet : Network::internet;
}
constexpr Endpoint endpoint_on(Network connected) {
  return connected == Network::intranet ? Endpoint::mp : Endpoint::cmg;
}

enum class Credential : std::uint8_t { self_signed, pki, entra, bulk };
template <>
struct Names<Credential> {
  static constexpr std::array<std::string_view, 4> values{"self-signed", "pki", "entra", "bulk"};
};

enum class ClientVersion : std::uint8_t { outdated, current };
template <>
struct Names<ClientVersion> {
  static constexpr std::array<std::string_view, 2> values{"outdated", "current"};
};

// A16: what a client on the intranet talks to.
enum class OnIntranet : std::uint8_t {
  mp,           // waits for the MP
  mp_then_cmg,  // turns to the CMG while the MP is down, if it may
  cmg,          // always the CMG
};
template <>
struct Names<OnIntranet> {
  static constexpr std::array<std::string_view, 3> values{"mp", "mp-then-cmg", "cmg"};
};

// A14: where a PKI or Entra credential is renewed.
enum class RenewsOn : std::uint8_t { intranet, connected, nowhere };
template <>
struct Names<RenewsOn> {
  static constexpr std::array<std::string_view, 3> values{"intranet", "connected", "nowhere"};
};
constexpr bool renews_on(RenewsOn where, Network network) {
  if (where == RenewsOn::intranet) return network == Network::intranet;
  return where == RenewsOn::connected && network != Network::offline;
}

// A client token without its signature (D4: no event or state ever holds the token itself).
struct ClientToken {
  TokenSerial serial;  // 0: none
  Instant not_before;  // The moment at which the site judged the request.
  Instant expires;     // Valid if and only if not_before <= now < expires (A5).
  KeyNumber signer;

  constexpr bool exists() const { return serial.value != 0; }
  friend bool operator==(const ClientToken&, const ClientToken&) = default;
};

// A request whose answer is not known yet.
enum class PendingRequest : std::uint8_t { none, registration, renewal };

// Built by `evolve` from events alone.
struct Client {
  LifecycleState state = LifecycleState::not_installed;
  Network network = Network::offline;
  Network last_connected = Network::offline;  // offline: never connected yet
  Credential credential = Credential::self_signed;
  ClientVersion version = ClientVersion::current;
  bool cmg_allowed = true;
  bool blocked = false;
  OnIntranet on_intranet = OnIntranet::mp;
  bool credential_expired = false;                     // A14: as if it were self-signed
  RenewsOn credential_renews_on = RenewsOn::intranet;  // if it has expired
  PendingRequest pending = PendingRequest::none;
  Endpoint pending_via = Endpoint::mp;
  bool pending_shows_bulk = false;
  CohortNumber cohort;
  Guid bulk;                         // nil: holds none
  ClientToken token;                 // An expired token is held until it is replaced or refused.
  std::uint32_t newest_ordinal = 0;  // of all tokens ever held

  friend bool operator==(const Client&, const Client&) = default;
};

// Whether the client can talk to the endpoint from where it is (A16). Whether it may is another
// matter (R10).
constexpr bool reaches(const Client& client, Endpoint via) {
  if (client.network == network_of(via)) return true;
  return client.network == Network::intranet && client.on_intranet != OnIntranet::mp;
}

}  // namespace tokenlife
