// What becomes of one client, apart from where it is: what is done to it, what it asks and hears.
//
// The rules are not here: what it asks, what the site answers and what follows is decided by ask,
// judge and apply_answer, and an action happens if evolve lets it.
//
// A registration or renewal is judged when it is served: at the tick at which it is sent, unless
// the endpoint has a limit. Then a timetable says when; or there is none yet, and whoever runs the
// clients asks for what they have sent, and says it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "core/answer.hpp"
#include "core/decide.hpp"
#include "core/token_life.hpp"
#include "core/verdict.hpp"
#include "sim/engine/client_settings.hpp"
#include "sim/engine/live_client.hpp"
#include "sim/engine/outlook.hpp"
#include "sim/engine/renewal_watch.hpp"
#include "sim/engine/requests_in_line.hpp"
#include "sim/engine/site_timeline.hpp"
#include "sim/engine/token_client.hpp"

namespace tokenlife::sim {

class ClientLife : public ClientSettings {
 public:
  Outlook outlook() const {
    Outlook outlook{service_, renewal_due_, silent_until_, kNever, kNever, kNever, Instant::min()};
    if (in_flight_) {
      outlook.answer_at = told_at_;
      outlook.gives_up_at = gives_up_at_;
    }
    return outlook;
  }

  // ---- For who finds out the timetable: what a SteppedClient does ----

  bool has_arrived() const { return arrival_.has_value(); }
  std::optional<Arrival> take_arrival() { return std::exchange(arrival_, std::nullopt); }
  void handle(std::uint32_t request, Handling handling, Instant now) {
    const SentRequest sent = line_.take(request);
    if (handling == Handling::served) {
      now_ = now;
      serve(sent);
    } else if (sent.is_awaited) {
      fail(cause_of(handling), now);
    }
  }
  std::uint64_t place_in_line(std::uint32_t request) const {
    return draws_.at(Purpose::order, request, now_)[0];
  }

 protected:
  ClientLife(const World& world, const Recorder& recorder, CohortNumber cohort,
             const DrawKeys& draw_keys, std::uint32_t client_in_cohort)
      : ClientSettings(world, recorder, cohort, draw_keys, client_in_cohort),
        tokens_(recorder.tokens),
        line_(world.site->timetable(), number_),
        turns_to_cmg_(cohort_.on_intranet == OnIntranet::mp_then_cmg) {}

  // ---- What is done to it: step 1 ----

  void reinstall(Guid bulk, bool new_identity, Cause cause) {
    const bool begins = !is_out_of_service(client_.state);
    record(cause,
           ClientReinstalled{bulk, new_identity, begins, begins ? since_contact() : Duration{0}});
    if (tokens_ != nullptr) tokens_->install(client_);
    line_.give_up();
    forget_request();
    silent_until_ = Instant::min();
    renewal_due_ = asks_from_ = kNever;
    agent_starts();
  }
  void agent_starts() {
    silent_until_ = Instant::min();
    failures_ = 0;
    in_contact_ = agent_started_ = true;
  }

  // ---- What it hears: step 2 ----

  void hear() {
    if (!in_flight_) return;
    if (told_at_ == now_) return hear_answer();
    if (gives_up_at_ > now_) return;
    line_.give_up();
    answer_.verdict = {Verdict::Kind::failed, {}, FailureReason::timed_out};
    answer_.lost = false;
    judged_at_ = now_;
    hear_answer();
  }

  // ---- What it asks: step 5 ----

  bool mp_is_down() const { return turns_to_cmg_ && !world_.site->up(Endpoint::mp, now_); }

