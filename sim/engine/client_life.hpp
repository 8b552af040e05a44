// What becomes of one client, apart from where it is: what is done to it, what it asks, hears and
// goes by.
//
// The rules are not here: what it asks, what the site answers and what follows is decided by ask,
// judge and apply_answer, and an action happens if evolve lets it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>

#include "core/decide.hpp"
#include "core/ensure.hpp"
#include "core/evolve.hpp"
#include "core/spell.hpp"
#include "core/spell_follower.hpp"
#include "core/token_life.hpp"
#include "sim/engine/draws_ahead.hpp"
#include "sim/engine/outlook.hpp"
#include "sim/engine/renewal_watch.hpp"
#include "sim/engine/unheard_settings.hpp"
#include "sim/engine/world.hpp"
#include "sim/scenario/scenario.hpp"

namespace tokenlife::sim {

class ClientLife {
 public:
  const Client& client() const { return client_; }
  Outlook outlook() const {
    Outlook outlook{service_, renewal_due_, silent_until_, kNever, kNever, kNever, Instant::min()};
    if (in_flight_) outlook.answer_at = answer_at();
    return outlook;
  }

 protected:
  ClientLife(const World& world, const Recorder& recorder, CohortNumber cohort,
             const DrawKeys& draw_keys, std::uint32_t client_in_cohort)
      : world_(world),
        recorder_(recorder),
        tokens_(recorder.tokens),
        scenario_(*world.scenario),
        policy_(scenario_.policy),
        cohort_(scenario_.cohorts[cohort.value]),
        number_{cohort_.first.value + client_in_cohort},
        draws_(draw_keys, client_in_cohort),
        restarts_(draws_, Purpose::agent_restart),
        spells_(world.site->admission_changes()),
        turns_to_cmg_(cohort_.on_intranet == OnIntranet::mp_then_cmg),
        counts_days_(recorder.tally->spells.counts_days()) {
    as_installed_.cohort = cohort;
    as_installed_.credential = cohort_.credential;
    as_installed_.version = cohort_.version;
    as_installed_.cmg_allowed = cohort_.cmg_allowed;
    as_installed_.on_intranet = cohort_.on_intranet;
    if (cohort_.bulk_token) as_installed_.bulk = scenario_.bulk_tokens[*cohort_.bulk_token].guid;
    apply(policy_, cohort_.policy);
    next_policy_ = world.site->next_policy(Instant::min());
    skew_ = drawn(cohort_.clock_skew, Purpose::clock_skew, 0);
  }

  bool installed() const { return client_.state != LifecycleState::not_installed; }
  bool connected() const { return client_.network != Network::offline; }
  Instant answer_at() const { return sent_ + policy_.latency; }

  // ---- What is done to it: step 1 ----

  // The site's part of the policy is the site's of that moment; the rest the client has heard of.
  void follow_policy() {
    const Policy& site = world_.site->policy(now_);
    policy_.token_validity = site.token_validity;
    policy_.internal_registration = site.internal_registration;
    policy_.mp = site.mp;
    policy_.leeway = site.leeway;
    policy_.bulk_leeway = site.bulk_leeway;
    next_policy_ = world_.site->next_policy(now_);
    exchanges_taken_until_ = Instant::min();
  }

  void set_cmg_allowed(bool value, Arrives arrives, std::uint32_t action) {
    if (!installed()) {
      as_installed_.cmg_allowed = value;
    } else if (arrives == Arrives::contact) {
      unheard_.set_cmg_allowed(value, action);
      note_news();
    } else {
      unheard_.withdraw_cmg_allowed();
      happen({CauseKind::action, action}, CmgAllowedChanged{value});
      note_news();
    }
  }
  void set_policy(const ClientPolicyChange& change, Arrives arrives, std::uint32_t action) {
    if (!installed()) {
      apply(policy_, change);
    } else if (arrives == Arrives::contact) {
      unheard_.set(change, action);
      note_news();
    } else {
      unheard_.withdraw(change);
      go_by(news(policy_, change), {CauseKind::action, action});
      note_news();
    }
  }
  void set_clock(Duration skew, Cause cause) {
    if (skew == std::exchange(skew_, skew) || !installed()) return;
    record(cause, ClockChanged{skew});
    plan_renewal();
  }
  void reinstall(Guid bulk, bool new_identity, Cause cause) {
    const bool begins = !is_out_of_service(client_.state);
    record(cause,
           ClientReinstalled{bulk, new_identity, begins, begins ? since_contact() : Duration{0}});
    if (tokens_ != nullptr) tokens_->install(client_);
    in_flight_ = false;
    silent_until_ = Instant::min();
    renewal_due_ = kNever;
    agent_starts();
  }
  void agent_starts() {
    silent_until_ = Instant::min();
    in_contact_ = agent_started_ = true;
  }
  // An action that changes nothing is no event.
  template <class Event>
  void happen(Cause cause, const Event& event) {
    const EventError error = try_record(cause, event);
    ensure(error == EventError::none || error == EventError::nothing_changed,
           "an action on a client to be legal or to change nothing");
  }
  Duration drawn(const Skew& skew, Purpose purpose, std::uint64_t number,
                 Instant begins = Instant::min()) const {
    const Duration range = skew.to - skew.from;
    return skew.from + uniform_ticks(draws_, purpose, number,
                                     range > Duration{0} ? range + scenario_.tick : range,
                                     scenario_.tick, begins);
  }

