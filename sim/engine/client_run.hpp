// One client, alone, from the start of the run to its end. Only ticks at which something happens
// are visited; what happens there follows the five steps of a tick.
//
// This file knows when a client can act, and where it is; what it does is in client_life.hpp. Who
// runs clients need not see it compiled: client_run.cpp does that, once for each network model.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>

#include "core/token_life.hpp"
#include "core/verdict.hpp"
#include "sim/engine/adoption.hpp"
#include "sim/engine/client_actions.hpp"
#include "sim/engine/client_schedule.hpp"
#include "sim/engine/network_position.hpp"
#include "sim/engine/site_timeline.hpp"
#include "sim/engine/walk_of.hpp"
#include "sim/text/duration.hpp"

namespace tokenlife::sim {

template <class Model>
class ClientRun : public ClientActions {
 public:
  ClientRun(const World& world, const Recorder& recorder, CohortNumber cohort, const Model& model,
            const DrawKeys& draw_keys, std::uint32_t client_in_cohort, const ClientSteps& steps);

  void run();

  // ---- Tick by tick, for who finds out what becomes of requests; without a record ----

  void begin();
  // The next tick at which something happens, if it is within the run: it has to be lived through.
  Instant upcoming();
  void live(Instant next);
  Instant now() const { return now_; }

  // After the run.
  Outlook outlook() const;

 private:
  // ---- A client that is there before the run ----

  // Before step 1 of tick 0, which is to be done next.
  void adopt() {
    now_ = alarm_ = Instant{};
    const Network network = whereabouts_.start(now_);
    const ClientAdopted event =
        as_adopted(scenario_, as_installed_.cohort, *adopted_, network, number_);
    record({CauseKind::run_start, 0}, event);
    if (connected()) connected_at_ = now_;
    if (tokens_ != nullptr) tokens_->adopt(client_);
    issued_ = client_.newest_ordinal;
    // Its jitter is draw 0: that of the first token that the run issues is number 1, or 2.
    plan_renewal();
    // An inventory knows no ticks.
    expiry_is_off_tick_ = client_.token.expires.time_since_epoch() % scenario_.tick != Duration{0};
    credential_ends_ = credential_end_of(cohort_, *adopted_);
    plan_restart();
  }

  // The tick at which the token expires.
  Instant expiry_tick() const {
    const Instant expires = next_expiry(client_, policy_);
    if (!expiry_is_off_tick_) [[likely]]
      return expires;
    return tick_from(expires);
  }
  // The first tick that is not before the moment.
  Instant tick_from(Instant moment) const {
    return moment == kNever ? kNever : at(round_up(moment.time_since_epoch(), scenario_.tick));
  }

  // ---- Which tick is next ----

  Instant next_wake() {
    if (!installed()) return alarm_;
    const Instant next = std::min(alarm_, whereabouts_.next());
    return in_flight_ ? next : std::min(next, next_acting_contact(next));
  }

  // Most ticks change the network and nothing else: what does not depend on it is planned when it
  // changes.
  void set_alarm() {
    alarm_ = std::min({steps_.next(), install_at_, next_restart_, expiry_tick()});
    alarm_ = std::min({alarm_, next_policy_, next_of_credential()});
    if (in_flight_) alarm_ = std::min({alarm_, told_at_, gives_up_at_});
    if (!line_.empty()) [[unlikely]]
      alarm_ = std::min(alarm_, line_.next());
    if (turns_to_cmg_) alarm_ = std::min(alarm_, mp_changes());
  }
  // A16: when the MP goes down, or comes up.
  Instant mp_changes() const {
    const Instant up = world_.site->up_again(Endpoint::mp, now_);
    return up > now_ ? up : world_.site->down_next(Endpoint::mp, now_);
  }

