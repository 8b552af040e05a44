// Clients that are there before the run: what they do in its first tick, and from then on.
#include <catch2/catch.hpp>

#include <chrono>

#include "scenario_example.hpp"
#include "sim/engine/memory_run.hpp"
#include "sim/naive/simulation.hpp"
#include "sim/scenario/random.hpp"
#include "support/event_text.hpp"

namespace tokenlife::sim {
namespace {

using test::to_text;

// "0s client-adopted <- run-start 0" for each event of client 0; the naive simulator says the same.
std::vector<std::string> story(const Scenario& scenario) {
  const EngineRun engine = simulate(scenario);
  const naive::NaiveRun naive = naive::simulate_naively(scenario);
  std::vector<std::string> events;
  for (std::size_t i = 0; i < engine.clients.size(); ++i) {
    std::vector<std::string> ours;
    std::vector<std::string> theirs;
    for (const auto& recorded : engine.clients[i]) ours.push_back(to_text(recorded));
    for (const auto& recorded : naive.clients[i]) theirs.push_back(to_text(recorded));
    CHECK(ours == theirs);
    if (i == 0) events = ours;
  }
  return events;
}

Scenario fleet(std::string_view inventory, std::string_view network, std::string_view rest = "",
               std::string_view site = "") {
  const ScenarioFolder folder;
  folder.write("devices.csv", inventory);
  const std::string text =
      "format = 1\nrun = { start = 2026-06-01T00:00:00Z, duration = \"100d\" }\n"
      "[site]\n" +
      std::string(site) +
      "\n[[cohort]]\nname = \"fleet\"\ninventory = \"devices.csv\"\nnetwork = " +
      std::string(network) + "\n" + std::string(rest);
  auto scenario = parse_scenario(text, folder.path("s.toml"), {});
  INFO(text);
  if (!scenario) FAIL(to_string(scenario.error()));
  return std::move(*scenario);
}

constexpr const char* kOnIntranet = R"({ model = "fixed", on = "intranet" })";
constexpr const char* kOnInternet = R"({ model = "fixed", on = "internet" })";
constexpr const char* kOffline = R"({ model = "fixed", on = "offline" })";

using Story = std::vector<std::string>;

// "kind" and "seconds" of each event.
Story kinds(const Story& events) {
  Story kinds;
  for (const std::string& event : events) {
    const std::size_t begin = event.find(' ', event.find('#')) + 1;
    kinds.push_back(event.substr(0, event.find(' ')) + " " +
                    event.substr(begin, event.find(' ', begin) - begin));
  }
  return kinds;
}

}  // namespace

TEST_CASE("an adopted client is there before anything else, with the token of its row") {
  // Issued 29 days and 12 hours before the start: due 12 hours after it, expires after 60 d 12 h.
  const Story events =
      story(fleet("device,token-issued\nLT-1,2026-05-02T12:00:00Z\n", kOnIntranet));
  REQUIRE(events.size() >= 3);
  CHECK(events[0] ==
        "0s #0 client-adopted network=intranet credential=self-signed version=current cmg "
        "bulk=none token=0-1 until 5227200 key 0 <- run-start 0");
  CHECK(events[1] == "43200s #1 renewal-requested via=mp serial=0-1 <- contact 0");
  CHECK(events[2] ==
        "43260s #2 token-renewed via=mp replaces=0-1 token=0-2 until 7819200 key 0 <- request 1");
}

TEST_CASE("a token whose end has passed expires in the first tick, and its client goes on there") {
  const std::string_view row = "device,state,token-issued\nLT-1,registered,2026-03-01T00:00:00Z\n";
  CHECK(kinds(story(fleet(row, kOffline))) == Story{"0s client-adopted", "0s token-expired"});
  const Story inside = kinds(story(fleet(row, kOnIntranet)));
  CHECK(Story(inside.begin(), inside.begin() + 4) == Story{"0s client-adopted", "0s token-expired",
                                                           "0s registration-requested",
                                                           "60s registration-completed"});
  // R60: on the internet it learns that it has to register again.
  CHECK(kinds(story(fleet(row, kOnInternet))) ==
        Story{"0s client-adopted", "0s token-expired", "60s re-registration-required"});
}

TEST_CASE("a token that ends between two ticks expires at the next one") {
  CHECK(kinds(story(fleet("device,token-issued\nLT-1,2026-03-03T00:00:01Z\n", kOffline))) ==
        Story{"0s client-adopted", "60s token-expired"});
  CHECK(kinds(story(fleet("device,token-issued\nLT-1,2026-03-03T00:01:00Z\n", kOffline))) ==
        Story{"0s client-adopted", "60s token-expired"});
  CHECK(kinds(story(fleet("device,token-issued\nLT-1,2026-03-03T00:01:01Z\n", kOffline))) ==
        Story{"0s client-adopted", "120s token-expired"});
}

TEST_CASE("where its network is at the start decides between registered and roaming") {
  const auto adopted_as = [](std::string_view state, std::string_view network, const char* model) {
    const EngineRun run =
        simulate(fleet("device,state,network,token-issued\nLT-1," + std::string(state) + "," +
                           std::string(network) + ",2026-05-31T00:00:00Z\n",
                       model));
    const auto& event = std::get<ClientAdopted>(run.clients[0][0].event);
    return std::string(name(event.state)) + " " + std::string(name(event.network)) + " " +
           std::string(name(event.last_connected));
  };
  CHECK(adopted_as("registered", "intranet", kOnInternet) == "roaming internet internet");
  CHECK(adopted_as("roaming", "internet", kOnIntranet) == "registered intranet intranet");
  CHECK(adopted_as("roaming", "intranet", kOffline) == "registered offline intranet");
  CHECK(adopted_as("registered", "internet", kOffline) == "roaming offline internet");
  CHECK(adopted_as("roaming", "", kOffline) == "roaming offline internet");
  CHECK(adopted_as("", "", kOffline) == "registered offline intranet");
}

TEST_CASE("an adopted client is in contact in the first tick, and at multiples from there") {
  // Due 12 hours and a half after the start: at the contact of hour 14, of every two hours.
  const Story events = kinds(story(fleet("device,token-issued\nLT-1,2026-05-02T12:30:00Z\n",
                                         kOnInternet, "contact-every = \"2h\"\n")));
  CHECK(Story(events.begin(), events.begin() + 2) ==
        Story{"0s client-adopted", "50400s renewal-requested"});
  // One that is installed registers at once, as any other.
  const Story installed = kinds(story(fleet("device\nLT-1\n", kOnIntranet)));
  CHECK(Story(installed.begin(), installed.begin() + 3) ==
        Story{"0s client-adopted", "0s registration-requested", "60s registration-completed"});
}

TEST_CASE("an adoption is no start of an agent") {
  const std::string_view due = "device,token-issued\nLT-1,2026-04-15T00:00:00Z\n";
  const Story on_start = kinds(story(fleet(due, kOnIntranet,
                                           "[[action]]\nat = \"5d\"\ndo = \"restart-agents\"\n"
                                           "cohort = \"fleet\"\n",
                                           "renew-on = \"agent-start\"")));
  CHECK(Story(on_start.begin(), on_start.begin() + 3) ==
        Story{"0s client-adopted", "432000s agent-restarted", "432000s renewal-requested"});
  CHECK(kinds(story(fleet(due, kOnIntranet)))[1] == "0s renewal-requested");
}

TEST_CASE("actions of the first tick find adopted clients") {
  const std::string_view row = "device,token-issued\nLT-1,2026-05-31T00:00:00Z\n";
  const auto action = [](std::string_view keys) {
    return "[[action]]\nat = \"0d\"\nclient = \"fleet/LT-1\"\n" + std::string(keys) + "\n";
  };
  const Story moved = story(fleet(row, kOnIntranet, action("do = \"move\"\non = \"internet\"")));
  REQUIRE(moved.size() > 1);
  CHECK(moved[1] == "0s #1 network-changed from=intranet to=internet <- action 0");
  const Story away = kinds(story(fleet("device\nLT-1\n", kOnIntranet,
                                       action("do = \"move\"\non = \"offline\"\nfor = \"90m\""))));
  CHECK(Story(away.begin(), away.begin() + 4) == Story{"0s client-adopted", "0s network-changed",
                                                       "5400s network-changed",
                                                       "5400s registration-requested"});
  const Story blocked = kinds(story(fleet(row, kOnIntranet, action("do = \"block-client\""))));
  CHECK(Story(blocked.begin(), blocked.begin() + 3) ==
        Story{"0s client-adopted", "0s client-blocked", "60s re-registration-required"});
  const Story again = kinds(story(fleet(row, kOnIntranet, action("do = \"reinstall\""))));
  CHECK(Story(again.begin(), again.begin() + 3) ==
        Story{"0s client-adopted", "0s client-reinstalled", "0s registration-requested"});
}

TEST_CASE("tokens of an adopted client are numbered from the one that it had") {
  const auto second = [](std::string_view rows) {
    const EngineRun run = simulate(fleet(rows, kOnIntranet));
    for (const auto& recorded : run.clients[0]) {
      const auto* done = std::get_if<RegistrationCompleted>(&recorded.event);
      if (done != nullptr) return to_string(done->token.serial);
    }
    return std::string("none");
  };
  CHECK(second("device,state\nLT-1,re-registration-required\n") == "0-1");
  CHECK(second("device,state,token-issued\nLT-1,re-registration-required,2026-05-31T00:00:00Z\n") ==
        "0-2");
  CHECK(second("device,token-issued\nLT-1,2025-05-31T00:00:00Z\n") == "0-2");
  CHECK(second("device\nLT-1\n") == "0-1");
}

TEST_CASE("the jitter of an adopted token is draw 0") {
  const std::uint64_t bits = Draws(1, "fleet", 0).at(Purpose::renewal_jitter, 0)[0];
  const auto jitter = static_cast<std::int64_t>(below(bits, 6'000));  // minutes
  // Due at the start, but for the jitter.
  const Story events = story(fleet("device,token-issued\nLT-1,2026-05-02T00:00:00Z\n", kOnIntranet,
                                   "contact-every = \"1m\"\n", "renew-jitter = \"100h\""));
  CHECK(events[1].starts_with(std::to_string(jitter * 60) + "s #1 renewal-requested"));
}

TEST_CASE("the certificate of the run's start has signed adopted tokens") {
  const Story events =
      kinds(story(fleet("device,token-issued\nLT-1,2026-05-31T00:00:00Z\n", kOnInternet,
                        "[[action]]\nat = \"0d\"\ndo = \"rotate-signing-certificate\"\n"
                        "retire-old-after = \"1d\"\n")));
  CHECK(events == Story{"0s client-adopted", "86460s re-registration-required"});
}

TEST_CASE("an adopted client replays the device of the trace that its row names") {
  // In scenario_example.hpp `b` is on the intranet for nine hours, `a` on the internet.
  const Scenario scenario =
      fleet("device,trace\nx,a\ny,b\nz,\n", R"({ model = "trace", file = "presence.csv" })");
  story(scenario);
  const EngineRun run = simulate(scenario);
  const auto on = [&](std::size_t i) {
    return std::get<ClientAdopted>(run.clients[i][0].event).network;
  };
  CHECK(on(0) == Network::internet);
  CHECK(on(1) == Network::intranet);
  CHECK(on(2) == Network::intranet);  // client 2 replays device 0, which is `b`
}

TEST_CASE("restarts of an adopted client's agent are drawn from the start on") {
  const Draws draws(1, "fleet", 0);
  const std::uint64_t bits = draws.at(Purpose::agent_restart, 0)[0];
  const std::int64_t ticks = exponential_ticks(bits, 7 * 24 * 60);
  const Story events = kinds(story(fleet("device,token-issued\nLT-1,2026-05-31T00:00:00Z\n",
                                         kOffline, "agent-restart-every = \"7d\"\n")));
  CHECK(events[1] == std::to_string(ticks * 60) + "s agent-restarted");
}

}  // namespace tokenlife::sim
