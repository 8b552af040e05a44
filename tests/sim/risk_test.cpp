// Which clients are how likely to be stranded: closed forms, the runs that stand behind it, and
// whether what is forecast comes true as often as is said.
#include <catch2/catch.hpp>

#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <fstream>
#include <string>
#include <vector>

#include "events/temporary_folder.hpp"
#include "sim/engine/simulation.hpp"
#include "sim/run_of_text.hpp"
#include "sim/sweep/back_test.hpp"
#include "sim/sweep/risk.hpp"
#include "sim/text/time.hpp"

namespace tokenlife::test {
namespace {

using namespace sim;
using std::chrono::days;
using std::chrono::hours;

// Three in ten are set up anew on the tenth day, where they cannot register.
constexpr const char* kReinstalled = R"(
[run]
duration = "30d"
seed = 99
[[cohort]]
name = "kiosks"
clients = 40
[cohort.network]
model = "timeline"
steps = [{ at = "0d", on = "intranet" }, { at = "1d", on = "internet" }]
[[action]]
at = "10d"
do = "reinstall"
cohort = "kiosks"
share = 0.3
)";

std::vector<Risk> risks_of(const Scenario& scenario, std::uint64_t first, std::uint64_t last,
                           Instant known_at, unsigned threads = 2) {
  RiskOptions options;
  options.first_seed = first;
  options.last_seed = last;
  options.known_at = known_at;
  options.at = at(scenario.duration) - scenario.tick;
  options.threads = threads;
  auto found = risk(scenario, options);
  REQUIRE(found);
  return std::move(*found);
}

}  // namespace

TEST_CASE("a client that is lost with a chance of 0.3 is stranded in so many futures") {
  const Scenario scenario = scenario_of(kReinstalled);
  double sum = 0;
  for (const Risk& client : risks_of(scenario, 1, 1000, Instant{})) {
    // Sigma is 0.0145.
    CHECK(client.probability(1000) == Approx(0.3).margin(0.0145 * 4));
    CHECK(client.median == at(days{10}));
    CHECK(client.cause == SpellCause::not_enrolled);
    sum += client.probability(1000);
  }
  CHECK(sum / 40 == Approx(0.3).margin(0.0145 * 3 / std::sqrt(40.0)));
}

TEST_CASE("what is known has happened in every future") {
  const Scenario scenario = scenario_of(kReinstalled);
  RunControl control;
  RunOptions options;
  options.wanted.stranded_clients = true;
  const auto own = run(scenario, options, control);
  REQUIRE(own);
  std::vector<bool> is_lost(40);
  for (const auto& standing : own->tally.spells.stranded_clients) {
    is_lost[standing.number.value] = true;
  }
  const auto risks = risks_of(scenario, 1, 20, at(days{20}));
  int lost = 0;
  for (const Risk& client : risks) {
    CHECK(client.stranded == (is_lost[client.client.value] ? 20U : 0U));
    lost += client.stranded > 0 ? 1 : 0;
    if (client.stranded > 0) CHECK(client.median == at(days{20}));
    CHECK(client.known.network == Network::internet);
    CHECK(client.known.token.exists() == (client.stranded == 0));
    CHECK(client.last_contact == at(days{20} - hours{1}));
  }
  CHECK(lost > 0);
}

TEST_CASE("who was stranded, and is no more when the future begins, is not at risk") {
  // Set up anew on the tenth day, where it cannot register; home again on the fifteenth.
  const Scenario scenario = scenario_of(R"(
[run]
duration = "30d"
[[cohort]]
name = "kiosks"
clients = 1
[cohort.network]
model = "timeline"
steps = [{ at = "0d", on = "intranet" }, { at = "1d", on = "internet" },
         { at = "15d", on = "intranet" }]
[[action]]
at = "10d"
do = "reinstall"
cohort = "kiosks"
share = 1.0
)");
  CHECK(risks_of(scenario, 1, 5, at(days{12}))[0].stranded == 5);
  CHECK(risks_of(scenario, 1, 5, at(days{20}))[0].stranded == 0);
}

