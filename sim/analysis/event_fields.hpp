// An event's own fields by the names under which people know them, for every form in which events
// are printed. This is the one list: each form is an `Out` to which the fields are given,
//   out.field(FieldName, value)
// in the order in which they read best. A value is a bool, an integer, an enumerator (its name is
// meant), an Instant, Thousandths, a Guid, a TokenSerial, a Sha256Thumbprint, a std::optional<Guid>
// (nothing: none, where one may be), a span of words, or a std::string_view that says what others
// wrote. Views and spans are of the program, the header or the event: an Out may keep them as long.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

#include "core/event.hpp"
#include "core/spell_cause.hpp"
#include "events/log.hpp"
#include "sim/analysis/field_name.hpp"

namespace tokenlife::sim {

namespace event_fields_detail {

inline std::optional<Guid> guid_or_none(Guid guid) {
  return guid.is_nil() ? std::nullopt : std::optional(guid);
}

template <class Out>
struct OfClient {
  using enum FieldName;
  const events::LogHeader& header;
  Instant now;
  std::optional<ClientNumber> client;
  Out& out;

  void operator()(const ClientInstalled& e) const {
    of_cohort(e.cohort);
    out.field(network, e.network);
    out.field(credential, e.credential);
    out.field(version, e.version);
    out.field(cmg_allowed, e.cmg_allowed);
    out.field(blocked, e.blocked);
    out.field(bulk, guid_or_none(e.bulk));
    if (e.on_intranet != OnIntranet::mp) out.field(on_intranet, e.on_intranet);
    spell(SpellCause::not_enrolled, Duration{0});
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
  void operator()(const TokenExpired& e) const {
    out.field(serial, e.serial);
    if (e.spell_cause != SpellCause::not_recorded) spell(e.spell_cause, e.since_contact);
  }
  void operator()(const ReRegistrationRequired& e) const {
    refusal(e);
    if (e.begins_spell) spell(spell_cause_of(e.reason), e.since_contact);
  }
  void operator()(const ClientReinstalled& e) const {
    out.field(bulk, guid_or_none(e.bulk));
    if (e.new_identity) out.field(new_identity, true);
    if (e.begins_spell) spell(SpellCause::not_enrolled, e.since_contact);
  }
  void operator()(const ClientUpgraded&) const {}
  void operator()(const ClientBlocked&) const {}
  void operator()(const ClientUnblocked&) const {}
  void operator()(const CmgAllowedChanged& e) const { out.field(value, e.value); }
  void operator()(const ClientAdopted& e) const {
    of_cohort(e.cohort);
    if (client && e.cohort.value < header.cohorts.size()) {
      const events::LogCohort& its = header.cohorts[e.cohort.value];
      const std::uint32_t row = client->value - its.first.value;
      if (row < its.devices.size()) out.field(device, std::string_view(its.devices[row]));
    }
    out.field(state, e.state);
    out.field(network, e.network);
    out.field(last_connected, e.last_connected);
    out.field(credential, e.credential);
    if (e.credential_expired) out.field(renews_on, e.credential_renews_on);
    out.field(version, e.version);
    out.field(cmg_allowed, e.cmg_allowed);
    out.field(blocked, e.blocked);
    out.field(bulk, guid_or_none(e.bulk));
    if (e.on_intranet != OnIntranet::mp) out.field(on_intranet, e.on_intranet);
    if (!e.token.exists() || e.state == LifecycleState::expired) {
      const bool never_enrolled = e.state == LifecycleState::installed;
      spell(never_enrolled ? SpellCause::not_enrolled : SpellCause::adopted, Duration{0});
    }
    if (!e.token.exists()) return;
    out.field(serial, e.token.serial);
    out.field(not_before, e.token.not_before);
    out.field(expires, e.token.expires);
    out.field(signer, e.token.signer.value);
  }
  void operator()(const ClientPolicyChanged& e) const {
    const ClientPolicyChange& changed = e.changed;
    length(renew_after, changed.renew_after);
    length(renew_jitter, changed.renew_jitter);
    if (changed.renew_on) out.field(renew_on, *changed.renew_on);
    length(retry_after_failure, changed.retry_after_failure);
    length(retry_after_refusal, changed.retry_after_refusal);
    if (changed.retry_backoff) out.field(retry_backoff, *changed.retry_backoff);
    length(retry_max, changed.retry_max);
    if (changed.retry_jitter) out.field(retry_jitter, *changed.retry_jitter);
  }
  void operator()(const AskedToRenew& e) const { out.field(serial, e.serial); }
  void operator()(const CredentialRenewed& e) const { out.field(expires, now + e.valid); }
  void operator()(const CredentialExpired& e) const { out.field(renews_on, e.renews_on); }
  void operator()(const ClockChanged& e) const { out.field(skew, e.skew.count()); }

  void of_cohort(CohortNumber its) const {
    const bool known = its.value < header.cohorts.size();
    out.field(cohort, known ? std::string_view(header.cohorts[its.value].name) : "?");
  }
  void spell(SpellCause cause, Duration since_contact) const {
    out.field(spell_cause, cause);
    if (since_contact > Duration{0}) out.field(last_contact, now - since_contact);
  }
  void length(FieldName label, const std::optional<Duration>& said) const {
    if (said) out.field(label, said->count());
  }

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
    if (policy.bulk_leeway) out.field(bulk_leeway, policy.bulk_leeway->count());
    const Policy plain;
    if (policy.retry_backoff != plain.retry_backoff) {
      out.field(retry_backoff, policy.retry_backoff);
    }
    if (policy.retry_max) out.field(retry_max, policy.retry_max->count());
    if (policy.retry_jitter != plain.retry_jitter) out.field(retry_jitter, policy.retry_jitter);
    if (policy.request_timeout) out.field(request_timeout, policy.request_timeout->count());
    if (policy.renew_draw != plain.renew_draw) out.field(renew_draw, policy.renew_draw);
    limits(e.capacities.mp, mp_per_minute, mp_queue);
    limits(e.capacities.cmg, cmg_per_minute, cmg_queue);
    if (e.certificate) out.field(thumbprint, *e.certificate);
  }
  void operator()(const BulkTokenIssued& e) const {
    out.field(name, std::string_view(e.name));
    out.field(guid, e.guid);
    out.field(not_before, e.not_before);
    out.field(expires, e.expires);
  }
  void operator()(const CapacityChanged& e) const {
    out.field(endpoint, e.endpoint);
    limits(e.capacity, per_minute, queue);
  }
  void limits(const std::optional<Capacity>& capacity, FieldName rate, FieldName line) const {
    if (!capacity) return;
    out.field(rate, static_cast<std::int64_t>(capacity->per_minute));
    out.field(line, static_cast<std::int64_t>(capacity->queue));
  }
  void operator()(const BulkTokenBlocked& e) const { out.field(guid, e.guid); }
  void operator()(const BulkTokenUnblocked& e) const { out.field(guid, e.guid); }
  void operator()(const EndpointDown& e) const { out.field(endpoint, e.endpoint); }
  void operator()(const EndpointUp& e) const { out.field(endpoint, e.endpoint); }
  void operator()(const SigningCertificateRotated& e) const {
    out.field(key, e.key.value);
    if (e.certificate) out.field(thumbprint, *e.certificate);
  }
  void operator()(const SigningCertificateRetired& e) const { out.field(key, e.key.value); }
  void operator()(const ClientTokenIssued& e) const {
    out.field(thumbprint, e.thumbprint);
    out.field(serial, e.token.serial);
    out.field(not_before, e.token.not_before);
    out.field(expires, e.token.expires);
    out.field(signer, e.token.signer.value);
  }
  void operator()(const PolicyChanged& e) const {
    const SitePolicyChange& changed = e.changed;
    if (changed.mp) out.field(mp, *changed.mp);
    if (changed.internal_registration) {
      out.field(internal_registration, *changed.internal_registration);
    }
    if (changed.token_validity) out.field(token_validity, changed.token_validity->count());
    if (changed.leeway) out.field(leeway, changed.leeway->count());
    if (changed.bulk_leeway) out.field(bulk_leeway, changed.bulk_leeway->count());
  }
  void operator()(const SigningCertificateLearnt& e) const {
    out.field(key, e.key.value);
    out.field(thumbprint, e.certificate);
  }
  void operator()(const ClientCertificateBlocked& e) const { out.field(thumbprint, e.thumbprint); }
  void operator()(const ClientCertificateUnblocked& e) const {
    out.field(thumbprint, e.thumbprint);
  }
  void operator()(const ClockWentBack& e) const {
    out.field(from, e.from);
    out.field(to, e.to);
  }
  void operator()(const JournalRepaired& e) const {
    out.field(acknowledged, e.acknowledged);
    out.field(kept, e.kept);
    out.field(bytes_cut, e.bytes_cut);
  }
  void operator()(const EpochBegun& e) const { out.field(number, e.first.value); }
  void operator()(const ClientRecognised& e) const {
    out.field(thumbprint, e.thumbprint);
    out.field(serial, e.serial);
    out.field(number, e.number.value);
  }
  void operator()(const ClientTokenShown& e) const {
    out.field(thumbprint, e.thumbprint);
    out.field(serial, e.serial);
  }
  void operator()(const CaTrusted& e) const {
    out.field(name, std::string_view(e.name));
    out.field(thumbprint, e.certificate);
    if (e.revocation) out.field(revocation, *e.revocation);
  }
  void operator()(const CaDistrusted& e) const { out.field(thumbprint, e.certificate); }
  void operator()(const EntraTrusted& e) const {
    out.field(issuer, std::string_view(e.issuer));
    out.field(audience, std::string_view(e.audience));
    out.field(keys, e.keys);
  }
  void operator()(const EntraDistrusted& e) const { out.field(issuer, std::string_view(e.issuer)); }
};

}  // namespace event_fields_detail

// Whose event it is may be left out: then no device is named.
template <class Out>
void give_fields(const Recorded<ClientEvent>& recorded, const events::LogHeader& header,
                 std::optional<ClientNumber> client, Out& out) {
  std::visit(event_fields_detail::OfClient<Out>{header, recorded.time, client, out},
             recorded.event);
}
template <class Out>
void give_fields(const Recorded<SiteEvent>& recorded, const events::LogHeader&,
                 std::optional<ClientNumber>, Out& out) {
  std::visit(event_fields_detail::OfSite<Out>{out}, recorded.event);
}

}  // namespace tokenlife::sim
