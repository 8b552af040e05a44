// What is counted, and from when to when: numbers by hand, at both edges of every span.
#include "sim/engine/tally.hpp"

#include <catch2/catch.hpp>

#include "sim/engine/expectations.hpp"
#include "sim/engine/simulation.hpp"
#include "sim/scenario/scenario.hpp"

namespace tokenlife::test {
namespace {

using namespace sim;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

Scenario read(const std::string& text) {
  const auto scenario = parse_scenario("format = 1\n" + text, "tally.toml", {});
  INFO((scenario ? std::string() : to_string(scenario.error())));
  REQUIRE(scenario);
  return *scenario;
}

RunResult lived(const Scenario& scenario, unsigned threads = 1) {
  RunControl control;
  const auto result = run(scenario, {threads, {}}, control);
  REQUIRE(result);
  return *result;
}

// What each expectation saw.
std::vector<std::uint64_t> seen(const std::string& text) {
  const Scenario scenario = read(text);
  const RunResult result = lived(scenario);
  std::vector<std::uint64_t> counts;
  for (const Outcome& outcome : judge_expectations(scenario, result)) {
    counts.push_back(outcome.actual);
  }
  return counts;
}

// How often each action had an effect.
std::vector<std::uint64_t> effects(const std::string& text) {
  return lived(read(text)).tally.effects;
}

std::string counting(const char* event, const char* from, const char* to) {
  return std::string("[[expect]]\nevent = \"") + event + "\"\nfrom = \"" + from + "\"\nto = \"" +
         to + "\"\nmin = 0\n";
}
std::string in_state(const char* state, const char* at) {
  return std::string("[[expect]]\nstate = \"") + state + "\"\nat = \"" + at + "\"\nmin = 0\n";
}

const std::string kOneDay = "[run]\nduration = \"1d\"\n";

// Installed at that time; asks every hour.
std::string office(const char* installed) {
  return std::string("[[cohort]]\nname = \"office\"\nclients = 1\ninstall = { at = \"") +
         installed +
         "\" }\ncontact-every = \"1h\"\n[cohort.network]\nmodel = \"fixed\"\non = \"intranet\"\n";
}

}  // namespace

// ---- Merging -----------------------------------------------------------------------------------

TEST_CASE("two tallies merged in either order are one, with the extremes of both") {
  Scenario scenario =
      read(kOneDay + office("0d") +
           "[[action]]\nat = \"1h\"\ndo = \"outage\"\nendpoint = \"mp\"\nfor = \"1h\"\n" +
           "[[expect]]\nevent = \"agent-restarted\"\nper-client-max = 9\n" +
           in_state("installed", "12h"));
  // Clients that restarted so often.
  const auto counted = [&](const std::vector<int>& restarts, const Signatures& signatures) {
    RunStatistics tally(scenario);
    for (const int times : restarts) {
      tally.begin_client({0});
      for (int i = 0; i < times; ++i) {
        tally.happened(at(hours{1}), {CauseKind::agent_start, 0}, AgentRestarted{});
      }
      tally.happened(at(hours{times}), {}, RenewalRequested{});
      tally.happened(at(hours{1}), {}, RenewalFailed{Endpoint::mp, FailureReason::sts_down});
      tally.happened(at(hours{1}), {},
                     RegistrationRefused{Endpoint::mp, RefusalReason::client_blocked});
      tally.had_effect(0);
      tally.end_client(LifecycleState::installed);
    }
    tally.add(signatures);
    return tally;
  };
  // The first has the lower extreme, the second the higher; then one has both; then one is empty.
  const std::pair<std::vector<int>, std::vector<int>> pairs[] = {
      {{1, 3}, {2, 5}}, {{1, 5}, {2, 3, 3}}, {{}, {1, 5}}};
  const std::uint64_t counts[] = {11, 14, 6};
  const std::uint64_t clients[] = {4, 5, 2};
  for (std::size_t i = 0; i < std::size(pairs); ++i) {
    const RunStatistics one = counted(pairs[i].first, {3, 4});
    const RunStatistics two = counted(pairs[i].second, {10, 20});
    RunStatistics forth = one;
    forth.add(two);
    RunStatistics back = two;
    back.add(one);
    for (const RunStatistics& sum : {forth, back}) {
      CAPTURE(i);
      CHECK(sum.seen[0].count == counts[i]);
      CHECK(sum.seen[0].per_client_min == 1);
      CHECK(sum.seen[0].per_client_max == 5);
      CHECK(sum.seen[1].count == clients[i]);
      CHECK(sum.clients == clients[i]);
      CHECK(sum.effects == std::vector<std::uint64_t>{clients[i]});
      CHECK(sum.kinds[static_cast<std::size_t>(EventKind::agent_restarted)] == counts[i]);
      CHECK(sum.failures[static_cast<std::size_t>(FailureReason::sts_down)] == clients[i]);
      CHECK(sum.refusals[static_cast<std::size_t>(RefusalReason::client_blocked)] == clients[i]);
      CHECK(sum.renewals_by_hour[1] == 1);
      CHECK(sum.renewals_by_hour[5] == 1);
      CHECK(sum.final_states[0][static_cast<std::size_t>(LifecycleState::installed)] == clients[i]);
      CHECK(sum.signatures.made == 13);
      CHECK(sum.signatures.verified == 24);
    }
  }
}

// In three partitions of 1,024 numbers: those that restart are in the first, the middle or the
// last.
TEST_CASE("what partitions count is added up, wherever the extremes are and whoever counts them") {
  const auto cohort = [](const char* name, int clients) {
    return std::string("[[cohort]]\nname = \"") + name +
           "\"\nclients = " + std::to_string(clients) +
           "\n[cohort.network]\nmodel = \"fixed\"\non = \"offline\"\n";
  };
  const std::string restart = "[[action]]\nat = \"1h\"\ndo = \"restart-agents\"\ncohort = \"";
  const std::string per_client = "[[expect]]\nevent = \"agent-restarted\"\nper-client-min = 0\n";
  const std::pair<int, int> around[] = {{0, 2500}, {1500, 1000}, {2500, 0}};
  for (const auto& [before, after] : around) {
    CAPTURE(before);
    std::string text = kOneDay;
    if (before != 0) text += cohort("before", before);
    text += cohort("restarted", 3);
    if (after != 0) text += cohort("after", after);
    text += restart + "restarted\"\n" + restart + "restarted\"\n" + per_client + per_client +
            "cohort = \"restarted\"\n";
    const Scenario scenario = read(text);
    for (const unsigned threads : {1U, 2U, 3U}) {
      const auto outcomes = judge_expectations(scenario, lived(scenario, threads));
      CHECK(outcomes[0].actual == 6);
      CHECK(outcomes[0].per_client_min == 0U);
      CHECK(outcomes[0].per_client_max == 2U);
      CHECK(outcomes[1].actual == 6);
      CHECK(outcomes[1].per_client_min == 2U);
      CHECK(outcomes[1].per_client_max == 2U);
    }
  }
}

TEST_CASE("a cohort's share is of its own clients, and the fleet's of all") {
  const Scenario scenario = read(kOneDay + R"([[cohort]]
name = "away"
clients = 3
[cohort.network]
model = "fixed"
on = "offline"
[[cohort]]
name = "office"
clients = 9
[cohort.network]
model = "fixed"
on = "intranet"
[[cohort]]
name = "late"
clients = 4
install = { at = "1d" }
[cohort.network]
model = "fixed"
on = "offline"
[[expect]]
state = "installed"
cohort = "away"
share-min = 0.0
[[expect]]
state = "registered"
cohort = "away"
share-min = 0.0
[[expect]]
state = "registered"
cohort = "office"
share-min = 0.0
[[expect]]
state = "installed"
share-min = 0.0
[[expect]]
state = "registered"
share-max = 1.0
[[expect]]
state = "installed"
cohort = "late"
share-max = 1.0
)");
  std::vector<double> shares;
  for (const Outcome& outcome : judge_expectations(scenario, lived(scenario))) {
    REQUIRE(outcome.share);
    shares.push_back(*outcome.share);
  }
  CHECK(shares == std::vector<double>{1, 0, 1, 0.1875, 0.5625, 0});
}

// Of 4 clients 3 are registered, and have asked to renew once.
TEST_CASE("a bound that is just met holds, and one that is just missed does not") {
  const std::string fleet = "[run]\nduration = \"31d\"\n" + office("0d") +
                            "[[cohort]]\nname = \"two\"\nclients = 2\n[cohort.network]\n"
                            "model = \"fixed\"\non = \"intranet\"\n"
                            "[[cohort]]\nname = \"away\"\nclients = 1\n[cohort.network]\n"
                            "model = \"fixed\"\non = \"offline\"\n";
  const auto holds = [&](const std::string& expectation, const std::string& bound) {
    const Scenario scenario = read(fleet + "[[expect]]\n" + expectation + bound + "\n");
    return *judge_expectations(scenario, lived(scenario)).at(0).holds;
  };
  struct Bound {
    const char* text;
    bool holds;
  };
  const std::string registered = "state = \"registered\"\n";
  for (const auto& [bound, expected] : {Bound{"count = 3", true},
                                        {"count = 2", false},
                                        {"count = 4", false},
                                        {"min = 3", true},
                                        {"min = 4", false},
                                        {"max = 3", true},
                                        {"max = 2", false},
                                        {"min = 3\nmax = 3", true},
                                        {"share-min = 0.75", true},
                                        {"share-min = 0.7500001", false},
                                        {"share-max = 0.75", true},
                                        {"share-max = 0.7499999", false}}) {
    CAPTURE(bound);
    CHECK(holds(registered, bound) == expected);
  }
  const std::string of_office = "event = \"renewal-requested\"\ncohort = \"two\"\n";
  for (const auto& [bound, expected] : {Bound{"count = 2", true},
                                        {"count = 3", false},
                                        {"min = 2", true},
                                        {"min = 3", false},
                                        {"max = 2", true},
                                        {"max = 1", false},
                                        {"per-client-min = 1", true},
                                        {"per-client-min = 2", false},
                                        {"per-client-max = 1", true},
                                        {"per-client-max = 0", false}}) {
    CAPTURE(bound);
    CHECK(holds(of_office, bound) == expected);
  }
}

// ---- Spans: from `from` on, and before `to`
// ------------------------------------------------------

TEST_CASE("the site's events are counted from `from` on and before `to`") {
  CHECK(seen(kOneDay + office("0d") +
             "[[action]]\nat = \"10h\"\ndo = \"outage\"\nendpoint = \"cmg\"\nfor = \"1h\"\n" +
             counting("endpoint-down", "9h", "10h") + counting("endpoint-down", "10h", "11h") +
             counting("endpoint-down", "9h59m", "10h1m") +
             counting("endpoint-down", "10h1m", "1d") + counting("endpoint-up", "10h", "11h") +
             counting("endpoint-up", "11h", "12h") + counting("endpoint-up", "11h", "11h1m") +
             counting("site-established", "0d", "1m") + counting("site-established", "1m", "1d")) ==
        std::vector<std::uint64_t>{0, 1, 1, 0, 0, 1, 1, 1, 0});
}

TEST_CASE("clients' events are counted from `from` on and before `to`") {
  CHECK(seen(kOneDay + office("10h") + counting("client-installed", "9h", "10h") +
             counting("client-installed", "10h", "11h") +
             counting("client-installed", "10h", "10h1m") +
             counting("client-installed", "10h1m", "1d") +
             counting("registration-completed", "10h", "10h1m") +
             counting("registration-completed", "10h1m", "10h2m")) ==
        std::vector<std::uint64_t>{0, 1, 1, 0, 0, 1});
}

TEST_CASE("a state at a moment is the one after all that happens at it") {
  CHECK(seen(kOneDay + office("10h") + in_state("installed", "9h59m") +
             in_state("installed", "10h") + in_state("registered", "10h") +
             in_state("installed", "10h1m") + in_state("registered", "10h1m") +
             in_state("registered", "1d")) == std::vector<std::uint64_t>{0, 1, 0, 0, 1, 1});
}

TEST_CASE("an hour's renewals are those from its beginning to just before its end") {
  Scenario scenario = read("[run]\nduration = \"40d\"\n" + office("0d"));
  const auto of_hour = [&](Duration installed) {
    scenario.cohorts[0].install_at = at(installed);
    const auto& hours_of = lived(scenario).tally.renewals_by_hour;
    std::size_t hour = 0;
    while (hour < hours_of.size() && hours_of[hour] == 0) ++hour;
    return hour;
  };
  // Due 30 days, 720 hours, after the installation.
  CHECK(of_hour(Duration{0}) == 720);
  CHECK(of_hour(minutes{59}) == 720);
  CHECK(of_hour(minutes{60}) == 721);
}

// ---- Effects -----------------------------------------------------------------------------------

TEST_CASE("an outage has an effect on what asks from its beginning on and before its end") {
  const std::string outages =
      "[[action]]\nat = \"10h\"\ndo = \"outage\"\nendpoint = \"mp\"\nfor = \"1h\"\n"
      "[[action]]\nat = \"11h\"\ndo = \"outage\"\nendpoint = \"mp\"\nfor = \"1h\"\n";
  // It asks when it is installed, and then once an hour, while nobody answers.
  using Effects = std::vector<std::uint64_t>;
  CHECK(effects(kOneDay + office("9h59m") + outages) == Effects{0, 0});
  CHECK(effects(kOneDay + office("10h") + outages) == Effects{1, 1});
  CHECK(effects(kOneDay + office("10h59m") + outages) == Effects{1, 1});
  CHECK(effects(kOneDay + office("11h") + outages) == Effects{0, 1});
  CHECK(effects(kOneDay + office("11h59m") + outages) == Effects{0, 1});
  CHECK(effects(kOneDay + office("12h") + outages) == Effects{0, 0});
}

TEST_CASE("lost answers are of what was asked from the beginning on and before the end") {
  const std::string lost =
      "[[action]]\nat = \"10h\"\ndo = \"lose-answers\"\nshare = 1.0\nendpoint = \"mp\"\nfor = "
      "\"1h\"\n"
      "[[action]]\nat = \"11h\"\ndo = \"lose-answers\"\nshare = 1.0\nendpoint = \"mp\"\nfor = "
      "\"1m\"\n";
  using Effects = std::vector<std::uint64_t>;
  CHECK(effects(kOneDay + office("9h59m") + lost) == Effects{0, 0});
  CHECK(effects(kOneDay + office("10h") + lost) == Effects{1, 1});
  CHECK(effects(kOneDay + office("10h59m") + lost) == Effects{1, 0});
  CHECK(effects(kOneDay + office("11h") + lost) == Effects{0, 1});
  CHECK(effects(kOneDay + office("11h1m") + lost) == Effects{0, 0});
}

TEST_CASE("a move has an effect where a client is while it lasts, and when it ends") {
  const std::string move =
      "[[action]]\nat = \"10h\"\ndo = \"move\"\ncohort = \"office\"\non = \"offline\"\n"
      "for = \"1h\"\n";
  using Effects = std::vector<std::uint64_t>;
  CHECK(effects(kOneDay + office("0d") + move) == Effects{2});
  CHECK(effects(kOneDay + office("10h") + move) == Effects{2});
  CHECK(effects(kOneDay + office("10h59m") + move) == Effects{2});
  CHECK(effects(kOneDay + office("11h") + move) == Effects{0});
}

}  // namespace tokenlife::test
