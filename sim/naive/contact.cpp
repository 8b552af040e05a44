// Step 5 of the naive simulation: what a client asks at a contact, and what the site makes of it.
#include <algorithm>

#include "sim/naive/client.hpp"

namespace tokenlife::naive {

using namespace sim;

bool NaiveClient::is_in_contact(Instant now) const {
  if (state_ == LifecycleState::not_installed || network_ == Network::offline) return false;
  if (just_installed_ || just_connected_ || just_restarted_) return true;
  const Duration connected = now - connected_since_;
  return connected > Duration{0} && connected % cohort_->contact_every == Duration{0};
}

// When the token that is held is due for renewal, by the site's clock.
Instant NaiveClient::due() const {
  Duration jitter = drawn_jitter_;
  if (policy_.renew_draw == RenewDraw::per_token && policy_.renew_jitter > Duration{0}) {
    const auto ticks = static_cast<std::uint64_t>(policy_.renew_jitter / scenario_->tick);
    const bool is_adopted = token_.serial == adopted_token_;
    const Draws draws = is_adopted ? draws_ : draws_at(token_.not_before);
    const std::uint32_t draw = is_adopted ? 0 : token_.serial.ordinal();
    const auto bits = draws.at(Purpose::renewal_jitter, draw)[0];
    jitter = scenario_->tick * static_cast<std::int64_t>(below(bits, ticks));
  }
  const Instant due = token_.not_before + policy_.renew_after + jitter - skew_;
  return token_.not_before < asked_before_ ? std::min(due, asked_at_) : due;
}

// Anew at each contact at which it would ask if its token were due.
void NaiveClient::draw_due_date(Instant now) {
  if (policy_.renew_draw == RenewDraw::per_token || !holds_good_token()) return;
  if (token_.not_before < asked_before_) return;
  const bool at_agent_start = just_installed_ || just_restarted_;
  if (policy_.renew_on == RenewOn::agent_start && !at_agent_start) return;
  if (endpoint_from_here() == Endpoint::cmg && !cmg_allowed_) return;
  if (now < token_.not_before + policy_.renew_after - skew_) return;
  drawn_jitter_ = Duration{0};
  if (policy_.renew_jitter == Duration{0}) return;
  const auto ticks = static_cast<std::uint64_t>(policy_.renew_jitter / scenario_->tick);
  const auto bits = draws_at(now).at(Purpose::contact_jitter, due_draws_++)[0];
  drawn_jitter_ = scenario_->tick * static_cast<std::int64_t>(below(bits, ticks));
}

bool NaiveClient::renewal_is_due(Instant now) const {
  const bool at_agent_start = just_installed_ || just_restarted_;
  if (policy_.renew_on == RenewOn::agent_start && !at_agent_start) return false;
  return now >= due();
}

// A16.
Endpoint NaiveClient::endpoint_from_here() const {
  if (network_ != Network::intranet) return Endpoint::cmg;
  switch (cohort_->on_intranet) {
    case OnIntranet::mp: return Endpoint::mp;
    case OnIntranet::cmg: return Endpoint::cmg;
    case OnIntranet::mp_then_cmg:
      return !site_->is_up(Endpoint::mp) && cmg_allowed_ ? Endpoint::cmg : Endpoint::mp;
  }
  return Endpoint::mp;
}

void NaiveClient::contact(Instant now) {
  if (!is_in_contact(now)) return;
  last_contact_ = now;
  if (!in_flight_ && now >= silent_until_) draw_due_date(now);
  if (holds_good_token() && now >= due()) note_stop(now);
  if (in_flight_ || now < silent_until_) return;
  const Endpoint via = endpoint_from_here();
  if (via == Endpoint::cmg && !cmg_allowed_) return;
  if (is_out_of_service()) {
    if (const auto request = registration_at(via, now)) {
      send_registration(*request, now);
    } else if (state_ == LifecycleState::expired) {
      exchange(via, now);
    }
  } else if (renewal_is_due(now)) {
    send_renewal(via, now);
  } else {
    exchange(via, now);
  }
}

// A13: why the token, which is due, is not renewed at this contact, as far as is known now.
void NaiveClient::note_stop(Instant now) {
  stopped_at_ = now;
  const bool at_agent_start = just_installed_ || just_restarted_;
  if (in_flight_) {
    stopped_by_ = SpellCause::on_its_way;
  } else if (now < silent_until_) {
    stopped_by_ = waits_for_;
  } else if (endpoint_from_here() == Endpoint::cmg && !cmg_allowed_) {
    stopped_by_ = SpellCause::cmg_not_allowed;
  } else if (policy_.renew_on == RenewOn::agent_start && !at_agent_start) {
    stopped_by_ = SpellCause::no_agent_start;
  } else {
    stopped_by_ = SpellCause::on_its_way;
  }
}

std::optional<NaiveClient::Request> NaiveClient::registration_at(Endpoint via, Instant now) const {
  Request request;
  request.kind = Kind::registration;
  request.via = via;
  request.sent = now;
  const bool at_mp = via == Endpoint::mp;
  const bool is_https_mp = at_mp && site_->policy.mp == MpMode::https;
  const bool shows_bulk =
      state_ == LifecycleState::installed && !bulk_.is_nil() && (!at_mp || is_https_mp);
  if (shown_credential() != Credential::self_signed) {
    request.shown = shown_credential();
  } else if (shows_bulk) {
    request.shown = Credential::bulk;
    request.bulk = bulk_;
  } else if (at_mp) {
    request.shown = Credential::self_signed;
  } else {
    return std::nullopt;
  }
  return request;
}

void NaiveClient::send_registration(Request request, Instant now) {
  request.seq = static_cast<std::uint32_t>(events_.size());
  record(now, {CauseKind::contact, 0},
         RegistrationRequested{request.via, request.shown, request.bulk});
  send(request, now);
}

void NaiveClient::send_renewal(Endpoint via, Instant now) {
  const auto seq = static_cast<std::uint32_t>(events_.size());
  record(now, {CauseKind::contact, 0}, RenewalRequested{via, token_.serial});
  state_ = LifecycleState::renewing;
  Request request;
  request.kind = Kind::renewal;
  request.via = via;
  request.sent = now;
  request.seq = seq;
  send(request, now);
}

void NaiveClient::exchange(Endpoint via, Instant now) {
  Request request;
  request.kind = Kind::exchange;
  request.via = via;
  request.sent = now;
  request.carried = token_;
  request.verdict = judge(request, now);
  const Outcome outcome = request.verdict.outcome;
  if (outcome == Outcome::refused) {
    request.judged = now;
    request.lost = is_lost(request, Purpose::lost_answer, loss_draws_, now);
    asked_on_ = network_;
    in_flight_ = request;
  }
  if (outcome != Outcome::granted || !has_news()) return;
  if (!is_lost(request, Purpose::lost_setting, news_draws_, now)) hear(now);
}

// A registration or renewal: it stands in line, be it for no time at all.
void NaiveClient::send(Request request, Instant now) {
  request.number = requests_++;
  request.version = version_;
  request.carried = token_;
  asked_on_ = network_;
  in_flight_ = request;
  if (site_->is_up(request.via)) {
    in_line_.push_back(request);
    sent_ = Sent{request.via, request.number, draws_at(now).at(Purpose::order, request.number)[0]};
  } else {
    in_flight_->verdict = {Outcome::failed, {}, FailureReason::endpoint_down};
    in_flight_->judged = now;
  }
}

bool NaiveClient::is_lost(const Request& request, Purpose purpose, std::uint64_t& draws_made,
                          Instant now) {
  for (const NaiveSite::Losing& losing : site_->losing) {
    const auto& loss = *action_if<LoseAnswers>(scenario_->actions[losing.turn.action]);
    const bool concerns = loss.endpoint == request.via ||
                          (loss.endpoint == Endpoint::sts && request.kind != Kind::exchange);
    if (!concerns) continue;
    if (loss.share.of_2_32 >= Share::kWhole) return true;
    const auto bits = draws_at(now).at(purpose, draws_made++)[0];
    if (share_draw(bits) < loss.share.of_2_32) return true;
  }
  return false;
}

// ---- The site ----------------------------------------------------------------------------------

NaiveClient::Verdict NaiveClient::judge(const Request& request, Instant now) const {
  if (!site_->is_up(request.via)) return {Outcome::failed, {}, FailureReason::endpoint_down};
  if (request.kind != Kind::exchange && !site_->is_up(Endpoint::sts)) {
    return {Outcome::failed, {}, FailureReason::sts_down};
  }
  const auto refusal = objection(request, now);
  return refusal ? Verdict{Outcome::refused, *refusal, {}} : Verdict{};
}

// Of a site all of which is up.
std::optional<RefusalReason> NaiveClient::objection(const Request& request, Instant now) const {
  const Policy& policy = site_->policy;
  if (blocked_) return RefusalReason::client_blocked;
  if (request.kind != Kind::exchange && request.version == ClientVersion::outdated) {
    return RefusalReason::client_outdated;
  }
  if (request.kind == Kind::registration) {
    if (request.via == Endpoint::mp && request.shown == Credential::self_signed) {
      if (!policy.internal_registration) return RefusalReason::internal_registration_off;
      if (policy.mp == MpMode::https) return RefusalReason::credential_required;
    }
    return request.bulk.is_nil() ? std::nullopt : objection_to_bulk(request.bulk, now);
  }
  const ClientToken& token = request.carried;
  if (site_->retired[token.signer.value]) return RefusalReason::unknown_signer;
  const bool is_held = token.serial == token_.serial;
  if (is_held && state_ == LifecycleState::expired) return RefusalReason::expired;
  if (now >= token.expires + policy.leeway) return RefusalReason::expired;
  return std::nullopt;
}

// D2, A9.
std::optional<RefusalReason> NaiveClient::objection_to_bulk(Guid guid, Instant now) const {
  for (const NaiveSite::Bulk& token : site_->bulk) {
    if (token.guid != guid) continue;
    if (site_->retired[token.signing_key]) return RefusalReason::unknown_signer;
    if (now < token.not_before) return RefusalReason::bulk_token_not_yet_valid;
    const Duration leeway = site_->policy.bulk_leeway.value_or(site_->policy.leeway);
    if (now >= token.expires + leeway) return RefusalReason::bulk_token_expired;
    if (token.blocked) return RefusalReason::bulk_token_blocked;
    return std::nullopt;
  }
  return RefusalReason::bulk_token_unknown;
}

}  // namespace tokenlife::naive
