// Clients that are there before the run begins.
#pragma once

#include <cstdint>

#include "core/client_event.hpp"
#include "sim/scenario/scenario.hpp"

namespace tokenlife::sim {

// How the client is found that has this row. `network` is where its model has it at tick 0.
ClientAdopted as_adopted(const Scenario& scenario, CohortNumber cohort, const AdoptedClient& row,
                         Network network, ClientNumber number);

// A14: what the cohort says of its clients' credentials. One that is known to end, and of which the
// cohort says nothing, is never renewed.
inline CredentialLife life_of_credential(const Cohort& cohort) {
  return cohort.credential_life.value_or(
      CredentialLife{Duration{0}, Duration{0}, RenewsOn::nowhere});
}

// When the client's credential ends; kNever if it does not.
inline Instant credential_end_of(const Cohort& cohort, const AdoptedClient& row) {
  if (row.credential == Credential::self_signed) return kNever;
  if (row.credential_expires) return *row.credential_expires;
  return cohort.credential_life ? Instant{} + cohort.credential_life->validity : kNever;
}

}  // namespace tokenlife::sim
