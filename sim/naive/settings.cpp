// What a client of the naive simulation goes by: settings that arrive (A15), its clock, its
// credential (A14); and when it was last in contact.
#include "sim/naive/client.hpp"

namespace tokenlife::naive {

using namespace sim;

Duration NaiveClient::draw_skew(const Skew& skew, const Draws& draws, Purpose purpose,
                                std::uint64_t number) const {
  if (skew.from == skew.to) return skew.from;
  const std::int64_t values = (skew.to - skew.from) / scenario_->tick + 1;
  const auto bits = draws.at(purpose, number)[0];
  const auto ticks = static_cast<std::int64_t>(below(bits, static_cast<std::uint64_t>(values)));
  return skew.from + scenario_->tick * ticks;
}

void NaiveClient::begin(const SetClock& setting, Turn turn, Instant now) {
  const Cause cause{CauseKind::action, turn.action};
  const sim::Action& action = scenario_->actions[turn.action];
  const Instant begun = beginnings(action, Instant{} + scenario_->duration)[turn.repetition];
  const Duration skew = draw_skew(setting.skew, draws_at(begun), Purpose::set_clock,
                                  turn.action * (std::uint64_t{1} << 32) + turn.repetition);
  if (skew == skew_) return;
  skew_ = skew;
  if (!is_installed()) return;
  record(now, cause, ClockChanged{skew});
  drawn_jitter_ = Duration{0};
}

void NaiveClient::begin(const AskToRenew& asking, Turn turn, Instant now) {
  if (!is_installed()) return;
  if (asking.arrives == Arrives::contact) {
    unheard_.asked_to_renew = now;
    unheard_.asking_action = turn.action;
  } else {
    unheard_.asked_to_renew.reset();
    hear_of_renewal(now, {CauseKind::action, turn.action}, now);
  }
}

bool NaiveClient::is_asked(Instant when) const {
  return holds_good_token() && token_.not_before < when;
}

void NaiveClient::hear_of_renewal(Instant asked, Cause cause, Instant now) {
  if (token_.not_before >= asked_before_) asked_at_ = now;
  asked_before_ = asked;
  if (!is_asked(asked)) return;
  record(now, cause, AskedToRenew{token_.serial});
  drawn_jitter_ = Duration{0};
}

void NaiveClient::begin(const SetCmgAllowed& setting, Turn turn, Instant now) {
  const Cause cause{CauseKind::action, turn.action};
  if (!is_installed()) {
    cmg_allowed_ = setting.value;
  } else if (setting.arrives == Arrives::contact) {
    unheard_.cmg_allowed = setting.value;
    unheard_.cmg_action = cause.number;
  } else {
    unheard_.cmg_allowed.reset();
    if (cmg_allowed_ == setting.value) return;
    cmg_allowed_ = setting.value;
    record(now, cause, CmgAllowedChanged{cmg_allowed_});
  }
}

namespace {

// Calls `visit(key, a's, b's)` for each setting.
template <class A, class B, class Visit>
void each_setting(A& a, B& b, Visit visit) {
  visit(0, a.renew_after, b.renew_after);
  visit(1, a.renew_jitter, b.renew_jitter);
  visit(2, a.renew_on, b.renew_on);
  visit(3, a.retry_after_failure, b.retry_after_failure);
  visit(4, a.retry_after_refusal, b.retry_after_refusal);
  visit(5, a.retry_backoff, b.retry_backoff);
  visit(6, a.retry_max, b.retry_max);
  visit(7, a.retry_jitter, b.retry_jitter);
}

}  // namespace

void NaiveClient::begin(const SetPolicy& setting, Turn turn, Instant now) {
  const Cause cause{CauseKind::action, turn.action};
  ClientPolicyChange wanted = setting.clients;
  if (!is_installed()) {
    each_setting(wanted, policy_, [](int, auto& value, auto& mine) {
      if (value) mine = *value;
    });
  } else if (setting.arrives == Arrives::contact) {
    ++settings_made_;
    each_setting(wanted, unheard_.policy, [&](int key, auto& value, auto& unheard) {
      if (!value) return;
      unheard = value;
      unheard_.policy_actions[key] = {settings_made_, cause.number};
    });
  } else {
    each_setting(wanted, unheard_.policy, [](int, auto& value, auto& unheard) {
      if (value) unheard.reset();
    });
    take_over(wanted, cause, now);
  }
}

void NaiveClient::take_over(const ClientPolicyChange& wanted, Cause cause, Instant now) {
  ClientPolicyChange changed = wanted;
  bool any = false;
  each_setting(changed, policy_, [&](int, auto& value, auto& mine) {
    if (value && *value == mine) value.reset();
    if (!value) return;
    mine = *value;
    any = true;
  });
  if (!any) return;
  record(now, cause, ClientPolicyChanged{changed});
  drawn_jitter_ = Duration{0};
}

bool NaiveClient::has_news() const {
  if (unheard_.cmg_allowed && *unheard_.cmg_allowed != cmg_allowed_) return true;
  bool any = unheard_.asked_to_renew && is_asked(*unheard_.asked_to_renew);
  each_setting(unheard_.policy, policy_,
               [&](int, auto& value, auto& mine) { any = any || (value && *value != mine); });
  return any;
}

void NaiveClient::hear(Instant now) {
  if (unheard_.cmg_allowed && *unheard_.cmg_allowed != cmg_allowed_) {
    cmg_allowed_ = *unheard_.cmg_allowed;
    record(now, {CauseKind::action, unheard_.cmg_action}, CmgAllowedChanged{cmg_allowed_});
  }
  std::pair<int, std::uint32_t> latest{0, 0};
  each_setting(unheard_.policy, policy_, [&](int key, auto& value, auto& mine) {
    if (value && *value != mine) latest = std::max(latest, unheard_.policy_actions[key]);
  });
  take_over(unheard_.policy, {CauseKind::action, latest.second}, now);
  if (unheard_.asked_to_renew) {
    hear_of_renewal(*unheard_.asked_to_renew, {CauseKind::action, unheard_.asking_action}, now);
  }
  unheard_ = {};
}

// ---- Credentials -------------------------------------------------------------------------------

Credential NaiveClient::shown_credential() const {
  return credential_expired_ ? Credential::self_signed : credential_;
}

void NaiveClient::look_at_credential(Instant now) {
  if (credential_ends_ == kNever) return;
  // One of which the cohort says nothing is never renewed.
  CredentialLife life{Duration{0}, Duration{0}, RenewsOn::nowhere};
  if (cohort_->credential_life) life = *cohort_->credential_life;
  const bool fits = (life.renews_on == RenewsOn::connected && network_ != Network::offline) ||
                    (life.renews_on == RenewsOn::intranet && network_ == Network::intranet);
  if (now >= credential_ends_ - life.renew_before && fits) {
    credential_ends_ = now + life.validity;
    credential_expired_ = false;
    record(now, {CauseKind::network, 0}, CredentialRenewed{life.validity});
  } else if (now >= credential_ends_ && !credential_expired_) {
    credential_expired_ = true;
    record(now, {CauseKind::expiry, 0}, CredentialExpired{life.renews_on});
  }
}

// ---- Stranded (A13) ----------------------------------------------------------------------------

bool NaiveClient::is_stranded(Instant now) const {
  if (!is_out_of_service() || blocked_ || last_connected_ == Network::offline) return false;
  if (in_flight_ && in_flight_->judged && in_flight_->kind != Kind::exchange &&
      in_flight_->verdict.outcome == Outcome::granted) {
    return false;
  }
  const bool at_mp =
      last_connected_ == Network::intranet && cohort_->on_intranet != OnIntranet::cmg;
  if (!at_mp && !cmg_allowed_) return true;
  if (version_ == ClientVersion::outdated) return true;
  const auto& life = cohort_->credential_life;
  const bool renews_there =
      life && (life->renews_on == RenewsOn::connected ||
               (life->renews_on == RenewsOn::intranet && last_connected_ == Network::intranet));
  const bool has_credential =
      credential_ != Credential::self_signed && (!credential_expired_ || renews_there);
  if (has_credential) return false;
  const bool asks_for_bulk = !at_mp || site_->policy.mp == MpMode::https;
  if (state_ == LifecycleState::installed && asks_for_bulk && !bulk_.is_nil()) {
    return objection_to_bulk(bulk_, now).has_value();
  }
  if (!at_mp) return true;
  return !site_->policy.internal_registration || site_->policy.mp == MpMode::https;
}

// ---- Contacts ----------------------------------------------------------------------------------

bool NaiveClient::holds_good_token() const {
  return state_ == LifecycleState::registered || state_ == LifecycleState::roaming ||
         state_ == LifecycleState::renewing;
}

Duration NaiveClient::since_contact(Instant now) const {
  return last_contact_ ? now - *last_contact_ : Duration{0};
}

// What became of the renewal that was on its way, and what the client waits for since.
void NaiveClient::came_to(SpellCause cause) {
  if (stopped_by_ == SpellCause::on_its_way) stopped_by_ = cause;
  waits_for_ = cause;
}

}  // namespace tokenlife::naive
