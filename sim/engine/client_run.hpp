// One client, alone, from the start of the run to its end. Only ticks at which something happens
// are visited; what happens there follows the five steps of a tick.
//
// The rules are not here. This file knows when a client can act; what it asks, what the site
// answers and what follows is decided by ask, judge and apply_answer, and an action happens if
// evolve lets it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>

#include "core/decide.hpp"
#include "core/ensure.hpp"
#include "core/evolve.hpp"
#include "sim/engine/draws_ahead.hpp"
#include "sim/engine/network_position.hpp"
#include "sim/engine/world.hpp"
#include "sim/scenario/scenario.hpp"

namespace tokenlife::sim {

template <class Walk, class Model>
class ClientRun {
 public:
  ClientRun(const World& world, const Recorder& recorder, CohortNumber cohort, const Model& model,
            std::uint64_t cohort_key, std::uint32_t client_in_cohort,
            std::span<const ClientStep> steps)
      : world_(world),
        recorder_(recorder),
        tokens_(recorder.tokens),
        scenario_(*world.scenario),
        policy_(scenario_.policy),
        cohort_(scenario_.cohorts[cohort.value]),
        number_{cohort_.first.value + client_in_cohort},
        draws_(cohort_key, client_in_cohort),
        restarts_(draws_, Purpose::agent_restart),
        end_(at(scenario_.duration)),
        steps_(steps),
        whereabouts_(model, {&draws_, client_in_cohort, scenario_.tick,
                             scenario_.start.time_since_epoch().count(), end_}) {
    as_installed_.cohort = cohort;
    as_installed_.credential = cohort_.credential;
    as_installed_.version = cohort_.version;
    as_installed_.cmg_allowed = cohort_.cmg_allowed;
    if (cohort_.bulk_token) as_installed_.bulk = scenario_.bulk_tokens[*cohort_.bulk_token].guid;
    install_at_ = cohort_.install_at + uniform_ticks(draws_, Purpose::install_time, 0,
                                                     cohort_.install_over, scenario_.tick);
  }

  void run() {
    recorder_.tally->begin_client(as_installed_.cohort);
    recorder_.batch->begin(number_.value, 0);
    if (tokens_ != nullptr) tokens_->begin(number_);
    set_alarm();
    for (Instant next = next_wake(); next < end_; next = next_wake()) {
      if (recorder_.tally->next_observation() < next) {
        recorder_.tally->observe(client_.state, next);
      }
      now_ = next;
      tick();
    }
    recorder_.tally->end_client(client_.state);
  }

  const Client& client() const { return client_; }

 private:
  bool installed() const { return client_.state != LifecycleState::not_installed; }

  // ---- Which tick is next ----

  Instant next_wake() {
    if (!installed()) return alarm_;
    const Instant next = std::min(alarm_, whereabouts_.next());
    return in_flight_ ? next : std::min(next, next_acting_contact(next));
  }

  // Most ticks change the network and nothing else: what does not depend on it is planned when it
  // changes.
  void set_alarm() {
    alarm_ = next_step_ < steps_.size() ? steps_[next_step_].at : kNever;
    alarm_ = std::min({alarm_, install_at_, next_restart_, next_expiry(client_, policy_)});
    if (in_flight_) alarm_ = std::min(alarm_, answer_at());
  }

  Instant answer_at() const { return sent_ + policy_.latency; }

  // The first of the contacts that come every `contact-every` at which the client would act, if it
  // is before `horizon` and nothing else happens until then.
  Instant next_acting_contact(Instant horizon) {
    if (client_.network == Network::offline || horizon <= quiet_until()) return kNever;
    return find_acting_contact(horizon);
  }
  Instant find_acting_contact(Instant horizon) {
    const Instant from = std::max(now_ + scenario_.tick, silent_until_);
    if (from >= horizon) return kNever;
    const auto asked = ask(client_, {false, false}, policy_);
    if (!asked) return kNever;
    // Real tokens are shown at every contact, also where that changes nothing.
    if (asked->kind != RequestKind::exchange || tokens_ != nullptr) return contact_from(from);
    const Instant refused =
        next_refused_exchange(*asked, std::max(from, exchanges_taken_until_), horizon);
    const Instant due = std::max(from, renewal_due_);
    if (due >= std::min(horizon, refused)) return refused;
    const bool renews = ask(client_, {true, false}, policy_)->kind == RequestKind::renewal;
    return renews ? std::min(refused, contact_from(due)) : refused;
  }

