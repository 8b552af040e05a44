#include "sim/soak/random_scenario.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "core/bulk_lifetime.hpp"
#include "core/site_policy.hpp"
#include "sim/engine/memory_run.hpp"
#include "sim/scenario/guid_of_seed.hpp"
#include "sim/scenario/random.hpp"

namespace tokenlife::sim {

std::uint64_t Dice::bits() { return philox(seed_, 0, 0, rolls_++)[0]; }

std::int64_t Dice::between(std::int64_t low, std::int64_t high) {
  return low + static_cast<std::int64_t>(below(bits(), static_cast<std::uint64_t>(high - low + 1)));
}

namespace {

// Which of the format's features a scenario uses.
struct Features {
  std::uint64_t mask;
  std::uint64_t rare;
  bool has(unsigned feature) const { return ((mask >> feature) & 1) != 0; }
  // Of what keeps most clients from getting far.
  bool has_rarely(unsigned feature) const { return ((mask & rare) >> feature & 1) != 0; }
};
enum : unsigned {
  kCredentials,
  kBulk,
  kOutdated,
  kCmgOff,
  kInstallLater,
  kRestarts,
  kSkew,
  kJitter,
  kLeeway,
  kLatency,
  kHttps,
  kInternalOff,
  kAgentStart,
  kCoarseTick,
  kManyContacts,
  kBulkLeeway,
  kOwnPolicy,
  kTurnsToCmg,
  kCredentialLife,
  kSelectors,
  kRepeats,
  kLoad,
  kActions  // and one for each kind of action
};
static_assert(kActions + kActionNames.size() <= 64);

// In a tick of more than a minute an endpoint serves many, or none.
void draw_run(Dice& dice, const Features& features, Scenario& scenario, std::int64_t ticks_max,
              bool is_under_load) {
  using namespace std::chrono_literals;
  scenario.path = "random.toml";
  scenario.name = "random";
  scenario.seed = dice.bits() >> 2;  // TOML's integers are signed.
  scenario.tenant = tenant_of_seed(scenario.seed);
  scenario.tick = 1min;
  if (features.has(kCoarseTick)) scenario.tick = dice.one_of<Duration>({1s, 30s, 7min, 1h, 24h});
  if (is_under_load) scenario.tick = dice.one_of<Duration>({1s, 1s, 5s, 30s, 1min, 1min, 2min});
  const std::chrono::sys_days first = std::chrono::year{2026} / 1 / 1;
  scenario.start = first + std::chrono::days{dice.between(0, 400)};
  // Some the day before clocks are put on or back, somewhere.
  if (dice.one_in(4)) {
    using std::chrono::year;
    scenario.start = dice.one_of<std::chrono::sys_days>(
        {year{2026} / 3 / 28, year{2026} / 10 / 24, year{2026} / 4 / 4, year{2026} / 11 / 1});
  }
  // Some before 1970, where dates are negative.
  if (scenario.seed % 8 == 0) scenario.start -= std::chrono::weeks{4'000};
  const std::int64_t ticks_a_day = std::chrono::days{1} / scenario.tick;
  if (dice.one_in(2)) scenario.start += scenario.tick * dice.between(0, ticks_a_day);
  if (scenario.start - std::chrono::floor<std::chrono::days>(scenario.start) == 24h) {
    scenario.start += scenario.tick;
  }
  const Duration time_of_day =
      scenario.start - std::chrono::floor<std::chrono::days>(scenario.start);
  scenario.start -= time_of_day % scenario.tick;
  scenario.duration = scenario.tick * some_ticks(dice, 50, ticks_max);
  if (dice.one_in(3)) {
    const Duration at = scenario.tick * dice.between(0, scenario.duration / scenario.tick - 1);
    scenario.reseed = Reseed{Instant{} + at, dice.bits() >> 2};
  }
}

void draw_policy(Dice& dice, const Features& features, Scenario& scenario) {
  const Duration tick = scenario.tick;
  Policy& policy = scenario.policy;
  const std::int64_t validity = some_ticks(dice, 1, 900);
  policy.token_validity = tick * validity;
  policy.renew_after = tick * (dice.one_in(4) ? dice.between(0, validity + 10) : validity / 3);
  if (dice.one_in(40) && Policy{}.renew_after % tick == Duration{0}) {
    policy.token_validity = Policy{}.token_validity;  // Those whom an inventory brings are due.
    policy.renew_after = Policy{}.renew_after;
  }
  policy.latency = tick * (features.has(kLatency) ? dice.between(1, 5) : 1);
  policy.retry_after_failure = tick * some_ticks(dice, 0, 120);
  policy.retry_after_refusal = tick * some_ticks(dice, 0, 400);
  if (features.has(kJitter)) policy.renew_jitter = tick * some_ticks(dice, 1, 100);
  if (features.has(kLeeway)) policy.leeway = tick * some_ticks(dice, 1, 40);
  if (features.has(kBulkLeeway)) policy.bulk_leeway = tick * some_ticks(dice, 0, 100);
  if (features.has_rarely(kHttps)) policy.mp = MpMode::https;
  if (features.has_rarely(kInternalOff)) policy.internal_registration = false;
  if (features.has(kAgentStart)) policy.renew_on = RenewOn::agent_start;
}

Skew random_skew(Dice& dice, Duration tick) {
  const std::int64_t from = dice.between(-20, 20);
  return {tick * from, tick * (dice.one_in(2) ? from : dice.between(from, from + 15))};
}

void draw_cohort(Dice& dice, const Features& features, Scenario& scenario, std::size_t number) {
  const Duration tick = scenario.tick;
  Cohort cohort;
  cohort.name = std::string(1, static_cast<char>('a' + number));
  cohort.first = {scenario.clients};
  cohort.clients = static_cast<std::uint32_t>(dice.one_of({1, 1, 2, 4}));
  scenario.clients += cohort.clients;
  if (features.has(kInstallLater)) {
    cohort.install_at = Instant{} + tick * some_ticks(dice, 0, 100);
    cohort.install_over = tick * some_ticks(dice, 0, 200);
  }
  if (features.has(kCredentials)) {
    cohort.credential = dice.one_of({Credential::self_signed, Credential::pki, Credential::entra});
  }
  if (features.has_rarely(kOutdated) && !dice.one_in(3)) cohort.version = ClientVersion::outdated;
  if (features.has_rarely(kCmgOff) && !dice.one_in(3)) cohort.cmg_allowed = false;
  cohort.contact_every =
      tick * (features.has(kManyContacts) ? dice.between(1, 5) : dice.between(1, 90));
  if (features.has(kRestarts)) cohort.agent_restart_every = tick * some_ticks(dice, 1, 300);
  if (features.has(kSkew)) cohort.clock_skew = random_skew(dice, tick);
  if (features.has(kOwnPolicy)) cohort.policy = random_settings(dice, tick);
  if (features.has(kTurnsToCmg)) {
    cohort.on_intranet = dice.one_of(
        {OnIntranet::mp_then_cmg, OnIntranet::mp_then_cmg, OnIntranet::cmg, OnIntranet::mp});
  }
  if (features.has(kCredentialLife) && cohort.credential != Credential::self_signed) {
    cohort.credential_life = random_credential_life(dice, tick);
  }
  cohort.network = random_network(dice, scenario, Models::all);
  scenario.cohorts.push_back(cohort);
}

void draw_bulk_tokens(Dice& dice, const Features& features, Scenario& scenario) {
  const std::int64_t tick = scenario.tick.count();
  const std::int64_t tokens = dice.between(1, 3);
  for (std::int64_t i = 0; i < tokens; ++i) {
    const std::string name = "bulk-" + std::to_string(i);
    std::int64_t minutes = some_ticks(dice, 1, 600) * tick / 60;
    if (dice.one_in(3)) minutes += dice.between(0, tick / 60);  // perhaps between two ticks
    scenario.bulk_tokens.push_back(
        {name, bulk_token_of_seed(scenario.seed, name),
         std::clamp(minutes, kBulkLifetimeMinutesMin, kBulkLifetimeMinutesMax)});
    // Those that cohorts are given must exist by then; a reinstall may name one of later.
    const std::int64_t late = scenario.duration / scenario.tick / 2;
    const Instant at = Instant{} + scenario.tick * (i == 0 ? 0 : some_ticks(dice, 0, late));
    scenario.actions.push_back({at, IssueBulk{static_cast<std::uint32_t>(i)}});
    if (features.has(kRepeats) && dice.one_in(2)) repeat(dice, scenario, scenario.actions.back());
  }
  for (Cohort& cohort : scenario.cohorts) {
    if (dice.one_in(4)) continue;
    cohort.bulk_token = 0;
    if (dice.one_in(2)) cohort.credential = Credential::self_signed;
    // About the token's expiry, that of its last client at least.
    const std::int64_t ticks = scenario.bulk_tokens[0].lifetime_minutes * 60 / tick;
    if (dice.one_in(3)) cohort.install_over = scenario.tick * (ticks + 3);
  }
}

// ---- Actions -----------------------------------------------------------------------------------

Target random_target(Dice& dice, const Scenario& scenario) {
  const auto last = static_cast<std::int64_t>(scenario.cohorts.size()) - 1;
  Target target{CohortNumber{static_cast<std::uint32_t>(dice.between(0, last))}};
  const std::int64_t clients = scenario.cohorts[target.cohort.value].clients;
  if (dice.one_in(2)) target.client = static_cast<std::uint32_t>(dice.between(0, clients - 1));
  return target;
}

std::optional<std::uint32_t> random_bulk(Dice& dice, const Scenario& scenario) {
  if (scenario.bulk_tokens.empty()) return std::nullopt;
  const auto last = static_cast<std::int64_t>(scenario.bulk_tokens.size()) - 1;
  return static_cast<std::uint32_t>(dice.between(0, last));
}

Share random_share(Dice& dice) {
  return {Share::kWhole / 4 * static_cast<std::uint64_t>(dice.one_of({0, 1, 2, 3, 4, 4}))};
}

Endpoint random_endpoint(Dice& dice) {
  return dice.one_of({Endpoint::mp, Endpoint::cmg, Endpoint::sts});
}

// An action of each kind; nothing where the scenario leaves it no sense.
struct DrawAction {
  Dice& dice;
  const Scenario& scenario;
  std::optional<std::uint32_t> bulk = random_bulk(dice, scenario);
  Duration length = scenario.tick * some_ticks(dice, 1, 250);
  Target target = random_target(dice, scenario);

  std::optional<Outage> operator()(ActionType<Outage>) const {
    return Outage{random_endpoint(dice), length};
  }
  std::optional<IssueBulk> operator()(ActionType<IssueBulk>) const {
    return std::nullopt;  // draw_bulk_tokens() issues each once.
  }
  std::optional<BlockBulk> operator()(ActionType<BlockBulk>) const {
    return bulk ? std::optional(BlockBulk{*bulk}) : std::nullopt;
  }
  std::optional<UnblockBulk> operator()(ActionType<UnblockBulk>) const {
    return bulk ? std::optional(UnblockBulk{*bulk}) : std::nullopt;
  }
  std::optional<RotateCertificate> operator()(ActionType<RotateCertificate>) const {
    if (dice.one_in(5)) return RotateCertificate{};
    return RotateCertificate{dice.one_in(8) ? Duration{0} : length};
  }
  std::optional<LoseAnswers> operator()(ActionType<LoseAnswers>) const {
    return LoseAnswers{random_endpoint(dice), length, random_share(dice)};
  }
  std::optional<SetCapacity> operator()(ActionType<SetCapacity>) const {
    const Endpoint endpoint = dice.one_of({Endpoint::mp, Endpoint::cmg});
    if (!scenario.capacities.of(endpoint)) return std::nullopt;
    const Capacity to = random_capacity(dice);
    if (dice.one_in(4)) return SetCapacity{endpoint, std::nullopt, true, std::nullopt};
    // Both, as one before may have taken the limit away.
    return SetCapacity{endpoint, to.per_minute, false, to.queue};
  }
  std::optional<AskToRenew> operator()(ActionType<AskToRenew>) const {
    return AskToRenew{target, arrives()};
  }
  std::optional<SetCmgAllowed> operator()(ActionType<SetCmgAllowed>) const {
    return SetCmgAllowed{target, dice.one_in(2), arrives()};
  }
  std::optional<SetPolicy> operator()(ActionType<SetPolicy>) const {
    SetPolicy set{target, dice.one_in(2), {}, random_settings(dice, scenario.tick), arrives()};
    if (set.is_for_all) set.target = {};
    if (set.is_for_all) set.site = random_site_settings(dice, scenario.tick);
    if (set.site.empty() && set.clients.empty()) set.clients.renew_after = length;
    return set;
  }
  std::optional<SetClock> operator()(ActionType<SetClock>) const {
    return SetClock{target, random_skew(dice, scenario.tick)};
  }
  Arrives arrives() const { return dice.one_in(3) ? Arrives::at_once : Arrives::contact; }
  std::optional<Upgrade> operator()(ActionType<Upgrade>) const { return Upgrade{target}; }
  std::optional<BlockClients> operator()(ActionType<BlockClients>) const {
    return BlockClients{target};
  }
  std::optional<UnblockClients> operator()(ActionType<UnblockClients>) const {
    return UnblockClients{target};
  }
  std::optional<Reinstall> operator()(ActionType<Reinstall>) const {
    return Reinstall{target, dice.one_in(4) ? std::nullopt : bulk, dice.one_in(4)};
  }
  std::optional<RestartAgents> operator()(ActionType<RestartAgents>) const {
    return RestartAgents{target};
  }
  std::optional<Move> operator()(ActionType<Move>) const {
    const auto on = dice.one_of({Network::offline, Network::intranet, Network::internet});
    return Move{target, on, dice.one_in(4) ? std::nullopt : std::optional(length)};
  }
};

using Drawer = std::optional<AnyAction> (*)(Dice& dice, const Scenario& scenario);

template <class What>
std::optional<AnyAction> draw(Dice& dice, const Scenario& scenario) {
  return DrawAction{dice, scenario}(ActionType<What>{});
}
template <class... Whats>
constexpr auto drawers_of(ActionList<Whats...>) {
  return std::array<Drawer, sizeof...(Whats)>{draw<Whats>...};
}
constexpr auto kDrawers = drawers_of(AllActions{});

// When something happens in the scenario as it is, or becomes possible.
std::vector<Instant> eventful_moments(const Scenario& scenario) {
  const Policy& policy = scenario.policy;
  std::set<Instant> moments{Instant{}};
  const auto add_token = [&](const ClientToken& token) {
    moments.insert(token.not_before + policy.renew_after);
    moments.insert(token.expires);
    moments.insert(token.expires + policy.leeway);
  };
  const EngineRun run = simulate(scenario);
  for (const auto& client : run.clients) {
    for (const Recorded<ClientEvent>& recorded : client) {
      moments.insert(recorded.time);
      const ClientEvent& event = recorded.event;
      if (const auto* completed = std::get_if<RegistrationCompleted>(&event)) {
        add_token(completed->token);
      }
      if (const auto* renewed = std::get_if<TokenRenewed>(&event)) add_token(renewed->token);
      if (const auto* adopted = std::get_if<ClientAdopted>(&event)) add_token(adopted->token);
    }
  }
  for (const Recorded<SiteEvent>& recorded : run.site) {
    moments.insert(recorded.time);
    if (const auto* bulk = std::get_if<BulkTokenIssued>(&recorded.event)) {
      moments.insert(bulk->expires);
    }
  }
  for (const Action& action : scenario.actions) moments.insert(action.at);
  // Actions fall on ticks, a bulk token's expiry need not.
  std::set<Instant> ticks;
  for (const Instant moment : moments)
    ticks.insert(moment - moment.time_since_epoch() % scenario.tick);
  return {ticks.begin(), ticks.end()};
}

Instant random_moment(Dice& dice, const Scenario& scenario, const std::vector<Instant>& eventful) {
  const std::int64_t ticks = scenario.duration / scenario.tick;
  if (dice.one_in(4)) return Instant{} + scenario.tick * dice.between(0, ticks);
  const Duration off = scenario.tick * dice.one_of({-1, 0, 0, 0, 1, 2});
  return std::max(dice.one_of(eventful) + off, Instant{});
}

void draw_actions(Dice& dice, const Features& features, Scenario& scenario) {
  std::vector<Drawer> kinds;
  for (unsigned kind = 0; kind < kDrawers.size(); ++kind) {
    if (features.has(kActions + kind)) kinds.push_back(kDrawers[kind]);
  }
  // What makes a difference to bulk tokens does so more rarely.
  if (!scenario.bulk_tokens.empty()) {
    kinds.insert(kinds.end(),
                 {draw<BlockBulk>, draw<BlockBulk>, draw<UnblockBulk>, draw<RotateCertificate>,
                  draw<Reinstall>, draw<Reinstall>, draw<Reinstall>, draw<Reinstall>});
  }
  if (kinds.empty()) return;
  std::int64_t left = dice.between(0, dice.one_of({5, 15}));
  // In two rounds, so that the second can fall on what the first led to.
  for (int round = 0; round < 2 && left > 0; ++round) {
    const auto eventful = eventful_moments(scenario);
    const std::int64_t now = round == 0 ? (left + 1) / 2 : left;
    for (std::int64_t i = 0; i < now; ++i) {
      auto what = dice.one_of(kinds)(dice, scenario);
      if (!what) continue;
      Action action{random_moment(dice, scenario, eventful), std::move(*what)};
      if (features.has(kSelectors)) choose_among_clients(dice, scenario, action);
      if (features.has(kRepeats) && dice.one_in(3)) repeat(dice, scenario, action);
      scenario.actions.push_back(std::move(action));
    }
    left -= now;
  }
  // File order need not be the order of time.
  for (std::size_t i = scenario.actions.size(); i > 1; --i) {
    const auto j = static_cast<std::size_t>(dice.between(0, static_cast<std::int64_t>(i) - 1));
    std::swap(scenario.actions[i - 1], scenario.actions[j]);
  }
}

Scenario draw_scenario(std::uint64_t seed, std::int64_t ticks_max, bool is_under_load) {
  Dice dice(seed);
  const std::uint64_t used = dice.bits();
  const Features features{used, dice.bits()};
  Scenario scenario;
  draw_run(dice, features, scenario, ticks_max, is_under_load);
  draw_policy(dice, features, scenario);
  const std::int64_t cohorts = dice.one_of({1, 1, 2, 3});
  for (std::int64_t i = 0; i < cohorts; ++i) {
    draw_cohort(dice, features, scenario, static_cast<std::size_t>(i));
  }
  if (features.has(kBulk)) draw_bulk_tokens(dice, features, scenario);
  for (Cohort& cohort : scenario.cohorts) {
    if (!dice.one_in(4)) continue;
    adopt_at_random(dice, scenario, cohort);
    // Rows have credentials of their own.
    if (features.has(kCredentialLife) && !cohort.credential_life) {
      cohort.credential_life = random_credential_life(dice, scenario.tick);
    }
  }
  if (is_under_load || features.has_rarely(kLoad)) draw_load(dice, scenario);
  draw_actions(dice, features, scenario);
  return scenario;
}

}  // namespace

std::int64_t some_ticks(Dice& dice, std::int64_t low, std::int64_t high) {
  return dice.between(low, std::max(low, dice.one_of({high, high / 4, high / 20})));
}

Scenario random_scenario(std::uint64_t seed, std::int64_t ticks_max) {
  return draw_scenario(seed, ticks_max, false);
}
Scenario random_scenario_under_load(std::uint64_t seed, std::int64_t ticks_max) {
  return draw_scenario(seed, ticks_max, true);
}

}  // namespace tokenlife::sim
