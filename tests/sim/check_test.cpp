// The checker finds what is planted, by the shortest way, and counts what can be counted by hand.
#include "sim/check/explore.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

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
  std::map<std::string, std::size_t> steps;
  for (const Violation& violation : exploration.violations) {
    steps.emplace(always()[violation.property].name, violation.path.size());
  }
  return steps;
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
  CHECK(explore_all(options).end == End::complete);
  options.states_max = 26;
  CHECK(explore_all(options).end == End::states_max);
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

TEST_CASE("every property holds and everything possible happens, with slow answers too") {
  const Features all = Feature::lose_answers | Feature::block | Feature::cmg_setting |
                       Features(Feature::bulk) | Feature::reinstall | Feature::upgrade |
                       Features(Feature::pki);
  for (const std::uint32_t latency : {1U, 2U}) {
    for (const Features features : {all, Feature::outage | Feature::rotate | Feature::reinstall,
                                    Feature::restart | Feature::outage}) {
      Options options = coarse(1, std::chrono::days{15}, features);
      options.latency = latency;
      const Exploration exploration = explore_all(options);
      CHECK(broken(exploration) == std::map<std::string, std::size_t>{});
      for (const Coverage::Entry& entry : exploration.sometimes) {
        INFO(entry.property.claim);
        CHECK(entry.met);
      }
    }
  }
}

// Then tokens come from bulk tokens and PKI alone, or there are none.
TEST_CASE("all holds and what can happen does where nobody registers with nothing to show") {
  const Feature some[] = {Feature::block, Feature::bulk, Feature::rotate, Feature::reinstall,
                          Feature::pki};
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
      for (const Coverage::Entry& entry : exploration.sometimes) {
        INFO(entry.property.claim << ", features " << chosen << ", MP " << name(mp));
        CHECK(entry.met);
      }
    }
  }
}

TEST_CASE("a planted fault is found by the shortest way, with symmetry and without") {
  for (const Fault& fault : faults()) {
    INFO(fault.what);
    Options options = fault.options;
    const auto found = broken(explore_all(options, fault.rules));
    REQUIRE(found.contains(fault.breaks));
    CHECK(found.at(fault.breaks) == fault.steps);
    CHECK(found.contains("agrees-with-the-reference"));
    options.symmetry = false;
    CHECK(broken(explore_all(options, fault.rules)) == found);
  }
}