  // The first of the contacts that come every `contact-every` at which the client would act, if it
  // is before `horizon` and nothing else happens until then.
  Instant next_acting_contact(Instant horizon) {
    if (client_.network == Network::offline || horizon <= quiet_until()) return kNever;
    return find_acting_contact(horizon);
  }
  Instant find_acting_contact(Instant horizon) {
    const Instant from = std::max(now_ + scenario_.tick, silent_until_);
    if (from >= horizon) return kNever;
    const bool mp_down = mp_is_down();
    const auto asked = ask(client_, {false, false, mp_down}, policy_);
    if (!asked) return kNever;
    // Real tokens are shown at every contact, also where that changes nothing.
    if (asked->kind != RequestKind::exchange || tokens_ != nullptr) return contact_from(from);
    const Instant acting =
        has_news_ ? next_heard_exchange(*asked, from, horizon)
                  : next_refused_exchange(*asked, std::max(from, exchanges_taken_until_), horizon);
    const Instant due = std::max(from, asks_from_);
    if (due >= std::min(horizon, acting)) return acting;
    const bool renews = ask(client_, {true, false, mp_down}, policy_)->kind == RequestKind::renewal;
    return renews ? std::min(acting, contact_from(due)) : acting;
  }

  // Before this moment no contact makes the client act: its exchanges are taken, and no renewal is
  // due.
  Instant quiet_until() const { return std::min(exchanges_taken_until_, asks_from_); }

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
  // One that does not find the endpoint down.
  Instant next_heard_exchange(const Request& exchange, Instant from, Instant horizon) {
    while (from < horizon) {
      const Instant contact = contact_from(from);
      from = world_.site->up_again(exchange.via, contact);
      if (from == contact) return contact;
    }
    return kNever;
  }

  // A13: of the contacts since the last tick that was visited, and before `next`, at which nothing
  // was asked although the token was due, the last one is kept.
  void look_back(Instant next) {
    if (!is_overdue_by(next) || !connected()) return;
    const Instant contact = RenewalWatch::last_contact(connected_at_, next, cohort_.contact_every);
    if (contact <= now_ || contact < renewal_due_) return;
    const Instant now = std::exchange(now_, contact);
    agent_started_ = false;
    watch_.stopped(contact, what_stops());
    now_ = now;
  }
  bool is_overdue_by(Instant next) const {
    return renewal_due_ < next && installed() && !is_out_of_service(client_.state);
  }

  // ---- What a tick does ----

  void tick() {
    in_contact_ = false;
    agent_started_ = false;
    const bool alarm = now_ == alarm_;
    if (alarm) before_network();
    if (installed()) {
      change_network();
      if (credential_ends_ != kNever) look_at_credential();
      if (next_restart_ == now_) restart();
      act();
    }
    if (!line_.empty()) [[unlikely]]
      be_served();
    if (alarm) set_alarm();
    if (is_silent_) return;
    if (is_out_of_service(client_.state) || service_ != Service::served) {
      follow_service();
      if (service_ != Service::served) {
        alarm_ = std::min(alarm_, tick_from(world_.site->next_news(client_, now_)));
      }
    }
  }

  // Steps 1 to 3, and an installation.
  void before_network() {
    if (next_policy_ == now_) follow_policy();
    if (turns_to_cmg_) exchanges_taken_until_ = Instant::min();
    if (steps_.next() == now_) take_actions();
    hear();
    if (next_expiry(client_, policy_) <= now_) {
      expire();
    }
    if (install_at_ == now_) install();
  }

  void expire() {
    // Of a client that is found so late there is no saying what it did before.
    const bool at_once = adopted_ != nullptr && now_ == Instant{};
    const SpellCause cause = at_once ? SpellCause::adopted : cause_of_expiry();
    record({CauseKind::expiry, 0}, TokenExpired{client_.token.serial, cause, since_contact()});
  }

  // Step 1.
  void take_actions() {
    while (steps_.next() == now_) {
      step_ = steps_.take();
      std::visit(
          [&]<class What>(const What& what) {
            if (step_.begins) {
              if (selected(what.target)) take(what);
            } else if constexpr (HasLength<What>) {
              end(what);
            }
          },
          std::get<ClientAction>(scenario_.actions[step_.action].what));
    }
  }
  using ClientActions::take;
  void take(const Move& action) { whereabouts_.move(step_.action, step_.repetition, action.on); }
  void end(const Move&) { whereabouts_.end_move(step_.action, step_.repetition); }

