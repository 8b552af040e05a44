// The checker's actions are the engine's: a random walk through the states, written down as a
// scenario and run by the engine, gives the same events tick by tick and the same clients in the
// end.
#include "core/event_error.hpp"
#include "core/site.hpp"
#include "sim/check/walk.hpp"

#include <catch2/catch.hpp>
#include <map>

#include "core/evolve.hpp"
#include "sim/check/story.hpp"
#include "sim/check/table.hpp"
#include "sim/engine/memory_run.hpp"
#include "support/property.hpp"

namespace tokenlife::test {
namespace {

using namespace sim::checker;

// By client and tick, how often each kind of event happened, with its reason.
using Chronicle = std::map<std::pair<std::uint32_t, std::int64_t>, std::multiset<std::string>>;

std::string words(const ReferenceView& event) {
  std::string text(name(event.kind));
  if (event.refusal) text += " " + std::string(name(*event.refusal));
  if (event.failure) text += " " + std::string(name(*event.failure));
  return text;
}

Options random_options() {
  Options options;
  options.clients = *rc::gen::inRange(1U, 4U);
  options.unit = std::chrono::days{*rc::gen::element(1, 5, 10, 15, 30)};
  const bool is_coarse = options.unit > std::chrono::days{10};
  options.latency = is_coarse ? 1 : *rc::gen::inRange(1U, 4U);
  for (std::size_t i = 0; i < kCount<Feature>; ++i) {
    if (*rc::gen::inRange(0, 3) > 0) options.features = options.features | static_cast<Feature>(i);
  }
  if (*rc::gen::inRange(0, 4) == 0) options.mp = MpMode::https;
  options.internal_registration = *rc::gen::inRange(0, 8) > 0;
  return options;
}

// What an action does to a client that is installed in the same tick is part of its installation,
// and no event of its own.
bool would_merge(const ModelRun& walk, std::uint32_t client) {
  for (const WalkStep& action : walk.actions()) {
    const bool is_install = action.taken.action.kind == ActionKind::install;
    if (is_install && action.taken.client == client && action.tick == walk.tick()) return true;
  }
  return false;
}

ModelRun random_walk(const Options& options) {
  ModelRun walk(options, Rules{});
  const auto of_clients = client_actions(options);
  const auto of_site = site_actions(options);
  const int actions = *rc::gen::inRange(1, 400);
  for (int i = 0; i < actions; ++i) {
    const int what = *rc::gen::inRange(0, 10);
    if (what < 3) {
      const auto client = *rc::gen::inRange(0U, options.clients);
      if (!would_merge(walk, client)) walk.take({*rc::gen::elementOf(of_clients), client});
    } else if (what == 3 && !of_site.empty()) {
      walk.take({*rc::gen::elementOf(of_site), std::nullopt});
    } else {
      walk.take({});
    }
  }
  walk.take({});
  return walk;
}

Chronicle of_walk(const ModelRun& walk) {
  Chronicle chronicle;
  for (const WalkStep& action : walk.actions()) {
    const bool is_tick = action.taken.action.kind == ActionKind::tick;
    for (std::uint32_t i = 0; i < action.transitions.size(); ++i) {
      for (const Happened& happened : action.transitions[i].events) {
        const std::uint32_t tick = action.tick + (happened.after_clock ? 1 : 0);
        chronicle[{is_tick ? i : *action.taken.client, tick}].insert(words(seen(happened)));
      }
    }
  }
  return chronicle;
}

struct EngineEnd {
  Chronicle chronicle;
  std::map<std::uint32_t, Client> clients;
};

// Without the actions off the network by which the scenario ends, and certificates that end there.
EngineEnd of_engine(const sim::Scenario& scenario, const Options& options, std::uint32_t last) {
  EngineEnd end;
  const sim::EngineRun run = sim::simulate(scenario);
  for (std::size_t n = 0; n < run.clients.size(); ++n) {
    const std::string& cohort = scenario.cohorts[n].name;
    const auto client = static_cast<std::uint32_t>(std::stoi(cohort.substr(cohort.find('-') + 1)));
    for (const auto& recorded : run.clients[n]) {
      const std::int64_t tick = recorded.time.time_since_epoch() / options.unit;
      const bool is_of_step_4 = std::holds_alternative<NetworkChanged>(recorded.event) ||
                                std::holds_alternative<CredentialExpired>(recorded.event);
      if (tick == last && is_of_step_4) continue;
      end.chronicle[{client, tick}].insert(
          words(seen({recorded.event, {}, {}, {}, EventError::none, false})));
      const auto next = evolve(end.clients[client], recorded.event);
      RC_ASSERT(next.has_value());
      end.clients[client] = *next;
    }
  }
  return end;
}

void compare(const ClientState& part, const Client& engine, const Options& options,
             std::uint32_t ticks) {
  const Client& client = part.client;
  RC_ASSERT(client.state == engine.state);
  RC_ASSERT(client.network == engine.network);
  RC_ASSERT(client.last_connected == engine.last_connected);
  RC_ASSERT(client.credential == engine.credential);
  RC_ASSERT(client.credential_expired == engine.credential_expired);
  RC_ASSERT(client.version == engine.version);
  RC_ASSERT(client.cmg_allowed == engine.cmg_allowed);
  RC_ASSERT(client.blocked == engine.blocked);
  RC_ASSERT(client.bulk.is_nil() == engine.bulk.is_nil());
  RC_ASSERT(client.pending == engine.pending);
  RC_ASSERT(client.token.exists() == engine.token.exists());
  if (!engine.token.exists()) return;
  const StateCodec codec(options);
  const Instant now = Instant{} + options.unit * ticks;
  RC_ASSERT(codec.age(client.token.not_before, kPresent, codec.token_age_max()) ==
            codec.age(engine.token.not_before, now, codec.token_age_max()));
}

}  // namespace

TEST_CASE("a walk through the checker's states is what the engine does") {
  property(
      "walks are runs",
      [] {
        const Options options = random_options();
        const ModelRun walk = random_walk(options);
        RC_ASSERT(walk.demands().empty());
        const std::string text = scenario_text(options, walk, "walk", "");
        RC_LOG() << text;
        const bool is_anybody_there = !of_walk(walk).empty();
        RC_PRE(is_anybody_there);
        const auto scenario = sim::parse_scenario(text, "walk.toml", {});
        if (!scenario) RC_FAIL(to_string(scenario.error()));
        const EngineEnd engine = of_engine(*scenario, options, walk.tick());
        RC_ASSERT(of_walk(walk) == engine.chronicle);
        for (const auto& [number, client] : engine.clients) {
          compare(walk.clients()[number], client, options, walk.tick());
        }
      },
      3);
}

TEST_CASE("what happens in one tick is in a scenario in the order of the walk") {
  Options options;
  options.features = Feature::bulk | Feature::rotate;
  ModelRun walk(options, Rules{});
  for (const ActionKind kind : {ActionKind::rotate, ActionKind::issue_bulk}) {
    REQUIRE(walk.take({Action{kind}, std::nullopt}));
  }
  walk.take({});
  REQUIRE(walk.take({Action{ActionKind::retire}, std::nullopt}));
  walk.take({});
  const std::string text = scenario_text(options, walk, "walk", "");
  CHECK(text.find("rotate-signing-certificate") < text.find("issue-bulk-token"));
}

TEST_CASE("a packed part unpacks to what it was") {
  property("keys are exact", [] {
    const Options options = random_options();
    const StateCodec codec(options);
    const ModelRun walk = random_walk(options);
    for (const WalkStep& action : walk.actions()) {
      for (const Transition& transition : action.transitions) {
        const PartKey key = codec.pack(transition.before, kPresent);
        RC_ASSERT(codec.pack(codec.unpack_client(key), kPresent) == key);
        const PartKey next = codec.pack(transition.after, transition.now);
        Reference words = in_plain_words(transition.after, transition.now, codec);
        // Kept only where it makes a difference.
        words.just_started = words.just_started && options.features.has(Feature::restart);
        RC_ASSERT(in_plain_words(codec.unpack_client(next), kPresent, codec) == words);
        const PartKey site = codec.pack(*transition.site, kPresent);
        const SiteState again = codec.unpack_site(site);
        RC_ASSERT(codec.pack(again, kPresent) == site);
        RC_ASSERT(again.site->up == transition.site->site->up);
        RC_ASSERT(again.site->keys == transition.site->site->keys);
        RC_ASSERT(again.loses_answers == transition.site->loses_answers);
        RC_ASSERT(again.site->bulk_tokens.size() == transition.site->site->bulk_tokens.size());
      }
    }
  });
}

}  // namespace tokenlife::test
