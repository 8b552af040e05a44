// The policy and the rules that `tokenlife check` explores.
#pragma once

#include "core/decide.hpp"
#include "core/policy.hpp"
#include "sim/check/options.hpp"

namespace tokenlife::sim::checker {

// The product's policy, with the waits as short as the unit allows.
inline Policy policy_of(const Options& options) {
  Policy policy;
  policy.renew_on =
      options.features.has(Feature::restart) ? RenewOn::agent_start : RenewOn::contact;
  policy.internal_registration = options.internal_registration;
  policy.mp = options.mp;
  policy.latency = options.unit * options.latency;
  policy.retry_after_failure = options.unit;
  policy.retry_after_refusal = options.unit;
  return policy;
}

// The rules that are checked: those of core, unless a test plants a fault.
struct Rules {
  Result<Request, NoRequest> (*ask)(const Client&, const Contact&, const Policy&) = tokenlife::ask;
  Verdict (*judge)(const Client&, const Request&, const SiteView&, const Policy&,
                   Instant) = tokenlife::judge;
  ClientToken (*issue)(const Policy&, TokenSerial, KeyNumber, Instant) = tokenlife::issue;
  AnswerEffects (*apply_answer)(const Client&, const Answer&) = tokenlife::apply_answer;
  bool (*tells_of_settings)(const Answer&) = tokenlife::tells_of_settings;
  Instant (*next_expiry)(const Client&, const Policy&) = tokenlife::next_expiry;
  Instant (*renewal_due)(const Policy&, Instant, Duration) = tokenlife::renewal_due;
  Result<SiteEvent, SiteRefusal> (*decide)(const Site&, const SiteCommand&,
                                           Instant) = tokenlife::decide;
  Result<Site, SiteRefusal> (*evolve)(const Site&, const SiteEvent&) = tokenlife::evolve;
};

}  // namespace tokenlife::sim::checker