TEST_CASE("a counterexample demands what the right rules do") {
  for (const Fault& fault : faults()) {
    const Exploration exploration = explore_all(fault.options, fault.rules);
    REQUIRE(!exploration.violations.empty());
    const Walk walk = walk_of(fault.options, fault.rules, exploration.violations.front());
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
  const Walk walk = walk_of(options, rules, exploration.violations.front());
  CHECK(walk.demands().empty());
  CHECK(has(story(options, walk), "expected  something that no event and no state shows"));
  const std::string text = scenario_text(options, walk, "too long", "");
  INFO(text);
  CHECK(sim::parse_scenario(text, "counterexample.toml", {}).has_value());
}

TEST_CASE("the story of a counterexample tells it tick by tick") {
  const Fault fault = faults().front();
  const Exploration exploration = explore_all(fault.options, fault.rules);
  const Walk walk = walk_of(fault.options, fault.rules, exploration.violations.front());
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

// ---- The program ------------------------------------------------------------------------------

TEST_CASE("check says in JSON what it explored and what holds") {
  const Desk desk;
  const Ran ran = desk.run("check --clients 2 --unit 30d --with none --json");
  REQUIRE(ran.status == 0);
  CHECK(ran.err.empty());
  const auto json = nlohmann::json::parse(ran.out);
  CHECK(json["states"] == 378);
  CHECK(json["complete"] == true);
  CHECK(json["features"] == "none");
  CHECK(json["counterexample"].is_null());
  for (const auto& property : json["properties"]) CHECK(property["verdict"] == "holds");
  CHECK(json["bytes-per-state"].is_number());
  CHECK(!std::filesystem::exists(desk.path("counterexample.toml")));
}

TEST_CASE("check stops where it is told to, and then judges no `sometimes`") {
  const Desk desk;
  const Ran bounded = desk.run("check --days 2 --json");
  CHECK(bounded.status == 0);
  CHECK(has(bounded.out, "\"verdict\": \"not-judged\""));
  CHECK(!has(bounded.out, "\"verdict\": \"fails\""));
  const Ran few = desk.run("check --max-states 1000");
  CHECK(few.status == 0);
  CHECK(has(few.out, "not complete because of --max-states"));
  CHECK(!has(few.out, "ok    nothing is granted to a blocked client"));
  const auto json = nlohmann::json::parse(desk.run("check --max-states 1000 --json").out);
  CHECK(json["complete"] == false);
  for (const auto& property : json["properties"]) {
    if (property["kind"] == "always") CHECK(property["verdict"] == "not-judged");
  }
}

TEST_CASE("an interrupted check says what it knows, and that it does not know the rest") {
  const Desk desk;
  // Bounded, so that a signal that comes before anybody listens fails the test and not the machine.
  const std::string line = "check --clients 4 --unit 12h --max-states 20000000 ";
  const std::string interrupt = " & p=$!; sleep 1; kill -INT $p; wait $p";
  const Ran ran = desk.run(line + interrupt);
  CHECK(ran.status == 130);
  CHECK(is_one_message(ran.err));
  CHECK(has(ran.err, "interrupted"));
  CHECK(has(ran.out, " states: not complete because interrupted; "));
  CHECK(!has(ran.out, "ok    nothing is granted to a blocked client"));

  const Ran machine = desk.run(line + "--json" + interrupt);
  CHECK(machine.status == 130);
  const auto json = nlohmann::json::parse(machine.out);
  CHECK(json["complete"] == false);
  CHECK(json["interrupted"] == true);
  CHECK(json["states"] > 0);
  CHECK(json["depth"] > 0);
  for (const auto& property : json["properties"]) {
    if (property["kind"] == "always") CHECK(property["verdict"] == "not-judged");
  }
}

// What is asked where nothing is asked for has all that a fault needs to be found: its features,
// and moments at each step of its unit.
TEST_CASE("a check without options explores all that the planted faults need") {
  const sim::CheckCommand usual;
  const auto usual_unit = sim::parse_duration(usual.unit);
  REQUIRE(usual_unit);
  for (const Fault& fault : faults()) {
    INFO(fault.what);
    CHECK(fault.options.unit % *usual_unit == Duration{0});
    for (std::size_t i = 0; i < kCount<Feature>; ++i) {
      const auto feature = static_cast<Feature>(i);
      if (!fault.options.features.has(feature)) continue;
      CHECK(has("," + usual.with + ",", "," + std::string(name(feature)) + ","));
    }
  }
  CHECK(!has(usual.with, "restart"));
}

// The program as it would be if that fault, by default the first one, were in the rules.
Ran run_faulty(const Desk& desk, const std::string& words, std::size_t fault = 0) {
  const std::string command = "cd '" + desk.path("").string() + "' && '" CHECK_OF_FAULTS "' " +
                              std::to_string(fault) + " " + words + " >out 2>err";
  const int status = std::system(command.c_str());
  return {WEXITSTATUS(status), read_file(desk.path("out")), read_file(desk.path("err"))};
}

TEST_CASE("what does not hold is named, told, and written as a scenario that holds again") {
  const Desk desk;
  const Ran ran = run_faulty(desk, "found.toml");
  CHECK(ran.status == 1);
  CHECK(ran.err.empty());
  CHECK(has(ran.out, "FAIL  nothing is granted to a blocked client  A8\n"));
  CHECK(has(ran.out,
            "It is not so that nothing is granted to a blocked client "
            "(blocked-is-absolute):\n       0d  client 0  client-installed"));
  CHECK(has(ran.out, "\nAgain: tokenlife run found.toml\n"));
  CHECK(has(read_file(desk.path("found.toml")), "# Property blocked-is-absolute; rules A8."));
  CHECK(desk.run("run found.toml").status == 0);

  const Ran again = run_faulty(desk, "json");
  CHECK(again.status == 1);
  const auto json = nlohmann::json::parse(again.out);
  CHECK(json["counterexample"]["property"] == "blocked-is-absolute");
  CHECK(json["counterexample"]["file"] == "counterexample.toml");
  CHECK(json["counterexample"]["steps"] == 3);
  CHECK(nlohmann::json::parse(run_faulty(desk, "json").out)["counterexample"]["file"] ==
        "counterexample-2.toml");
}

std::size_t number_of(std::string_view what) {
  const auto all = faults();
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].what == what) return i;
  }
  FAIL("no such fault");
  return 0;
}