TEST_CASE("each future is the run with that reseed") {
  constexpr const char* kAway = R"(
[run]
duration = "200d"
seed = 4
{}
[[cohort]]
name = "away"
clients = 60
[cohort.network]
model = "dwell"
start = "intranet"
intranet = {{ mean = "1d", to = {{ offline = 1.0 }} }}
internet = {{ mean = "1d", to = {{ offline = 1.0 }} }}
offline = {{ mean = "30d", to = {{ internet = 1.0 }} }}
)";
  const Scenario scenario = scenario_of(fmt::format(kAway, ""));
  for (const std::uint64_t seed : {1U, 7U}) {
    const auto risks = risks_of(scenario, seed, seed, at(days{60}));
    RunControl control;
    RunOptions options;
    options.wanted.stranded_clients = true;
    const auto future =
        run(scenario_of(
                fmt::format(kAway, fmt::format("reseed = {{ at = \"60d\", seed = {} }}", seed))),
            options, control);
    REQUIRE(future);
    // Nobody comes back: who is stranded at all is so at the end.
    std::vector<std::optional<SpellCause>> causes(60);
    for (const auto& standing : future->tally.spells.stranded_clients) {
      causes[standing.number.value] = standing.spell->cause;
    }
    CHECK(future->tally.spells.all_stranded() > 5);
    for (const Risk& client : risks) {
      CHECK(client.stranded == (causes[client.client.value] ? 1U : 0U));
      if (client.stranded > 0) CHECK(client.cause == causes[client.client.value]);
    }
  }
}

TEST_CASE("risks do not depend on the number of threads") {
  const Scenario scenario = scenario_of(kReinstalled);
  const auto one = risks_of(scenario, 1, 30, Instant{}, 1);
  const auto five = risks_of(scenario, 1, 30, Instant{}, 5);
  for (std::size_t i = 0; i < one.size(); ++i) {
    CHECK(one[i].stranded == five[i].stranded);
    CHECK(one[i].median == five[i].median);
  }
}

TEST_CASE("those most at risk come first, and of those alike the sooner") {
  std::vector<Risk> risks(4);
  for (std::uint32_t i = 0; i < 4; ++i) risks[i].client = {i};
  risks[1].stranded = 5;
  risks[1].median = at(days{9});
  risks[2].stranded = 5;
  risks[2].median = at(days{8});
  risks[3].stranded = 7;
  sort_by_risk(risks);
  CHECK(risks[0].client.value == 3);
  CHECK(risks[1].client.value == 2);
  CHECK(risks[2].client.value == 1);
  CHECK(risks[3].client.value == 0);
}

TEST_CASE("clients that are given 30 % are stranded in 30 % of other futures", "[slow]") {
  // 240 devices, adopted with tokens of all ages, whose recorded weeks come again in any order: the
  // more days of a week a device is away, the more it is at risk.
  const TemporaryFolder folder;
  const auto write = [&](const std::string& name, const std::string& text) {
    std::ofstream(folder.path() / name, std::ios::binary) << text;
  };
  const std::chrono::sys_days start{std::chrono::year{2026} / 6 / 1};
  const auto time = [](std::chrono::sys_seconds moment) { return rfc3339(moment); };
  std::string devices = "device,token-issued,network,trace\n";
  std::string trace = "device,time,network\n";
  for (int i = 0; i < 240; ++i) {
    devices += fmt::format("pc-{},{},internet,r-{}\n", i, time(start - days{(i * 7) % 89}), i % 24);
  }
  for (int r = 0; r < 24; ++r) {
    for (int week = 0; week <= 10; ++week) {
      // Each recording has its share of weeks that are spent away.
      const bool is_away = (week * 7 + r * 5) % 24 < r;
      const auto monday = start - days{77 - week * 7};
      trace += fmt::format("r-{},{},{}\n", r, time(monday), is_away ? "offline" : "internet");
      trace += fmt::format("r-{},{},offline\n", r, time(monday + hours{8}));
    }
  }
  write("devices.csv", devices);
  write("trace.csv", trace);
  write("fleet.toml", R"(format = 1
[run]
start = 2026-06-01T00:00:00Z
duration = "150d"
[site]
renew-after = "60d"
[[cohort]]
name = "fleet"
inventory = "devices.csv"
network = { model = "resample", file = "trace.csv", block = "7d" }
[[action]]
at = "50d"
do = "outage"
endpoint = "cmg"
for = "20d"
)");
  const auto scenario = load_scenario((folder.path() / "fleet.toml").string(), {});
  if (!scenario) FAIL(to_string(scenario.error()));
  const auto binned = risks_of(*scenario, 1, 100, Instant{});
  const auto estimated = risks_of(*scenario, 101, 200, Instant{});
  const auto came = risks_of(*scenario, 201, 400, Instant{});
  int bins_with_clients = 0;
  for (unsigned bin = 0; bin < 10; ++bin) {
    double estimate = 0;
    double share = 0;
    double variance = 0;
    int clients = 0;
    for (std::size_t i = 0; i < binned.size(); ++i) {
      if (std::min(binned[i].stranded / 10, 9U) != bin) continue;
      ++clients;
      const double p = came[i].probability(200);
      estimate += estimated[i].probability(100);
      share += p;
      variance += p * (1 - p) / 100 + p * (1 - p) / 200;
    }
    if (clients == 0) continue;
    ++bins_with_clients;
    CAPTURE(bin, clients, estimate, share);
    CHECK(std::abs(estimate - share) <= 3 * std::sqrt(variance) + 1e-9);
    CHECK(std::abs(share / clients - (bin + 0.5) / 10) < 0.1);
  }
  CHECK(bins_with_clients >= 7);
}

