#include "sim/scenario/renewal_terms.hpp"

#include <algorithm>

namespace tokenlife::sim {

// What is set before a client is installed leaves no event.
std::vector<events::RenewalTerms> renewal_terms(const Scenario& scenario) {
  std::vector<events::RenewalTerms> terms;
  for (std::uint32_t c = 0; c < scenario.cohorts.size(); ++c) {
    const Cohort& cohort = scenario.cohorts[c];
    Policy policy = scenario.policy;
    apply(policy, cohort.policy);
    events::RenewalTerms its{policy.renew_after, std::max(cohort.clock_skew.to, Duration{0}), {}};
    for (const Action& action : scenario.actions) {
      const Target* target = target_of(action);
      if (target != nullptr && target->cohort.value != c) continue;
      if (const auto* set = action_if<SetPolicy>(action); set && set->clients.renew_after) {
        its.renew_after = std::min(its.renew_after, *set->clients.renew_after);
      }
      if (const auto* set = action_if<SetClock>(action))
        its.skew = std::max(its.skew, set->skew.to);
      if (const auto* ask = action_if<AskToRenew>(action)) {
        const Repeat repeat = action.repeat.value_or(Repeat{Duration{0}, 1});
        its.asked.push_back(
            {action.at, ask->target.over, repeat.every, repeat.times.value_or(UINT32_MAX)});
      }
    }
    terms.push_back(its);
  }
  return terms;
}

}  // namespace tokenlife::sim