  // Where the due date is drawn at each contact: that comes before all else.
  void draw_at_contact() {
    if (now_ < asks_from_) return;
    const auto if_due = ask(client_, {true, agent_started_, mp_is_down()}, policy_);
    if (if_due && if_due->kind == RequestKind::renewal) draw_due_date();
  }
  void make_contact() {
    const auto request =
        ask(client_, {now_ >= renewal_due_, agent_started_, mp_is_down()}, policy_);
    if (!request) return;
    const bool wants_token = request->kind != RequestKind::exchange;
    // What it has given up elsewhere may be served in this tick, too, and comes first.
    const bool may_wait = world_.site->is_limited(request->via) || !line_.empty();
    if (wants_token && may_wait) [[unlikely]]
      return send_to_queue(*request);
    SiteView site = world_.site->view(client_, *request, now_);
    if (tokens_ != nullptr) site.verified = tokens_->show(*request, site, now_);
    const Verdict verdict = judge(client_, *request, site, policy_, now_);
    // An exchange takes no time unless it is refused.
    if (!wants_token && verdict.kind != Verdict::Kind::refused) {
      const bool tells = has_news_ && tells_of_settings({*request, verdict, {}, false});
      if (tells && !loses_news(*request)) hear_news();
      return;
    }
    send(*request);
    answer(verdict, site.signer);
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
  // Of a token that expires now.
  SpellCause cause_of_expiry() const {
    if (in_flight_ && waits_until_ > now_) return SpellCause::busy;
    return watch_.cause(renewal_due_, now_);
  }

  Duration since_contact() const {
    return watch_.since_contact(connected(), connected_at_, now_, cohort_.contact_every);
  }

  // ---- What is served: after step 5 ----

  Instant next_service() const { return line_.empty() ? kNever : line_.next(); }
  void be_served() {
    while (const auto sent = line_.take(now_)) serve(*sent);
  }

  // ---- Whether it is served (A13) ----

  bool is_granted() const {
    return in_flight_ && waits_until_ <= now_ && answer_.request.kind != RequestKind::exchange &&
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

 private:
  bool loses_news(const Request& request) {
    return world_.site->loses_answer(
        request, now_, [&] { return draws_.at(Purpose::lost_setting, news_draws_++, now_)[0]; });
  }

  // ---- What it hears ----

  void forget_request() {
    in_flight_ = false;
    told_at_ = gives_up_at_ = kNever;
    waits_until_ = Instant::min();
  }
  void hear_answer() {
    forget_request();
    if (client_.network != asked_on_) answer_.lost = true;
    const bool is_exchange = answer_.request.kind == RequestKind::exchange;
    if (is_exchange) {
      silent_until_ = silent_until(answer_, policy_, judged_at_);
    } else {
      begin_wait();
    }
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
  void begin_wait() {
    const Heard heard = heard_as(answer_);
    failures_ = heard == Heard::failed ? failures_ + 1 : 0;
    Retry retry{failures_, scenario_.tick, 0};
    if (heard != Heard::granted && policy_.retry_jitter.value > 0) {
      retry.bits = draws_.at(Purpose::retry_jitter, retry_draws_++, now_)[0];
    }
    silent_until_ = silent_until(answer_, policy_, judged_at_, retry);
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

  // ---- What it asks, and what the site makes of it ----

  void send(const Request& request) {
    in_flight_ = true;
    sent_ = now_;
    asked_on_ = client_.network;
    request_seq_ = next_seq_;
    answer_.request = request;
    if (request.kind == RequestKind::registration) {
      ++requests_;
      record({CauseKind::contact, 0},
             RegistrationRequested{request.via, request.credential, request.bulk});
    } else if (request.kind == RequestKind::renewal) {
      ++requests_;
      record({CauseKind::contact, 0}, RenewalRequested{request.via, client_.token.serial});
    }
  }
  void answer(const Verdict& verdict, KeyNumber signer) {
    tell(verdict, now_);
    if (verdict.kind == Verdict::Kind::failed) return;
    if (verdict.kind == Verdict::Kind::granted) {
      answer_.token = issue(policy_, TokenSerial::of(number_, ++issued_), signer, now_);
      if (tokens_ != nullptr) tokens_->send(answer_.token);
    }
    answer_.lost = is_lost(answer_.request, sent_);
  }
  void tell(const Verdict& verdict, Instant judged) {
    answer_.verdict = verdict;
    answer_.token = {};
    answer_.lost = false;
    waits_until_ = judged_at_ = judged;
    told_at_ = judged + policy_.latency;
    alarm_ = std::min(alarm_, told_at_);
  }
  bool is_lost(const Request& request, Instant sent) {
    return world_.site->loses_answer(
        request, now_, [&] { return draws_.at(Purpose::lost_answer, loss_draws_++, sent)[0]; });
  }

  // Where others may be served first.
  void send_to_queue(const Request& request) {
    SentRequest sent{request, requests_, client_.version, client_.state, client_.token, now_};
    if (tokens_ != nullptr) sent.shown = tokens_->carry(request);
    send(request);
    if (!world_.site->up(request.via, now_)) return fail(FailureReason::endpoint_down, now_);
    if (world_.site->timetable() == nullptr) {
      arrival_ = {request.via, sent.number};
    } else {
      const Delayed* delayed = line_.look_up(sent.number);
      if (delayed == nullptr && line_.empty()) return serve(sent);
      const bool fails = delayed != nullptr && (delayed->handling == Handling::busy ||
                                                delayed->handling == Handling::dropped);
      if (fails) return fail(cause_of(delayed->handling), delayed->at);
      sent.served_at = delayed == nullptr ? now_ : delayed->at;
      alarm_ = std::min(alarm_, sent.served_at);
    }
    waits_until_ = kNever;
    if (policy_.request_timeout) gives_up_at_ = now_ + *policy_.request_timeout;
    alarm_ = std::min(alarm_, gives_up_at_);
    line_.join(std::move(sent));
  }
  static FailureReason cause_of(Handling handling) {
    return handling == Handling::busy ? FailureReason::busy : FailureReason::endpoint_down;
  }
  void fail(FailureReason reason, Instant when) {
    tell({Verdict::Kind::failed, {}, reason}, when);
    if (policy_.request_timeout) gives_up_at_ = sent_ + *policy_.request_timeout;
    alarm_ = std::min(alarm_, gives_up_at_);
  }

  // What it carries is as it was sent; whether the client is blocked, and what the site knows, is
  // as it is now.
  void serve(const SentRequest& sent) {
    Client as_sent = client_;
    as_sent.version = sent.version;
    // A token that has expired meanwhile is known to have.
    if (client_.token.serial != sent.token.serial) as_sent.state = sent.state;
    as_sent.token = sent.token;
    SiteView site = world_.site->view(as_sent, sent.request, now_);
    if (sent.shown) site.verified = tokens_->check(*sent.shown, sent.request, site, now_);
    const Verdict verdict = judge(as_sent, sent.request, site, policy_, now_);
    if (sent.is_awaited) return answer(verdict, site.signer);
    // For nobody.
    if (verdict.kind == Verdict::Kind::granted) ++issued_;
    if (verdict.kind != Verdict::Kind::failed) is_lost(sent.request, sent.sent);
  }

 protected:
  TokenClient* const tokens_;                   // null: modelled
  std::unique_ptr<ExponentialDraws> restarts_;  // they are large, and most clients have none
  RenewalWatch watch_;
  RequestsInLine line_;

  // The next thing that does not depend on where the client is.
  Instant alarm_;
  Instant connected_at_ = Instant::min();  // the multiples of contact-every count from here
  Instant silent_until_ = Instant::min();  // after a failure or refusal
  Service service_ = Service::served;
  bool in_contact_ = false;
  bool agent_started_ = false;
  const bool turns_to_cmg_;

  bool in_flight_ = false;
  Network asked_on_ = Network::offline;
  std::optional<Arrival> arrival_;
  Answer answer_{};
  Instant sent_;
  Instant judged_at_;                     // or failed
  Instant told_at_ = kNever;              // the answer comes
  Instant gives_up_at_ = kNever;          // if none has come
  Instant waits_until_ = Instant::min();  // the request in flight has left the queue
  std::uint32_t request_seq_ = 0;
  std::uint32_t requests_ = 0;  // registrations and renewals that were sent
  std::uint32_t failures_ = 0;  // in a row
  std::uint32_t issued_ = 0;
  std::uint64_t loss_draws_ = 0;
  std::uint64_t news_draws_ = 0;
  std::uint64_t retry_draws_ = 0;
};

}  // namespace tokenlife::sim
