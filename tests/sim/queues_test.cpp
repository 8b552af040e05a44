// Endpoints with a limit: requests wait, are turned away, and are given up.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "sim/engine/queues.hpp"
#include "sim/engine/simulation.hpp"
#include "sim/engine/site_timeline.hpp"
#include "sim/engine/token_site.hpp"
#include "sim/naive/simulation.hpp"
#include "sim/run_of_text.hpp"
#include "sim/soak/random_scenario.hpp"
#include "support/event_text.hpp"

namespace tokenlife::test {
namespace {

using namespace std::chrono_literals;
using namespace sim;
using std::chrono::days;

// So many PKI clients on the internet, installed at once, which ask at every full hour.
std::string fleet(int clients, const std::string& site, const std::string& rest = "",
                  const std::string& duration = "2d") {
  return fmt::format(
      "[run]\nduration = \"{}\"\n[site]\n{}\n[[cohort]]\nname = \"c\"\nclients = {}\n"
      "credential = \"pki\"\n[cohort.network]\nmodel = \"fixed\"\non = \"internet\"\n{}",
      duration, site, clients, rest);
}
std::string limit(int per_minute, int queue, const std::string& order = "number") {
  return fmt::format("capacity = {{ order = \"{}\", cmg = {{ per-minute = {}, queue = {} }} }}\n",
                     order, per_minute, queue);
}

std::string mistake_of(const std::string& text) {
  const auto scenario = parse_scenario("format = 1\n" + text, "test.toml", {});
  return scenario ? "" : to_string(scenario.error());
}

RunResult result_of(const std::string& text, unsigned threads = 1) {
  RunControl control;
  RunOptions options;
  options.threads = threads;
  return *run(scenario_of(text), options, control);
}
std::uint64_t count_of(const RunResult& result, EventKind kind) {
  return result.tally.kinds[static_cast<std::size_t>(kind)];
}
// In minutes after the start, client by client.
template <class Event>
std::vector<std::int64_t> minutes_of(const std::string& text) {
  std::vector<std::int64_t> minutes;
  for (const auto& client : simulate(scenario_of(text)).clients) {
    for (const auto& recorded : client) {
      if (std::holds_alternative<Event>(recorded.event)) {
        minutes.push_back(recorded.time.time_since_epoch() / 1min);
      }
    }
  }
  return minutes;
}

TEST_CASE(
    "requests that are not served at once wait in their order, and are answered a latency "
    "after their service") {
  // Two a minute: at minutes 0, 1 and 2.
  const std::string text = fleet(5, limit(2, 10));
  CHECK(minutes_of<RegistrationCompleted>(text) == std::vector<std::int64_t>{1, 1, 2, 2, 3});
  const auto result = result_of(text);
  CHECK(result.loads[1].longest_queue == 3);
  CHECK(result.loads[1].busy == 0);
  CHECK(result.loads[1].waits ==
        std::map<Duration, std::uint64_t>{{0min, 2}, {1min, 2}, {2min, 1}});
  CHECK(result.loads[1].wait_at(0.5) == 1min);
  CHECK(result.loads[1].wait_at(0.99) == 2min);
  // The token begins when its request was judged.
  const auto issued = all<RegistrationCompleted>(simulate(scenario_of(text)).clients[4]);
  CHECK(issued.at(0).second.token.not_before == at(2min));
}

TEST_CASE("who finds a full queue is told so a latency later, and waits from its request on") {
  // One is served, one waits, one is turned away: it comes again at the full hour after its wait.
  const std::string text = fleet(3, limit(1, 1));
  CHECK(minutes_of<RegistrationFailed>(text) == std::vector<std::int64_t>{1});
  CHECK(minutes_of<RegistrationCompleted>(text) == std::vector<std::int64_t>{1, 2, 61});
  const auto failed = all<RegistrationFailed>(simulate(scenario_of(text)).clients[2]);
  CHECK(failed.at(0).second.reason == FailureReason::busy);
}

TEST_CASE("N clients against a queue of 0 and r a minute drain r a retry") {
  const auto done = minutes_of<RegistrationCompleted>(fleet(20, limit(5, 0, "drawn")));
  std::map<std::int64_t, int> by_minute;
  for (const std::int64_t minute : done) ++by_minute[minute];
  CHECK(by_minute == std::map<std::int64_t, int>{{1, 5}, {61, 5}, {121, 5}, {181, 5}});
}

TEST_CASE("less than one in a tick is served every so often, exactly") {
  // 1 a minute in ticks of 7 s: 7 / 60 of a request a tick.
  std::string text = fleet(4, limit(1, 10));
  text = "[run]\ntick = \"7s\"\nstart = 2026-01-01T00:00:00Z\nduration = \"7m\"\n" +
         text.substr(text.find("[site]"));
  text.insert(text.find("credential"), "contact-every = \"1h10m\"\n");
  text.insert(text.find("[site]") + 7,
              "token-validity = \"70d\"\nrenew-after = \"21d\"\nlatency = \"7s\"\n"
              "retry-after-failure = \"7m\"\nretry-after-refusal = \"7m\"\n");
  std::vector<std::int64_t> ticks;
  for (const auto& client : simulate(scenario_of(text)).clients) {
    for (const auto& [when, event] : all<RegistrationCompleted>(client)) {
      ticks.push_back(event.token.not_before.time_since_epoch() / 7s);
    }
  }
  // floor((k + 1) 7 / 60) grows at k = 8, 17, 25 and 34.
  CHECK(ticks == std::vector<std::int64_t>{8, 17, 25, 34});
}

TEST_CASE("1,200 clients at 5 a minute are all served within 4 hours") {
  const auto done = minutes_of<RegistrationCompleted>(fleet(1200, limit(5, 10'000, "drawn")));
  REQUIRE(done.size() == 1200);
  CHECK(*std::max_element(done.begin(), done.end()) == 240);
}

TEST_CASE("with a request timeout of half an hour 150 of them are after 12 hours") {
  const auto result =
      result_of(fleet(1200, "request-timeout = \"30m\"\n" + limit(5, 10'000, "drawn"), "", "12h"));
  CHECK(count_of(result, EventKind::registration_completed) == 150);
  CHECK(result.tally.failures[static_cast<std::size_t>(FailureReason::timed_out)] > 6'000);
}

TEST_CASE("an expectation counts the spells of clients that gave up waiting") {
  const auto result =
      result_of(fleet(10,
                      "token-validity = \"5d\"\nrenew-after = \"2d\"\n"
                      "request-timeout = \"5m\"\n" +
                          limit(10, 1'000'000),
                      "[[action]]\nat = \"1d\"\ndo = \"set-capacity\"\nendpoint = \"cmg\"\n"
                      "per-minute = 0\n[[expect]]\ncause = \"timed-out\"\ncount = 10\n",
                      "30d"));
  REQUIRE(result.tally.seen.size() == 1);
  CHECK(result.tally.seen[0].count == 10);
}

TEST_CASE("an outage fails all that wait at once, and is told a latency after it") {
  const std::string text = fleet(3, "latency = \"2m\"\n" + limit(1, 10),
                                 "[[action]]\nat = \"1m\"\ndo = \"outage\"\nendpoint = \"cmg\"\n"
                                 "for = \"5m\"\n",
                                 "30m");
  CHECK(minutes_of<RegistrationCompleted>(text) == std::vector<std::int64_t>{2});
  CHECK(minutes_of<RegistrationFailed>(text) == std::vector<std::int64_t>{3, 3});
}

TEST_CASE("a request that was given up is served for nobody, and uses a serial") {
  // The second waits for 4 minutes, is given up after 3, and is asked again at once.
  const std::string text =
      fleet(5, "request-timeout = \"3m\"\nretry-after-failure = \"0s\"\n" + limit(1, 10), "", "1d");
  const auto run = simulate(scenario_of(text));
  const auto done = all<RegistrationCompleted>(run.clients[4]);
  REQUIRE(done.size() == 1);
  CHECK(done[0].second.token.serial == TokenSerial::of(ClientNumber{4}, 2));
}

TEST_CASE("what changes a capacity turns nobody away") {
  const std::string change = "[[action]]\nat = \"2m\"\ndo = \"set-capacity\"\nendpoint = \"cmg\"\n";
  // From minute 2 on without a limit: all that wait are served then.
  CHECK(minutes_of<RegistrationCompleted>(
            fleet(6, limit(1, 10), change + "per-minute = \"unlimited\"\n")) ==
        std::vector<std::int64_t>{1, 2, 3, 3, 3, 3});
  CHECK(minutes_of<RegistrationCompleted>(fleet(6, limit(1, 10), change + "per-minute = 3\n")) ==
        std::vector<std::int64_t>{1, 2, 3, 3, 3, 4});
  // A shorter queue keeps those who are in it.
  CHECK(minutes_of<RegistrationCompleted>(fleet(6, limit(1, 10), change + "queue = 0\n")) ==
        std::vector<std::int64_t>{1, 2, 3, 4, 5, 6});
}

TEST_CASE("who is asked to renew does so at its next contact after it has heard of it") {
  const auto asked = [](const std::string& rest) {
    return fleet(1, "", "[[action]]\nat = \"90m\"\ndo = \"ask-to-renew\"\ncohort = \"c\"\n" + rest);
  };
  // It hears of it at the exchange of the second hour.
  CHECK(minutes_of<AskedToRenew>(asked("")) == std::vector<std::int64_t>{120});
  CHECK(minutes_of<RenewalRequested>(asked("")) == std::vector<std::int64_t>{180});
  CHECK(minutes_of<AskedToRenew>(asked("arrives = \"at-once\"\n")) ==
        std::vector<std::int64_t>{90});
  CHECK(minutes_of<RenewalRequested>(asked("arrives = \"at-once\"\n")) ==
        std::vector<std::int64_t>{120});
}

TEST_CASE("a jitter that is drawn at each contact makes clients ask early") {
  // Due from 30 days on, within a day: drawn once, about 12 hours later; drawn at every contact of
  // a minute, long before that.
  const auto mean_hours = [](const std::string& draw) {
    std::string text =
        fleet(200, "renew-jitter = \"1d\"\nrenew-draw = \"" + draw + "\"\n", "", "32d");
    text.insert(text.find("credential"), "contact-every = \"1m\"\n");
    std::int64_t sum = 0;
    const auto asked = minutes_of<RenewalRequested>(text);
    REQUIRE(asked.size() == 200);
    for (const std::int64_t minute : asked) sum += minute - 30 * 24 * 60;
    return static_cast<double>(sum) / 200 / 60;
  };
  CHECK(mean_hours("per-token") == Approx(12).margin(2));
  // sqrt(pi / 2 x 1440) minutes
  CHECK(mean_hours("per-contact") == Approx(47.6 / 60).margin(0.15));
}

TEST_CASE("a client's row of failures ends with an answer, and not with a network change") {
  const std::string text = fleet(1, "retry-after-failure = \"1h\"\nretry-backoff = 2\n",
                                 "[[action]]\nat = \"0d\"\ndo = \"outage\"\nendpoint = \"cmg\"\n"
                                 "for = \"20h\"\n",
                                 "2d");
  // Waits of 1, 2, 4, 8 and 16 hours.
  CHECK(minutes_of<RegistrationRequested>(text) ==
        std::vector<std::int64_t>{0, 60, 180, 420, 900, 1860});
  const std::string restarts = text +
                               "[[action]]\nat = \"4h\"\ndo = \"restart-agents\"\n"
                               "cohort = \"c\"\n";
  CHECK(minutes_of<RegistrationRequested>(restarts) ==
        std::vector<std::int64_t>{0, 60, 180, 240, 300, 420, 660, 1140, 2100});
}

TEST_CASE("a token that expires while its renewal waits is lost to a busy endpoint") {
  const std::string text = fleet(1, "token-validity = \"10h\"\nrenew-after = \"9h\"\n",
                                 "[[action]]\nat = \"5h\"\ndo = \"set-capacity\"\n"
                                 "endpoint = \"cmg\"\nper-minute = 0\nqueue = 5\n",
                                 "12h");
  const auto expired = all<TokenExpired>(simulate(scenario_of(text)).clients[0]);
  REQUIRE(expired.size() == 1);
  CHECK(expired[0].second.spell_cause == SpellCause::busy);
}

TEST_CASE("random arrivals against one a tick wait rho / (2 (1 - rho)) ticks on average") {
  // 40,000 clients in 50,000 minutes: a load of 0.8.
  std::string text = fleet(40'000, limit(1, 1'000'000, "drawn"), "", "36d");
  text.insert(text.find("credential"), "install = { at = \"0d\", over = \"50000m\" }\n");
  text.replace(text.find("[site]\n"), 7, "[site]\nrenew-after = \"80d\"\n");
  const auto result = result_of(text);
  double minutes = 0;
  std::uint64_t served = 0;
  for (const auto& [wait, count] : result.loads[1].waits) {
    minutes += static_cast<double>(wait / 1min) * static_cast<double>(count);
    served += count;
  }
  CHECK(served == 40'000);
  CHECK(minutes / static_cast<double>(served) == Approx(2.0).margin(0.25));
}

TEST_CASE("a limit that is never reached changes no client's events") {
  const auto free = simulate(scenario_of(fleet(7, "renew-after = \"3h\"\n")));
  const auto wide = simulate(scenario_of(fleet(7, "renew-after = \"3h\"\n" + limit(7, 0))));
  CHECK(free.clients == wide.clients);
}

TEST_CASE("a run with limits has the same digest for any number of threads") {
  std::string text = fleet(3000,
                           "retry-jitter = 0.5\nrequest-timeout = \"20m\"\nrenew-after = "
                           "\"5h\"\n" +
                               limit(7, 40, "drawn"));
  const auto once = result_of(text, 1);
  CHECK(once.loads[1].busy > 0);
  CHECK(result_of(text, 2).log.digest == once.log.digest);
  CHECK(result_of(text, 7).log.digest == once.log.digest);
}

TEST_CASE("real tokens that wait are checked as they were sent") {
  Scenario scenario = scenario_of(
      fleet(6, "crypto = \"real\"\nrenew-after = \"2h\"\nrequest-timeout = \"3m\"\n" + limit(1, 3),
            "[[action]]\nat = \"2h2m\"\ndo = \"reinstall\"\ncohort = \"c\"\nshare = 0.5\n", "8h"));
  const SiteTimeline timeline(scenario);
  const TokenSite site(scenario, timeline);
  CHECK(simulate(scenario, &site).clients == simulate(scenario).clients);
}

// Of random scenarios: what speaks against them, and what came to pass in them.
struct Met {
  std::string difference;
  bool waits = false;
  bool busy = false;
  bool times_out = false;
};
Met compare(std::uint64_t seed) {
  const Scenario scenario = random_scenario_under_load(seed, 2'000);
  const auto naive = naive::simulate_naively(scenario);
  const EngineRun engine = simulate(scenario);
  const SiteTimeline site = timeline_of(scenario);
  Met met{difference("the site", naive.site, engine.site) +
          difference(naive.clients, engine.clients)};
  for (const Endpoint endpoint : {Endpoint::mp, Endpoint::cmg}) {
    if (!site.is_limited(endpoint)) continue;
    const auto& load = site.timetable()->loads[static_cast<std::size_t>(endpoint)];
    const auto& other = naive.loads[static_cast<std::size_t>(endpoint)];
    if (load.longest_queue != other.longest_queue || load.busy != other.busy ||
        load.waits != other.waits) {
      met.difference += "another load\n";
    }
    met.waits = met.waits || load.longest_queue > 0;
    met.busy = met.busy || load.busy > 0;
  }
  for (const auto& client : engine.clients) {
    for (const auto& recorded : client) {
      const auto* renewal = std::get_if<RenewalFailed>(&recorded.event);
      const auto* other = std::get_if<RegistrationFailed>(&recorded.event);
      met.times_out = met.times_out ||
                      (renewal != nullptr && renewal->reason == FailureReason::timed_out) ||
                      (other != nullptr && other->reason == FailureReason::timed_out);
    }
  }
  return met;
}
void compare_all(std::uint64_t seeds) {
  std::uint64_t waits = 0;
  std::uint64_t busy = 0;
  std::uint64_t times_out = 0;
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    const Met met = compare(seed);
    if (!met.difference.empty())
      FAIL("random_scenario_under_load(" << seed << "): " << met.difference);
    waits += met.waits ? 1 : 0;
    busy += met.busy ? 1 : 0;
    times_out += met.times_out ? 1 : 0;
  }
  // Cases without a queue say nothing of queues.
  CHECK(waits * 2 >= seeds);
  CHECK(busy * 3 >= seeds);
  CHECK(times_out * 10 >= seeds);
}

TEST_CASE("clients who wait for each other do as in the naive simulation") { compare_all(250); }
TEST_CASE("many of them do", "[slow]") { compare_all(5'000); }

TEST_CASE("what is wrong with a capacity is said") {
  const auto mistake = [](const std::string& site, const std::string& rest = "") {
    return mistake_of(fleet(1, site, rest));
  };
  CHECK(mistake("capacity = { cmg = { per-minute = 5 } }").find("`queue` is missing") !=
        std::string::npos);
  CHECK(mistake("capacity = { cmg = { per-minute = -1, queue = 2 } }").find("`per-minute`") !=
        std::string::npos);
  CHECK(mistake("retry-backoff = 0.5").find("is not a number from 1 to 1000") != std::string::npos);
  CHECK(mistake("retry-jitter = 0.1234").find("three decimals") != std::string::npos);
  CHECK(mistake("retry-jitter = \"half\"").find("; write a number without quotes, as in 0.5") !=
        std::string::npos);
  CHECK(mistake("retry-backoff = \"2\"").find("; write a number without quotes, as in 1.5") !=
        std::string::npos);
  CHECK(mistake("request-timeout = \"1m\"").find("an answer takes 1m") != std::string::npos);
  const std::string set = "[[action]]\nat = \"1h\"\ndo = \"set-capacity\"\nendpoint = \"cmg\"\n";
  CHECK(mistake("", set + "queue = 3\n").find("has no limit before it") != std::string::npos);
  // The first time there is a limit, a day later there is none.
  const std::string partly = set + "per-minute = 3\nrepeat-every = \"1d\"\n" + set +
                             "per-minute = \"unlimited\"\nrepeat-every = \"1d\"\n";
  const std::string limited = "capacity = { cmg = { per-minute = 5, queue = 9 } }";
  CHECK(mistake(limited, partly).find("the CMG has no limit before it, when it is repeated") !=
        std::string::npos);
  CHECK(mistake(limited, set + "per-minute = 3\n").empty());
  CHECK(mistake("", set).find("say what is set") != std::string::npos);
  CHECK(mistake("", set + "per-minute = \"many\"\n").find("unlimited") != std::string::npos);
}

}  // namespace
}  // namespace tokenlife::test