  // ---- What it hears ----

  void hear_answer() {
    in_flight_ = false;
    if (client_.network != asked_on_) answer_.lost = true;
    const bool is_exchange = answer_.request.kind == RequestKind::exchange;
    silent_until_ = silent_until(answer_, policy_, sent_);
    const Cause cause =
        is_exchange ? Cause{CauseKind::exchange, static_cast<std::uint32_t>((now_ - sent_).count())}
                    : Cause{CauseKind::request, request_seq_};
    const AnswerEffects heard = apply_answer(client_, answer_);
    if (!heard.first) return;
    note_outcome(*heard.first);
    std::visit([&](const auto& event) { record(cause, begun(event)); }, *heard.first);
    if (heard.then) record(cause, begun(*heard.then));
    if (tokens_ != nullptr) tokens_->follow(client_);
    if (!tells_of_settings(answer_)) return;
    watch_.reset();
    jitter_draw_ = client_.token.serial.ordinal();
    plan_renewal();
    hear_news();
  }

  // A15: whatever has been set, unless it is so already.
  void hear_news() {
    if (!has_news_) return;
    if (const auto action = unheard_.news_of_cmg(client_.cmg_allowed)) {
      record({CauseKind::action, *action}, CmgAllowedChanged{!client_.cmg_allowed});
    }
    const ClientPolicyChange changed = unheard_.news(policy_);
    if (!changed.empty()) {
      go_by(changed, {CauseKind::action, unheard_.action_behind(changed)});
    }
    unheard_.clear();
    has_news_ = false;
  }

  // A6: the client goes by its own clock.
  void plan_renewal() {
    if (!client_.token.exists()) return;
    // One draw, made when the token was issued; of one that is adopted, before all else.
    const Instant issued = jitter_draw_ == 0 ? Instant::min() : client_.token.not_before;
    const Duration jitter = uniform_ticks(draws_, Purpose::renewal_jitter, jitter_draw_,
                                          policy_.renew_jitter, scenario_.tick, issued);
    renewal_due_ = renewal_due(policy_, client_.token.not_before, jitter) - skew_;
  }

  // ---- What it asks: step 5 ----

  bool mp_is_down() const { return turns_to_cmg_ && !world_.site->up(Endpoint::mp, now_); }

  void make_contact() {
    const auto request =
        ask(client_, {now_ >= renewal_due_, agent_started_, mp_is_down()}, policy_);
    if (!request) return;
    SiteView site = world_.site->view(client_, *request, now_);
    if (tokens_ != nullptr) site.verified = tokens_->show(*request, site, now_);
    const Verdict verdict = judge(client_, *request, site, policy_, now_);
    // An exchange takes no time unless it is refused.
    if (request->kind == RequestKind::exchange && verdict.kind != Verdict::Kind::refused) {
      const bool tells = has_news_ && tells_of_settings({*request, verdict, {}, false});
      if (tells && !loses_news(*request)) hear_news();
      return;
    }
    send(*request, verdict, site.signer);
  }

  // What stops a renewal at this contact, at which the token is due.
  SpellCause what_stops() const {
    if (in_flight_) return SpellCause::on_its_way;
    if (now_ < silent_until_) return watch_.waits_for();
    const auto request = ask(client_, {true, agent_started_, mp_is_down()}, policy_);
    if (!request) return SpellCause::cmg_not_allowed;
    return request->kind == RequestKind::renewal ? SpellCause::on_its_way
                                                 : SpellCause::no_agent_start;
  }
  bool is_overdue() const {
    return now_ >= renewal_due_ && installed() && !is_out_of_service(client_.state);
  }

  Duration since_contact() const {
    return watch_.since_contact(connected(), connected_at_, now_, cohort_.contact_every);
  }

  // ---- Whether it is served (A13) ----

  bool is_granted() const {
    return in_flight_ && answer_.request.kind != RequestKind::exchange &&
           answer_.verdict.kind == Verdict::Kind::granted;
  }
  Service service_now() const {
    return service_of(client_, is_granted(), policy_, now_,
                      [&](const Client& there, const Request& request) {
                        return world_.site->view(there, request, now_);
                      });
  }
  // After the tick.
  void follow_service() {
    const Service service = service_now();
    if (service == service_) return;
    recorder_.tally->spells.serves(now_, service_, service);
    service_ = service;
  }

  // ---- Recording ----

