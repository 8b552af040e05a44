// Step 5 of the naive simulation: what a client asks at a contact, and what the site makes of it.
#include "sim/naive/client.hpp"

namespace tokenlife::naive {

using namespace sim;

bool NaiveClient::is_in_contact(Instant now) const {
  if (state_ == LifecycleState::not_installed || network_ == Network::offline) return false;
  if (just_installed_ || just_connected_ || just_restarted_) return true;
  const Duration connected = now - connected_since_;
  return connected > Duration{0} && connected % cohort_->contact_every == Duration{0};
}

bool NaiveClient::renewal_is_due(Instant now) const {
  const Policy& policy = scenario_->policy;
  const bool at_agent_start = just_installed_ || just_restarted_;
  if (policy.renew_on == RenewOn::agent_start && !at_agent_start) return false;
  Duration jitter{0};
  if (policy.renew_jitter > Duration{0}) {
    const auto ticks = static_cast<std::uint64_t>(policy.renew_jitter / scenario_->tick);
    const auto bits = draws_.at(Purpose::renewal_jitter, token_.serial.ordinal())[0];
    jitter = scenario_->tick * static_cast<std::int64_t>(below(bits, ticks));
  }
  return now + cohort_->clock_skew >= token_.not_before + policy.renew_after + jitter;
}

void NaiveClient::contact(Instant now) {
  if (!is_in_contact(now) || in_flight_ || now < silent_until_) return;
  const bool on_intranet = network_ == Network::intranet;
  if (!on_intranet && !cmg_allowed_) return;
  const Endpoint via = on_intranet ? Endpoint::mp : Endpoint::cmg;
  const bool is_https_mp = on_intranet && scenario_->policy.mp == MpMode::https;
  const bool has_other_credential = cohort_->credential != Credential::self_signed;

  if (state_ == LifecycleState::installed) {
    if (has_other_credential) {
      send_registration(via, cohort_->credential, now);
    } else if (!bulk_.is_nil() && (!on_intranet || is_https_mp)) {
      send_registration(via, Credential::bulk, now);
    } else if (on_intranet) {
      send_registration(via, Credential::self_signed, now);
    }
    return;
  }
  if (state_ == LifecycleState::expired || state_ == LifecycleState::re_registration_required) {
    if (on_intranet || has_other_credential) {
      send_registration(via, cohort_->credential, now);
    } else if (state_ == LifecycleState::expired) {
      exchange(via, now);
    }
    return;
  }
  if (renewal_is_due(now)) {
    send_renewal(via, now);
  } else {
    exchange(via, now);
  }
}

void NaiveClient::send_registration(Endpoint via, Credential shown, Instant now) {
  const Guid bulk = shown == Credential::bulk ? bulk_ : Guid{};
  const auto seq = static_cast<std::uint32_t>(events_.size());
  record(now, {CauseKind::contact, 0}, RegistrationRequested{via, shown, bulk});
  send({Kind::registration, via, now, seq, bulk, shown == Credential::self_signed, {}, {}, false},
       now);
}

void NaiveClient::send_renewal(Endpoint via, Instant now) {
  const auto seq = static_cast<std::uint32_t>(events_.size());
  record(now, {CauseKind::contact, 0}, RenewalRequested{via, token_.serial});
  state_ = LifecycleState::renewing;
  send({Kind::renewal, via, now, seq, {}, false, {}, {}, false}, now);
}

void NaiveClient::exchange(Endpoint via, Instant now) {
  const Request request{Kind::exchange, via, now, 0, {}, false, {}, {}, false};
  if (judge(request, now).outcome == Outcome::refused) send(request, now);
}

void NaiveClient::send(Request request, Instant now) {
  request.verdict = judge(request, now);
  if (request.verdict.outcome == Outcome::granted) {
    const auto client = ClientNumber{cohort_->first.value + client_};
    request.token = {TokenSerial::of(client, ++tokens_issued_), now,
                     now + scenario_->policy.token_validity, KeyNumber{site_->signing_key}};
  }
  request.lost = request.verdict.outcome != Outcome::failed && is_lost(request);
  in_flight_ = request;
}

bool NaiveClient::is_lost(const Request& request) {
  for (const std::uint32_t i : site_->losing) {
    const auto& loss = *action_if<LoseAnswers>(scenario_->actions[i]);
    const bool concerns = loss.endpoint == request.via ||
                          (loss.endpoint == Endpoint::sts && request.kind != Kind::exchange);
    if (!concerns) continue;
    if (loss.share.of_2_32 >= Share::kWhole) return true;
    const auto bits = draws_.at(Purpose::lost_answer, loss_draws_++)[0];
    if (share_draw(bits) < loss.share.of_2_32) return true;
  }
  return false;
}

// ---- The site ----------------------------------------------------------------------------------

NaiveClient::Verdict NaiveClient::judge(const Request& request, Instant now) const {
  const auto no = [](RefusalReason reason) { return Verdict{Outcome::refused, reason, {}}; };
  const Policy& policy = scenario_->policy;
  const bool wants_token = request.kind != Kind::exchange;
  if (!site_->is_up(request.via)) return {Outcome::failed, {}, FailureReason::endpoint_down};
  if (wants_token && !site_->is_up(Endpoint::sts)) {
    return {Outcome::failed, {}, FailureReason::sts_down};
  }
  if (blocked_) return no(RefusalReason::client_blocked);
  if (wants_token && version_ == ClientVersion::outdated) return no(RefusalReason::client_outdated);
  if (request.kind == Kind::registration) {
    if (request.via == Endpoint::mp && request.shows_self_signed) {
      if (!policy.internal_registration) return no(RefusalReason::internal_registration_off);
      if (policy.mp == MpMode::https) return no(RefusalReason::credential_required);
    }
    if (request.bulk.is_nil()) return {};
    const auto objection = objection_to_bulk(request.bulk, now);
    return objection ? no(*objection) : Verdict{};
  }
  if (site_->retired[token_.signer.value]) return no(RefusalReason::unknown_signer);
  if (now >= token_.expires + policy.leeway) return no(RefusalReason::expired);
  return {};
}

// D2, A9.
std::optional<RefusalReason> NaiveClient::objection_to_bulk(Guid guid, Instant now) const {
  for (std::size_t i = 0; i < site_->bulk.size(); ++i) {
    const NaiveSite::Bulk& token = site_->bulk[i];
    if (scenario_->bulk_tokens[i].guid != guid || !token.issued) continue;
    if (site_->retired[token.signing_key]) return RefusalReason::unknown_signer;
    if (now < token.not_before) return RefusalReason::bulk_token_not_yet_valid;
    if (now >= token.expires + scenario_->policy.leeway) return RefusalReason::bulk_token_expired;
    if (token.blocked) return RefusalReason::bulk_token_blocked;
    return std::nullopt;
  }
  return RefusalReason::bulk_token_unknown;
}

}  // namespace tokenlife::naive
