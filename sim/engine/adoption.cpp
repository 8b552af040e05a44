#include "sim/engine/adoption.hpp"

namespace tokenlife::sim {

ClientAdopted as_adopted(const Scenario& scenario, CohortNumber cohort, const AdoptedClient& row,
                         Network network, ClientNumber number) {
  ClientAdopted event{};
  event.cohort = cohort;
  event.network = network;
  event.last_connected = network == Network::offline ? row.last_connected : network;
  event.state = row.state;
  if (row.state == LifecycleState::registered || row.state == LifecycleState::roaming) {
    event.state = event.last_connected == Network::intranet ? LifecycleState::registered
                                                            : LifecycleState::roaming;
  }
  event.credential = row.credential;
  event.version = row.version;
  event.cmg_allowed = row.cmg_allowed;
  event.blocked = row.blocked;
  const Cohort& its = scenario.cohorts[cohort.value];
  event.on_intranet = its.on_intranet;
  event.credential_expired = credential_end_of(its, row) <= Instant{};
  if (event.credential_expired) event.credential_renews_on = life_of_credential(its).renews_on;
  if (row.bulk_token) event.bulk = scenario.bulk_tokens[*row.bulk_token].guid;
  event.tokens = row.token ? 1 : 0;
  if (row.holds_token()) {
    event.token = {TokenSerial::of(number, 1), row.token->issued, row.token->expires, KeyNumber{0}};
  }
  return event;
}

}  // namespace tokenlife::sim
