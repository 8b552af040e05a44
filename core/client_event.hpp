// What can happen to a client: past tense, self-sufficient for replay, without secrets (D4).
#pragma once

#include <concepts>
#include <optional>
#include <string_view>
#include <variant>

#include "client.hpp"
#include "id.hpp"
#include "recorded.hpp"
#include "refusal.hpp"
#include "site_policy.hpp"
#include "spell_cause.hpp"

namespace tokenlife {

struct ClientInstalled {
  static constexpr EventKind kind = EventKind::client_installed;
  static constexpr std::string_view kind_name = "client-installed";
  CohortNumber cohort;
  Network network;
  Credential credential;
  ClientVersion version;
  bool cmg_allowed;
  bool blocked;
  Guid bulk;  // nil: none
  OnIntranet on_intranet = OnIntranet::mp;
  friend bool operator==(const ClientInstalled&, const ClientInstalled&) = default;
};
struct NetworkChanged {
  static constexpr EventKind kind = EventKind::network_changed;
  static constexpr std::string_view kind_name = "network-changed";
  Network from;
  Network to;
  friend bool operator==(const NetworkChanged&, const NetworkChanged&) = default;
};
struct AgentRestarted {
  static constexpr EventKind kind = EventKind::agent_restarted;
  static constexpr std::string_view kind_name = "agent-restarted";
  friend bool operator==(const AgentRestarted&, const AgentRestarted&) = default;
};
struct RegistrationRequested {
  static constexpr EventKind kind = EventKind::registration_requested;
  static constexpr std::string_view kind_name = "registration-requested";
  Endpoint via;
  Credential credential;
  Guid bulk;  // nil unless the credential is a bulk token
  friend bool operator==(const RegistrationRequested&, const RegistrationRequested&) = default;
};
struct RegistrationCompleted {
  static constexpr EventKind kind = EventKind::registration_completed;
  static constexpr std::string_view kind_name = "registration-completed";
  Endpoint via;
  ClientToken token;
  friend bool operator==(const RegistrationCompleted&, const RegistrationCompleted&) = default;
};
struct RegistrationRefused {
  static constexpr EventKind kind = EventKind::registration_refused;
  static constexpr std::string_view kind_name = "registration-refused";
  Endpoint via;
  RefusalReason reason;
  friend bool operator==(const RegistrationRefused&, const RegistrationRefused&) = default;
};
struct RegistrationFailed {
  static constexpr EventKind kind = EventKind::registration_failed;
  static constexpr std::string_view kind_name = "registration-failed";
  Endpoint via;
  FailureReason reason;
  friend bool operator==(const RegistrationFailed&, const RegistrationFailed&) = default;
};
struct RenewalRequested {
  static constexpr EventKind kind = EventKind::renewal_requested;
  static constexpr std::string_view kind_name = "renewal-requested";
  Endpoint via;
  TokenSerial serial;
  friend bool operator==(const RenewalRequested&, const RenewalRequested&) = default;
};
struct TokenRenewed {
  static constexpr EventKind kind = EventKind::token_renewed;
  static constexpr std::string_view kind_name = "token-renewed";
  Endpoint via;
  ClientToken token;
  TokenSerial replaces;
  friend bool operator==(const TokenRenewed&, const TokenRenewed&) = default;
};
struct RenewalRefused {
  static constexpr EventKind kind = EventKind::renewal_refused;
  static constexpr std::string_view kind_name = "renewal-refused";
  Endpoint via;
  RefusalReason reason;
  friend bool operator==(const RenewalRefused&, const RenewalRefused&) = default;
};
struct RenewalFailed {
  static constexpr EventKind kind = EventKind::renewal_failed;
  static constexpr std::string_view kind_name = "renewal-failed";
  Endpoint via;
  FailureReason reason;
  friend bool operator==(const RenewalFailed&, const RenewalFailed&) = default;
};
struct TokenExpired {
  static constexpr EventKind kind = EventKind::token_expired;
  static constexpr std::string_view kind_name = "token-expired";
  TokenSerial serial;
  SpellCause spell_cause = SpellCause::not_recorded;
  Duration since_contact{0};  // 0: it had none
  friend bool operator==(const TokenExpired&, const TokenExpired&) = default;
};
struct ReRegistrationRequired {
  static constexpr EventKind kind = EventKind::re_registration_required;
  static constexpr std::string_view kind_name = "re-registration-required";
  Endpoint via;
  RefusalReason reason;
  bool begins_spell = false;  // false too in logs that do not say it
  Duration since_contact{0};  // if it does; 0: it had none
  friend bool operator==(const ReRegistrationRequired&, const ReRegistrationRequired&) = default;
};
struct ClientReinstalled {
  static constexpr EventKind kind = EventKind::client_reinstalled;
  static constexpr std::string_view kind_name = "client-reinstalled";
  Guid bulk;                  // nil: none
  bool new_identity = false;  // A8: another certificate, by which it is not blocked
  bool begins_spell = false;
  Duration since_contact{0};  // if it does; 0: it had none
  friend bool operator==(const ClientReinstalled&, const ClientReinstalled&) = default;
};
struct ClientUpgraded {
  static constexpr EventKind kind = EventKind::client_upgraded;
  static constexpr std::string_view kind_name = "client-upgraded";
  friend bool operator==(const ClientUpgraded&, const ClientUpgraded&) = default;
};
struct ClientBlocked {
  static constexpr EventKind kind = EventKind::client_blocked;
  static constexpr std::string_view kind_name = "client-blocked";
  friend bool operator==(const ClientBlocked&, const ClientBlocked&) = default;
};
struct ClientUnblocked {
  static constexpr EventKind kind = EventKind::client_unblocked;
  static constexpr std::string_view kind_name = "client-unblocked";
  friend bool operator==(const ClientUnblocked&, const ClientUnblocked&) = default;
};
struct CmgAllowedChanged {
  static constexpr EventKind kind = EventKind::cmg_allowed_changed;
  static constexpr std::string_view kind_name = "cmg-allowed-changed";
  bool value;
  friend bool operator==(const CmgAllowedChanged&, const CmgAllowedChanged&) = default;
};

// Was there before the run began.
struct ClientAdopted {
  static constexpr EventKind kind = EventKind::client_adopted;
  static constexpr std::string_view kind_name = "client-adopted";
  CohortNumber cohort;
  LifecycleState state;  // not `not_installed`, and not `renewing`
  Network network;
  Network last_connected;  // that of `network`, unless it is offline
  Credential credential;
  ClientVersion version;
  bool cmg_allowed;
  bool blocked;
  OnIntranet on_intranet = OnIntranet::mp;
  bool credential_expired = false;
  RenewsOn credential_renews_on = RenewsOn::intranet;
  Guid bulk;                 // nil: none
  ClientToken token;         // none in `installed` and `re-registration-required`
  std::uint32_t tokens = 0;  // that it has had: the newest ordinal
  friend bool operator==(const ClientAdopted&, const ClientAdopted&) = default;
};
// A15: what the client has heard of. Absent: as it was.
struct ClientPolicyChanged {
  static constexpr EventKind kind = EventKind::client_policy_changed;
  static constexpr std::string_view kind_name = "client-policy-changed";
  ClientPolicyChange changed;
  friend bool operator==(const ClientPolicyChanged&, const ClientPolicyChanged&) = default;
};
// A14, of a PKI or Entra client.
struct CredentialRenewed {
  static constexpr EventKind kind = EventKind::credential_renewed;
  static constexpr std::string_view kind_name = "credential-renewed";
  Duration valid;  // from now on
  friend bool operator==(const CredentialRenewed&, const CredentialRenewed&) = default;
};
struct CredentialExpired {
  static constexpr EventKind kind = EventKind::credential_expired;
  static constexpr std::string_view kind_name = "credential-expired";
  RenewsOn renews_on;
  friend bool operator==(const CredentialExpired&, const CredentialExpired&) = default;
};
// A6: the client's clock goes before the site's by so much, or after it if that is negative.
struct ClockChanged {
  static constexpr EventKind kind = EventKind::clock_changed;
  static constexpr std::string_view kind_name = "clock-changed";
  Duration skew;
  friend bool operator==(const ClockChanged&, const ClockChanged&) = default;
};

// It has heard that it is to renew its token: that is due from now on.
struct AskedToRenew {
  static constexpr EventKind kind = EventKind::asked_to_renew;
  static constexpr std::string_view kind_name = "asked-to-renew";
  TokenSerial serial;
  friend bool operator==(const AskedToRenew&, const AskedToRenew&) = default;
};

using ClientEvent =
    std::variant<ClientInstalled, NetworkChanged, AgentRestarted, RegistrationRequested,
                 RegistrationCompleted, RegistrationRefused, RegistrationFailed, RenewalRequested,
                 TokenRenewed, RenewalRefused, RenewalFailed, TokenExpired, ReRegistrationRequired,
                 ClientReinstalled, ClientUpgraded, ClientBlocked, ClientUnblocked,
                 CmgAllowedChanged, ClientAdopted, ClientPolicyChanged, CredentialRenewed,
                 CredentialExpired, ClockChanged, AskedToRenew>;

inline constexpr std::size_t kClientKinds = std::variant_size_v<ClientEvent>;
static_assert(EventList<ClientEvent>::is_numbered_from(0),
              "an event stands in ClientEvent where its kind stands in EventKind");

inline EventKind kind_of(const ClientEvent& event) { return static_cast<EventKind>(event.index()); }

// Events that say why: a refusal or a failure.
template <class Event>
concept HasReason = requires(const Event& event) {
  event.reason;
};
// Of them, a refusal.
template <class Event>
concept HasRefusal = HasReason<Event> && std::same_as<decltype(Event::reason), RefusalReason>;

}  // namespace tokenlife
