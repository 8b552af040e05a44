#include "support/failing_history.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "core/evolve_in_place.hpp"
#include "sim/engine/memory_run.hpp"

namespace tokenlife::test {
namespace {

constexpr const char* kFleet = R"(format = 1
[run]
duration = "365d"
seed = 3
[[cohort]]
name = "laptops"
clients = 8
agent-restart-every = "30d"
[cohort.network]
model = "dwell"
start = "intranet"
intranet = { mean = "4d", to = { internet = 0.5, offline = 0.5 } }
internet = { mean = "4d", to = { intranet = 0.5, offline = 0.5 } }
offline = { mean = "2d", to = { intranet = 0.5, internet = 0.5 } }
[[cohort]]
name = "office"
clients = 6
install = { at = "3d" }
agent-restart-every = "20d"
[cohort.network]
model = "fixed"
on = "intranet"
[[action]]
at = "60d"
do = "outage"
endpoint = "mp"
for = "6h"
[[action]]
at = "20d"
do = "block-client"
client = "laptops/6"
[[action]]
at = "38d"
do = "unblock-client"
client = "laptops/6"
[[action]]
at = "90d"
do = "block-client"
client = "laptops/2"
[[action]]
at = "113d"
do = "unblock-client"
client = "laptops/2"
[[action]]
at = "55d"
do = "reinstall"
cohort = "laptops"
[[action]]
at = "70d"
do = "set-cmg-allowed"
cohort = "office"
value = false
[[action]]
at = "170d"
do = "reinstall"
client = "office/4"
)";

EventError evolve_any(Client& client, const ClientEvent& event) {
  return std::visit([&](const auto& e) { return evolve_in_place(client, e); }, event);
}

}  // namespace

sim::Occurrences history_of_a_thousand() {
  const sim::Scenario scenario = sim::parse_scenario(kFleet, "fleet.toml", {}).value();
  sim::Occurrences events;
  simulate(scenario, [&](ClientNumber client, Recorded<ClientEvent>&& recorded) {
    events.push_back({recorded.time, client, recorded.event});
  });
  std::stable_sort(events.begin(), events.end(),
                   [](const auto& a, const auto& b) { return a.time < b.time; });
  if (events.size() > 1'000) events.resize(1'000);
  return events;
}

bool keeps_a_token_when_reinstalled(const sim::Occurrences& events) {
  struct Replayed {
    Client client;
    int renewals = 0;
  };
  std::map<ClientNumber, Replayed> clients;
  for (const auto& [time, number, event] : events) {
    auto& [client, renewals] = clients[number];
    const ClientToken held = client.token;
    if (evolve_any(client, event) != EventError::none) return false;  // not a history at all
    if (std::holds_alternative<TokenRenewed>(event) && !client.cmg_allowed) ++renewals;
    if (std::holds_alternative<ClientReinstalled>(event) && renewals >= 3) client.token = held;
    if (client.state == LifecycleState::installed && client.token.exists()) return true;
  }
  return false;
}

bool stays_blocked(const sim::Occurrences& events) {
  std::map<ClientNumber, Client> clients;
  std::map<ClientNumber, Instant> blocked_at;
  for (const auto& [time, number, event] : events) {
    Client& client = clients[number];
    if (evolve_any(client, event) != EventError::none) return false;
    if (std::holds_alternative<ClientBlocked>(event)) blocked_at[number] = time;
    const bool unblocked = std::holds_alternative<ClientUnblocked>(event);
    if (unblocked && time - blocked_at[number] >= std::chrono::days{20}) client.blocked = true;
    if (unblocked && client.blocked) return true;
  }
  return false;
}

bool is_nearly_all(const sim::Occurrences& events) {
  std::map<ClientNumber, Client> clients;
  std::set<Instant> moments;
  for (const auto& [time, number, event] : events) {
    if (evolve_any(clients[number], event) != EventError::none) return false;
    moments.insert(time);
  }
  return events.size() >= 900 && moments.size() >= 100;
}

}  // namespace tokenlife::test
