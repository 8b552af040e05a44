#include "sim/naive/simulation.hpp"

#include "sim/naive/client.hpp"
#include "sim/naive/site.hpp"

namespace tokenlife::naive {
namespace {

// The five steps, in order; clients in the order of their numbers within a step.
void tick(const sim::Scenario& scenario, NaiveSite& site, std::vector<NaiveClient>& clients,
          Instant now) {
  for (NaiveClient& client : clients) client.begin_tick();

  // 1. What ends now, then the actions of this tick, in file order.
  site.end_what_is_over(now);
  for (NaiveClient& client : clients) client.end_what_is_over(now);
  for (std::uint32_t i = 0; i < scenario.actions.size(); ++i) {
    const sim::Action& action = scenario.actions[i];
    if (action.at != now) continue;
    if (const auto* on_site = std::get_if<sim::SiteAction>(&action.what)) {
      site.act(*on_site, i, now);
    } else {
      const auto& on_clients = std::get<sim::ClientAction>(action.what);
      for (NaiveClient& client : clients) client.act(on_clients, i, now);
    }
  }
  // 2. Answers.
  for (NaiveClient& client : clients) client.hear_answer(now);
  // 3. Expiry.
  for (NaiveClient& client : clients) client.expire(now);
  // 4. Installations, then network changes.
  for (NaiveClient& client : clients) client.install_if_due(now);
  for (NaiveClient& client : clients) client.change_network_and_restart(now);
  // 5. Contacts.
  for (NaiveClient& client : clients) client.contact(now);
}

}  // namespace

NaiveRun simulate_naively(const sim::Scenario& scenario, Keep keep) {
  NaiveSite site(scenario);
  std::vector<NaiveClient> clients;
  for (std::uint32_t cohort = 0; cohort < scenario.cohorts.size(); ++cohort) {
    for (std::uint32_t i = 0; i < scenario.cohorts[cohort].clients; ++i) {
      clients.emplace_back(scenario, site, cohort, i);
    }
  }
  NaiveRun run;
  run.states.resize(clients.size());
  for (Duration t{0}; t < scenario.duration; t += scenario.tick) {
    tick(scenario, site, clients, Instant{} + t);
    if (keep == Keep::events) continue;
    for (std::size_t i = 0; i < clients.size(); ++i) run.states[i].push_back(clients[i].state());
  }
  run.site = site.events;
  for (const NaiveClient& client : clients) run.clients.push_back(client.events());
  return run;
}

}  // namespace tokenlife::naive
