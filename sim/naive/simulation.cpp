#include "sim/naive/simulation.hpp"

#include "sim/naive/client.hpp"
#include "sim/naive/queues.hpp"
#include "sim/naive/site.hpp"

namespace tokenlife::naive {
namespace {

// The five steps, in order; clients in the order of their numbers within a step.
void tick(const sim::Scenario& scenario, NaiveSite& site, std::vector<NaiveClient>& clients,
          NaiveQueues& queues, Instant now) {
  for (NaiveClient& client : clients) client.begin_tick();
  if (now == Instant{}) {
    for (NaiveClient& client : clients) client.adopt();
  }

  // 1. What ends now, then the actions of this tick, in file order. No client changes the site, and
  // those whom an action looks for see it as all of this tick's actions leave it.
  site.end_what_is_over(now);
  for (std::uint32_t i = 0; i < scenario.actions.size(); ++i) {
    const sim::Action& action = scenario.actions[i];
    const auto* on_site = std::get_if<sim::SiteAction>(&action.what);
    const auto* policy = sim::action_if<sim::SetPolicy>(action);
    if (on_site == nullptr && policy == nullptr) continue;
    const auto begun = beginnings(action, now + scenario.tick);
    for (std::uint32_t k = 0; k < begun.size(); ++k) {
      if (begun[k] != now) continue;
      if (on_site != nullptr) site.act(*on_site, {i, k}, now);
      if (policy != nullptr) site.set_policy(policy->site, i, now);
    }
  }
  queues.drop(now);
  for (NaiveClient& client : clients) client.end_what_is_over(now);
  for (NaiveClient& client : clients) client.act(now);
  // 2. Answers.
  for (NaiveClient& client : clients) client.hear_answer(now);
  // 3. Expiry.
  for (NaiveClient& client : clients) client.expire(now);
  // 4. Installations, then network changes.
  for (NaiveClient& client : clients) client.install_if_due(now);
  for (NaiveClient& client : clients) client.change_network_and_restart(now);
  // 5. Contacts.
  for (NaiveClient& client : clients) client.contact(now);
  queues.serve(now);
}

}  // namespace

std::vector<Instant> beginnings(const sim::Action& action, Instant end) {
  std::vector<Instant> all;
  const std::uint64_t times = !action.repeat ? 1 : action.repeat->times.value_or(UINT32_MAX);
  for (Instant begin = action.at; begin < end && all.size() < times;
       begin += action.repeat->every) {
    all.push_back(begin);
    if (!action.repeat) break;
  }
  return all;
}

NaiveRun simulate_naively(const sim::Scenario& scenario, Keep keep) {
  NaiveSite site(scenario);
  std::vector<NaiveClient> clients;
  for (std::uint32_t cohort = 0; cohort < scenario.cohorts.size(); ++cohort) {
    for (std::uint32_t i = 0; i < scenario.cohorts[cohort].clients; ++i) {
      clients.emplace_back(scenario, site, cohort, i);
    }
  }
  NaiveQueues queues(scenario, site, clients);
  NaiveRun run;
  run.states.resize(clients.size());
  for (Duration t{0}; t < scenario.duration; t += scenario.tick) {
    tick(scenario, site, clients, queues, Instant{} + t);
    run.stranded.push_back(0);
    run.out_of_service.push_back(0);
    for (const NaiveClient& client : clients) {
      if (client.is_out_of_service()) ++run.out_of_service.back();
      if (client.is_stranded(Instant{} + t)) ++run.stranded.back();
    }
    if (keep == Keep::events) continue;
    for (std::size_t i = 0; i < clients.size(); ++i) run.states[i].push_back(clients[i].state());
  }
  run.site = site.events;
  run.loads = queues.loads();
  for (const NaiveClient& client : clients) run.clients.push_back(client.events());
  return run;
}

}  // namespace tokenlife::naive
