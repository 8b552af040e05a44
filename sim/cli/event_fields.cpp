#include "sim/cli/event_fields.hpp"

#include <fmt/format.h>

namespace tokenlife::sim {
namespace {

Field::Value guid_or_none(Guid guid) {
  return guid.is_nil() ? Field::Value{} : Field::Value{to_string(guid)};
}
template <class Enum>
Field field(std::string_view label, Enum value) {
  return {label, std::string(name(value))};
}

struct OfClient {
  const events::LogHeader& header;

  Fields operator()(const ClientInstalled& e) const {
    const bool known = e.cohort.value < header.cohorts.size();
    return {{"cohort", known ? header.cohorts[e.cohort.value].name : "?"},
            field("network", e.network),
            field("credential", e.credential),
            field("version", e.version),
            {"cmg-allowed", e.cmg_allowed},
            {"blocked", e.blocked},
            {"bulk", guid_or_none(e.bulk)}};
  }
  Fields operator()(const NetworkChanged& e) const {
    return {field("from", e.from), field("to", e.to)};
  }
  Fields operator()(const AgentRestarted&) const { return {}; }
  Fields operator()(const RegistrationRequested& e) const {
    Fields fields{field("via", e.via), field("credential", e.credential)};
    if (e.credential == Credential::bulk) fields.push_back({"bulk", guid_or_none(e.bulk)});
    return fields;
  }
  Fields operator()(const RegistrationCompleted& e) const { return token(e.via, e.token, {}); }
  Fields operator()(const RegistrationRefused& e) const { return refusal(e.via, e.reason); }
  Fields operator()(const RegistrationFailed& e) const { return failure(e.via, e.reason); }
  Fields operator()(const RenewalRequested& e) const {
    return {field("via", e.via), {"serial", to_string(e.serial)}};
  }
  Fields operator()(const TokenRenewed& e) const { return token(e.via, e.token, e.replaces); }
  Fields operator()(const RenewalRefused& e) const { return refusal(e.via, e.reason); }
  Fields operator()(const RenewalFailed& e) const { return failure(e.via, e.reason); }
  Fields operator()(const TokenExpired& e) const { return {{"serial", to_string(e.serial)}}; }
  Fields operator()(const ReRegistrationRequired& e) const { return refusal(e.via, e.reason); }
  Fields operator()(const ClientReinstalled& e) const { return {{"bulk", guid_or_none(e.bulk)}}; }
  Fields operator()(const ClientUpgraded&) const { return {}; }
  Fields operator()(const ClientBlocked&) const { return {}; }
  Fields operator()(const ClientUnblocked&) const { return {}; }
  Fields operator()(const CmgAllowedChanged& e) const { return {{"value", e.value}}; }

  static Fields token(Endpoint via, const ClientToken& token, TokenSerial replaces) {
    Fields fields{field("via", via), {"serial", to_string(token.serial)}};
    if (replaces.value != 0) fields.push_back({"replaces", to_string(replaces)});
    fields.push_back({"not-before", token.not_before});
    fields.push_back({"expires", token.expires});
    fields.push_back({"signer", std::int64_t{token.signer.value}});
    return fields;
  }
  static Fields refusal(Endpoint via, RefusalReason reason) {
    return {field("via", via), field("reason", reason), {"rules", rules_behind(reason)}};
  }
  static Fields failure(Endpoint via, FailureReason reason) {
    return {field("via", via), field("reason", reason)};
  }
};

struct OfSite {
  // The policy is spelled out, in seconds and words, each under its name in scenario files.
  Fields operator()(const SiteEstablished& e) const {
    const Policy& policy = e.policy;
    return {{"tenant", to_string(e.tenant)},
            field("mp", policy.mp),
            {"internal-registration", policy.internal_registration},
            {"token-validity", policy.token_validity.count()},
            {"renew-after", policy.renew_after.count()},
            field("renew-on", policy.renew_on),
            {"renew-jitter", policy.renew_jitter.count()},
            {"leeway", policy.leeway.count()},
            {"latency", policy.latency.count()},
            {"retry-after-failure", policy.retry_after_failure.count()},
            {"retry-after-refusal", policy.retry_after_refusal.count()}};
  }
  Fields operator()(const BulkTokenIssued& e) const {
    return {{"name", e.name},
            {"guid", to_string(e.guid)},
            {"not-before", e.not_before},
            {"expires", e.expires}};
  }
  Fields operator()(const BulkTokenBlocked& e) const { return {{"guid", to_string(e.guid)}}; }
  Fields operator()(const BulkTokenUnblocked& e) const { return {{"guid", to_string(e.guid)}}; }
  Fields operator()(const EndpointDown& e) const { return {field("endpoint", e.endpoint)}; }
  Fields operator()(const EndpointUp& e) const { return {field("endpoint", e.endpoint)}; }
  Fields operator()(const SigningCertificateRotated& e) const {
    return {{"key", std::int64_t{e.key.value}}};
  }
  Fields operator()(const SigningCertificateRetired& e) const {
    return {{"key", std::int64_t{e.key.value}}};
  }
  Fields operator()(const ClientTokenIssued& e) const {
    return {{"thumbprint", to_string(e.thumbprint)},
            {"serial", to_string(e.token.serial)},
            {"not-before", e.token.not_before},
            {"expires", e.token.expires},
            {"signer", std::int64_t{e.token.signer.value}}};
  }
};

}  // namespace

const std::vector<std::string_view> kFieldNames{"cohort",
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

Fields fields_of(const ClientEvent& event, const events::LogHeader& header) {
  return std::visit(OfClient{header}, event);
}
Fields fields_of(const SiteEvent& event) { return std::visit(OfSite{}, event); }

std::string cause_text(const Cause& cause) {
  switch (cause.kind) {
    case CauseKind::action:
    case CauseKind::action_end:
    case CauseKind::request: return fmt::format("{} {}", name(cause.kind), cause.number);
    case CauseKind::exchange: return fmt::format("exchange {}s before", cause.number);
    case CauseKind::run_start:
    case CauseKind::expiry:
    case CauseKind::installation:
    case CauseKind::network:
    case CauseKind::agent_start:
    case CauseKind::contact: break;
  }
  return std::string(name(cause.kind));
}

}  // namespace tokenlife::sim
