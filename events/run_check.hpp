// What the events of a run have to agree with besides each other: with the run's time, and with
// what its site said and did. Not installed.
#pragma once

#include <optional>
#include <span>

#include "core/client.hpp"
#include "core/client_event.hpp"
#include "core/site_event.hpp"
#include "core/site_history.hpp"
#include "events/log.hpp"
#include "events/verify.hpp"

namespace tokenlife::events {

// The rule that it breaks, as a sentence about the event: "it is not within the run's duration".
// Null: none.
using BrokenRule = const char*;

// Follows one client after the other. Part of a visitor: begin() and on() are called from its own.
class RunCheck {
 public:
  // All of it must outlive this. `renewals`: see verify_run().
  RunCheck(const LogHeader& header, const SiteHistory& site, std::span<const RenewalTerms> renewals)
      : header_(&header), site_(&site), renewals_(renewals) {}

  void begin() {
    asked_at_ = {};
    terms_ = nullptr;
    renew_after_.reset();
    skew_ = Duration{0};
  }

  // Of an event that was legal: `client` is the client after it.
  template <class Event>
  BrokenRule on(const Recorded<Event>& recorded, const Client& client) {
    if (const BrokenRule broken = time(recorded.time)) return broken;
    if constexpr (Event::kind == EventKind::client_installed ||
                  Event::kind == EventKind::client_adopted) {
      learn_terms(recorded.event.cohort);
    }
    return rule(recorded, recorded.event, client);
  }

  BrokenRule on(const Recorded<SiteEvent>& recorded) const;

 private:
  BrokenRule time(Instant now) const {
    const Duration since = now.time_since_epoch();
    if (since < Duration{0} || since >= header_->duration) [[unlikely]] {
      return "it is not within the run's duration";
    }
    if (header_->tick > Duration{0} && since % header_->tick != Duration{0}) [[unlikely]] {
      return "it is not on a tick of the run";
    }
    return nullptr;
  }
  void learn_terms(CohortNumber cohort) {
    if (cohort.value >= renewals_.size()) return;
    terms_ = &renewals_[cohort.value];
    renew_after_ = terms_->renew_after;
    skew_ = terms_->skew;
  }

  template <
      AnyOf<NetworkChanged, AgentRestarted, RegistrationRefused, RegistrationFailed, RenewalRefused,
            RenewalFailed, ReRegistrationRequired, ClientUpgraded, ClientBlocked, ClientUnblocked,
            CmgAllowedChanged, CredentialRenewed, CredentialExpired, AskedToRenew>
          Event>
  BrokenRule rule(const Envelope&, const Event&, const Client&) {
    return nullptr;
  }
  BrokenRule rule(const Envelope&, const ClientInstalled& event, const Client&) {
    return bulk_token(event.bulk);
  }
  BrokenRule rule(const Envelope& when, const ClientAdopted& event, const Client&);
  BrokenRule rule(const Envelope&, const ClientReinstalled& event, const Client&) {
    return bulk_token(event.bulk);
  }
  BrokenRule rule(const Envelope& when, const RegistrationRequested& event, const Client&) {
    asked_at_ = when.time;
    return bulk_token(event.bulk);
  }
  BrokenRule rule(const Envelope& when, const RenewalRequested&, const Client& client);
  BrokenRule rule(const Envelope& when, const RegistrationCompleted& event, const Client&) {
    return issued(when.time, event.via, event.token);
  }
  BrokenRule rule(const Envelope& when, const TokenRenewed& event, const Client&) {
    return issued(when.time, event.via, event.token);
  }
  BrokenRule rule(const Envelope& when, const TokenExpired&, const Client& client) {
    return when.time < client.token.expires ? "its token has not come to its end (R57)" : nullptr;
  }
  BrokenRule rule(const Envelope&, const ClientPolicyChanged& event, const Client&) {
    if (renew_after_ && event.changed.renew_after) renew_after_ = event.changed.renew_after;
    return nullptr;
  }
  BrokenRule rule(const Envelope&, const ClockChanged& event, const Client&) {
    skew_ = event.skew;
    return nullptr;
  }

  // Of a token that the site issued when the client asked for it last.
  BrokenRule issued(Instant now, Endpoint via, const ClientToken& token) const;
  // Of one that a client holds or shows.
  BrokenRule bulk_token(Guid guid) const;

  const LogHeader* header_;
  const SiteHistory* site_;
  std::span<const RenewalTerms> renewals_;
  Instant asked_at_;
  const RenewalTerms* terms_ = nullptr;  // of its cohort; null: nobody knows
  std::optional<Duration> renew_after_;
  Duration skew_{0};
};

}  // namespace tokenlife::events
