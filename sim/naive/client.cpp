#include "sim/naive/client.hpp"

#include <algorithm>

#include "sim/naive/simulation.hpp"

namespace tokenlife::naive {

using namespace sim;

namespace {

constexpr std::uint32_t kAfterAll = UINT32_MAX;  // actions of the tick

}  // namespace

NaiveClient::NaiveClient(const Scenario& scenario, const NaiveSite& site, std::uint32_t cohort,
                         std::uint32_t client)
    : scenario_(&scenario),
      policy_(scenario.policy),
      cohort_(&scenario.cohorts[cohort]),
      site_(&site),
      cohort_number_(cohort),
      client_(client),
      draws_(scenario.seed, cohort_->name, client),
      credential_(cohort_->credential),
      version_(cohort_->version),
      cmg_allowed_(cohort_->cmg_allowed) {
  const auto ticks = static_cast<std::uint64_t>(cohort_->install_over / scenario.tick);
  const auto bits = draws_.at(Purpose::install_time, 0)[0];
  const ClientPolicyChange& own = cohort_->policy;
  policy_.renew_after = own.renew_after.value_or(policy_.renew_after);
  policy_.renew_jitter = own.renew_jitter.value_or(policy_.renew_jitter);
  policy_.renew_on = own.renew_on.value_or(policy_.renew_on);
  policy_.retry_after_failure = own.retry_after_failure.value_or(policy_.retry_after_failure);
  policy_.retry_after_refusal = own.retry_after_refusal.value_or(policy_.retry_after_refusal);
  policy_.retry_backoff = own.retry_backoff.value_or(policy_.retry_backoff);
  if (own.retry_max) policy_.retry_max = own.retry_max;
  policy_.retry_jitter = own.retry_jitter.value_or(policy_.retry_jitter);
  if (cohort_->request_timeout) policy_.request_timeout = cohort_->request_timeout;
  policy_.renew_draw = cohort_->renew_draw.value_or(policy_.renew_draw);
  skew_ = draw_skew(cohort_->clock_skew, draws_, Purpose::clock_skew, 0);
  install_at_ = cohort_->install_at + scenario.tick * static_cast<std::int64_t>(below(bits, ticks));
  if (cohort_->inventory != nullptr) install_at_ = kNever;
  for (std::uint32_t i = 0; i < scenario.actions.size(); ++i) take_aim(i);
  std::sort(aimed_.begin(), aimed_.end());
}

Draws NaiveClient::draws_at(Instant when) const {
  return naive::draws_at(*scenario_, *cohort_, client_, when);
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

// ---- Before the run ----------------------------------------------------------------------------

void NaiveClient::adopt() {
  if (cohort_->inventory == nullptr) return;
  const AdoptedClient& row = cohort_->inventory->clients[client_];
  const Instant now{};
  network_ = model_network(now);
  last_connected_ = network_ == Network::offline ? row.last_connected : network_;
  connected_since_ = now;
  just_connected_ = network_ != Network::offline;
  credential_ = row.credential;
  version_ = row.version;
  cmg_allowed_ = row.cmg_allowed;
  blocked_ = row.blocked;
  if (row.bulk_token) bulk_ = site_->newest(*row.bulk_token, now, 0);
  state_ = row.state;
  if (state_ == LifecycleState::registered || state_ == LifecycleState::roaming) {
    follow_last_connected();
  }
  if (row.token) {
    tokens_issued_ = 1;
    const auto first = TokenSerial::of(ClientNumber{cohort_->first.value + client_}, 1);
    if (state_ != LifecycleState::re_registration_required) {
      adopted_token_ = first;
      token_ = {first, row.token->issued, row.token->expires, KeyNumber{0}};
    }
  }
  ClientAdopted event{};
  event.cohort = CohortNumber{cohort_number_};
  event.state = state_;
  event.network = network_;
  event.last_connected = last_connected_;
  event.credential = credential_;
  event.version = version_;
  event.cmg_allowed = cmg_allowed_;
  event.blocked = blocked_;
  event.on_intranet = cohort_->on_intranet;
  if (credential_ != Credential::self_signed) {
    if (cohort_->credential_life) credential_ends_ = now + cohort_->credential_life->validity;
    if (row.credential_expires) credential_ends_ = *row.credential_expires;
  }
  credential_expired_ = credential_ends_ <= now;
  event.credential_expired = credential_expired_;
  if (credential_expired_) {
    event.credential_renews_on =
        cohort_->credential_life ? cohort_->credential_life->renews_on : RenewsOn::nowhere;
  }
  event.bulk = bulk_;
  event.token = token_;
  event.tokens = tokens_issued_;
  record(now, {CauseKind::run_start, 0}, event);
  plan_restart(now);
}

// ---- Step 1: actions ---------------------------------------------------------------------------

// Whether and when each repetition of the action is for this client.
void NaiveClient::take_aim(std::uint32_t action) {
  const auto* on_clients = std::get_if<ClientAction>(&scenario_->actions[action].what);
  if (on_clients == nullptr) return;
  const Target target = std::visit([](const auto& what) { return what.target; }, *on_clients);
  const auto* policy = std::get_if<SetPolicy>(on_clients);
  const bool is_for_all = policy != nullptr && policy->is_for_all;
  const bool is_meant =
      target.cohort.value == cohort_number_ && target.client.value_or(client_) == client_;
  if (!is_meant && !is_for_all) return;
  const auto begun = beginnings(scenario_->actions[action], Instant{} + scenario_->duration);
  for (std::uint32_t k = 0; k < begun.size(); ++k) {
    const std::uint64_t number = action * (std::uint64_t{1} << 32) + k;
    const auto luck = share_draw(draws_at(begun[k]).at(Purpose::selection_share, number)[0]);
    if (luck >= target.share.of_2_32) continue;
    const auto bits = draws_at(begun[k]).at(Purpose::selection_moment, number)[0];
    const auto ticks = static_cast<std::uint64_t>(target.over / scenario_->tick);
    const Duration later = scenario_->tick * static_cast<std::int64_t>(below(bits, ticks));
    aimed_.push_back({begun[k] + later, {action, k}});
  }
}

void NaiveClient::end_what_is_over(Instant now) {
  std::optional<Turn> last;
  for (const ActiveMove& move : moves_) {
    if (move.until == now) last = std::max(last, std::optional(move.turn));
  }
  std::erase_if(moves_, [&](const ActiveMove& move) { return move.until == now; });
  if (last) override_changed_ = Cause{CauseKind::action_end, last->action};
}

void NaiveClient::act(Instant now) {
  for (; next_aimed_ < aimed_.size() && aimed_[next_aimed_].at == now; ++next_aimed_) {
    const Aimed& aimed = aimed_[next_aimed_];
    std::visit(
        [&](const auto& what) {
          if (what.target.state && !is_in(*what.target.state, now)) return;
          begin(what, aimed.turn, now);
        },
        std::get<ClientAction>(scenario_->actions[aimed.turn.action].what));
  }
}

bool NaiveClient::is_in(StateWord word, Instant now) const {
  switch (word) {
    case StateWord::installed: return state_ == LifecycleState::installed;
    case StateWord::registered: return state_ == LifecycleState::registered;
    case StateWord::roaming: return state_ == LifecycleState::roaming;
    case StateWord::renewing: return state_ == LifecycleState::renewing;
    case StateWord::expired: return state_ == LifecycleState::expired;
    case StateWord::re_registration_required:
      return state_ == LifecycleState::re_registration_required;
    case StateWord::out_of_service: return is_out_of_service();
    case StateWord::stranded: return is_stranded(now);
  }
  return false;
}

void NaiveClient::begin(const Upgrade&, Turn turn, Instant now) {
  if (version_ == ClientVersion::current) return;
  version_ = ClientVersion::current;
  if (is_installed()) record(now, {CauseKind::action, turn.action}, ClientUpgraded{});
}
void NaiveClient::begin(const BlockClients&, Turn turn, Instant now) {
  if (blocked_) return;
  blocked_ = true;
  if (is_installed()) record(now, {CauseKind::action, turn.action}, ClientBlocked{});
}
void NaiveClient::begin(const UnblockClients&, Turn turn, Instant now) {
  if (!blocked_) return;
  blocked_ = false;
  if (is_installed()) record(now, {CauseKind::action, turn.action}, ClientUnblocked{});
}
void NaiveClient::begin(const Reinstall& reinstall, Turn turn, Instant now) {
  if (!is_installed()) return;
  const bool begins = holds_good_token();
  state_ = LifecycleState::installed;
  token_ = {};
  in_flight_.reset();
  silent_until_ = Instant{};
  failures_ = 0;
  bulk_ = {};
  if (reinstall.bulk_token) bulk_ = site_->newest(*reinstall.bulk_token, now, turn.action);
  if (reinstall.new_identity) blocked_ = false;
  just_installed_ = true;
  record(now, {CauseKind::action, turn.action},
         ClientReinstalled{bulk_, reinstall.new_identity, begins,
                           begins ? since_contact(now) : Duration{0}});
}
void NaiveClient::begin(const RestartAgents&, Turn turn, Instant now) {
  if (is_installed()) restart(now, {CauseKind::action, turn.action});
}
void NaiveClient::begin(const Move& move, Turn turn, Instant now) {
  moves_.push_back({turn, move.on, move.length ? now + *move.length : kNever});
  override_changed_ = Cause{CauseKind::action, turn.action};
}

void NaiveClient::restart(Instant now, Cause cause) {
  record(now, cause, AgentRestarted{});
  just_restarted_ = true;
  silent_until_ = Instant{};
  failures_ = 0;
}

// ---- Step 3: expiry ----------------------------------------------------------------------------

void NaiveClient::expire(Instant now) {
  if (!holds_good_token() || now < token_.expires + site_->policy.leeway) return;
  state_ = LifecycleState::expired;
  SpellCause cause = due() < now ? SpellCause::offline : SpellCause::never_due;
  if (stopped_at_ && *stopped_at_ >= due()) cause = stopped_by_;
  const bool waits = in_flight_ && !in_flight_->judged;
  if (waits) cause = SpellCause::busy;
  if (cohort_->inventory != nullptr && now == Instant{}) cause = SpellCause::adopted;
  record(now, {CauseKind::expiry, 0}, TokenExpired{token_.serial, cause, since_contact(now)});
}

// ---- Step 4: installation, network, restarts ---------------------------------------------------

Network NaiveClient::model_network(Instant now) {
  const DwellNetwork* dwell = dwell_at(cohort_->network, now);
  if (dwell == nullptr) {
    modelled_ = network_by_definition(cohort_->network, *scenario_, *cohort_, client_, now);
    return *modelled_;
  }
  const auto begin = [&](Network on, Instant since) {
    stay_ = stay_by_definition(*dwell, scenario_->tick, draws_at(since), stays_++, on, since);
  };
  if (dwelling_ != dwell) begin(modelled_.value_or(dwell->start), now);
  dwelling_ = dwell;
  while (stay_->until <= now) begin(stay_->then, stay_->until);
  modelled_ = stay_->on;
  return *modelled_;
}

// The move that began last is the one in force.
void NaiveClient::work_out_override() {
  override_ = moves_.empty() ? std::nullopt : std::optional(moves_.back().on);
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
  if (cohort_->bulk_token) bulk_ = site_->newest(*cohort_->bulk_token, now, kAfterAll);
  record(now, {CauseKind::installation, 0},
         ClientInstalled{CohortNumber{cohort_number_}, network_, credential_, version_,
                         cmg_allowed_, blocked_, bulk_, cohort_->on_intranet});
  if (cohort_->credential_life && credential_ != Credential::self_signed) {
    credential_ends_ = now + cohort_->credential_life->validity;
  }
  plan_restart(now);
}

void NaiveClient::plan_restart(Instant from) {
  if (!cohort_->agent_restart_every) return;
  const double mean = static_cast<double>(cohort_->agent_restart_every->count()) /
                      static_cast<double>(scenario_->tick.count());
  const auto bits = draws_at(from).at(Purpose::agent_restart, restarts_planned_++)[0];
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
  look_at_credential(now);
  if (next_restart_ == now) {
    restart(now, {CauseKind::agent_start, 0});
    plan_restart(now);
  }
}

}  // namespace tokenlife::naive