  // Before this moment no contact makes the client act: its exchanges are taken, and no renewal is
  // due.
  Instant quiet_until() const { return std::min(exchanges_taken_until_, renewal_due_); }

  // The first multiple of `contact-every`, counted from when the client became connected.
  Instant contact_from(Instant moment) const {
    const Duration every = cohort_.contact_every;
    const Duration since = moment - connected_at_;
    return connected_at_ + every * ((since + every - Duration{1}) / every);
  }

  // An exchange that the site takes, or that finds the endpoint down, changes nothing. What can
  // change the verdict is the end of an outage or of a signing certificate.
  Instant next_refused_exchange(const Request& exchange, Instant from, Instant horizon) {
    const Instant retired = world_.site->retired_at(client_.token.signer);
    while (from < horizon) {
      const Verdict verdict =
          judge(client_, exchange, world_.site->view(client_, exchange, from), policy_, from);
      if (verdict.kind == Verdict::Kind::failed) {
        from = world_.site->up_again(exchange.via, from);
      } else if (verdict.kind == Verdict::Kind::refused) {
        const Instant contact = contact_from(from);
        from = world_.site->up_again(exchange.via, contact);
        if (from == contact) return contact;
      } else {
        // A retired signer refuses what was taken; an event of the client's can do so at any time.
        exchanges_taken_until_ = from < retired ? retired : kNever;
        from = exchanges_taken_until_;
      }
    }
    return kNever;
  }

  // ---- What a tick does ----

  void tick() {
    in_contact_ = false;
    agent_started_ = false;
    const bool alarm = now_ == alarm_;
    if (alarm) before_network();
    if (installed()) {
      change_network();
      if (next_restart_ == now_) restart();
      act();
    }
    if (alarm) set_alarm();
  }

  // Steps 1 to 3, and an installation.
  void before_network() {
    if (next_step_ < steps_.size() && steps_[next_step_].at == now_) take_actions();
    if (in_flight_ && answer_at() == now_) hear_answer();
    if (next_expiry(client_, policy_) <= now_) {
      record({CauseKind::expiry, 0}, TokenExpired{client_.token.serial});
    }
    if (install_at_ == now_) install();
  }

  // Step 1.
  void take_actions() {
    for (; next_step_ < steps_.size() && steps_[next_step_].at == now_; ++next_step_) {
      step_ = steps_[next_step_];
      std::visit(
          [&]<class What>(const What& what) {
            if (step_.begins) {
              take(what);
            } else if constexpr (HasLength<What>) {
              end(what);
            }
          },
          std::get<ClientAction>(scenario_.actions[step_.action].what));
    }
  }
  Cause by_action() const { return {CauseKind::action, step_.action}; }

  void take(const SetCmgAllowed& action) {
    change(as_installed_.cmg_allowed, action.value, CmgAllowedChanged{action.value});
  }
  void take(const Upgrade&) {
    change(as_installed_.version, ClientVersion::current, ClientUpgraded{});
  }
  void take(const BlockClients&) { change(as_installed_.blocked, true, ClientBlocked{}); }
  void take(const UnblockClients&) { change(as_installed_.blocked, false, ClientUnblocked{}); }
  void take(const Reinstall& action) {
    if (!installed()) return;
    happen(ClientReinstalled{action.bulk_token ? scenario_.bulk_tokens[*action.bulk_token].guid
                                               : Guid{}});
    if (tokens_ != nullptr) tokens_->install(client_);
    in_flight_ = false;
    silent_until_ = Instant::min();
    in_contact_ = agent_started_ = true;
  }
  void take(const RestartAgents&) {
    if (!installed()) return;
    happen(AgentRestarted{});
    agent_starts();
  }
  void take(const Move& action) { whereabouts_.move(step_.action, action.on); }
  void end(const Move&) { whereabouts_.end_move(step_.action); }

