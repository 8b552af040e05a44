// A fleet that lived up to some moment, and one that is adopted as the first was then: on networks
// without chance, without jitter and at the same phase of contacts they go on alike.
#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <type_traits>

#include "core/evolve.hpp"
#include "sim/engine/memory_run.hpp"
#include "sim/soak/random_scenario.hpp"
#include "support/event_text.hpp"

namespace tokenlife::test {
namespace {

using namespace sim;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using Events = std::vector<Recorded<ClientEvent>>;

Instant some_hour(Dice& dice, std::int64_t last) { return at(hours{dice.between(0, last)}); }

// One client for 200 days, to which something happens at whole hours now and then.
Scenario random_life(Dice& dice) {
  Scenario scenario;
  scenario.start = std::chrono::sys_days{std::chrono::year{2026} / 1 / 1};
  scenario.duration = days{200};
  scenario.clients = 1;
  Cohort cohort;
  cohort.name = "a";
  cohort.clients = 1;
  cohort.credential =
      dice.one_of({Credential::self_signed, Credential::self_signed, Credential::pki});
  TimelineNetwork timeline;
  Instant at_step{};
  for (std::int64_t i = dice.between(1, 6); i > 0; --i) {
    timeline.steps.push_back(
        {at_step.time_since_epoch(),
         dice.one_of({Network::intranet, Network::internet, Network::internet, Network::offline})});
    at_step += hours{dice.between(1, 80 * 24)};
  }
  cohort.network = timeline;
  scenario.cohorts.push_back(cohort);
  const Target all{CohortNumber{0}, std::nullopt};
  std::vector<AnyAction> whats;
  for (std::int64_t i = dice.between(0, 4); i > 0; --i) {
    switch (dice.between(0, 4)) {
      case 0:
        whats.push_back(SiteAction{Outage{dice.one_of({Endpoint::cmg, Endpoint::mp, Endpoint::sts}),
                                          hours{dice.between(1, 60 * 24)}}});
        break;
      case 1:
        whats.push_back(ClientAction{SetCmgAllowed{all, dice.one_in(3), Arrives::at_once}});
        break;
      case 2: whats.push_back(ClientAction{BlockClients{all}}); break;
      case 3: whats.push_back(ClientAction{UnblockClients{all}}); break;
      default: whats.push_back(ClientAction{Reinstall{all, std::nullopt}});
    }
  }
  for (AnyAction& what : whats) {
    scenario.actions.push_back({some_hour(dice, 199 * 24), std::move(what), 0});
  }
  std::sort(scenario.actions.begin(), scenario.actions.end(),
            [](const Action& a, const Action& b) { return a.at < b.at; });
  return scenario;
}

Network network_at(const TimelineNetwork& timeline, Instant moment) {
  Network on = timeline.steps.front().on;
  for (const auto& step : timeline.steps) {
    if (at(step.at) <= moment) on = step.on;
  }
  return on;
}

// What was before the moment, and whether an inventory can say all of it.
struct Past {
  Client client;
  std::size_t events = 0;
  bool can_be_said = true;
};
Past past_of(const Scenario& scenario, const Events& events, Instant now) {
  Past past;
  const Policy& policy = scenario.policy;
  for (const auto& recorded : events) {
    if (recorded.time >= now) break;
    past.client = *evolve(past.client, recorded.event);
    ++past.events;
    const bool failed = std::holds_alternative<RegistrationFailed>(recorded.event) ||
                        std::holds_alternative<RenewalFailed>(recorded.event);
    const bool refused = std::holds_alternative<RegistrationRefused>(recorded.event) ||
                         std::holds_alternative<RenewalRefused>(recorded.event);
    const Instant sent = recorded.time - policy.latency;
    if (failed && sent + policy.retry_after_failure > now) past.can_be_said = false;
    if (refused && sent + policy.retry_after_refusal > now) past.can_be_said = false;
  }
  // A change at the moment itself would be one in the first life only.
  const auto& timeline = std::get<TimelineNetwork>(scenario.cohorts[0].network);
  if (past.client.network != network_at(timeline, now)) past.can_be_said = false;
  if (past.client.pending != PendingRequest::none) past.can_be_said = false;
  if (past.client.last_connected == Network::offline) past.can_be_said = false;
  for (const Action& action : scenario.actions) {
    const auto* outage = action_if<Outage>(action);
    if (outage != nullptr && action.at < now && action.at + outage->length > now) {
      past.can_be_said = false;
    }
  }
  return past;
}

// The rest of the life, of a client that is found as it is then.
Scenario adopted_at(const Scenario& life, const Client& client, Instant now) {
  Scenario rest = life;
  const Duration since = now.time_since_epoch();
  rest.start += since;
  rest.duration -= since;
  Cohort& cohort = rest.cohorts[0];
  AdoptedClient row;
  row.device = "PC";
  row.state = client.state;
  row.last_connected = client.last_connected;
  row.credential = client.credential;
  row.version = client.version;
  row.cmg_allowed = client.cmg_allowed;
  row.blocked = client.blocked;
  if (client.token.exists()) {
    row.token = {client.token.not_before - since, client.token.expires - since};
  }
  Inventory inventory;
  inventory.clients = {row};
  cohort.inventory = std::make_shared<const Inventory>(inventory);
  const auto& whole = std::get<TimelineNetwork>(life.cohorts[0].network);
  TimelineNetwork timeline{{{Duration{0}, network_at(whole, now)}}, {}};
  for (const auto& step : whole.steps) {
    if (at(step.at) > now) timeline.steps.push_back({step.at - since, step.on});
  }
  cohort.network = timeline;
  rest.actions.clear();
  for (Action action : life.actions) {
    if (action.at < now) continue;
    action.at -= since;
    rest.actions.push_back(action);
  }
  return rest;
}

// The events from `from` on as the adopted client must have them, who has had `tokens` fewer and
// met so many actions fewer.
Events shifted(Events events, const Past& past, Duration since, std::size_t actions) {
  events.erase(events.begin(), events.begin() + static_cast<std::ptrdiff_t>(past.events));
  const auto seqs = static_cast<std::uint32_t>(past.events) - 1;  // the adoption is one itself
  const std::uint32_t had = past.client.newest_ordinal;
  const std::uint32_t tokens = past.client.token.exists() ? had - 1 : had;
  const auto renumber = [&](TokenSerial& serial) { serial.value -= tokens; };
  const auto move_token = [&](ClientToken& token) {
    renumber(token.serial);
    token.not_before -= since;
    token.expires -= since;
  };
  for (auto& recorded : events) {
    recorded.time -= since;
    recorded.seq -= seqs;
    if (recorded.cause.kind == CauseKind::request) recorded.cause.number -= seqs;
    if (recorded.cause.kind == CauseKind::action || recorded.cause.kind == CauseKind::action_end) {
      recorded.cause.number -= static_cast<std::uint32_t>(actions);
    }
    std::visit(
        [&]<class Event>(Event& event) {
          if constexpr (requires { event.serial; }) renumber(event.serial);
          if constexpr (requires { event.replaces; }) renumber(event.replaces);
          if constexpr (requires { event.token; }) move_token(event.token);
        },
        recorded.event);
  }
  return events;
}

// What happened before the run is not known: nor is what stopped a client then.
Events without_causes_of_spells(Events events) {
  for (auto& recorded : events) {
    std::visit(
        []<class Event>(Event& event) {
          if constexpr (requires { event.since_contact; }) event.since_contact = Duration{0};
          if constexpr (requires { event.spell_cause; }) {
            event.spell_cause = SpellCause::not_recorded;
          }
        },
        recorded.event);
  }
  return events;
}

std::string in_lines(const Events& events) {
  std::string text;
  for (const auto& recorded : events) text += to_text(recorded) + "\n";
  return text;
}

}  // namespace

TEST_CASE("an adopted fleet goes on as one that lived up to the same state", "[slow]") {
  std::array<int, kCount<LifecycleState>> compared{};
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    Dice dice(seed);
    const Scenario life = random_life(dice);
    const Events events = simulate(life).clients[0];
    for (int i = 0; i < 8; ++i) {
      // Before, at and after what happens to tokens at whole days, or anywhere.
      const Instant now = dice.one_in(2) ? some_hour(dice, 199 * 24)
                                         : at(days{dice.one_of({29, 30, 31, 60, 89, 90, 91, 120})} +
                                              hours{dice.between(0, 1)});
      const Past past = past_of(life, events, now);
      if (!past.can_be_said || past.events == 0) continue;
      ++compared[static_cast<std::size_t>(past.client.state)];
      const auto gone = std::count_if(life.actions.begin(), life.actions.end(),
                                      [&](const Action& action) { return action.at < now; });
      const Events lived =
          shifted(events, past, now.time_since_epoch(), static_cast<std::size_t>(gone));
      Events adopted = simulate(adopted_at(life, past.client, now)).clients[0];
      REQUIRE(kind_of(adopted.front().event) == EventKind::client_adopted);
      adopted.erase(adopted.begin());
      INFO("seed " << seed << ", at " << now.time_since_epoch().count() << " s");
      CHECK(in_lines(adopted) == in_lines(lived));
      CHECK(without_causes_of_spells(adopted) == without_causes_of_spells(lived));
    }
  }
  for (const auto state :
       {LifecycleState::installed, LifecycleState::registered, LifecycleState::roaming,
        LifecycleState::expired, LifecycleState::re_registration_required}) {
    INFO(name(state));
    CHECK(compared[static_cast<std::size_t>(state)] > 20);
  }
}

}  // namespace tokenlife::test
