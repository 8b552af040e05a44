#include "sim/soak/simpler_scenario.hpp"

#include <algorithm>
#include <functional>

#include "sim/text/duration.hpp"

namespace tokenlife::sim {
namespace {

void aim_at_cohort(Action& action, std::uint32_t cohort) {
  if (auto* of_clients = std::get_if<ClientAction>(&action.what)) {
    std::visit([&](auto& what) { what.target.cohort = {cohort}; }, *of_clients);
  }
}

}  // namespace

void number_clients(Scenario& scenario) {
  scenario.clients = 0;
  for (Cohort& cohort : scenario.cohorts) {
    cohort.first = {scenario.clients};
    scenario.clients += cohort.clients;
  }
  std::erase_if(scenario.actions, [&](const Action& action) {
    const Target* target = target_of(action);
    return target && target->client &&
           *target->client >= scenario.cohorts[target->cohort.value].clients;
  });
}

Scenario without_cohort(Scenario scenario, std::uint32_t gone) {
  scenario.cohorts.erase(scenario.cohorts.begin() + gone);
  std::erase_if(scenario.actions, [&](const Action& action) {
    const Target* target = target_of(action);
    return target && target->cohort.value == gone;
  });
  for (Action& action : scenario.actions) {
    const Target* target = target_of(action);
    if (target && target->cohort.value > gone) aim_at_cohort(action, target->cohort.value - 1);
  }
  std::erase_if(scenario.expectations,
                [&](const Expectation& e) { return e.cohort && e.cohort->value == gone; });
  for (Expectation& expectation : scenario.expectations) {
    if (expectation.cohort && expectation.cohort->value > gone) --expectation.cohort->value;
  }
  number_clients(scenario);
  return scenario;
}

namespace {

constexpr Share kAll{Share::kWhole};

class Candidates {
 public:
  explicit Candidates(const Scenario& scenario) : scenario_(scenario) {}

  void add(Scenario simpler) { found.push_back(std::move(simpler)); }

  // The scenario with `value` in one place, unless it has it already.
  template <class T, class Place>
  void set(Place place, const std::type_identity_t<T>& value) {
    Scenario simpler = scenario_;
    T& now = place(simpler);
    if (now == value) return;
    now = value;
    add(std::move(simpler));
  }
  template <class T>
  void set_policy(T Policy::*field, const std::type_identity_t<T>& value) {
    set<T>([field](Scenario& s) -> T& { return s.policy.*field; }, value);
  }
  template <class T>
  void set_cohort(std::size_t cohort, T Cohort::*field, const std::type_identity_t<T>& value) {
    set<T>([=](Scenario& s) -> T& { return s.cohorts[cohort].*field; }, value);
  }

  std::vector<Scenario> found;