  // Step 4.
  void install() {
    install_at_ = kNever;
    as_installed_.network = whereabouts_.start(now_);
    if (cohort_.bulk_token) {
      as_installed_.bulk = world_.site->newest_bulk_token(*cohort_.bulk_token, now_);
    }
    record({CauseKind::installation, 0}, as_installed_);
    if (tokens_ != nullptr) tokens_->install(client_);
    if (cohort_.credential_life && cohort_.credential != Credential::self_signed) {
      credential_ends_ = now_ + cohort_.credential_life->validity;
    }
    plan_restart();
    if (connected()) connected_at_ = now_;
    agent_starts();
  }

  void change_network() {
    const auto [network, cause] = whereabouts_.advance_to(now_);
    if (network == client_.network) return;
    if (connected()) watch_.disconnected(connected_at_, now_);
    record(cause, NetworkChanged{client_.network, network});
    if (turns_to_cmg_) exchanges_taken_until_ = Instant::min();
    if (network == Network::offline) return;
    connected_at_ = now_;
    silent_until_ = Instant::min();
    in_contact_ = true;
  }

  // A14: the credential is renewed where it can be, from a while before its end on.
  void look_at_credential() {
    const CredentialLife life = life_of_credential(cohort_);
    if (now_ < credential_ends_ - life.renew_before) return;
    if (renews_on(life.renews_on, client_.network)) {
      record({CauseKind::network, 0}, CredentialRenewed{life.validity});
      credential_ends_ = now_ + life.validity;
      alarm_ = std::min(alarm_, next_of_credential());
    } else if (now_ >= credential_ends_ && !client_.credential_expired) {
      record({CauseKind::expiry, 0}, CredentialExpired{life.renews_on});
    }
  }
  // When that may happen where the client is; where it cannot be renewed, when it ends.
  Instant next_of_credential() const {
    if (credential_ends_ == kNever) return kNever;
    const Instant renews = credential_ends_ - life_of_credential(cohort_).renew_before;
    if (renews > now_) return tick_from(renews);
    return credential_ends_ > now_ ? tick_from(credential_ends_) : kNever;
  }

  void restart() {
    record({CauseKind::agent_start, 0}, AgentRestarted{});
    agent_starts();
    plan_restart();
  }
  void plan_restart() {
    if (!cohort_.agent_restart_every) return;
    if (restarts_ == nullptr) {
      restarts_ = std::make_unique<ExponentialDraws>(draws_, Purpose::agent_restart);
    }
    next_restart_ = now_ + restarts_->next_stay(*cohort_.agent_restart_every, scenario_.tick, now_);
  }

  // Step 5.
  void act() {
    if (client_.network == Network::offline) return;
    if (agent_started_) watch_.started(now_);
    if (now_ < quiet_until()) return;
    const bool is_contact =
        in_contact_ || (now_ - connected_at_) % cohort_.contact_every == Duration{0};
    if (!is_contact) return;
    const bool may_ask = !in_flight_ && now_ >= silent_until_;
    if (may_ask && policy_.renew_draw == RenewDraw::per_contact) [[unlikely]]
      draw_at_contact();
    if (is_overdue()) watch_.stopped(now_, what_stops());
    if (may_ask) make_contact();
  }

  Instant end_;
  const AdoptedClient* const adopted_;  // null: it is installed
  bool expiry_is_off_tick_ = false;     // of the token with which it was adopted, perhaps
  NetworkPosition<typename WalkOf<Model>::type, Model> whereabouts_;
  Instant install_at_ = kNever;
  Instant next_restart_ = kNever;
  Instant credential_ends_ = kNever;
};

}  // namespace tokenlife::sim
