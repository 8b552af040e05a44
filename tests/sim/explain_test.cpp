// Why a client is where it is: its spells, what would have saved it, and when it was lost. Every
// time here is reckoned by hand.
#include <algorithm>
#include <string>

#include "sim/analysis/alternatives.hpp"
#include "sim/analysis/client_story.hpp"
#include "sim/analysis/futures.hpp"
#include "sim/client_in_story.hpp"
#include "sim/engine/memory_run.hpp"
#include "sim/engine/site_timeline.hpp"

namespace tokenlife::test {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;
using Kind = sim::Alternative::Kind;

TEST_CASE("spells of a client, with the token that was lost") {
  const Story story(one_client(kAway));
  REQUIRE(story.spells.size() == 2);
  // From the installation to the first token, a minute later.
  CHECK(story.spells[0].spell.begin == at(0s));
  CHECK(story.spells[0].spell.cause == SpellCause::not_enrolled);
  CHECK(story.spells[0].end == at(1min));
  CHECK_FALSE(story.spells[0].lost.exists());
  // The token of tick 0 ends after 90 days.
  CHECK(story.spells[1].spell.begin == at(days{90}));
  CHECK(story.spells[1].spell.cause == SpellCause::offline);
  CHECK_FALSE(story.spells[1].end.has_value());
  CHECK(to_string(story.spells[1].lost.serial) == "0-1");
  CHECK(std::holds_alternative<RegistrationCompleted>(story.events[story.spells[1].issued].event));
  CHECK(std::holds_alternative<TokenExpired>(story.events[story.spells[1].began].event));
}

TEST_CASE("served through a time means a good token after every tick of it") {
  const Story story(one_client(kAway));
  CHECK(sim::is_served_through(story.events, at(1min), at(days{90})));
  CHECK_FALSE(sim::is_served_through(story.events, at(0min), at(days{90})));
  CHECK_FALSE(sim::is_served_through(story.events, at(1min), at(days{90} + 1min)));
  CHECK_FALSE(sim::is_served_through(story.events, at(days{150}), at(days{200})));
}

TEST_CASE("one client alone lives as it does among all") {
  const std::string text = "[run]\nduration = \"100d\"\n" + std::string(R"(
[[cohort]]
name = "a"
clients = 3
agent-restart-every = "9d"
[cohort.network]
model = "dwell"
start = "intranet"
intranet = { mean = "1d", to = { internet = 1.0 } }
internet = { mean = "3d", to = { intranet = 1.0 } }
[[cohort]]
name = "b"
clients = 4
[cohort.network]
model = "dwell"
start = "intranet"
intranet = { mean = "1d", to = { offline = 1.0 } }
offline = { mean = "30d", to = { intranet = 1.0 } }
[[action]]
do = "reinstall"
cohort = "b"
share = 0.5
over = "5d"
at = "40d"
)");
  const sim::Scenario scenario = scenario_of(text);
  const sim::EngineRun all = sim::simulate(scenario);
  const sim::SiteTimeline site(scenario);
  for (std::uint32_t client = 0; client < 7; ++client) {
    sim::LoneClient lone(scenario, ClientNumber{client});
    for (int again = 0; again < 2; ++again) {
      CHECK(lone.live(scenario, site).events == all.clients[client]);
    }
  }
}

TEST_CASE("what would have saved a client that was offline when its renewal was due") {
  const Story story(one_client(kAway));
  // Offline from day 20: at 20 d it is too late, since the network change comes first. Renewed on
  // day 19 its token lasts until day 109, and it is back on day 100.
  CHECK(story.saved_by(Kind::renew_after)->length == days{19});
  // Back on day 100, on the internet: it renews there if its token is still good then.
  CHECK(story.saved_by(Kind::token_validity)->length == days{101});
  // Due from day 30 on, and lost on day 90: the last hour before, for an hour.
  const auto visit = story.saved_by(Kind::visit);
  CHECK(visit->at == at(days{89} + 23h));
  CHECK(visit->length == 1h);
  CHECK(story.saved().size() == 3);
}

// Who is back ten days later is lost all the same, ten days later: that is not saved.
TEST_CASE("what only puts the loss off saves nobody") {
  const Story story(
      one_client("model = \"timeline\"\nsteps = [ { at = \"0d\", on = \"intranet\" }, "
                 "{ at = \"1h\", on = \"internet\" }, { at = \"20d\", on = \"offline\" }, "
                 "{ at = \"110d\", on = \"internet\" } ]"));
  CHECK_FALSE(story.saved_by(Kind::renew_after).has_value());
  CHECK(story.saved_by(Kind::token_validity)->length == days{111});
}

TEST_CASE("an outage is shortened to the tick, and left out") {
  const Story story(one_client(kLeaves, kCmgDown));
  CHECK(story.spells.back().spell.cause == SpellCause::endpoint_down);
  CHECK(story.saved_by(Kind::left_out)->action == 0);
  // Renewals are tried from day 30 on, hourly; each failure is told a minute later and followed by
  // an hour without. The last try that is in time is that of 23:00 on the day before the expiry:
  // the CMG has to be up by then, 64 days and 23 hours after it went down.
  CHECK(story.saved_by(Kind::shortened)->length == days{64} + 23h);
  CHECK(story.saved_by(Kind::shortened)->present == days{75});
  // The CMG is up until day 25.
  CHECK(story.saved_by(Kind::renew_after)->length == days{24});
  // It is up again on day 100.
  CHECK(story.saved_by(Kind::token_validity)->length == days{101});
}

TEST_CASE("what saves is not monotone: the largest below, the smallest above") {
  // On the internet on the days 5, 12 and 13 only, then again from day 100 on.
  const Story story(
      one_client("model = \"timeline\"\nsteps = [ { at = \"0d\", on = \"intranet\" }, "
                 "{ at = \"1h\", on = \"offline\" }, { at = \"5d\", on = \"internet\" }, "
                 "{ at = \"6d\", on = \"offline\" }, { at = \"12d\", on = \"internet\" }, "
                 "{ at = \"14d\", on = \"offline\" }, { at = \"102d\", on = \"internet\" } ]"));
  // With 13 d it renews on day 13, until day 103; with 9 d on day 12, until day 102, when it is
  // back in the very tick in which that token ends.
  CHECK(story.saved_by(Kind::renew_after)->length == days{13});
}

TEST_CASE("what saves a client only for a while says until when") {
  // Lost on day 90, back in the office on day 100, and away for good from day 110 on.
  const Story story(
      one_client("model = \"timeline\"\nsteps = [ { at = \"0d\", on = \"intranet\" }, "
                 "{ at = \"20d\", on = \"offline\" }, { at = \"100d\", on = \"intranet\" }, "
                 "{ at = \"110d\", on = \"offline\" } ]"));
  // A visit on day 89 brings a token until day 180, less an hour: by the clock at 179 d 23 h. That
  // of day 100 would have lasted until day 190.
  REQUIRE(story.spells.size() == 3);
  const auto saved = sim::alternatives(story.scenario, story.client, story.events, story.spells[1],
                                       at(story.scenario.duration))
                         .helping;
  REQUIRE(saved.size() == 3);
  // Renewed on day 19, and good until day 109: renewed again before it leaves.
  CHECK(saved[0] == sim::Alternative{Kind::renew_after, days{19}, 0, {}, days{30}, {}, false});
  CHECK(saved[1].length == days{101});
  CHECK_FALSE(saved[1].lost_again.has_value());
  CHECK(saved[2].at == at(days{89} + 23h));
  CHECK(saved[2].lost_again == at(days{179} + 23h));
}

// What an action sets below the value stays as it is.
TEST_CASE("renewal after fewer days does not put off what an action makes sooner") {
  const auto at_once = [](const char* at, const char* renew_after) {
    return std::string("[[action]]\ndo = \"set-policy\"\narrives = \"at-once\"\nat = \"") + at +
           "\"\nrenew-after = \"" + renew_after + "\"\n";
  };
  const Story story(one_client(kAway, at_once("2d", "8d") + at_once("10d", "30d")));
  // Renewed on day 8, whatever is tried, and lost on day 98. With 11 d it is due again on day 19,
  // the last on which it is connected, and good until day 109.
  CHECK(story.spells.back().spell.begin == at(days{98}));
  CHECK(story.saved_by(Kind::renew_after)->length == days{11});
}

TEST_CASE(
    "terms are tried in whole days that are multiples of the tick, and what was tried is known") {
  const Story story(
      "[run]\nduration = \"4900h\"\ntick = \"7h\"\n[site]\nlatency = \"7h\"\n"
      "token-validity = \"2100h\"\nrenew-after = \"700h\"\n[[cohort]]\nname = \"a\"\nclients = 1\n"
      "contact-every = \"7h\"\n[cohort.network]\nmodel = \"timeline\"\nsteps = [ { at = \"0d\", on "
      "= "
      "\"intranet\" }, { at = \"350h\", on = \"offline\" }, { at = \"3430h\", on = \"internet\" } "
      "]");
  // Offline after 14 d 14 h: with 14 d it renews at 336 h, and its token ends at 2436 h. It is back
  // after 142 d 22 h, and answered 7 h later: 144 d would do, if they were a multiple of the tick.
  const auto tried = sim::alternatives(story.scenario, story.client, story.events,
                                       story.spells.back(), at(story.scenario.duration));
  CHECK_FALSE(story.saved_by(Kind::renew_after).has_value());
  CHECK(story.saved_by(Kind::token_validity)->length == days{147});
  CHECK(tried.has_tried(Kind::renew_after));
  CHECK(tried.has_tried(Kind::visit));
  CHECK_FALSE(tried.has_tried(Kind::renew_on));
  CHECK_FALSE(tried.has_tried(Kind::left_out));
  CHECK_FALSE(tried.has_tried(Kind::shortened));
}

TEST_CASE("renewals at contacts would have saved who waits for its agent to start") {
  const Story story(one_client(kLeaves, "", "", "renew-on = \"agent-start\""));
  CHECK(story.spells.back().spell.cause == SpellCause::no_agent_start);
  CHECK(story.saved_by(Kind::renew_on).has_value());
  // No renewal time and no visit helps where no agent starts; a validity of three times would end
  // on day 270, after the run.
  CHECK_FALSE(story.saved_by(Kind::renew_after).has_value());
  CHECK_FALSE(story.saved_by(Kind::visit).has_value());
  CHECK(story.saved_by(Kind::token_validity)->length == days{200});
  CHECK(story.saved_by(Kind::token_validity)->only_outlasts);
}

TEST_CASE("a setting that never arrived would have saved at once") {
  // Never allowed to use the CMG, and told so when it is on the internet already.
  const Story story(one_client(kLeaves,
                               "[[action]]\ndo = \"set-cmg-allowed\"\ncohort = \"c\"\n"
                               "value = true\nat = \"2d\"\n",
                               "cmg-allowed = false"));
  CHECK(story.spells.back().spell.cause == SpellCause::cmg_not_allowed);
  CHECK(story.saved_by(Kind::at_once)->action == 0);
  CHECK_FALSE(story.saved_by(Kind::left_out).has_value());
}

TEST_CASE("of a client that never got a token, what would have ended that") {
  const Story story(one_client("model = \"fixed\"\non = \"internet\"",
                               "[[action]]\ndo = \"issue-bulk-token\"\nname = \"k\"\nat = \"0d\"\n"
                               "[[action]]\ndo = \"block-bulk-token\"\nname = \"k\"\nat = \"0d\"\n",
                               "bulk-token = \"k\""));
  CHECK_FALSE(sim::can_be_prevented(story.spells.back(), story.events));
  // A visit helps until the last tick in which an answer still comes.
  CHECK(story.saved_by(Kind::left_out)->action == 1);
  CHECK(story.saved_by(Kind::visit)->at == at(days{199} + 23h));
}

TEST_CASE("R5: a client that is too old would have been saved by an upgrade") {
  // It asks every 24 hours from tick 0 on, and is refused: last at 199 d.
  const Story story(
      one_client("model = \"fixed\"\non = \"intranet\"", "", "version = \"outdated\""));
  REQUIRE(story.spells.size() == 1);
  REQUIRE(story.saved_by(Kind::upgrade).has_value());
  CHECK(story.saved_by(Kind::upgrade)->at == at(days{199}));
  CHECK(story.alternatives().has_tried(Kind::visit));
  CHECK_FALSE(story.saved_by(Kind::visit).has_value());
}

TEST_CASE("of a client that is current no upgrade is tried") {
  CHECK_FALSE(Story(one_client(kAway)).alternatives().has_tried(Kind::upgrade));
}

// ---- Futures -----------------------------------------------------------------------------------

TEST_CASE("futures begin with the token's issue and the days up to the spell") {
  const Story story(one_client(kAway));
  const auto moments = sim::moments_of_loss(story.scenario, story.spells.back());
  // The token was issued at 0 d, and expires at 90 d: both are starts of days.
  REQUIRE(moments.size() == 91);
  CHECK(moments.front() == at(0s));
  CHECK(moments[1] == at(days{1}));
  CHECK(moments.back() == at(days{90}));
}

TEST_CASE("of many days a hundred are taken, with both ends") {
  Story story(one_client(kAway));
  story.spells.back().spell.begin = at(days{190});
  const auto moments = sim::moments_of_loss(story.scenario, story.spells.back());
  REQUIRE(moments.size() == 100);
  CHECK(moments.front() == at(0s));
  CHECK(moments[1] == at(days{1}));
  CHECK(moments[2] == at(days{3}));
  CHECK(moments.back() == at(days{190}));
}

TEST_CASE("where nothing is left to chance the client is stranded in all futures or in none") {
  const Story story(one_client(kAway));
  const auto moments = sim::moments_of_loss(story.scenario, story.spells.back());
  const auto later = sim::futures(story.scenario, ClientNumber{0}, moments, at(days{150}), 2);
  CHECK(later.front() == sim::Futures{at(0s), 200});
  CHECK(sim::point_of_no_return(later, 50) == at(0s));
  // Offline, last on the internet, on day 89: its token is still good.
  const auto before = sim::futures(story.scenario, ClientNumber{0}, moments, at(days{89}), 1);
  CHECK(before.back().stranded == 0);
  CHECK_FALSE(sim::point_of_no_return(before, 50).has_value());
}

TEST_CASE("each future is the run with that reseed", "[slow]") {
  const std::string text = one_client(
      "model = \"dwell\"\nstart = \"intranet\"\nintranet = { mean = \"1d\", to = { offline = 1.0 } "
      "}\n"
      "offline = { mean = \"40d\", to = { internet = 1.0 } }\n"
      "internet = { mean = \"1d\", to = { offline = 1.0 } }");
  sim::Scenario scenario = scenario_of(text);
  const auto found =
      sim::futures(scenario, ClientNumber{0}, {at(days{30}), at(days{60})}, at(days{200}), 2);
  unsigned stranded = 0;
  for (std::uint64_t seed = 2; seed <= 201; ++seed) {
    scenario.reseed = sim::Reseed{at(days{30}), seed};
    sim::RunControl control;
    const auto result = sim::run(scenario, {}, control);
    REQUIRE(result.has_value());
    stranded += static_cast<unsigned>(result->tally.spells.all_stranded());
  }
  CHECK(found[0].stranded == stranded);
  CHECK(stranded > 0);
  CHECK(stranded < 200);
}

TEST_CASE("the point of no return is the first moment from which on it stays so") {
  const auto moment = [](int day) { return at(days{day}); };
  const std::vector<sim::Futures> shares{{moment(0), 150}, {moment(1), 100}, {moment(2), 101},
                                         {moment(3), 190}, {moment(4), 191}, {moment(5), 200}};
  CHECK(sim::point_of_no_return(shares, 50) == moment(2));
  CHECK(sim::point_of_no_return(shares, 95) == moment(4));
}

}  // namespace
}  // namespace tokenlife::test
