// Cohorts from recordings, and how well they forecast the rest.
#include <fmt/format.h>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>

#include "sim/analysis/fit.hpp"
#include "sim/analysis/forecast.hpp"
#include "sim/analysis/survival.hpp"
#include "sim/engine/memory_run.hpp"
#include "sim/text/time.hpp"
#include "support/desk.hpp"

namespace tokenlife::sim {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;
using std::chrono::sys_seconds;

const std::string kTraceHead = "device,time,network\n";
const std::string kSpanHead = "device,observed_from,observed_to\n";
const sys_seconds kStart = *parse_rfc3339("2026-01-01T00:00:00Z");

struct Files {
  std::string trace = kTraceHead;
  std::string span = kSpanHead;

  void row(std::string_view device, Duration at, std::string_view network) {
    trace += fmt::format("{},{},{}\n", device, rfc3339(kStart + at), network);
  }
  void observed(std::string_view device, Duration from, Duration to) {
    span += fmt::format("{},{},{}\n", device, rfc3339(kStart + from), rfc3339(kStart + to));
  }
  Recording read() const {
    const auto recording = parse_recording({trace, "t.csv"}, NamedText{span, "s.csv"});
    if (!recording) FAIL(to_string(recording.error()));
    return *recording;
  }
};

// What the engine makes of a network, as a recording of 120 days.
Files recorded(const std::string& network, int clients) {
  const auto scenario = parse_scenario(fmt::format("format = 1\n[run]\nduration = \"120d\"\n"
                                                   "seed = 5\n[[cohort]]\nname = \"c\"\n"
                                                   "clients = {}\n[cohort.network]\n{}",
                                                   clients, network),
                                       "s.toml", {});
  if (!scenario) FAIL(to_string(scenario.error()));
  Files files;
  const EngineRun run = simulate(*scenario);
  for (std::size_t i = 0; i < run.clients.size(); ++i) {
    const std::string device = std::to_string(i);
    files.observed(device, 0s, 120 * 24h);
    for (const auto& recorded : run.clients[i]) {
      const Duration at = recorded.time.time_since_epoch();
      if (const auto* installed = std::get_if<ClientInstalled>(&recorded.event)) {
        files.row(device, at, name(installed->network));
      } else if (const auto* changed = std::get_if<NetworkChanged>(&recorded.event)) {
        files.row(device, at, name(changed->to));
      }
    }
  }
  return files;
}

std::string span_refused(const std::string& rows) {
  const std::string trace = kTraceHead + "x,2026-01-01T00:00:00Z,intranet\n";
  const auto read = parse_recording({trace, "t.csv"}, NamedText{rows, "s.csv"});
  return read ? "read" : to_string(read.error());
}

std::string kinds(const std::vector<FittedCohort>& cohorts) {
  std::string text;
  for (const FittedCohort& cohort : cohorts) {
    text += fmt::format("{} {}; ", name(cohort.kind), cohort.devices.size());
  }
  return text;
}

Forecast forecast_of(const Recording& recording, std::uint32_t seeds = kForecastSeeds,
                     unsigned threads = 2) {
  const Split parts = split(recording, std::nullopt);
  ForecastOptions options;
  options.seeds = seeds;
  options.threads = threads;
  return *forecast(recording, parts, fit(recording, parts), options);
}

constexpr const char* kCommuters =
    "model = \"dwell\"\nstart = \"internet\"\n"
    "intranet = { mean = \"8h\", to = { internet = 0.75, offline = 0.25 } }\n"
    "internet = { mean = \"12h\", to = { intranet = 0.5, offline = 0.5 } }\n"
    "offline = { mean = \"2d\", to = { internet = 1.0 } }\n";

}  // namespace

