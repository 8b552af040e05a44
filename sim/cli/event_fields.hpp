// An event's own fields by the names under which people know them, for every form in which events
// are printed. This is the one list: each form is an `Out` to which the fields are given,
//   out.field(FieldName, value)
// in the order in which they read best. A value is a bool, an integer, an enumerator (its name is
// meant), an Instant, a Guid, a TokenSerial, a Sha256Thumbprint, a std::optional<Guid> (nothing:
// none, where one may be), a span of words, or a std::string_view that says what others wrote.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

#include "core/event.hpp"
#include "events/log.hpp"

namespace tokenlife::sim {

// In the order of a table's columns.
enum class FieldName : std::uint8_t {
  cohort,
  network,
  credential,
  version,
  cmg_allowed,
  blocked,
  bulk,
  from,
  to,
  via,
  reason,
  rules,
  serial,
  replaces,
  not_before,
  expires,
  signer,
  value,
  name,
  guid,
  endpoint,
  key,
  thumbprint,
  tenant,
  mp,
  internal_registration,
  token_validity,
  renew_after,
  renew_on,
  renew_jitter,
  leeway,
  latency,
  retry_after_failure,
  retry_after_refusal,
};

}  // namespace tokenlife::sim

template <>
struct tokenlife::Names<tokenlife::sim::FieldName> {
  static constexpr std::array<std::string_view, 34> values{"cohort",
                                                           "network",
                                                           "credential",
                                                           "version",
                                                           "cmg-allowed",
                                                           "blocked",
                                                           "bulk",
                                                           "from",
                                                           "to",
                                                           "via",
                                                           "reason",
                                                           "rules",
                                                           "serial",
                                                           "replaces",
                                                           "not-before",
                                                           "expires",
                                                           "signer",
                                                           "value",
                                                           "name",
                                                           "guid",
                                                           "endpoint",
                                                           "key",
                                                           "thumbprint",
                                                           "tenant",
                                                           "mp",
                                                           "internal-registration",
                                                           "token-validity",
                                                           "renew-after",
                                                           "renew-on",
                                                           "renew-jitter",
                                                           "leeway",
                                                           "latency",
                                                           "retry-after-failure",
                                                           "retry-after-refusal"};
};

namespace tokenlife::sim {

namespace event_fields_detail {

inline std::optional<Guid> guid_or_none(Guid guid) {
  return guid.is_nil() ? std::nullopt : std::optional(guid);
}

template <class Out>
struct OfClient {
  using enum FieldName;
  const events::LogHeader& header;
  Out& out;

  void operator()(const ClientInstalled& e) const {
    const bool known = e.cohort.value < header.cohorts.size();
    out.field(cohort, known ? std::string_view(header.cohorts[e.cohort.value].name) : "?");
    out.field(network, e.network);
    out.field(credential, e.credential);
    out.field(version, e.version);
    out.field(cmg_allowed, e.cmg_allowed);
    out.field(blocked, e.blocked);
    out.field(bulk, guid_or_none(e.bulk));
  }
  void operator()(const NetworkChanged& e) const {
    out.field(from, e.from);
    out.field(to, e.to);
  }
  void operator()(const AgentRestarted&) const {}
  void operator()(const RegistrationRequested& e) const {
    out.field(via, e.via);
    out.field(credential, e.credential);
    if (e.credential == Credential::bulk) out.field(bulk, guid_or_none(e.bulk));
  }
  void operator()(const RegistrationCompleted& e) const { token(e, {}); }
  void operator()(const RegistrationRefused& e) const { refusal(e); }
  void operator()(const RegistrationFailed& e) const { failure(e); }
  void operator()(const RenewalRequested& e) const {
    out.field(via, e.via);
    out.field(serial, e.serial);
  }
  void operator()(const TokenRenewed& e) const { token(e, e.replaces); }
  void operator()(const RenewalRefused& e) const { refusal(e); }
  void operator()(const RenewalFailed& e) const { failure(e); }
  void operator()(const TokenExpired& e) const { out.field(serial, e.serial); }
  void operator()(const ReRegistrationRequired& e) const { refusal(e); }
  void operator()(const ClientReinstalled& e) const { out.field(bulk, guid_or_none(e.bulk)); }
  void operator()(const ClientUpgraded&) const {}
  void operator()(const ClientBlocked&) const {}
  void operator()(const ClientUnblocked&) const {}
  void operator()(const CmgAllowedChanged& e) const { out.field(value, e.value); }

  void token(const auto& e, TokenSerial replaced) const {
    out.field(via, e.via);
    out.field(serial, e.token.serial);
    if (replaced.value != 0) out.field(replaces, replaced);
    out.field(not_before, e.token.not_before);
    out.field(expires, e.token.expires);
    out.field(signer, e.token.signer.value);
  }
  void refusal(const auto& e) const {
    out.field(via, e.via);
    out.field(reason, e.reason);
    out.field(rules, rules_behind(e.reason));
  }
  void failure(const auto& e) const {
    out.field(via, e.via);
    out.field(reason, e.reason);
  }
};

template <class Out>
struct OfSite {
  using enum FieldName;
  Out& out;

  // The policy is spelled out, in seconds and words, each under its name in scenario files.
  void operator()(const SiteEstablished& e) const {
    const Policy& policy = e.policy;
    out.field(tenant, e.tenant);
    out.field(mp, policy.mp);
    out.field(internal_registration, policy.internal_registration);
    out.field(token_validity, policy.token_validity.count());
    out.field(renew_after, policy.renew_after.count());
    out.field(renew_on, policy.renew_on);
    out.field(renew_jitter, policy.renew_jitter.count());
    out.field(leeway, policy.leeway.count());
    out.field(latency, policy.latency.count());
    out.field(retry_after_failure, policy.retry_after_failure.count());
    out.field(retry_after_refusal, policy.retry_after_refusal.count());
  }
  void operator()(const BulkTokenIssued& e) const {
    out.field(name, std::string_view(e.name));
    out.field(guid, e.guid);
    out.field(not_before, e.not_before);
    out.field(expires, e.expires);
  }
  void operator()(const BulkTokenBlocked& e) const { out.field(guid, e.guid); }
  void operator()(const BulkTokenUnblocked& e) const { out.field(guid, e.guid); }
  void operator()(const EndpointDown& e) const { out.field(endpoint, e.endpoint); }
  void operator()(const EndpointUp& e) const { out.field(endpoint, e.endpoint); }
  void operator()(const SigningCertificateRotated& e) const { out.field(key, e.key.value); }
  void operator()(const SigningCertificateRetired& e) const { out.field(key, e.key.value); }
  void operator()(const ClientTokenIssued& e) const {
    out.field(thumbprint, e.thumbprint);
    out.field(serial, e.token.serial);
    out.field(not_before, e.token.not_before);
    out.field(expires, e.token.expires);
    out.field(signer, e.token.signer.value);
  }
};

}  // namespace event_fields_detail

template <class Out>
void give_fields(const ClientEvent& event, const events::LogHeader& header, Out& out) {
  std::visit(event_fields_detail::OfClient<Out>{header, out}, event);
}
template <class Out>
void give_fields(const SiteEvent& event, const events::LogHeader&, Out& out) {
  std::visit(event_fields_detail::OfSite<Out>{out}, event);
}

}  // namespace tokenlife::sim