  template <class Event>
  EventError try_record(Cause cause, const Event& event) {
    const LifecycleState before = client_.state;
    const EventError error = evolve_in_place(client_, event);
    if (error != EventError::none) return error;
    if (recorder_.batch->full()) {
      recorder_.flush(recorder_.context);
      recorder_.batch->begin(number_.value, next_seq_);
    }
    recorder_.batch->append(now_, cause, event);
    recorder_.tally->happened(now_, cause, event);
    const auto ended = spells_.on(before, {now_, next_seq_, cause}, event);
    if (ended) recorder_.tally->spell_ended(*ended);
    if (client_.state != before) state_since_ = now_;
    if (counts_days_) [[unlikely]] {
      recorder_.tally->spells.moved(now_, before, client_.state);
      recorder_.tally->spells.did(now_, Event::kind);
    }
    ++next_seq_;
    // Where a client is has no bearing on whether its exchanges are taken, unless it turns about.
    if constexpr (Event::kind != EventKind::network_changed) {
      exchanges_taken_until_ = Instant::min();
    }
    return error;
  }
  template <class Event>
  void record(Cause cause, const Event& event) {
    ensure(try_record(cause, event) == EventError::none, "a decided event to be legal");
  }

 private:
  void go_by(const ClientPolicyChange& changed, Cause cause) {
    if (changed.empty()) return;
    apply(policy_, changed);
    record(cause, ClientPolicyChanged{changed});
    plan_renewal();
  }
  void note_news() {
    has_news_ = unheard_.news_of_cmg(client_.cmg_allowed) || !unheard_.news(policy_).empty();
    exchanges_taken_until_ = Instant::min();
  }
  bool loses_news(const Request& request) {
    return world_.site->loses_answer(
        request, now_, [&] { return draws_.at(Purpose::lost_setting, news_draws_++, now_)[0]; });
  }

  // Of events that may begin a spell: whether this one does.
  template <class Event>
  Event begun(Event event) const {
    if constexpr (Event::kind == EventKind::re_registration_required) {
      event.begins_spell = !is_out_of_service(client_.state);
      if (event.begins_spell) event.since_contact = since_contact();
    }
    return event;
  }
  void note_outcome(const ClientEvent& event) {
    if (const auto* failed = std::get_if<RenewalFailed>(&event)) {
      watch_.came_to(spell_cause_of(failed->reason));
    } else if (const auto* refused = std::get_if<RenewalRefused>(&event)) {
      watch_.came_to(spell_cause_of(refused->reason));
    }
  }

  void send(const Request& request, const Verdict& verdict, KeyNumber signer) {
    answer_ = {request, verdict, {}, false};
    in_flight_ = true;
    sent_ = now_;
    asked_on_ = client_.network;
    alarm_ = std::min(alarm_, answer_at());
    request_seq_ = next_seq_;
    if (request.kind == RequestKind::registration) {
      record({CauseKind::contact, 0},
             RegistrationRequested{request.via, request.credential, request.bulk});
    } else if (request.kind == RequestKind::renewal) {
      record({CauseKind::contact, 0}, RenewalRequested{request.via, client_.token.serial});
    }
    if (verdict.kind == Verdict::Kind::failed) return;
    if (verdict.kind == Verdict::Kind::granted) {
      answer_.token = issue(policy_, TokenSerial::of(number_, ++issued_), signer, now_);
      if (tokens_ != nullptr) tokens_->send(answer_.token);
    }
    answer_.lost = world_.site->loses_answer(
        request, now_, [&] { return draws_.at(Purpose::lost_answer, loss_draws_++, now_)[0]; });
  }

 protected:
  const World& world_;
  const Recorder& recorder_;
  TokenClient* const tokens_;  // null: modelled
  const Scenario& scenario_;
  Policy policy_;  // the site's, and what the client has heard of
  const Cohort& cohort_;
  ClientNumber number_;
  Draws draws_;
  ExponentialDraws restarts_;
  SpellFollower spells_;
  RenewalWatch watch_;
  UnheardSettings unheard_;

  Client client_;
  ClientInstalled as_installed_{};
  Instant now_ = Instant::min();
  // The next thing that does not depend on where the client is.
  Instant alarm_;
  Instant next_policy_;
  Instant connected_at_ = Instant::min();  // the multiples of contact-every count from here
  Instant silent_until_ = Instant::min();  // after a failure or refusal
  Instant renewal_due_ = kNever;
  Instant exchanges_taken_until_ = Instant::min();  // as far as is known
  Instant state_since_;
  Duration skew_{0};
  Service service_ = Service::served;
  bool has_news_ = false;
  bool in_contact_ = false;
  bool agent_started_ = false;
  const bool turns_to_cmg_;
  const bool counts_days_;

  bool in_flight_ = false;
  Network asked_on_ = Network::offline;
  Answer answer_{};
  Instant sent_;
  std::uint32_t request_seq_ = 0;
  std::uint32_t next_seq_ = 0;
  std::uint32_t issued_ = 0;
  std::uint64_t jitter_draw_ = 0;  // of the token that it holds
  std::uint64_t loss_draws_ = 0;
  std::uint64_t news_draws_ = 0;
};

}  // namespace tokenlife::sim
