// What is counted, and from when to when: numbers by hand, at both edges of every span.
#include "sim/engine/tally.hpp"

#include <catch2/catch.hpp>

#include "sim/engine/expectations.hpp"
#include "sim/engine/simulation.hpp"
#include "sim/scenario/scenario.hpp"

namespace tokenlife::test {
namespace {

// Ends a client that has no spell.
void end_client(sim::RunStatistics& tally, LifecycleState state, Service service) {
  Client client;
  client.state = state;
  tally.end_client({}, client, {}, service, {});
}

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
      tally.happened(at(hours{1}), {CauseKind::action, 0}, ClientBlocked{});
      end_client(tally, LifecycleState::installed, Service::served);
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
      CHECK(sum.caused == std::vector<bool>{true});
      CHECK(sum.kinds[static_cast<std::size_t>(EventKind::agent_restarted)] == counts[i]);
      CHECK(sum.failures[static_cast<std::size_t>(FailureReason::sts_down)] == clients[i]);
      CHECK(sum.refusals[static_cast<std::size_t>(RefusalReason::client_blocked)] == clients[i]);
      CHECK(sum.renewals.most_within(hours{24}).count == clients[i]);
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

// ---- Peaks -------------------------------------------------------------------------------------

TEST_CASE("a peak is the most in any stretch, from its beginning to just before its end") {
  const auto most = [](Duration tick, const std::vector<Duration>& moments, Duration length) {
    SlotCounts counts(tick, days{30});
    for (const Duration moment : moments) counts.add(at(moment));
    const Peak peak = counts.most_within(length);
    return std::pair{peak.count, peak.from.time_since_epoch()};
  };
  using Seen = std::pair<std::uint64_t, Duration>;
  constexpr minutes m{1};
  CHECK(most(m, {}, hours{1}) == Seen{0, Duration{0}});
  // Exactly an hour apart they are in two hours, a minute less and they are in one.
  CHECK(most(m, {50 * m, 110 * m}, hours{1}) == Seen{1, 50 * m});
  CHECK(most(m, {50 * m, 109 * m}, hours{1}) == Seen{2, 50 * m});
  // The first of several that are equal.
  CHECK(most(m, {7 * m, 8 * m, 100 * m, 101 * m}, 2 * m) == Seen{2, 7 * m});
  CHECK(most(m, {7 * m, 100 * m, 101 * m, 102 * m, 103 * m}, 3 * m) == Seen{3, 100 * m});
  // Far apart, and over the edge of a block.
  CHECK(most(m, {4095 * m, 4096 * m, 4096 * m, days{29}}, 2 * m) == Seen{3, 4095 * m});
  CHECK(most(m, {4095 * m, 4096 * m, days{29}}, days{30}) == Seen{3, 4095 * m});
  // Ticks of seconds count by the minute; a tick that is longer than the stretch by itself.
  CHECK(most(Duration{1}, {Duration{59}, Duration{60}, Duration{119}}, m) == Seen{2, m});
  CHECK(most(hours{2}, {hours{2}, hours{2}, hours{4}}, hours{1}) == Seen{2, hours{2}});
  // Of ticks of 7 minutes an hour touches nine.
  CHECK(most(7 * m, {7 * m, 63 * m}, hours{1}) == Seen{2, 7 * m});
  CHECK(most(7 * m, {7 * m, 70 * m}, hours{1}) == Seen{1, 7 * m});
}

// 30 days after their installation at 50m and 65m: within a quarter of an hour, on both sides of a
// clock hour.
TEST_CASE("what two cohorts ask for around the full hour is one peak") {
  const std::string both = "[run]\nduration = \"40d\"\n" + office("50m") +
                           "[[cohort]]\nname = \"late\"\nclients = 3\n"
                           "install = { at = \"65m\" }\n"
                           "network = { model = \"fixed\", on = \"intranet\" }\n";
  const Scenario scenario = read(
      both + "[[expect]]\npeak-of = \"renewal-requested\"\nper = \"1h\"\nmax = 3\n" +
      "[[expect]]\npeak-of = \"renewal-requested\"\nper = \"15m\"\nmax = 3\n" +
      "[[expect]]\npeak-of = \"renewal-requested\"\nper = \"1h\"\ncohort = \"late\"\nmin = 3\n" +
      "[[expect]]\npeak-of = \"renewal-requested\"\nper = \"1h\"\nfrom = \"30d51m\"\nmax = 3\n" +
      "[[expect]]\npeak-of = \"renewal-failed\"\nper = \"1h\"\nreason = \"sts-down\"\nmin = 1\n" +
      "[[expect]]\npeak-of = \"site-established\"\nper = \"1h\"\nmax = 0\n");
  for (const unsigned threads : {1U, 2U}) {
    const RunResult result = lived(scenario, threads);
    const Peak peak = result.tally.renewals.most_within(hours{1});
    CHECK(peak.count == 4);
    CHECK(peak.from == at(days{30} + minutes{50}));
    const auto outcomes = judge_expectations(scenario, result);
    std::vector<std::pair<std::uint64_t, bool>> seen;
    for (const Outcome& outcome : outcomes) seen.emplace_back(outcome.actual, *outcome.holds);
    CHECK(seen == std::vector<std::pair<std::uint64_t, bool>>{
                      {4, false}, {3, true}, {3, true}, {3, true}, {0, false}, {1, false}});
    CHECK(actual_text(outcomes[0]) == "4, from 30d50m on");
    CHECK(outcomes[0].expectation->text ==
          "most in any 1h: renewal-requested in [0d, 40d): at most 3");
  }
}

// ---- Nobody ------------------------------------------------------------------------------------

TEST_CASE("what is expected of each client does not hold where there is none") {
  const std::string late =
      "[run]\nduration = \"10d\"\n" + office("20d") + "[[expect]]\nevent = \"token-renewed\"\n";
  for (const char* bound :
       {"per-client-min = 0\n", "per-client-min = 5\n", "per-client-max = 6\n"}) {
    CAPTURE(bound);
    const Scenario scenario = read(late + bound);
    const Outcome outcome = judge_expectations(scenario, lived(scenario)).at(0);
    CHECK(outcome.holds == false);
    CHECK(outcome.nobody_there);
    CHECK(actual_text(outcome) == "0: nobody was there");
  }
}

// ---- States ------------------------------------------------------------------------------------

TEST_CASE("a client is counted once that is in any of several states") {
  CHECK(seen(kOneDay + office("10h") +
             "[[expect]]\nstates = [\"installed\", \"registered\"]\nmin = 0\n"
             "[[expect]]\nstates = [\"installed\", \"registered\"]\nat = \"10h\"\nmin = 0\n"
             "[[expect]]\nstates = [\"installed\", \"registered\"]\nat = \"9h\"\nmin = 0\n"
             "[[expect]]\nstates = [\"roaming\", \"expired\"]\nmin = 0\n") ==
        std::vector<std::uint64_t>{1, 1, 0, 0});
}

TEST_CASE("who is stranded is out of service, and not the other way round") {
  using enum StateWord;
  StateSet either = expired;
  either.add(stranded);
  constexpr auto in = LifecycleState::installed;
  CHECK(StateSet{stranded}.fits(in, Service::stranded));
  CHECK_FALSE(StateSet{stranded}.fits(in, Service::out_of_service));
  CHECK(StateSet{out_of_service}.fits(in, Service::stranded));
  CHECK(StateSet{out_of_service}.fits(in, Service::out_of_service));
  CHECK_FALSE(StateSet{out_of_service}.fits(in, Service::served));
  CHECK(either.fits(in, Service::stranded));
  CHECK(either.fits(LifecycleState::expired, Service::out_of_service));
  CHECK_FALSE(either.fits(LifecycleState::not_installed, Service::stranded));
}

}  // namespace tokenlife::test