TEST_CASE("a recording holds what was observed, and nothing beyond") {
  Files files;
  files.row("x", 0h, "intranet");
  files.row("x", 48h, "internet");
  files.row("x", 72h, "offline");
  files.row("x", 96h, "internet");
  files.observed("x", 60h, 90h);
  const Recording recording = files.read();
  REQUIRE(recording.devices.size() == 1);
  const Recording::Device& device = recording.devices[0];
  REQUIRE(device.rows.size() == 2);
  CHECK(device.rows[0].time == kStart + 60h);
  CHECK(device.rows[0].on == Network::internet);
  CHECK(device.rows[1].time == kStart + 72h);
  CHECK(device.to == kStart + 90h);
}

TEST_CASE("without a file of spans a device was observed from its first to its last row") {
  Files files;
  files.row("x", 1h, "intranet");
  files.row("x", 48h, "internet");
  files.row("y", 2h, "internet");
  const auto recording = parse_recording({files.trace, "t.csv"}, std::nullopt);
  REQUIRE(recording);
  REQUIRE(recording->devices.size() == 1);
  CHECK(recording->unobserved == 1);
  CHECK(recording->devices[0].from == kStart + 1h);
  CHECK(recording->devices[0].to == kStart + 48h);
  CHECK(recording->devices[0].rows.size() == 1);
}

TEST_CASE("a mistake in a file of spans is named with its line") {
  const std::string good = "x,2026-01-01T00:00:00Z,2026-02-01T00:00:00Z\n";
  CHECK(span_refused(kSpanHead + good) == "read");
  CHECK(span_refused("").find("s.csv:1:1: the file is empty; begin with the line") == 0);
  CHECK(span_refused("device,from,to\n").find("s.csv:1:1: the header is `device,from,to`") == 0);
  CHECK(span_refused(kSpanHead + good + good)
            .find("s.csv:3:1: the device `x` is already there, on line 2") == 0);
  CHECK(span_refused(kSpanHead + "y,2026-01-01T00:00:00Z,2026-02-01T00:00:00Z\n")
            .find("s.csv:2:1: t.csv has no device `y`") == 0);
  CHECK(span_refused(kSpanHead + "x,2026-01-01,2026-02-01T00:00:00Z\n")
            .find("s.csv:2:3: `2026-01-01`") == 0);
  CHECK(span_refused(kSpanHead + "x,2026-01-01T00:00:00Z,2026-01-01T00:00:00Z\n")
            .find("s.csv:2:24: the observation of the device does not end after it begins") == 0);
  // A stay may not be as long as no duration may be: 2^32 seconds.
  CHECK(span_refused(kSpanHead + "x,2026-01-01T00:00:00Z,2162-02-07T06:28:15Z\n") == "read");
  CHECK(span_refused(kSpanHead + "x,2026-01-01T00:00:00Z,2162-02-07T06:28:16Z\n")
            .find("s.csv:2:24: the device is observed for longer than 49710 days") == 0);
  CHECK(span_refused(kSpanHead + "x,2026-01-01T00:00:00Z\n")
            .find("s.csv:2:1: the row does not have three fields") == 0);
  CHECK(span_refused(kSpanHead).find("the device `x` of t.csv has no row") != std::string::npos);
}

TEST_CASE("stays that were cut off lasted longer: Kaplan-Meier") {
  // Of four, one ends at 1h; of the three that are left, one is cut off at 2h; one of two ends at
  // 3h.
  const Survival survival({{3h, true}, {1h, true}, {5h, false}, {2h, false}});
  CHECK(survival.at(59min) == 1);
  CHECK(survival.at(1h) == 0.75);
  CHECK(survival.at(2h) == 0.75);
  CHECK(survival.at(3h) == 0.375);
  CHECK(survival.ended() == 2);
  CHECK(survival.cut_off() == 2);
  // 0, 50 and 100 %: the last is beyond all that was seen, ten times 5h in whole days, and one
  // more.
  CHECK(survival.quantiles(1min) == std::vector<Duration>{1h, 3h, days{3}});
}