TEST_CASE("a back-test says how often what was forecast came true") {
  std::vector<Forecasted> forecasts;
  for (std::uint32_t i = 0; i < 10; ++i) forecasts.push_back({i, 0.25, i < 2});
  forecasts.push_back({10, 1.0, true});
  forecasts.push_back({11, 0.9, false});
  const BackTest test = back_test(forecasts);
  CHECK(test.devices == 12);
  CHECK(test.stranded == 3);
  CHECK(test.bins[2].devices == 10);
  CHECK(test.bins[2].stranded == 2);
  CHECK(test.bins[2].mean == Approx(0.25));
  CHECK(test.bins[2].observed.low == Approx(0.05668).margin(1e-5));
  CHECK(test.bins[9].devices == 2);
  // 8 are off by 0.25, 2 by 0.75, one by 0.9.
  CHECK(test.brier == Approx((8 * 0.0625 + 2 * 0.5625 + 0.81) / 12));
  CHECK(test.base_brier == Approx(0.25 * 0.75));
  REQUIRE(test.surprises.size() == 10);
  CHECK(test.surprises[0].client == 11);
  CHECK(test.surprises[1].client == 0);
  CHECK(test.surprises[2].client == 1);
}

TEST_CASE("what came of it is read from a file of devices") {
  const TemporaryFolder folder;
  const std::string path = (folder.path() / "truth.csv").string();
  const auto read = [&](const std::string& text) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
    return load_truth(path);
  };
  const auto truth = read("stranded,x,device\r\n1,,\"a,b\"\r\n0,,c\r\n");
  REQUIRE(truth);
  CHECK(truth->size() == 2);
  CHECK(truth->at("a,b"));
  CHECK_FALSE(truth->at("c"));
  for (const char* wrong :
       {"", "device\na\n", "device,stranded\na,yes\n", "device,stranded\na,1\na,1\n",
        "device,stranded\na\n", "device,stranded\n\"a,1\n", "device,stranded\n\xff,1\n"}) {
    CAPTURE(wrong);
    CHECK_FALSE(read(wrong));
  }
  const auto said_of = [&](const std::string& text) {
    return to_string(read(text).error()).substr(path.size());
  };
  CHECK(said_of("device;stranded\na;1\n") ==
        ":1:1: unknown column `device;stranded`; put commas between the columns");
  CHECK(said_of("device,lost\na,1\n") ==
        ":1:1: the column `stranded` is missing; begin with the names of the columns, as in "
        "`device,stranded`");
  CHECK(said_of("device,stranded\na,yes\n") ==
        ":2:3: `stranded` cannot be `yes`; write 1 for yes and 0 for no");
  CHECK(said_of("x,device,stranded\n,b,1\n,a,1\n,a,0\n") ==
        ":4:2: `device` is `a`, as on line 3; give every device a row of its own, and only one");
  CHECK(said_of("device,stranded\na\n") ==
        ":2:1: the row has 1 field, but the header has 2; write one field for each column; put "
        "those that hold commas in quotes");
  const auto absent = load_truth(path + "x");
  REQUIRE_FALSE(absent);
  CHECK(absent.error().advice == "give the path of a CSV file with the columns `device,stranded`");
}

}  // namespace tokenlife::test