  // Before its installation a client is to be installed differently.
  template <class Value, class Event>
  void change(Value& as_installed, Value value, const Event& event) {
    if (installed()) return happen(event);
    note_effect(std::exchange(as_installed, value) != value);
  }
  // An action that changes nothing is no event.
  template <class Event>
  void happen(const Event& event) {
    const EventError error = try_record(by_action(), event);
    ensure(error == EventError::none || error == EventError::nothing_changed,
           "an action on a client to be legal or to change nothing");
    note_effect(error == EventError::none);
  }
  void note_effect(bool had_effect) {
    if (had_effect) recorder_.tally->had_effect(step_.action);
  }

  // Step 2.
  void hear_answer() {
    in_flight_ = false;
    if (client_.network != network_of(answer_.request.via)) answer_.lost = true;
    silent_until_ = silent_until(answer_, policy_, sent_);
    const Cause cause =
        answer_.request.kind == RequestKind::exchange
            ? Cause{CauseKind::exchange, static_cast<std::uint32_t>((now_ - sent_).count())}
            : Cause{CauseKind::request, request_seq_};
    const AnswerEffects heard = apply_answer(client_, answer_);
    if (!heard.first) return;
    std::visit([&](const auto& event) { record(cause, event); }, *heard.first);
    if (heard.then) record(cause, *heard.then);
    if (tokens_ != nullptr) tokens_->follow(client_);
    if (client_.token.exists()) {
      const Duration jitter =
          uniform_ticks(draws_, Purpose::renewal_jitter, client_.token.serial.ordinal(),
                        policy_.renew_jitter, scenario_.tick);
      // A6: the client goes by its own clock.
      renewal_due_ = renewal_due(policy_, client_.token.not_before, jitter) - cohort_.clock_skew;
    }
  }

  // Step 4.
  void install() {
    install_at_ = kNever;
    as_installed_.network = whereabouts_.start(now_);
    if (const auto action = whereabouts_.moved_by()) recorder_.tally->had_effect(*action);
    record({CauseKind::installation, 0}, as_installed_);
    if (tokens_ != nullptr) tokens_->install(client_);
    plan_restart();
    in_contact_ = agent_started_ = true;
    connected_at_ = now_;
  }

  void change_network() {
    const auto [network, cause] = whereabouts_.advance_to(now_);
    if (network == client_.network) return;
    if (cause.kind != CauseKind::network) recorder_.tally->had_effect(cause.number);
    record(cause, NetworkChanged{client_.network, network});
    if (network == Network::offline) return;
    connected_at_ = now_;
    silent_until_ = Instant::min();
    in_contact_ = true;
  }

  void restart() {
    record({CauseKind::agent_start, 0}, AgentRestarted{});
    agent_starts();
    plan_restart();
  }
  void agent_starts() {
    silent_until_ = Instant::min();
    in_contact_ = agent_started_ = true;
  }
  void plan_restart() {
    if (!cohort_.agent_restart_every) return;
    next_restart_ = now_ + restarts_.next_stay(*cohort_.agent_restart_every, scenario_.tick);
  }

  // Step 5.
  void act() {
    if (client_.network == Network::offline || now_ < quiet_until()) return;
    if (in_flight_ || now_ < silent_until_) return;
    if (!in_contact_ && (now_ - connected_at_) % cohort_.contact_every != Duration{0}) return;
    make_contact();
  }
  void make_contact() {
    const auto request = ask(client_, {now_ >= renewal_due_, agent_started_}, policy_);
    if (!request) return;
    SiteView site = world_.site->view(client_, *request, now_);
    if (tokens_ != nullptr) site.verified = tokens_->show(*request, site, now_);
    const Verdict verdict = judge(client_, *request, site, policy_, now_);
    // An exchange takes no time unless it is refused.
    if (request->kind == RequestKind::exchange && verdict.kind != Verdict::Kind::refused) return;
    send(*request, verdict, site.signer);
  }