TEST_CASE("a last step is not stretched for the few that outlast it") {
  std::vector<SeenStay> stays(20, {1h, true});
  stays.push_back({4h, false});
  CHECK(Survival(stays).quantiles(1min).back() == days{2});  // 4.8 % of all, and a step is 5 %
  stays.insert(stays.end(), 40, {1h, true});
  CHECK(Survival(stays).quantiles(1min).back() == days{2});
  stays.insert(stays.end(), 400, {1h, true});
  CHECK(Survival(stays).quantiles(1min).back() == 4h);
}

TEST_CASE("quantiles of stays that all ended are their lengths, on ticks") {
  const Survival survival({{61s, true}, {10min, true}, {20min, true}});
  CHECK(survival.quantiles(1min) == std::vector<Duration>{2min, 2min, 10min, 20min});
}

TEST_CASE("devices are of a kind") {
  Files files;
  const auto observed = [&](std::string_view device) { files.observed(device, 0h, days{180}); };
  files.row("steady", 0h, "internet");
  files.row("blink", 0h, "internet");  // offline for 0.4 % of the training
  files.row("blink", days{10}, "offline");
  files.row("blink", days{10} + 12h, "internet");
  files.row("gone", 0h, "internet");
  files.row("gone", days{10}, "offline");
  files.row("gone", days{15}, "internet");
  files.row("gone", days{80}, "offline");
  // Away for as long before: it may come back once more.
  files.row("back", 0h, "internet");
  files.row("back", days{10}, "offline");
  files.row("back", days{60}, "internet");
  files.row("back", days{80}, "offline");
  files.row("desk", 0h, "intranet");
  files.row("desk", days{2}, "offline");
  files.row("desk", days{100}, "intranet");
  for (int day = 0; day < 180; ++day) {
    files.row("night", days{day}, "internet");
    files.row("night", days{day} + 8h, "offline");
    if (day % 7 == 0) files.row("sunday", days{day}, "internet");
    if (day % 7 == 0) files.row("sunday", days{day} + 8h, "offline");
  }
  for (const char* device : {"steady", "blink", "gone", "back", "desk", "night", "sunday"}) {
    observed(device);
  }
  const Recording recording = files.read();
  const Split parts = split(recording, std::nullopt);
  CHECK(kinds(fit(recording, parts)) ==
        "gone-for-good 1; always-on 2; office 1; daily 1; weekly 1; seldom 1; ");
}

TEST_CASE("each device is cut after two thirds of its own span, or all at one moment") {
  Files files;
  files.row("early", 0h, "internet");
  files.row("late", days{60}, "internet");
  files.row("short", days{60}, "internet");
  files.observed("early", 0h, days{30});
  files.observed("late", days{60}, days{120});
  files.observed("short", days{60}, days{65});
  const Recording recording = files.read();
  const Split own = split(recording, std::nullopt);
  REQUIRE(own.devices.size() == 2);
  CHECK(own.too_short == 1);
  CHECK(own.devices[0].until == kStart + days{20});
  CHECK(own.devices[0].held_out == days{10});
  CHECK(own.devices[1].until == kStart + days{100});
  const Split common = split(recording, kStart + days{70});
  REQUIRE(common.devices.size() == 2);
  CHECK(common.devices[0].held_out == 0s);  // it is learned from alone
  CHECK(common.devices[1].trained == days{10});
  CHECK(common.devices[1].held_out == days{50});
}

