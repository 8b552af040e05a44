// What clients and the site go by: settings, limits of endpoints, and how clients retry.
#include <string>

#include "sim/soak/random_scenario.hpp"
#include "sim/soak/simpler_scenario.hpp"

namespace tokenlife::sim {

std::optional<Thousandths> random_backoff(Dice& dice) {
  return Thousandths{
      static_cast<std::uint32_t>(dice.one_of({1000, 1001, 1500, 2000, 3333, 10'000}))};
}
std::optional<Thousandths> random_retry_jitter(Dice& dice) {
  return Thousandths{static_cast<std::uint32_t>(dice.one_of({0, 1, 200, 500, 1000}))};
}
Capacity random_capacity(Dice& dice) {
  return {static_cast<std::uint64_t>(dice.one_of({0, 1, 1, 1, 1, 2, 3, 20})),
          static_cast<std::uint64_t>(dice.one_of({0, 1, 2, 3, 5, 100}))};
}

// Apart from all that was there before it, so that other draws stay as they were.
void draw_load(Dice& dice, Scenario& scenario) {
  const Duration tick = scenario.tick;
  Policy& policy = scenario.policy;
  if (dice.one_in(3)) policy.retry_backoff = *random_backoff(dice);
  if (dice.one_in(4)) policy.retry_max = tick * some_ticks(dice, 0, 400);
  if (dice.one_in(3)) policy.retry_jitter = *random_retry_jitter(dice);
  if (dice.one_in(2)) policy.request_timeout = policy.latency + tick * some_ticks(dice, 1, 60);
  if (dice.one_in(4)) policy.renew_draw = RenewDraw::per_contact;
  if (dice.one_in(4)) scenario.queue_order = QueueOrder::number;
  if (!dice.one_in(8)) scenario.capacities.mp = random_capacity(dice);
  if (!dice.one_in(8)) scenario.capacities.cmg = random_capacity(dice);
  for (Cohort& cohort : scenario.cohorts) {
    // Many at once, so that there is a queue.
    if (cohort.inventory == nullptr) {
      cohort.clients += static_cast<std::uint32_t>(dice.between(0, 9));
    }
    if (dice.one_in(6)) cohort.request_timeout = policy.latency + tick * some_ticks(dice, 1, 60);
    if (dice.one_in(6))
      cohort.renew_draw = dice.one_of({RenewDraw::per_token, RenewDraw::per_contact});
  }
  number_clients(scenario);
}

// Some of the settings of clients.
ClientPolicyChange random_settings(Dice& dice, Duration tick) {
  ClientPolicyChange change;
  if (dice.one_in(2)) change.renew_after = tick * some_ticks(dice, 0, 400);
  if (dice.one_in(4)) change.renew_jitter = tick * some_ticks(dice, 0, 60);
  if (dice.one_in(4)) change.renew_on = dice.one_of({RenewOn::contact, RenewOn::agent_start});
  if (dice.one_in(4)) change.retry_after_failure = tick * some_ticks(dice, 0, 120);
  if (dice.one_in(4)) change.retry_after_refusal = tick * some_ticks(dice, 0, 400);
  if (dice.one_in(5)) change.retry_backoff = random_backoff(dice);
  if (dice.one_in(6)) change.retry_max = tick * some_ticks(dice, 0, 400);
  if (dice.one_in(6)) change.retry_jitter = random_retry_jitter(dice);
  return change;
}

SitePolicyChange random_site_settings(Dice& dice, Duration tick) {
  SitePolicyChange change;
  if (dice.one_in(3)) change.token_validity = tick * some_ticks(dice, 1, 900);
  if (dice.one_in(4)) change.internal_registration = dice.one_in(2);
  if (dice.one_in(4)) change.mp = dice.one_of({MpMode::enhanced_http, MpMode::https});
  if (dice.one_in(3)) change.leeway = tick * some_ticks(dice, 0, 60);
  if (dice.one_in(3)) change.bulk_leeway = tick * some_ticks(dice, 0, 100);
  return change;
}

}  // namespace tokenlife::sim
