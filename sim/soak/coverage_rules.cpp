#include "sim/soak/coverage_rules.hpp"

#include "core/bulk_lifetime.hpp"

namespace tokenlife::sim {
namespace {

using State = LifecycleState;

template <class Event>
const Event& the(const EventContext& sight) {
  return std::get<Event>(sight.recorded->event);
}
const Policy& policy(const EventContext& sight) { return sight.scenario->policy; }
const Cohort& cohort(const EventContext& sight) {
  return sight.scenario->cohorts[sight.before->cohort.value];
}
bool self_signed(const EventContext& sight) {
  return sight.before->credential == Credential::self_signed;
}
bool is_lost(const EventContext& sight) {
  return sight.before->state == State::expired ||
         sight.before->state == State::re_registration_required;
}
template <class Event>
bool over(const EventContext& sight, Endpoint via) {
  return the<Event>(sight).via == via;
}
bool registers_over(const EventContext& sight, Endpoint via) {
  return over<RegistrationCompleted>(sight, via);
}
bool lifetime_is(const SiteEvent& event, std::int64_t minutes) {
  const auto& issued = std::get<BulkTokenIssued>(event);
  return issued.expires - issued.not_before == std::chrono::minutes{minutes};
}

// A15: that the client heard of it, and was not set it at once.
template <class What>
bool arrived(const EventContext& sight) {
  const Cause cause = sight.recorded->cause;
  if (cause.kind != CauseKind::action) return false;
  const auto* setting = action_if<What>(sight.scenario->actions[cause.number]);
  return setting != nullptr && setting->arrives == Arrives::contact;
}
// A16: on the intranet, to the CMG.
template <class Event>
bool turns_to_cmg(const EventContext& sight) {
  return over<Event>(sight, Endpoint::cmg) && sight.before->network == Network::intranet;
}
// A13: whoever is there has nothing to show any more that would bring it a token.
bool is_stranded_on_internet(const EventContext& sight) {
  return sight.before->last_connected == Network::internet && !sight.before->blocked &&
         (self_signed(sight) || sight.before->credential_expired);
}

// Refusals show the rules behind their reason besides: see rules_behind().
constexpr RuleEvidence kSightings[] = {
    {EventKind::site_established, nullptr, nullptr, "R1"},
    {EventKind::bulk_token_issued, nullptr, nullptr, "R41 R44 R53 D3"},
    {EventKind::bulk_token_issued, nullptr,
     [](const SiteEvent& e) { return lifetime_is(e, kBulkLifetimeMinutesDefault); }, "R45"},
    {EventKind::bulk_token_issued, nullptr,
     [](const SiteEvent& e) { return lifetime_is(e, kBulkLifetimeMinutesMax); }, "R46"},
    {EventKind::bulk_token_blocked, nullptr, nullptr, "R49 R50"},
    {EventKind::bulk_token_unblocked, nullptr, nullptr, "R55"},

    {EventKind::network_changed,
     [](const EventContext& s) { return the<NetworkChanged>(s).to == Network::offline; }, nullptr,
     "A12"},
    {EventKind::cmg_allowed_changed, nullptr, nullptr, "R10"},
    {EventKind::client_reinstalled,
     [](const EventContext& s) { return is_lost(s) && !the<ClientReinstalled>(s).bulk.is_nil(); },
     nullptr, "A7"},
    {EventKind::client_reinstalled,
     [](const EventContext& s) {
       return the<ClientReinstalled>(s).new_identity && s.before->blocked;
     },
     nullptr, "A8"},
    {EventKind::cmg_allowed_changed, arrived<SetCmgAllowed>, nullptr, "A15"},
    {EventKind::client_policy_changed, arrived<SetPolicy>, nullptr, "A15"},
    {EventKind::credential_expired, nullptr, nullptr, "A14"},
    {EventKind::credential_renewed,
     [](const EventContext& s) { return s.before->credential_expired; }, nullptr, "A14"},

    {EventKind::registration_requested,
     [](const EventContext& s) {
       return s.before->state == State::installed && s.recorded->time == s.installed_at;
     },
     nullptr, "R13"},
    {EventKind::registration_requested, turns_to_cmg<RegistrationRequested>, nullptr, "A16"},
    {EventKind::renewal_requested, turns_to_cmg<RenewalRequested>, nullptr, "A16"},
    {EventKind::registration_completed,
     [](const EventContext& s) {
       return s.before->state == State::installed && self_signed(s) &&
              registers_over(s, Endpoint::mp) && !s.before->pending_shows_bulk;
     },
     nullptr, "R4 R6 R12 R14"},
    {EventKind::registration_completed,
     [](const EventContext& s) {
       return s.before->pending_shows_bulk && registers_over(s, Endpoint::cmg);
     },
     nullptr, "R2 R6 R19 R20 R23 R26"},
    {EventKind::registration_completed,
     [](const EventContext& s) {
       return policy(s).mp == MpMode::https && registers_over(s, Endpoint::mp);
     },
     nullptr, "R18"},
    {EventKind::registration_completed,
     [](const EventContext& s) { return !s.before->bulk.is_nil(); }, nullptr, "R28"},
    {EventKind::registration_completed, [](const EventContext& s) { return !self_signed(s); },
     nullptr, "A11"},
    {EventKind::registration_completed,
     [](const EventContext& s) { return is_lost(s) && registers_over(s, Endpoint::mp); }, nullptr,
     "R60 D8"},
    {EventKind::registration_refused,
     [](const EventContext& s) { return s.before->pending_shows_bulk; }, nullptr, "R25"},
    {EventKind::registration_refused,
     [](const EventContext& s) {
       return s.before->pending_shows_bulk && is_stranded_on_internet(s);
     },
     nullptr, "A13"},
    {EventKind::registration_refused,
     [](const EventContext& s) {
       return policy(s).mp == MpMode::https && over<RegistrationRefused>(s, Endpoint::mp) &&
              the<RegistrationRefused>(s).reason == RefusalReason::credential_required;
     },
     nullptr, "R17"},

    {EventKind::renewal_requested, nullptr, nullptr, "R56"},
    {EventKind::renewal_requested,
     [](const EventContext& s) { return policy(s).renew_after == Policy{}.renew_after; }, nullptr,
     "A1"},
    {EventKind::renewal_requested,
     [](const EventContext& s) { return policy(s).renew_on == RenewOn::agent_start; }, nullptr,
     "A2"},
    {EventKind::renewal_requested,
     [](const EventContext& s) { return cohort(s).clock_skew != Skew{}; }, nullptr, "A6"},
    {EventKind::renewal_requested,
     [](const EventContext& s) {
       return !s.before->cmg_allowed && over<RenewalRequested>(s, Endpoint::mp);
     },
     nullptr, "D9"},
    {EventKind::token_renewed, nullptr, nullptr, "D7"},
    {EventKind::token_renewed,
     [](const EventContext& s) { return over<TokenRenewed>(s, Endpoint::cmg); }, nullptr,
     "R58 R59"},

    {EventKind::token_expired, nullptr, nullptr, "R57"},
    {EventKind::token_expired,
     [](const EventContext& s) { return s.recorded->time == s.before->token.expires; }, nullptr,
     "A5"},
    {EventKind::token_expired, [](const EventContext& s) { return policy(s).leeway.count() != 0; },
     nullptr, "A6"},
    {EventKind::token_expired,
     [](const EventContext& s) {
       return !s.before->cmg_allowed && s.before->network == Network::internet;
     },
     nullptr, "R11 D9"},
    {EventKind::re_registration_required,
     [](const EventContext& s) {
       return s.before->state == State::expired &&
              the<ReRegistrationRequired>(s).reason == RefusalReason::expired;
     },
     nullptr, "D8 A10"},
    {EventKind::re_registration_required, is_stranded_on_internet, nullptr, "A13"},
};

}  // namespace

std::span<const RuleEvidence> sightings() { return kSightings; }

std::pair<std::size_t, int> rule_order(std::string_view id) {
  int number = 0;
  for (const char c : id.substr(1)) number = number * 10 + (c - '0');
  return {std::string_view("RDA").find(id[0]), number};
}

}  // namespace tokenlife::sim
