#include "sim/check/rules.hpp"

#include "core/answer.hpp"
#include "core/decide.hpp"
#include "core/site.hpp"
#include "core/token_life.hpp"

namespace tokenlife::sim::checker {

Policy policy_of(const Options& options) {
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

Rules::Rules()
    : ask(tokenlife::ask),
      judge(tokenlife::judge),
      issue(tokenlife::issue),
      apply_answer(tokenlife::apply_answer),
      tells_of_settings(tokenlife::tells_of_settings),
      next_expiry(tokenlife::next_expiry),
      renewal_due(tokenlife::renewal_due),
      decide(tokenlife::decide),
      evolve(tokenlife::evolve) {}

}  // namespace tokenlife::sim::checker
