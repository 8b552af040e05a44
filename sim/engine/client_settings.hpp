// What a client goes by: policies and settings, which it hears of in their time (A15), its clock
// (A6), and when its token is due.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>

#include "core/policy.hpp"
#include "core/spell_cause.hpp"
#include "sim/engine/client_record.hpp"
#include "sim/engine/site_timeline.hpp"
#include "sim/engine/unheard_settings.hpp"

namespace tokenlife::sim {

class ClientSettings : public ClientRecord {
 protected:
  ClientSettings(const World& world, const Recorder& recorder, CohortNumber cohort,
                 const DrawKeys& draw_keys, std::uint32_t client_in_cohort)
      : ClientRecord(world, recorder, cohort, draw_keys, client_in_cohort) {
    as_installed_.cohort = cohort;
    as_installed_.credential = cohort_.credential;
    as_installed_.version = cohort_.version;
    as_installed_.cmg_allowed = cohort_.cmg_allowed;
    as_installed_.on_intranet = cohort_.on_intranet;
    if (cohort_.bulk_token) as_installed_.bulk = scenario_.bulk_tokens[*cohort_.bulk_token].guid;
    apply(policy_, cohort_.policy);
    if (cohort_.request_timeout) policy_.request_timeout = cohort_.request_timeout;
    if (cohort_.renew_draw) policy_.renew_draw = *cohort_.renew_draw;
    next_policy_ = world.site->next_policy(Instant::min());
    skew_ = drawn(cohort_.clock_skew, Purpose::clock_skew, 0);
  }

  // ---- What is set: step 1 ----

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
  // Tokens of before `now_` are due from the moment at which it hears of it.
  void ask_to_renew(Arrives arrives, std::uint32_t action) {
    if (!installed()) return;
    if (arrives == Arrives::contact) {
      unheard_.ask_to_renew(now_, action);
    } else {
      unheard_.withdraw_ask_to_renew();
      hear_of_renewal(now_, action);
    }
    note_news();
  }

  Duration drawn(const Skew& skew, Purpose purpose, std::uint64_t number,
                 Instant begins = Instant::min()) const {
    const Duration range = skew.to - skew.from;
    return skew.from + uniform_ticks(draws_, purpose, number,
                                     range > Duration{0} ? range + scenario_.tick : range,
                                     scenario_.tick, begins);
  }

  // ---- What it hears ----

  // A15: whatever has been set, unless it is so already.
  void hear_news() {
    if (!has_unheard_) return;
    if (const auto action = unheard_.news_of_cmg(client_.cmg_allowed)) {
      record({CauseKind::action, *action}, CmgAllowedChanged{!client_.cmg_allowed});
    }
    const ClientPolicyChange changed = unheard_.news(policy_);
    if (!changed.empty()) {
      go_by(changed, {CauseKind::action, unheard_.action_behind(changed)});
    }
    if (const auto& asked = unheard_.asked_to_renew()) hear_of_renewal(asked->at, asked->action);
    unheard_.clear();
    has_unheard_ = has_news_ = false;
  }
  // Whether there is something that an exchange would tell it.
  void note_news() {
    has_unheard_ = unheard_.any();
    has_news_ = unheard_.news_of_cmg(client_.cmg_allowed) || !unheard_.news(policy_).empty() ||
                (unheard_.asked_to_renew() && is_asked(unheard_.asked_to_renew()->at));
    exchanges_taken_until_ = Instant::min();
  }

  // A6: the client goes by its own clock.
  void plan_renewal() {
    if (!client_.token.exists()) return;
    // One draw, made when the token was issued; of one that is adopted, before all else.
    const Instant issued = jitter_draw_ == 0 ? Instant::min() : client_.token.not_before;
    const bool is_of_token = policy_.renew_draw == RenewDraw::per_token;
    const Duration jitter = is_of_token
                                ? uniform_ticks(draws_, Purpose::renewal_jitter, jitter_draw_,
                                                policy_.renew_jitter, scenario_.tick, issued)
                                : Duration{0};
    renewal_due_ = renewal_due(policy_, client_.token.not_before, jitter) - skew_;
    if (client_.token.not_before < asked_before_) {
      renewal_due_ = std::min(renewal_due_, asked_at_);
    }
    asks_from_ = renewal_due_;
  }
  // Where the jitter is drawn at each contact: at this one, at which it would ask if it were due.
  void draw_due_date() {
    if (client_.token.not_before < asked_before_) return;
    renewal_due_ = asks_from_;
    if (policy_.renew_jitter == Duration{0}) return;
    renewal_due_ += uniform_ticks(draws_, Purpose::contact_jitter, due_draws_++,
                                  policy_.renew_jitter, scenario_.tick, now_);
  }

 private:
  void go_by(const ClientPolicyChange& changed, Cause cause) {
    if (changed.empty()) return;
    apply(policy_, changed);
    record(cause, ClientPolicyChanged{changed});
    plan_renewal();
  }
  // Whether it is asked to renew the token that it holds, by who asks at that moment.
  bool is_asked(Instant asked) const {
    return client_.token.exists() && client_.token.not_before < asked &&
           !is_out_of_service(client_.state);
  }
  void hear_of_renewal(Instant asked, std::uint32_t action) {
    // Who asks again does not put off what is due.
    if (client_.token.not_before >= asked_before_) asked_at_ = now_;
    asked_before_ = asked;
    if (!is_asked(asked)) return;
    record({CauseKind::action, action}, AskedToRenew{client_.token.serial});
    plan_renewal();
  }

 protected:
  UnheardSettings unheard_;
  ClientInstalled as_installed_{};
  Instant next_policy_;
  Instant renewal_due_ = kNever;
  Instant asks_from_ =
      kNever;  // no renewal before; earlier than `renewal_due_` where that is drawn
  // Tokens of before the first moment are due from the second on.
  Instant asked_before_ = Instant::min();
  Instant asked_at_ = Instant::min();
  Duration skew_{0};
  bool has_unheard_ = false;
  bool has_news_ = false;
  std::uint64_t jitter_draw_ = 0;  // of the token that it holds
  std::uint64_t due_draws_ = 0;
};

}  // namespace tokenlife::sim
