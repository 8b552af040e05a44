#include <memory>

#include "sim/scenario/inventory_reader.hpp"
#include "sim/soak/random_scenario.hpp"
#include "sim/text/duration.hpp"

namespace tokenlife::sim {
namespace {

// About to be due, about to expire, expired already, or anything.
AdoptedClient::Dates random_dates(Dice& dice, const Scenario& scenario) {
  const Policy& policy = scenario.policy;
  const Duration tick = scenario.tick;
  const Duration age =
      dice.one_of<Duration>({Duration{0}, policy.renew_after, policy.token_validity,
                             policy.token_validity + policy.leeway,
                             tick * dice.between(0, policy.token_validity / tick + 5)});
  const Duration near = tick * dice.between(-3, 3);
  // An inventory knows no ticks.
  const Duration off = dice.one_in(2) ? Duration{0} : Duration{dice.between(0, tick.count() - 1)};
  const Instant issued = Instant{} - std::max(age + near + off, Duration{0});
  const Duration validity =
      dice.one_in(4) ? tick * dice.between(1, 400) - off / 2 : policy.token_validity;
  return {issued, issued + std::max(validity, Duration{1})};
}

LifecycleState random_state(Dice& dice, const Scenario& scenario, const AdoptedClient& client) {
  using enum LifecycleState;
  if (!client.token) return dice.one_of({installed, installed, re_registration_required});
  const bool lives = client.token->expires + scenario.policy.leeway > Instant{};
  if (lives || dice.one_in(4)) return dice.one_of({registered, roaming, re_registration_required});
  return expired;
}

}  // namespace

CredentialLife random_credential_life(Dice& dice, Duration tick) {
  const std::int64_t validity = dice.between(1, 300);
  const Duration renew_before = tick * dice.between(0, validity - 1);
  return {tick * validity, renew_before,
          dice.one_of(
              {RenewsOn::intranet, RenewsOn::intranet, RenewsOn::connected, RenewsOn::nowhere})};
}

void adopt_at_random(Dice& dice, const Scenario& scenario, Cohort& cohort) {
  Inventory inventory;
  inventory.file = cohort.name + "-devices.csv";
  const Trace* recorded = trace_of(cohort.network);
  for (std::uint32_t i = 0; i < cohort.clients; ++i) {
    AdoptedClient client;
    // What a file has to put in quotes, too.
    client.device = dice.one_of<std::string>({"PC-", "a/b-", "\"Ann\", "}) + std::to_string(i);
    if (!dice.one_in(5)) client.token = random_dates(dice, scenario);
    client.state = random_state(dice, scenario, client);
    client.last_connected = dice.one_of({Network::intranet, Network::internet});
    client.credential = dice.one_of(
        {cohort.credential, cohort.credential, Credential::self_signed, Credential::pki});
    if (client.credential != Credential::self_signed && dice.one_in(3)) {
      const Duration off{dice.between(0, 1)};
      client.credential_expires = Instant{} + scenario.tick * dice.between(-20, 200) - off;
    }
    client.version = dice.one_in(8) ? ClientVersion::outdated : cohort.version;
    client.cmg_allowed = dice.one_in(8) ? !cohort.cmg_allowed : cohort.cmg_allowed;
    client.blocked = dice.one_in(8);
    if (client.state == LifecycleState::installed && !scenario.bulk_tokens.empty() &&
        !dice.one_in(4)) {
      client.bulk_token = 0;  // The one that is there from the beginning.
    }
    if (recorded != nullptr && dice.one_in(2)) {
      const auto last = static_cast<std::int64_t>(recorded->devices.size()) - 1;
      client.trace_device = static_cast<std::uint32_t>(dice.between(0, last));
    }
    inventory.clients.push_back(std::move(client));
  }
  cohort.install_at = Instant{};
  cohort.install_over = Duration{0};
  cohort.inventory = std::make_shared<const Inventory>(std::move(inventory));
}

}  // namespace tokenlife::sim
