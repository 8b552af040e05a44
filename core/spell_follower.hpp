// Follows one client's out-of-service spells (A13) through its events.
#pragma once

#include <concepts>
#include <optional>
#include <span>

#include "client_event.hpp"
#include "spell_cause.hpp"

namespace tokenlife {

// Give it every event of one client, in order, after `evolve` took it.
class SpellFollower {
 public:
  // `admissions`: when the site changed what it asks of those who register, in order
  // (SiteHistory::admission_changes). They must outlive it.
  explicit SpellFollower(std::span<const Instant> admissions = {}) : admissions_(admissions) {}

  const std::optional<Spell>& spell() const { return spell_; }

  // The spell that the event ended, if it did. `before` is the state that it found the client in.
  template <class Event>
  std::optional<EndedSpell> on(LifecycleState before, const Envelope& when, const Event& event) {
    if constexpr (std::same_as<Event, ClientInstalled>) {
      begin(when.time, SpellCause::not_enrolled, {});
    } else if constexpr (std::same_as<Event, ClientAdopted>) {
      if (event.state == LifecycleState::installed) {
        begin(when.time, SpellCause::not_enrolled, {});
      } else if (is_out_of_service(event.state)) {
        begin(when.time, SpellCause::adopted, {});
      }
    } else if constexpr (std::same_as<Event, ClientReinstalled>) {
      if (spell_) return changed(when);
      begin(when.time, SpellCause::not_enrolled, event.since_contact);
    } else if constexpr (std::same_as<Event, TokenExpired>) {
      begin(when.time, event.spell_cause, event.since_contact);
    } else if constexpr (std::same_as<Event, ReRegistrationRequired>) {
      if (spell_) return resolve(spell_cause_of(event.reason));
      begin(when.time, spell_cause_of(event.reason), event.since_contact);
      spell_->is_recorded = event.begins_spell;
    } else if constexpr (std::same_as<Event, RegistrationCompleted>) {
      return end(when.time, was_by_action());
    } else if constexpr (std::same_as<Event, TokenRenewed>) {
      if (before == LifecycleState::expired) return end_late(when.time);
    } else if constexpr (std::same_as<Event, RenewalFailed> ||
                         std::same_as<Event, RenewalRefused>) {
      return resolve(spell_cause_of(event.reason));
    } else if constexpr (std::same_as<Event, RegistrationRequested>) {
      asked_ = when.time;
      at_request_ = latest_;
    } else if constexpr (std::same_as<Event, NetworkChanged>) {
      if (spell_ && event.to != Network::offline) return changed(when);
    } else if constexpr (std::same_as<Event, CmgAllowedChanged>) {
      if (event.value) return changed(when);
    } else if constexpr (std::same_as<Event, ClientUnblocked> ||
                         std::same_as<Event, ClientUpgraded> ||
                         std::same_as<Event, CredentialRenewed>) {
      return changed(when);
    } else {
      static_assert(
          AnyOf<Event, AgentRestarted, RegistrationRefused, RegistrationFailed, RenewalRequested,
                ClientBlocked, ClientPolicyChanged, CredentialExpired, ClockChanged, AskedToRenew>,
          "a new event begins a spell, ends one, may help, or does none of it");
    }
    return std::nullopt;
  }

 private:
  // The latest event that may have helped: when, and whether somebody was behind it.
  struct Help {
    Instant at = Instant::min();
    bool is_action = false;
  };

  void begin(Instant now, SpellCause cause, Duration since_contact) {
    spell_ = Spell{now, cause, since_contact, cause != SpellCause::not_recorded};
    latest_ = at_request_ = {};
  }
  std::optional<EndedSpell> changed(const Envelope& when) {
    latest_ = {when.time, when.cause.kind == CauseKind::action};
    return std::nullopt;
  }
  // A renewal was under way when the token expired.
  std::optional<EndedSpell> resolve(SpellCause cause) {
    if (spell_ && spell_->cause == SpellCause::on_its_way) spell_->cause = cause;
    return std::nullopt;
  }
  std::optional<EndedSpell> end(Instant now, bool by_action) {
    if (!spell_) return std::nullopt;
    const EndedSpell ended{*spell_, now, by_action};
    spell_.reset();
    return ended;
  }
  std::optional<EndedSpell> end_late(Instant now) {
    resolve(SpellCause::answer_late);
    return end(now, false);
  }
  // Of a tick the site's events come before the client's.
  bool was_by_action() const {
    if (!spell_) return false;
    for (const Instant admission : admissions_) {
      if (admission > spell_->begin && admission <= asked_ && admission > at_request_.at) {
        return true;
      }
    }
    return at_request_.is_action;
  }

  std::span<const Instant> admissions_;
  std::optional<Spell> spell_;
  Help latest_;
  Help at_request_;
  Instant asked_;
};

}  // namespace tokenlife
