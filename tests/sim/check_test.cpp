// The checker finds what is planted, by the shortest way, and counts what can be counted by hand.
#include "sim/check/explore.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "core/site.hpp"
#include "sim/check/story.hpp"
#include "sim/cli/command_check.hpp"
#include "sim/engine/expectations.hpp"
#include "sim/engine/simulation.hpp"
#include "sim/scenario/scenario.hpp"
#include "sim/text/duration.hpp"
#include "support/check_faults.hpp"
#include "support/desk.hpp"

namespace tokenlife::test {
namespace {

using namespace sim::checker;

Exploration explore_all(const Options& options, const Rules& rules) {
  return explore(options, rules, [](const Counts&) { return true; });
}
Exploration explore_all(const Options& options) { return explore_all(options, Rules{}); }

Options coarse(std::uint32_t clients, std::chrono::days unit, Features features) {
  Options options;
  options.clients = clients;
  options.unit = unit;
  options.features = features;
  return options;
}

std::map<std::string, std::size_t> broken(const Exploration& exploration) {
  std::map<std::string, std::size_t> actions;
  for (const Violation& violation : exploration.violations) {
    actions.emplace(always()[violation.property].name, violation.path.size());
  }
  return actions;
}

}  // namespace

// By hand, for units of 30 days, with `m` for "has moved in this tick":
//   not installed                                                                          1
//   installed: intranet m, internet m, internet, never connected m or not, left m or not   7
//   registered or roaming of age 1: on either network m or not, offline m                  6
//   registered or roaming of age 2: on either network m, offline                           4
//   expired, of age 3: offline, intranet m (registered once before on either network)      4
//   re-registration required: internet m or not, offline m or not, intranet m              5
TEST_CASE("the states of one client in units of 30 days are those counted by hand") {
  CHECK(explore_all(coarse(1, std::chrono::days{30}, {})).counts.states == 27);
}

TEST_CASE("two clients that nothing binds have the product of their states") {
  Options options = coarse(2, std::chrono::days{30}, {});
  CHECK(explore_all(options).counts.states == 27 * 28 / 2);
  options.symmetry = false;
  CHECK(explore_all(options).counts.states == 27 * 27);
  options.clients = 3;
  CHECK(explore_all(options).counts.states == 27 * 27 * 27);
  options.symmetry = true;
  CHECK(explore_all(options).counts.states == 27 * 28 * 29 / 6);
  options.clients = 4;
  CHECK(explore_all(options).counts.states == 27 * 28 * 29 * 30 / 24);
}

TEST_CASE("an exploration with room for exactly its states is complete") {
  Options options = coarse(1, std::chrono::days{30}, {});
  options.states_max = 27;
  CHECK(explore_all(options).end == StopReason::complete);
  options.states_max = 26;
  CHECK(explore_all(options).end == StopReason::states_max);
}

// Not installed, or installed on one of three networks. Three transitions from the one, and from
// the others none: they have moved, and time stands still.
TEST_CASE("the states of the first day are those counted by hand") {
  Options options = coarse(1, std::chrono::days{30}, {});
  options.days = 0;
  const Counts counts = explore_all(options).counts;
  CHECK(counts.states == 4);
  CHECK(counts.transitions == 3);
  CHECK(counts.depth == 1);
}

TEST_CASE("every property holds and everything possible happens, with slow answers too", "[slow]") {
  const Features all = Feature::lose_answers | Feature::block | Feature::cmg_setting |
                       Features(Feature::bulk) | Feature::reinstall | Feature::upgrade |
                       Features(Feature::pki);
  for (const std::uint32_t latency : {1U, 2U}) {
    for (const Features features : {all, Feature::outage | Feature::rotate | Feature::reinstall,
                                    Feature::restart | Feature::outage,
                                    Feature::cmg_news | Feature::pki | Feature::pki_expiry}) {
      Options options = coarse(1, std::chrono::days{15}, features);
      options.latency = latency;
      const Exploration exploration = explore_all(options);
      CHECK(broken(exploration) == std::map<std::string, std::size_t>{});
      for (const WitnessSet::Entry& entry : exploration.sometimes) {
        INFO(entry.property.claim);
        CHECK(entry.met);
      }
    }
  }
}

// Then tokens come from bulk tokens and PKI alone, or there are none.
TEST_CASE("all holds and what can happen does where nobody registers with nothing to show",
          "[slow]") {
  const Feature some[] = {Feature::block,     Feature::bulk, Feature::rotate,
                          Feature::reinstall, Feature::pki,  Feature::pki_expiry};
  for (unsigned chosen = 0; chosen < 1U << std::size(some); ++chosen) {
    Features features;
    for (unsigned i = 0; i < std::size(some); ++i) {
      if ((chosen >> i & 1) != 0) features = features | some[i];
    }
    for (const MpMode mp : {MpMode::enhanced_http, MpMode::https}) {
      Options options = coarse(1, std::chrono::days{30}, features);
      options.mp = mp;
      options.internal_registration = mp == MpMode::https;
      const Exploration exploration = explore_all(options);
      CHECK(broken(exploration).empty());
      for (const WitnessSet::Entry& entry : exploration.sometimes) {
        INFO(entry.property.claim << ", features " << chosen << ", MP " << name(mp));
        CHECK(entry.met);
      }
    }
  }
}

TEST_CASE("a planted fault is found by the shortest way, with symmetry and without", "[slow]") {
  for (const Fault& fault : faults()) {
    INFO(fault.what);
    Options options = fault.options;
    const auto found = broken(explore_all(options, fault.rules));
    REQUIRE(found.contains(fault.breaks));
    CHECK(found.at(fault.breaks) == fault.actions);
    CHECK(found.contains("agrees-with-the-reference"));
    options.symmetry = false;
    CHECK(broken(explore_all(options, fault.rules)) == found);
  }
}

TEST_CASE("a counterexample demands what the right rules do") {
  for (const Fault& fault : faults()) {
    const Exploration exploration = explore_all(fault.options, fault.rules);
    REQUIRE(!exploration.violations.empty());
    const ModelRun walk = walk_of(fault.options, fault.rules, exploration.violations.front());
    const std::string text = scenario_text(fault.options, walk, fault.what, "");
    INFO(text);
    CHECK(!walk.demands().empty());
    const auto scenario = sim::parse_scenario(text, "counterexample.toml", {});
    REQUIRE(scenario.has_value());
    CHECK(scenario->expectations.size() == walk.demands().size());
    sim::RunControl control;
    const auto result = sim::run(*scenario, {}, control);
    REQUIRE(result.has_value());
    CHECK(sim::all_hold(sim::judge_expectations(*scenario, *result)));
  }
}

TEST_CASE("a breach that nobody can see has a scenario that leads to it") {
  Options options = coarse(1, std::chrono::days{10}, Feature::bulk);
  Rules rules;
  rules.decide = [](const Site& site, const SiteCommand& command, Instant now) {
    auto event = decide(site, command, now);
    if (event) {
      if (auto* issued = std::get_if<BulkTokenIssued>(&*event))
        issued->expires += std::chrono::days{1};
    }
    return event;
  };
  const Exploration exploration = explore_all(options, rules);
  CHECK(broken(exploration) ==
        std::map<std::string, std::size_t>{{"agrees-with-the-reference", 1}});
  const ModelRun walk = walk_of(options, rules, exploration.violations.front());
  CHECK(walk.demands().empty());
  CHECK(has(story(options, walk), "expected  something that neither an event nor a state shows"));
  const std::string text = scenario_text(options, walk, "too long", "");
  INFO(text);
  CHECK(sim::parse_scenario(text, "counterexample.toml", {}).has_value());
}

TEST_CASE("the story of a counterexample tells it tick by tick") {
  const Fault fault = faults().front();
  const Exploration exploration = explore_all(fault.options, fault.rules);
  const ModelRun walk = walk_of(fault.options, fault.rules, exploration.violations.front());
  CHECK(story(fault.options, walk) ==
        "       0d  client 0  client-installed on the intranet: installed\n"
        "           client 0  client-blocked\n"
        "           client 0  registration-requested\n"
        "      10d  client 0  registration-completed: registered\n"
        "           expected  a registration-refused (client-blocked) of client 0 at 10d\n"
        "           expected  no registration-completed of client 0 at 10d\n"
        "           expected  client 0 installed at 10d\n");
}

TEST_CASE("what never happens although it should is said") {
  Rules rules;
  rules.renewal_due = [](const Policy&, Instant, Duration) { return kNever; };
  const Exploration exploration = explore_all(coarse(1, std::chrono::days{10}, {}), rules);
  std::set<std::string> unmet;
  for (const auto& [property, is_met] : exploration.sometimes) {
    if (!is_met) unmet.insert(property.name);
  }
  CHECK(unmet == std::set<std::string>{"row registered renewal-requested renewing",
                                       "row renewing token-renewed registered",
                                       "row renewing token-renewed roaming",
                                       "row roaming renewal-requested renewing", "state renewing"});
}

// Of actions that take several rules each is named: here of a registration and its answer.
TEST_CASE("the reference names every rule that an action of a client takes") {
  Rules rules;
  rules.apply_answer = [](const Client&, const Answer&) { return AnswerEffects{}; };
  const Options options = coarse(1, std::chrono::days{10}, {});
  const Exploration exploration = explore_all(options, rules);
  const auto found = std::find_if(
      exploration.violations.begin(), exploration.violations.end(),
      [](const auto& v) { return always()[v.property].name == "agrees-with-the-reference"; });
  REQUIRE(found != exploration.violations.end());
  std::vector<std::string_view> ids;
  for (const RuleWords& rule : rules_concerned(walk_of(options, rules, *found), *found)) {
    ids.push_back(rule.ids);
  }
  CHECK(ids == std::vector<std::string_view>{"R12 R14", "R14 R23"});
}

}  // namespace tokenlife::test
