#include "sim/naive/client.hpp"

#include <algorithm>

#include "sim/naive/simulation.hpp"

namespace tokenlife::naive {

using namespace sim;

NaiveClient::NaiveClient(const Scenario& scenario, const NaiveSite& site, std::uint32_t cohort,
                         std::uint32_t client)
    : scenario_(&scenario),
      cohort_(&scenario.cohorts[cohort]),
      site_(&site),
      cohort_number_(cohort),
      client_(client),
      draws_(scenario.seed, cohort_->name, client),
      version_(cohort_->version),
      cmg_allowed_(cohort_->cmg_allowed),
      bulk_(guid_of(cohort_->bulk_token)) {
  const auto ticks = static_cast<std::uint64_t>(cohort_->install_over / scenario.tick);
  const auto bits = draws_.at(Purpose::install_time, 0)[0];
  install_at_ = cohort_->install_at + scenario.tick * static_cast<std::int64_t>(below(bits, ticks));
}

Guid NaiveClient::guid_of(std::optional<std::uint32_t> bulk_token) const {
  return bulk_token ? scenario_->bulk_tokens[*bulk_token].guid : Guid{};
}

bool NaiveClient::is_aimed_at(const Target& target) const {
  return target.cohort.value == cohort_number_ && (!target.client || *target.client == client_);
}

void NaiveClient::record(Instant now, Cause cause, const ClientEvent& event) {
  events_.push_back({{now, static_cast<std::uint32_t>(events_.size()), cause}, event});
}

void NaiveClient::begin_tick() {
  just_installed_ = false;
  just_connected_ = false;
  just_restarted_ = false;
  override_changed_.reset();
}

// ---- Step 1: actions ---------------------------------------------------------------------------

void NaiveClient::end_what_is_over(Instant now) {
  for (std::uint32_t i = 0; i < scenario_->actions.size(); ++i) {
    const Instant at = scenario_->actions[i].at;
    const auto* action = std::get_if<ClientAction>(&scenario_->actions[i].what);
    if (action == nullptr || at >= now) continue;
    std::visit(
        [&]<class What>(const What& what) {
          if constexpr (HasLength<What>) {
            if (is_aimed_at(what.target) && what.length == now - at) end(what, i);
          }
        },
        *action);
  }
}
void NaiveClient::end(const Move&, std::uint32_t i) {
  std::erase(moves_, i);
  override_changed_ = Cause{CauseKind::action_end, i};
}

void NaiveClient::act(const ClientAction& action, std::uint32_t i, Instant now) {
  std::visit(
      [&](const auto& what) {
        if (is_aimed_at(what.target)) begin(what, {CauseKind::action, i}, now);
      },
      action);
}
void NaiveClient::begin(const SetCmgAllowed& setting, Cause cause, Instant now) {
  if (cmg_allowed_ == setting.value) return;
  cmg_allowed_ = setting.value;
  if (is_installed()) record(now, cause, CmgAllowedChanged{cmg_allowed_});
}
void NaiveClient::begin(const Upgrade&, Cause cause, Instant now) {
  if (version_ == ClientVersion::current) return;
  version_ = ClientVersion::current;
  if (is_installed()) record(now, cause, ClientUpgraded{});
}
void NaiveClient::begin(const BlockClients&, Cause cause, Instant now) {
  if (blocked_) return;
  blocked_ = true;
  if (is_installed()) record(now, cause, ClientBlocked{});
}
void NaiveClient::begin(const UnblockClients&, Cause cause, Instant now) {
  if (!blocked_) return;
  blocked_ = false;
  if (is_installed()) record(now, cause, ClientUnblocked{});
}
void NaiveClient::begin(const Reinstall& reinstall, Cause cause, Instant now) {
  if (!is_installed()) return;
  state_ = LifecycleState::installed;
  token_ = {};
  in_flight_.reset();
  silent_until_ = Instant{};
  bulk_ = guid_of(reinstall.bulk_token);
  just_installed_ = true;
  record(now, cause, ClientReinstalled{bulk_});
}
void NaiveClient::begin(const RestartAgents&, Cause cause, Instant now) {
  if (is_installed()) restart(now, cause);
}
void NaiveClient::begin(const Move&, Cause cause, Instant) {
  moves_.push_back(cause.number);
  override_changed_ = cause;
}

void NaiveClient::restart(Instant now, Cause cause) {
  record(now, cause, AgentRestarted{});
  just_restarted_ = true;
  silent_until_ = Instant{};
}

// ---- Step 2: answers ---------------------------------------------------------------------------

void NaiveClient::hear_answer(Instant now) {
  if (!in_flight_ || in_flight_->sent + scenario_->policy.latency != now) return;
  Request request = *in_flight_;
  in_flight_.reset();
  const bool is_there = network_ == network_of(request.via);
  if ((request.lost || !is_there) && request.verdict.outcome != Outcome::failed) {
    request.verdict = {Outcome::failed, {}, FailureReason::answer_lost};
  }
  const Cause cause{CauseKind::request, request.seq};
  if (request.kind == Kind::registration) {
    hear_registration(request, cause, now);
  } else if (request.kind == Kind::renewal) {
    hear_renewal(request, cause, now);
  } else if (request.verdict.outcome == Outcome::refused) {
    const auto ago = static_cast<std::uint32_t>((now - request.sent).count());
    token_ = {};
    state_ = LifecycleState::re_registration_required;
    record(now, {CauseKind::exchange, ago},
           ReRegistrationRequired{request.via, request.verdict.refusal});
  }
  if (request.kind != Kind::exchange) wait_after(request);
}

void NaiveClient::hear_registration(const Request& request, Cause cause, Instant now) {
  switch (request.verdict.outcome) {
    case Outcome::granted:
      token_ = request.token;
      bulk_ = {};
      state_ = request.via == Endpoint::mp ? LifecycleState::registered : LifecycleState::roaming;
      record(now, cause, RegistrationCompleted{request.via, token_});
      break;
    case Outcome::refused:
      if (!request.bulk.is_nil()) bulk_ = {};
      record(now, cause, RegistrationRefused{request.via, request.verdict.refusal});
      break;
    case Outcome::failed:
      record(now, cause, RegistrationFailed{request.via, request.verdict.failure});
      break;
  }
}

void NaiveClient::hear_renewal(const Request& request, Cause cause, Instant now) {
  switch (request.verdict.outcome) {
    case Outcome::granted:
      record(now, cause, TokenRenewed{request.via, request.token, token_.serial});
      token_ = request.token;
      follow_last_connected();
      break;
    case Outcome::refused: {
      const RefusalReason reason = request.verdict.refusal;
      record(now, cause, RenewalRefused{request.via, reason});
      if (state_ == LifecycleState::renewing) follow_last_connected();
      if (reason == RefusalReason::client_blocked || reason == RefusalReason::unknown_signer ||
          reason == RefusalReason::expired) {
        token_ = {};
        state_ = LifecycleState::re_registration_required;
        record(now, cause, ReRegistrationRequired{request.via, reason});
      }
      break;
    }
    case Outcome::failed:
      record(now, cause, RenewalFailed{request.via, request.verdict.failure});
      if (state_ == LifecycleState::renewing) follow_last_connected();
      break;
  }
}

void NaiveClient::wait_after(const Request& request) {
  const Policy& policy = scenario_->policy;
  if (request.verdict.outcome == Outcome::failed) {
    silent_until_ = request.sent + policy.retry_after_failure;
  } else if (request.verdict.outcome == Outcome::refused) {
    silent_until_ = request.sent + policy.retry_after_refusal;
  }
}

void NaiveClient::follow_last_connected() {
  state_ =
      last_connected_ == Network::intranet ? LifecycleState::registered : LifecycleState::roaming;
}

// ---- Step 3: expiry ----------------------------------------------------------------------------

void NaiveClient::expire(Instant now) {
  const bool is_live = state_ == LifecycleState::registered || state_ == LifecycleState::roaming ||
                       state_ == LifecycleState::renewing;
  if (!is_live || now < token_.expires + scenario_->policy.leeway) return;
  state_ = LifecycleState::expired;
  record(now, {CauseKind::expiry, 0}, TokenExpired{token_.serial});
}

// ---- Step 4: installation, network, restarts ---------------------------------------------------

Network NaiveClient::model_network(Instant now) {
  const auto* dwell = std::get_if<DwellNetwork>(&cohort_->network);
  if (dwell == nullptr) {
    return network_by_definition(cohort_->network, *scenario_, *cohort_, client_, now);
  }
  const auto begin = [&](Network on, Instant since) {
    stay_ = stay_by_definition(*dwell, scenario_->tick, draws_, stays_++, on, since);
  };
  if (!stay_) begin(dwell->start, now);
  while (stay_->until <= now) begin(stay_->then, stay_->until);
  return stay_->on;
}

// The move that began last is the one in force.
void NaiveClient::work_out_override() {
  override_.reset();
  const auto begins_later = [&](std::uint32_t a, std::uint32_t b) {
    return std::pair(scenario_->actions[a].at, a) < std::pair(scenario_->actions[b].at, b);
  };
  const auto last = std::max_element(moves_.begin(), moves_.end(), begins_later);
  if (last != moves_.end()) override_ = action_if<Move>(scenario_->actions[*last])->on;
}

void NaiveClient::install_if_due(Instant now) {
  if (install_at_ != now) return;
  work_out_override();
  const Network by_model = model_network(now);
  network_ = override_.value_or(by_model);
  last_connected_ = network_;
  connected_since_ = now;
  state_ = LifecycleState::installed;
  just_installed_ = true;
  record(now, {CauseKind::installation, 0},
         ClientInstalled{CohortNumber{cohort_number_}, network_, cohort_->credential, version_,
                         cmg_allowed_, blocked_, bulk_});
  plan_restart(now);
}

void NaiveClient::plan_restart(Instant from) {
  if (!cohort_->agent_restart_every) return;
  const double mean = static_cast<double>(cohort_->agent_restart_every->count()) /
                      static_cast<double>(scenario_->tick.count());
  const auto bits = draws_.at(Purpose::agent_restart, restarts_planned_++)[0];
  next_restart_ = from + scenario_->tick * exponential_ticks(bits, mean);
}

void NaiveClient::change_network_and_restart(Instant now) {
  if (state_ == LifecycleState::not_installed) return;
  work_out_override();
  const Network by_model = model_network(now);
  const Network to = override_.value_or(by_model);
  if (to != network_) {
    const Cause cause = override_changed_.value_or(Cause{CauseKind::network, 0});
    record(now, cause, NetworkChanged{network_, to});
    network_ = to;
    if (to != Network::offline) {
      last_connected_ = to;
      connected_since_ = now;
      just_connected_ = true;
      silent_until_ = Instant{};
      if (state_ == LifecycleState::registered || state_ == LifecycleState::roaming) {
        follow_last_connected();
      }
    }
  }
  if (next_restart_ == now) {
    restart(now, {CauseKind::agent_start, 0});
    plan_restart(now);
  }
}

}  // namespace tokenlife::naive