TEST_CASE("a difference to the reference names the rules that it is about, with their words") {
  const struct {
    const char* fault;
    const char* ids;
    const char* words;
  } cases[] = {
      {"the site forgets that a bulk token is blocked", "R54",
       "a blocked bulk token is known as blocked"},
      {"the site does not unblock bulk tokens", "R55",
       "an unblocked bulk token is as good as before"},
      {"the site forgets outages", "R14",
       "an endpoint that is down answers nothing, and without the STS no token is issued"},
  };
  for (const auto& [fault, ids, words] : cases) {
    INFO(fault);
    const Desk desk;
    const Ran ran = run_faulty(desk, "found.toml", number_of(fault));
    CHECK(ran.status == 1);
    CHECK(has(ran.out, "\nThe reference goes by\n  " + std::string(ids) + ": " + words + "\n"));
    CHECK(has(read_file(desk.path("found.toml")),
              "# Property agrees-with-the-reference; rules " + std::string(ids) + ". "));
    const auto json = nlohmann::json::parse(run_faulty(desk, "json", number_of(fault)).out);
    CHECK(json["counterexample"]["reference-goes-by"] ==
          nlohmann::json::array({{{"ids", ids}, {"words", words}}}));
  }
  // A property that has rules of its own needs no others.
  const Desk desk;
  CHECK(!has(run_faulty(desk, "found.toml").out, "The reference goes by"));
}

// Of steps that take several rules each is named: here of a registration and its answer.
TEST_CASE("the reference names every rule that a step of a client takes") {
  Rules rules;
  rules.hear = [](const Client&, const Answer&) { return Heard{}; };
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

TEST_CASE("what was found is told also if the scenario cannot be written") {
  const Desk desk;
  const Ran ran = run_faulty(desk, "/dev/full/found.toml");
  CHECK(ran.status == 3);
  desk.write("folder.sh",
             "mkdir -p closed && cd closed && rmdir ../closed && exec '" CHECK_OF_FAULTS
             "' 0 \"$@\"\n");
  for (const char* words : {"sh folder.sh", "sh folder.sh json"}) {
    const std::string command = "cd '" + desk.path("").string() + "' && " + words + " >out 2>err";
    const int status = std::system(command.c_str());
    CHECK(WEXITSTATUS(status) == 3);
    CHECK(is_one_message(read_file(desk.path("err"))));
    CHECK(has(read_file(desk.path("out")), "a registration-refused (client-blocked) of client 0"));
  }
}

TEST_CASE("what is wrong with a check is said in one line") {
  const Desk desk;
  const struct {
    const char* line;
    int status;
    const char* words;
  } cases[] = {
      {"check --with outage,blok", 2, "did you mean `block`?"},
      {"check --unit 7d", 2, "a unit of 7d"},
      {"check --unit 1m", 2, "too short"},
      {"check --unit x", 2, "--unit: the duration"},
      {"check --unit 15d --latency 3", 2, "later than the next renewal"},
      {"check --clients 5", 2, "--clients"},
      {"check --with ''", 2, "--with knows no"},
      {"check --with none,block", 2, "--with knows no `none`"},
      {"check --unit 0d", 2, "a unit of 0d"},
      {"check --unit -1d", 2, "a unit of -1d"},
      {"check --unit 99999999999999999999d", 2, "--unit: the duration"},
      {"check --days 0", 2, "--days"},
      {"check --days 99999999999999999999", 2, "--days"},
      {"check --latency 4", 2, "--latency"},
      {"check --max-states 0", 2, "--max-states"},
      {"check --max-states 4294967296", 2, "--max-states"},
      {"check --mp ftp", 2, "--mp"},
      {"check --counterexample small.toml", 3, "is there already"},
      {"check --counterexample ''", 3, "cannot be written"},
      {"check --counterexample nowhere/x.toml", 3, "nowhere/x.toml: cannot be written"},
      {"check --counterexample small.toml/x.toml", 3, "Not a directory"},
      {"check --counterexample $(printf %0300d 1)", 3, "name too long"},
  };
  for (const auto& wrong : cases) {
    INFO(wrong.line);
    const Ran ran = desk.run(wrong.line);
    INFO(ran.err);
    CHECK(ran.status == wrong.status);
    CHECK(is_one_message(ran.err));
    CHECK(has(ran.err, wrong.words));
  }
}

}  // namespace tokenlife::test
