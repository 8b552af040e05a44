// Where each client of a log stands: its state, and what it has of the service (A13). What the site
// knows is in its stream. Not installed.
#pragma once

#include <optional>
#include <vector>

#include "core/site_history.hpp"
#include "core/spell_follower.hpp"
#include "events/partition_replay.hpp"

namespace tokenlife::events {

// The last tick that is not later, which the run got to.
Instant tick_at(const LogHeader& header, Instant at);

// Follows one client after the other. Part of a visitor: begin() and on() are called from its own.
class StandingReplay {
 public:
  // The history must outlive it. What is asked is asked of the moment `at`.
  StandingReplay(const SiteHistory& site, Instant at)
      : site_(&site), at_(at), spells_(site.admission_changes()) {}

  void begin(ClientNumber number) {
    replay_.begin(number);
    spells_ = SpellFollower(site_->admission_changes());
    ended_.reset();
    since_ = Instant{};
  }
  // False, for ever after, if the event cannot have happened.
  template <class Event>
  bool on(const Recorded<Event>& recorded) {
    const LifecycleState before = replay_.client().state;
    if (!replay_.on(recorded)) return false;
    ended_ = spells_.on(before, recorded, recorded.event);
    if (replay_.client().state != before) since_ = recorded.time;
    if constexpr (Event::kind == EventKind::registration_requested ||
                  Event::kind == EventKind::renewal_requested) {
      ask(recorded);
    }
    return true;
  }

  const ClientReplay& replay() const { return replay_; }
  ClientStanding standing() const {
    return {replay_.number(), replay_.client(), since_, service(), spells_.spell()};
  }
  Service service() const { return service(at_); }
  // The same of another moment, which is not before the last event.
  Service service(Instant now) const;
  const std::optional<Spell>& spell() const { return spells_.spell(); }
  // The spell that the last event ended, if it did.
  const std::optional<EndedSpell>& ended() const { return ended_; }

 private:
  void ask(const Recorded<RegistrationRequested>& recorded) {
    const RegistrationRequested& event = recorded.event;
    request_ = {RequestKind::registration, event.via, event.credential, event.bulk};
    asked_at_ = recorded.time;
    asked_ = replay_.client();
  }
  void ask(const Recorded<RenewalRequested>& recorded) {
    request_ = {RequestKind::renewal, recorded.event.via, replay_.client().credential, {}};
    asked_at_ = recorded.time;
    asked_ = replay_.client();
  }
  // Whether the request that is not answered yet has been granted.
  bool is_granted() const;

  const SiteHistory* site_;
  Instant at_;
  ClientReplay replay_;
  SpellFollower spells_;
  std::optional<EndedSpell> ended_;
  Instant since_;
  Request request_{};
  Instant asked_at_;
  Client asked_;
};

}  // namespace tokenlife::events
