// When clients renew at the earliest: for who checks a log.
#pragma once

#include <vector>

#include "events/verify.hpp"
#include "sim/scenario/scenario.hpp"

namespace tokenlife::sim {

// Of each cohort, as far as its clients' events do not say it.
std::vector<events::RenewalTerms> renewal_terms(const Scenario& scenario);

}  // namespace tokenlife::sim