TEST_CASE("a fit finds the chain that a recording was made by") {
  const Recording recording = recorded(kCommuters, 200).read();
  const auto cohorts = fit(recording, split(recording, std::nullopt));
  REQUIRE(kinds(cohorts) == "office 200; ");
  const DwellNetwork& network = cohorts[0].network;
  const auto mean = [&](Network on) {
    const auto& quantiles = network.stays[static_cast<std::size_t>(on)].quantiles;
    REQUIRE(quantiles.size() == kQuantileStepsMax + 1);
    double sum = 0;
    for (std::size_t i = 1; i < quantiles.size(); ++i) {
      sum += static_cast<double>((quantiles[i - 1] + quantiles[i]).count()) / 2;
    }
    return sum / 3600 / static_cast<double>(quantiles.size() - 1);
  };
  // Straight lines above a falling density make the longest stays a little longer.
  CHECK(mean(Network::intranet) == Approx(8).epsilon(0.05));
  CHECK(mean(Network::internet) == Approx(12).epsilon(0.05));
  CHECK(mean(Network::offline) == Approx(48).epsilon(0.05));
  const auto share = [&](Network from, Network to) {
    const auto& sums = network.stays[static_cast<std::size_t>(from)].to;
    const auto i = static_cast<std::size_t>(to);
    return static_cast<double>(sums[i] - (i == 0 ? 0 : sums[i - 1])) / 4294967296.0;
  };
  CHECK(share(Network::intranet, Network::internet) == Approx(0.75).margin(0.02));
  CHECK(share(Network::internet, Network::offline) == Approx(0.5).margin(0.02));
  CHECK(share(Network::offline, Network::internet) == 1);
}

TEST_CASE("an interval goes from the 2.5th to the 97.5th percentile by nearest rank") {
  std::vector<double> values;
  for (int i = 200; i >= 1; --i) values.push_back(i);
  CHECK(interval_95(values).low == 5);
  CHECK(interval_95(values).high == 195);
  CHECK(interval_95({7}).covers(7));
}

TEST_CASE("intervals of the right model cover what was observed", "[slow]") {
  const Forecast forecast = forecast_of(recorded(kCommuters, 200).read());
  REQUIRE(forecast.devices == 200);
  CHECK(forecast.held_out == days{40});
  CHECK(forecast.token_validity == days{10});
  CHECK(forecast.renew_after == days{3} + 8h);
  // 95 % of 200 are 190, with a standard deviation of 3.
  const Forecast::Of& dwell = forecast.models[0];
  CHECK(dwell.contacts_covered >= 180);
  CHECK(dwell.absences_covered >= 180);
  CHECK(dwell.measures_covered >= forecast.measures() - 1);
}

TEST_CASE("what no device was observed for long enough for is not observable") {
  const Forecast forecast = forecast_of(recorded(kCommuters, 5).read(), 3);
  const auto observable = [&](Measure measure) {
    return forecast.observable[static_cast<std::size_t>(measure)];
  };
  CHECK(observable(Measure::absent_30) == 5);
  CHECK(observable(Measure::absent_60) == 0);
  CHECK(observable(Measure::absent_90) == 0);
  CHECK(forecast.measures() == 5);
}

TEST_CASE("contacts, absences, renewals and expiries are counted in a device's span alone") {
  Files files;
  files.row("on", 0h, "internet");
  files.row("off", 0h, "internet");
  files.row("off", days{80}, "offline");
  files.row("off", days{95}, "internet");
  files.row("desk", 0h, "intranet");
  for (const char* device : {"on", "off", "desk"}) files.observed(device, 0h, days{120});
  const Recording recording = files.read();
  const Forecast forecast = forecast_of(recording, 2);
  // From day 80: 40 days for each, a token for 10 days, renewed after 3 1/3.
  CHECK(forecast.device_time == days{120});
  const auto observed = [&](Measure measure) {
    return forecast.observed[static_cast<std::size_t>(measure)];
  };
  CHECK(observed(Measure::contacts) == Approx((40 + 25 + 40) * 24 / 120.0));
  CHECK(observed(Measure::absent_7) == 1);
  CHECK(observed(Measure::absent_30) == 0);
  CHECK(observed(Measure::renewals) == 2 * 11);  // every 80h and a minute, at an hourly contact
  CHECK(observed(Measure::expiries) == 1);
  // The same, but nobody saw the one come back.
  Files shorter = files;
  shorter.span = kSpanHead;
  shorter.observed("on", 0h, days{120});
  shorter.observed("off", days{30}, days{105});
  shorter.observed("desk", 0h, days{120});
  shorter.trace += fmt::format("on,{},offline\n", rfc3339(kStart + days{120}));
  const Forecast other = forecast_of(shorter.read(), 2);
  CHECK(other.device_time == days{40 + 25 + 40});
  CHECK(other.observed[0] == Approx((40 + 10 + 40) * 24 / 105.0));
}

