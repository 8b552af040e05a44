// The facts that a run records: past tense, self-sufficient for replay, without secrets (D4).
#pragma once

#include <cstdint>
#include <string>
#include <type_traits>
#include <variant>

#include "core/client.hpp"
#include "core/id.hpp"
#include "core/policy.hpp"
#include "core/refusal.hpp"
#include "core/time.hpp"

namespace tokenlife {

// ---- Of a client -------------------------------------------------------------------------------

struct ClientInstalled {
  CohortNumber cohort;
  Network network;
  Credential credential;
  ClientVersion version;
  bool cmg_allowed;
  bool blocked;
  Guid bulk;  // nil: none
  friend bool operator==(const ClientInstalled&, const ClientInstalled&) = default;
};
struct NetworkChanged {
  Network from;
  Network to;
  friend bool operator==(const NetworkChanged&, const NetworkChanged&) = default;
};
struct AgentRestarted {
  friend bool operator==(const AgentRestarted&, const AgentRestarted&) = default;
};
struct RegistrationRequested {
  Endpoint via;
  Credential credential;
  Guid bulk;  // nil unless the credential is a bulk token
  friend bool operator==(const RegistrationRequested&, const RegistrationRequested&) = default;
};
struct RegistrationCompleted {
  Endpoint via;
  ClientToken token;
  friend bool operator==(const RegistrationCompleted&, const RegistrationCompleted&) = default;
};
struct RegistrationRefused {
  Endpoint via;
  RefusalReason reason;
  friend bool operator==(const RegistrationRefused&, const RegistrationRefused&) = default;
};
struct RegistrationFailed {
  Endpoint via;
  FailureReason reason;
  friend bool operator==(const RegistrationFailed&, const RegistrationFailed&) = default;
};
struct RenewalRequested {
  Endpoint via;
  TokenSerial serial;
  friend bool operator==(const RenewalRequested&, const RenewalRequested&) = default;
};
struct TokenRenewed {
  Endpoint via;
  ClientToken token;
  TokenSerial replaces;
  friend bool operator==(const TokenRenewed&, const TokenRenewed&) = default;
};
struct RenewalRefused {
  Endpoint via;
  RefusalReason reason;
  friend bool operator==(const RenewalRefused&, const RenewalRefused&) = default;
};
struct RenewalFailed {
  Endpoint via;
  FailureReason reason;
  friend bool operator==(const RenewalFailed&, const RenewalFailed&) = default;
};
struct TokenExpired {
  TokenSerial serial;
  friend bool operator==(const TokenExpired&, const TokenExpired&) = default;
};
struct ReRegistrationRequired {
  Endpoint via;
  RefusalReason reason;
  friend bool operator==(const ReRegistrationRequired&, const ReRegistrationRequired&) = default;
};
struct ClientReinstalled {
  Guid bulk;  // nil: none
  friend bool operator==(const ClientReinstalled&, const ClientReinstalled&) = default;
};
struct ClientUpgraded {
  friend bool operator==(const ClientUpgraded&, const ClientUpgraded&) = default;
};
struct ClientBlocked {
  friend bool operator==(const ClientBlocked&, const ClientBlocked&) = default;
};
struct ClientUnblocked {
  friend bool operator==(const ClientUnblocked&, const ClientUnblocked&) = default;
};
struct CmgAllowedChanged {
  bool value;
  friend bool operator==(const CmgAllowedChanged&, const CmgAllowedChanged&) = default;
};

using ClientEvent =
    std::variant<ClientInstalled, NetworkChanged, AgentRestarted, RegistrationRequested,
                 RegistrationCompleted, RegistrationRefused, RegistrationFailed, RenewalRequested,
                 TokenRenewed, RenewalRefused, RenewalFailed, TokenExpired, ReRegistrationRequired,
                 ClientReinstalled, ClientUpgraded, ClientBlocked, ClientUnblocked,
                 CmgAllowedChanged>;

// ---- Of the site -------------------------------------------------------------------------------

struct SiteEstablished {
  Guid tenant;
  Policy policy;
  friend bool operator==(const SiteEstablished&, const SiteEstablished&) = default;
};
struct BulkTokenIssued {
  std::string name;
  Guid guid;
  Instant not_before;
  Instant expires;
  friend bool operator==(const BulkTokenIssued&, const BulkTokenIssued&) = default;
};
struct BulkTokenBlocked {
  Guid guid;
  friend bool operator==(const BulkTokenBlocked&, const BulkTokenBlocked&) = default;
};
struct BulkTokenUnblocked {
  Guid guid;
  friend bool operator==(const BulkTokenUnblocked&, const BulkTokenUnblocked&) = default;
};
struct EndpointDown {
  Endpoint endpoint;
  friend bool operator==(const EndpointDown&, const EndpointDown&) = default;
};
struct EndpointUp {
  Endpoint endpoint;
  friend bool operator==(const EndpointUp&, const EndpointUp&) = default;
};
struct SigningCertificateRotated {
  KeyNumber key;  // the new one
  friend bool operator==(const SigningCertificateRotated&,
                         const SigningCertificateRotated&) = default;
};
struct SigningCertificateRetired {
  KeyNumber key;
  friend bool operator==(const SigningCertificateRetired&,
                         const SigningCertificateRetired&) = default;
};

// Of a site that serves clients from elsewhere: it knows them by their certificates. In a simulated
// run the clients are streams of their own, whose events say what was issued to them.
struct ClientTokenIssued {
  Sha256Thumbprint thumbprint;  // of the client's certificate (D6)
  ClientToken token;
  friend bool operator==(const ClientTokenIssued&, const ClientTokenIssued&) = default;
};

using SiteEvent =
    std::variant<SiteEstablished, BulkTokenIssued, BulkTokenBlocked, BulkTokenUnblocked,
                 EndpointDown, EndpointUp, SigningCertificateRotated, SigningCertificateRetired,
                 ClientTokenIssued>;

// ---- Kinds -------------------------------------------------------------------------------------

// Client kinds in the order of ClientEvent, then site kinds in the order of SiteEvent. Logs hold
// the numbers of the client kinds: a new one goes behind the last client kind.
enum class EventKind : std::uint8_t {
  client_installed,
  network_changed,
  agent_restarted,
  registration_requested,
  registration_completed,
  registration_refused,
  registration_failed,
  renewal_requested,
  token_renewed,
  renewal_refused,
  renewal_failed,
  token_expired,
  re_registration_required,
  client_reinstalled,
  client_upgraded,
  client_blocked,
  client_unblocked,
  cmg_allowed_changed,
  site_established,
  bulk_token_issued,
  bulk_token_blocked,
  bulk_token_unblocked,
  endpoint_down,
  endpoint_up,
  signing_certificate_rotated,
  signing_certificate_retired,
  client_token_issued,
};
template <>
struct Names<EventKind> {
  static constexpr std::array<std::string_view, 27> values{"client-installed",
                                                           "network-changed",
                                                           "agent-restarted",
                                                           "registration-requested",
                                                           "registration-completed",
                                                           "registration-refused",
                                                           "registration-failed",
                                                           "renewal-requested",
                                                           "token-renewed",
                                                           "renewal-refused",
                                                           "renewal-failed",
                                                           "token-expired",
                                                           "re-registration-required",
                                                           "client-reinstalled",
                                                           "client-upgraded",
                                                           "client-blocked",
                                                           "client-unblocked",
                                                           "cmg-allowed-changed",
                                                           "site-established",
                                                           "bulk-token-issued",
                                                           "bulk-token-blocked",
                                                           "bulk-token-unblocked",
                                                           "endpoint-down",
                                                           "endpoint-up",
                                                           "signing-certificate-rotated",
                                                           "signing-certificate-retired",
                                                           "client-token-issued"};
};

inline constexpr std::size_t kClientKinds = std::variant_size_v<ClientEvent>;
inline constexpr std::size_t kEventKinds = kClientKinds + std::variant_size_v<SiteEvent>;
static_assert(kEventKinds == kCount<EventKind>);
// The last kind is of sites on disk: no simulated run has it.
inline constexpr std::size_t kRunKinds = kEventKinds - 1;

// The position of T among the alternatives of a variant.
template <class T, class Variant>
struct AlternativeIndex;
template <class T, class... Ts>
struct AlternativeIndex<T, std::variant<Ts...>> {
  static constexpr std::size_t value = [] {
    const bool same[] = {std::is_same_v<T, Ts>...};
    std::size_t i = 0;
    while (i < sizeof...(Ts) && !same[i]) ++i;
    return i;
  }();
};

template <class E>
inline constexpr EventKind kKindOf =
    AlternativeIndex<E, ClientEvent>::value < kClientKinds
        ? static_cast<EventKind>(AlternativeIndex<E, ClientEvent>::value)
        : static_cast<EventKind>(kClientKinds + AlternativeIndex<E, SiteEvent>::value);
static_assert(kKindOf<CmgAllowedChanged> == EventKind::cmg_allowed_changed);
static_assert(kKindOf<ClientTokenIssued> == EventKind::client_token_issued);

inline EventKind kind_of(const ClientEvent& event) { return static_cast<EventKind>(event.index()); }
inline EventKind kind_of(const SiteEvent& event) {
  return static_cast<EventKind>(kClientKinds + event.index());
}

// ---- Why it happened ---------------------------------------------------------------------------

// Logs hold these numbers: append only.
enum class CauseKind : std::uint8_t {
  run_start,     // the beginning of the run
  action,        // number: of the scenario's action, from 0 in file order
  action_end,    // number: of the action whose time is over
  expiry,        // step 3 of the tick
  installation,  // step 4
  network,       // step 4, by the network model
  agent_start,   // step 4, a restart of the client's own
  contact,       // step 5
  request,       // number: the sequence number of the request that this answers
  exchange,      // an exchange of data that the site refused, sent `number` seconds before
};
template <>
struct Names<CauseKind> {
  static constexpr std::array<std::string_view, 10> values{
      "run-start", "action",      "action-end", "expiry",  "installation",
      "network",   "agent-start", "contact",    "request", "exchange"};
};

struct Cause {
  CauseKind kind = CauseKind::run_start;
  std::uint32_t number = 0;
  friend bool operator==(const Cause&, const Cause&) = default;
};

// An event in its stream. Sequence numbers count from 0 without gaps; times never go back.
template <class Event>
struct Recorded {
  Instant time;
  std::uint32_t seq = 0;
  Cause cause;
  Event event;
  friend bool operator==(const Recorded&, const Recorded&) = default;
};

}  // namespace tokenlife
