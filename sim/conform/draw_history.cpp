#include "sim/conform/draw_history.hpp"

#include "core/site_policy.hpp"
#include "sim/soak/random_scenario.hpp"

namespace tokenlife::sim {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

History draw_history(Role role, const Hello& hello, std::uint64_t seed) {
  return role == Role::site ? draw_site_history(hello, seed) : draw_client_history(hello, seed);
}

Policy draw_policy(Dice& dice, const Hello& hello, Role role) {
  Policy policy;
  if (dice.one_in(3)) {
    policy.token_validity = dice.one_of<Duration>({hours{1}, hours{36}, days{30}, days{400}});
    policy.renew_after = policy.token_validity / dice.between(2, 4);
  }
  if (dice.one_in(3)) policy.renew_on = RenewOn::agent_start;
  if (dice.one_in(5)) policy.mp = MpMode::https;
  if (dice.one_in(8)) policy.internal_registration = false;
  policy.bulk_leeway = policy.leeway;
  // Of a client's view of leeway the rules say nothing: its clock is right.
  if (role == Role::site && dice.one_in(3)) {
    policy.leeway = dice.one_of<Duration>({Duration{1}, minutes{5}, hours{1}});
    policy.bulk_leeway = dice.one_in(2) ? policy.leeway : Duration{0};
  }
  if (dice.one_in(3)) {
    policy.retry_after_failure = dice.one_of<Duration>({Duration{1}, minutes{10}, days{1}});
    policy.retry_after_refusal = dice.one_of<Duration>({Duration{1}, minutes{10}, days{7}});
  }
  apply(policy, hello.fixed);
  return policy;
}

Instant around(Dice& dice, Instant edge) {
  return edge + dice.one_of<Duration>({Duration{-60}, Duration{-1}, Duration{-1}, Duration{0},
                                       Duration{0}, Duration{0}, Duration{1}, Duration{60}});
}

std::string draw_name(Dice& dice) {
  const std::uint64_t high = dice.bits();
  return to_string(random_guid(high, dice.bits()));
}

}  // namespace tokenlife::sim
