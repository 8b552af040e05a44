// Where each client of a log stands: its state, and what it has of the service (A13). What the site
// knows is in its stream. Not installed.
#pragma once

#include <optional>
#include <vector>

#include "core/spell_follower.hpp"
#include "events/network_move.hpp"
#include "events/partition_replay.hpp"

namespace tokenlife {
class SiteHistory;  // core/site_history.hpp
}  // namespace tokenlife

namespace tokenlife::events {

// The last tick that is not later, which the run got to.
Instant tick_at(const LogHeader& header, Instant at);

// All that is known of a client after some of its events, and that later ones depend on.
struct ServiceState {
  Client client;
  bool is_refused_as_blocked = false;
  // Of a client that waits for an answer: by what it asked, when, and as whom.
  Credential credential{};
  Guid bulk;
  Instant asked_at;
  Client asked;
  friend bool operator==(const ServiceState&, const ServiceState&) = default;
};

// Follows one client after the other, and answers what it has of the service. Part of a visitor:
// begin() and on() are called from its own.
class ServiceReplay {
 public:
  // For who only follows, and asks for states: there is no site that could answer.
  ServiceReplay() = default;
  // The history must outlive it. What is asked is asked of the moment `until`.
  ServiceReplay(const SiteHistory& site, const LogHeader& header, Instant until)
      : site_(&site), at_(tick_at(header, until)), is_own_log_(is_of_client(header)) {}

  void begin(ClientNumber number) {
    replay_.begin(number);
    is_as_asked_ = is_refused_as_blocked_ = false;
  }
  // The same of one that has not begun, and of which nothing is known.
  void number_as(ClientNumber number) { replay_.number_as(number); }
  // Goes on with a client of which that is known.
  void go_on(ClientNumber number, const ServiceState& state);
  ServiceState state() const;

  // False, for ever after, if the event cannot have happened.
  template <class Event>
  bool on(const Recorded<Event>& recorded) {
    constexpr bool asks = Event::kind == EventKind::registration_requested ||
                          Event::kind == EventKind::renewal_requested;
    if (is_as_asked_ && !is_answer(Event::kind)) keep_asked();
    is_as_asked_ = false;
    if (!replay_.on(recorded)) return false;
    if constexpr (asks) ask(recorded);
    if constexpr (is_refusal(Event::kind)) {
      is_refused_as_blocked_ = recorded.event.reason == RefusalReason::client_blocked;
    } else if constexpr (brings_token(Event::kind)) {
      is_refused_as_blocked_ = false;
    }
    return true;
  }
  // Two events that follow each other. False if they cannot both have happened: not for ever after,
  // and no error.
  bool renew(const RenewalRequested& requested, const TokenRenewed& renewed) {
    is_as_asked_ = is_refused_as_blocked_ = false;
    return replay_.renew(requested, renewed);
  }
  // Events have moved the client there that nothing else depends on (network_move.hpp).
  void move_to(ClientPlace place) {
    if (is_as_asked_ && place_of(replay_.client()) != place) keep_asked();
    replay_.move_to(place);
  }

  const ClientReplay& replay() const { return replay_; }
  // As far as its log tells: a client on disk hears that it is blocked from the site's refusals.
  Client client() const {
    Client client = replay_.client();
    client.blocked |= is_own_log_ && is_refused_as_blocked_;
    return client;
  }
  Service service() const { return service(at_); }
  // The same of another moment, which is not before the last event.
  Service service(Instant now) const;

 private:
  void ask(const Recorded<RegistrationRequested>& recorded) {
    credential_ = recorded.event.credential;
    bulk_ = recorded.event.bulk;
    asked_at_ = recorded.time;
    is_as_asked_ = true;
  }
  void ask(const Recorded<RenewalRequested>& recorded) {
    credential_ = replay_.client().credential;
    bulk_ = {};
    asked_at_ = recorded.time;
    is_as_asked_ = true;
  }
  // Most requests are answered before anything else happens: their client need not be kept.
  static constexpr bool is_answer(EventKind kind) {
    return kind == EventKind::registration_completed || kind == EventKind::registration_refused ||
           kind == EventKind::registration_failed || kind == EventKind::token_renewed ||
           kind == EventKind::renewal_refused || kind == EventKind::renewal_failed;
  }
  static constexpr bool is_refusal(EventKind kind) {
    return kind == EventKind::registration_refused || kind == EventKind::renewal_refused ||
           kind == EventKind::re_registration_required;
  }
  static constexpr bool brings_token(EventKind kind) {
    return kind == EventKind::registration_completed || kind == EventKind::token_renewed;
  }
  void keep_asked() {
    asked_ = replay_.client();
    is_as_asked_ = false;
  }
  // Whether the request that is not answered yet has been granted.
  bool is_granted() const;

  const SiteHistory* site_ = nullptr;
  Instant at_;
  bool is_own_log_ = false;
  bool is_refused_as_blocked_ = false;
  bool is_as_asked_ = false;  // The client is as it was when it asked. If not:
  ClientReplay replay_;
  Credential credential_{};
  Guid bulk_;
  Instant asked_at_;
  Client asked_;  // as it then was
};

// The same, with its spells and since when it has been in its state.
class StandingReplay {
 public:
  StandingReplay(const SiteHistory& site, const LogHeader& header, Instant until);

  void begin(ClientNumber number);
  template <class Event>
  bool on(const Recorded<Event>& recorded) {
    const LifecycleState before = replay().client().state;
    if (!service_.on(recorded)) return false;
    ended_ = spells_.on(before, recorded, recorded.event);
    if (replay().client().state != before) since_ = recorded.time;
    return true;
  }

  const ClientReplay& replay() const { return service_.replay(); }
  ClientStanding standing() const {
    return {replay().number(), service_.client(), since_, service(), spells_.spell()};
  }
  Service service() const { return service_.service(); }
  Service service(Instant now) const { return service_.service(now); }
  const std::optional<Spell>& spell() const { return spells_.spell(); }
  // The spell that the last event ended, if it did.
  const std::optional<EndedSpell>& ended() const { return ended_; }

 private:
  const SiteHistory* site_;
  ServiceReplay service_;
  SpellFollower spells_;
  std::optional<EndedSpell> ended_;
  Instant since_;
};

}  // namespace tokenlife::events