 private:
  const Scenario& scenario_;
};

void drop_parts(Candidates& candidates, const Scenario& scenario) {
  for (std::uint32_t i = 0; scenario.cohorts.size() > 1 && i < scenario.cohorts.size(); ++i) {
    candidates.add(without_cohort(scenario, i));
  }
  candidates.set<std::optional<Reseed>>(
      [](Scenario& s) -> std::optional<Reseed>& { return s.reseed; }, std::nullopt);
  const auto ticks = scenario.duration / scenario.tick;
  for (const std::int64_t fewer : {ticks / 2, ticks * 9 / 10, ticks - 1}) {
    if (fewer < 1) continue;
    candidates.set<Duration>([](Scenario& s) -> Duration& { return s.duration; },
                             scenario.tick* fewer);
  }
  for (std::size_t i = 0; i < scenario.actions.size(); ++i) {
    if (action_if<IssueBulk>(scenario.actions[i]) != nullptr) continue;
    Scenario simpler = scenario;
    simpler.actions.erase(simpler.actions.begin() + static_cast<std::ptrdiff_t>(i));
    candidates.add(std::move(simpler));
  }
}

// The clients are installed, with what the first of them has.
Scenario with_installed(Scenario scenario, std::size_t i) {
  Cohort& cohort = scenario.cohorts[i];
  const AdoptedClient first = cohort.inventory->clients.front();
  cohort.credential = first.credential;
  cohort.version = first.version;
  cohort.cmg_allowed = first.cmg_allowed;
  cohort.bulk_token = first.bulk_token;
  cohort.inventory = nullptr;
  return scenario;
}

void simplify_cohort(Candidates& candidates, const Scenario& scenario, std::size_t i) {
  const Cohort plain;
  const Cohort& cohort = scenario.cohorts[i];
  for (const std::uint32_t fewer : {1U, cohort.clients - 1}) {
    if (fewer < 1 || fewer >= cohort.clients) continue;
    Scenario simpler = scenario;
    simpler.cohorts[i].clients = fewer;
    number_clients(simpler);
    candidates.add(std::move(simpler));
  }
  candidates.set_cohort(i, &Cohort::inventory, plain.inventory);
  if (cohort.inventory != nullptr) candidates.add(with_installed(scenario, i));
  candidates.set_cohort(i, &Cohort::install_at, plain.install_at);
  candidates.set_cohort(i, &Cohort::install_over, plain.install_over);
  candidates.set_cohort(i, &Cohort::credential, plain.credential);
  candidates.set_cohort(i, &Cohort::version, plain.version);
  candidates.set_cohort(i, &Cohort::cmg_allowed, plain.cmg_allowed);
  candidates.set_cohort(i, &Cohort::bulk_token, plain.bulk_token);
  candidates.set_cohort(i, &Cohort::agent_restart_every, plain.agent_restart_every);
  candidates.set_cohort(i, &Cohort::clock_skew, plain.clock_skew);
  candidates.set_cohort(i, &Cohort::policy, plain.policy);
  candidates.set_cohort(i, &Cohort::request_timeout, plain.request_timeout);
  candidates.set_cohort(i, &Cohort::renew_draw, plain.renew_draw);
  candidates.set_cohort(i, &Cohort::on_intranet, plain.on_intranet);
  candidates.set_cohort(i, &Cohort::credential_life, plain.credential_life);
  if (plain.contact_every % scenario.tick == Duration{0}) {
    candidates.set_cohort(i, &Cohort::contact_every, plain.contact_every);
  }
  if (std::holds_alternative<FixedNetwork>(cohort.network)) return;
  for (const Network on : {Network::intranet, Network::internet, Network::offline}) {
    Scenario simpler = scenario;
    simpler.cohorts[i].network = FixedNetwork{on};
    candidates.add(std::move(simpler));
  }
}

// What a simpler action of the same kind is, if there is one.
struct Simplified {
  std::optional<Outage> operator()(const Outage&) const { return std::nullopt; }
  std::optional<IssueBulk> operator()(const IssueBulk&) const { return std::nullopt; }
  std::optional<BlockBulk> operator()(const BlockBulk&) const { return std::nullopt; }
  std::optional<UnblockBulk> operator()(const UnblockBulk&) const { return std::nullopt; }
  std::optional<RotateCertificate> operator()(const RotateCertificate& rotation) const {
    if (!rotation.retire_old_after) return std::nullopt;
    return RotateCertificate{};
  }
  std::optional<LoseAnswers> operator()(const LoseAnswers& loss) const {
    if (loss.share == kAll) return std::nullopt;
    return LoseAnswers{loss.endpoint, loss.length, kAll};
  }
  std::optional<SetCapacity> operator()(const SetCapacity&) const { return std::nullopt; }
  std::optional<AskToRenew> operator()(const AskToRenew&) const { return std::nullopt; }
  std::optional<SetCmgAllowed> operator()(const SetCmgAllowed&) const { return std::nullopt; }
  // Fewer settings.
  std::optional<SetPolicy> operator()(const SetPolicy& set) const {
    if (set.site.empty() || set.clients.empty()) return std::nullopt;
    SetPolicy simpler = set;
    simpler.site = {};
    return simpler;
  }
  std::optional<SetClock> operator()(const SetClock& set) const {
    if (set.skew.from == set.skew.to) return std::nullopt;
    return SetClock{set.target, {set.skew.from, set.skew.from}};
  }
  std::optional<Upgrade> operator()(const Upgrade&) const { return std::nullopt; }
  std::optional<BlockClients> operator()(const BlockClients&) const { return std::nullopt; }
  std::optional<UnblockClients> operator()(const UnblockClients&) const { return std::nullopt; }
  std::optional<Reinstall> operator()(const Reinstall& reinstall) const {
    if (!reinstall.bulk_token && !reinstall.new_identity) return std::nullopt;
    return Reinstall{reinstall.target, std::nullopt,
                     reinstall.bulk_token && reinstall.new_identity};
  }
  std::optional<RestartAgents> operator()(const RestartAgents&) const { return std::nullopt; }
  std::optional<Move> operator()(const Move& move) const {
    if (!move.length) return std::nullopt;
    return Move{move.target, move.on, std::nullopt};
  }
};

void simplify_action(Candidates& candidates, const Scenario& scenario, std::size_t i) {
  visit_action(
      [&](const auto& what) {
        const auto simplified = Simplified{}(what);
        if (!simplified) return;
        Scenario simpler = scenario;
        simpler.actions[i].what = *simplified;
        candidates.add(std::move(simpler));
      },
      scenario.actions[i]);
}

// Concerning more clients, and at once; happening once, or twice.
void simplify_selection(Candidates& candidates, const Scenario& scenario, std::size_t i) {
  const auto set_target = [&](auto Target::*field) {
    const Target plain;
    const Target* target = target_of(scenario.actions[i]);
    if (target == nullptr || target->*field == plain.*field) return;
    Scenario simpler = scenario;
    std::visit([&](auto& what) { what.target.*field = plain.*field; },
               std::get<ClientAction>(simpler.actions[i].what));
    candidates.add(std::move(simpler));
  };
  set_target(&Target::share);
  set_target(&Target::state);
  set_target(&Target::over);
  const auto& repeat = scenario.actions[i].repeat;
  if (!repeat) return;
  Scenario simpler = scenario;
  simpler.actions[i].repeat.reset();
  candidates.add(simpler);
  if (repeat->times.value_or(UINT32_MAX) <= 2) return;
  simpler.actions[i].repeat = Repeat{repeat->every, 2};
  candidates.add(std::move(simpler));
}

void simplify_policy(Candidates& candidates, const Scenario& scenario) {
  const Policy plain;
  candidates.set_policy(&Policy::renew_jitter, plain.renew_jitter);
  candidates.set_policy(&Policy::renew_on, plain.renew_on);
  candidates.set_policy(&Policy::internal_registration, plain.internal_registration);
  candidates.set_policy(&Policy::mp, plain.mp);
  candidates.set_policy(&Policy::leeway, plain.leeway);
  candidates.set_policy(&Policy::bulk_leeway, plain.bulk_leeway);
  candidates.set_policy(&Policy::retry_backoff, plain.retry_backoff);
  candidates.set_policy(&Policy::retry_max, plain.retry_max);
  candidates.set_policy(&Policy::retry_jitter, plain.retry_jitter);
  candidates.set_policy(&Policy::request_timeout, plain.request_timeout);
  candidates.set_policy(&Policy::renew_draw, plain.renew_draw);
  candidates.set<QueueOrder>([](Scenario& s) -> QueueOrder& { return s.queue_order; },
                             QueueOrder::drawn);
  for (const Endpoint endpoint : {Endpoint::mp, Endpoint::cmg}) {
    candidates.set<std::optional<Capacity>>(
        [endpoint](Scenario& s) -> std::optional<Capacity>& { return s.capacities.of(endpoint); },
        std::nullopt);
  }
  // As a scenario file that leaves them out has them.
  const Duration tick = scenario.tick;
  candidates.set_policy(&Policy::latency, round_up(plain.latency, tick));
  candidates.set_policy(&Policy::retry_after_failure, round_up(plain.retry_after_failure, tick));
  candidates.set_policy(&Policy::retry_after_refusal, round_up(plain.retry_after_refusal, tick));
  if (plain.token_validity % tick == Duration{0}) {
    candidates.set_policy(&Policy::token_validity, plain.token_validity);
  }
  if (plain.renew_after % tick == Duration{0}) {
    candidates.set_policy(&Policy::renew_after, plain.renew_after);
  }
}

}  // namespace

std::vector<Scenario> simpler(const Scenario& scenario) {
  Candidates candidates(scenario);
  drop_parts(candidates, scenario);
  for (std::size_t i = 0; i < scenario.cohorts.size(); ++i) {
    simplify_cohort(candidates, scenario, i);
  }
  for (std::size_t i = 0; i < scenario.actions.size(); ++i) {
    simplify_action(candidates, scenario, i);
    simplify_selection(candidates, scenario, i);
  }
  simplify_policy(candidates, scenario);
  return std::move(candidates.found);
}

}  // namespace tokenlife::sim