  void send(const Request& request, const Verdict& verdict, KeyNumber signer) {
    answer_ = {request, verdict, {}, false};
    in_flight_ = true;
    sent_ = now_;
    alarm_ = std::min(alarm_, answer_at());
    request_seq_ = next_seq_;
    if (request.kind == RequestKind::registration) {
      record({CauseKind::contact, 0},
             RegistrationRequested{request.via, request.credential, request.bulk});
    } else if (request.kind == RequestKind::renewal) {
      record({CauseKind::contact, 0}, RenewalRequested{request.via, client_.token.serial});
    }
    if (verdict.kind == Verdict::Kind::failed) {
      const Endpoint down =
          verdict.failure == FailureReason::sts_down ? Endpoint::sts : request.via;
      world_.site->for_each_outage(
          down, now_, [&](std::uint32_t action) { recorder_.tally->had_effect(action); });
      return;
    }
    if (verdict.kind == Verdict::Kind::granted) {
      answer_.token = issue(policy_, TokenSerial::of(number_, ++issued_), signer, now_);
      if (tokens_ != nullptr) tokens_->send(answer_.token);
    }
    const auto lost_by = world_.site->loses_answer(
        request, now_, [&] { return draws_.at(Purpose::lost_answer, loss_draws_++)[0]; });
    answer_.lost = lost_by.has_value();
    if (lost_by) recorder_.tally->had_effect(*lost_by);
  }

  // ---- Recording ----

  template <class Event>
  EventError try_record(Cause cause, const Event& event) {
    const EventError error = evolve_in_place(client_, event);
    if (error != EventError::none) return error;
    if (recorder_.batch->full()) {
      recorder_.flush(recorder_.context);
      recorder_.batch->begin(number_.value, next_seq_);
    }
    recorder_.batch->append(now_, cause, event);
    recorder_.tally->happened(now_, cause, event);
    ++next_seq_;
    // Where a client is has no bearing on whether its exchanges are taken.
    if constexpr (Event::kind != EventKind::network_changed) {
      exchanges_taken_until_ = Instant::min();
    }
    return error;
  }
  template <class Event>
  void record(Cause cause, const Event& event) {
    ensure(try_record(cause, event) == EventError::none, "a decided event to be legal");
  }

  const World& world_;
  const Recorder& recorder_;
  TokenClient* const tokens_;  // null: modelled
  const Scenario& scenario_;
  const Policy& policy_;
  const Cohort& cohort_;
  ClientNumber number_;
  Draws draws_;
  ExponentialDraws restarts_;
  Instant end_;
  std::span<const ClientStep> steps_;
  std::size_t next_step_ = 0;
  ClientStep step_{};  // the one being taken

  Client client_;
  ClientInstalled as_installed_{};
  Instant install_at_;
  Instant now_ = Instant::min();
  // The next action, installation, answer, expiry or restart, whichever comes first.
  Instant alarm_;

  NetworkPosition<Walk, Model> whereabouts_;
  Instant connected_at_;                   // the multiples of contact-every count from here
  Instant silent_until_ = Instant::min();  // after a failure or refusal
  Instant renewal_due_ = kNever;
  Instant exchanges_taken_until_ = Instant::min();  // as far as is known
  Instant next_restart_ = kNever;
  bool in_contact_ = false;
  bool agent_started_ = false;

  bool in_flight_ = false;
  Answer answer_{};
  Instant sent_;
  std::uint32_t request_seq_ = 0;
  std::uint32_t next_seq_ = 0;
  std::uint32_t issued_ = 0;
  std::uint64_t loss_draws_ = 0;
};

}  // namespace tokenlife::sim