TEST_CASE("a forecast does not depend on threads") {
  const Recording recording = recorded(kCommuters, 20).read();
  const Forecast one = forecast_of(recording, 10, 1);
  const Forecast three = forecast_of(recording, 10, 3);
  for (std::size_t model = 0; model < 2; ++model) {
    for (std::size_t m = 0; m < kCount<Measure>; ++m) {
      CHECK(one.models[model].intervals[m].low == three.models[model].intervals[m].low);
      CHECK(one.models[model].intervals[m].high == three.models[model].intervals[m].high);
    }
    CHECK(one.models[model].contacts_covered == three.models[model].contacts_covered);
  }
}

TEST_CASE("fit prints cohorts that run") {
  const test::Desk desk;
  Files files = recorded(kCommuters, 3);
  files.row("relay", 0h, "internet");
  files.row("left", 0h, "internet");
  files.row("left", days{20}, "offline");
  files.observed("relay", 0h, days{120});
  files.observed("left", 0h, days{120});
  desk.write("t.csv", files.trace);
  desk.write("s.csv", files.span);
  const test::Ran ran = desk.run("fit t.csv --span s.csv");
  CHECK(ran.status == 0);
  INFO(ran.err);
  const std::size_t toml = ran.out.find("# Who is gone for good may hold a token");
  REQUIRE(toml != std::string::npos);
  CHECK(test::has(ran.out, "not observable"));
  CHECK(test::has(ran.out, "contacts a day"));
  desk.write("fitted.toml", "format = 1\n[run]\nduration = \"30d\"\n" + ran.out.substr(toml));
  const test::Ran run = desk.run("run fitted.toml --json");
  INFO(run.err);
  CHECK(run.status == 0);
  const auto summary = nlohmann::json::parse(run.out);
  CHECK(summary["clients"] == 5);
  // Of the relay alone: a bulk token would be over when the other came back.
  CHECK(ran.out.find("bulk-token = ") == ran.out.rfind("bulk-token = "));
  const auto json = nlohmann::json::parse(desk.run("fit t.csv --span s.csv --json").out);
  CHECK(json["toml"] == ran.out.substr(toml));
  CHECK(json["cohorts"].size() == 3);
  CHECK(json["forecast"]["measures"]["absent-over-90d"]["observed"].is_null());
  // All of it for training: there is nothing to forecast.
  const test::Ran all = desk.run("fit t.csv --span s.csv --until 120d");
  CHECK(all.status == 0);
  CHECK(test::has(all.out, "nothing is held out"));
}

TEST_CASE("fit refuses what it cannot learn from") {
  const test::Desk desk;
  Files files;
  files.row("x", 0h, "intranet");
  files.row("x", days{30}, "internet");
  desk.write("t.csv", files.trace);
  desk.write("once.csv", kTraceHead + "x,2026-01-01T00:00:00Z,intranet\n");
  test::check_refused(desk,
                      {{"fit none.csv", "none.csv"},
                       {"fit t.csv --span none.csv", "none.csv: the file of spans cannot be read"},
                       {"fit t.csv --until 31d", "--until `31d` is not inside the recording"},
                       {"fit t.csv --until 0d", "--until `0d` is not inside the recording"},
                       {"fit t.csv --until soon", "--until"},
                       {"fit t.csv --until 6d", "no device was observed for seven days"},
                       {"fit once.csv", "no device was observed over a period"}});
}

}  // namespace tokenlife::sim
