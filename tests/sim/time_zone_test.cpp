// Office hours in local time, with literals from calendars: engine and naive simulator alike.
#include <catch2/catch.hpp>

#include <algorithm>
#include <string>
#include <vector>

#include "core/token/sha256.hpp"
#include "scenario_example.hpp"
#include "sim/engine/memory_run.hpp"
#include "sim/engine/simulation.hpp"
#include "sim/naive/simulation.hpp"
#include "sim/scenario/random.hpp"
#include "sim/scenario/scenario.hpp"
#include "sim/scenario/time_zone.hpp"
#include "sim/scenario/to_toml.hpp"
#include "sim/text/time.hpp"

namespace tokenlife::sim {
namespace {

using Strings = std::vector<std::string>;

std::string week_in(const std::string& zone, const std::string& days, const std::string& hours,
                    const std::string& more = "") {
  return "network = { model = \"week\", office-days = [" + days + "], hours = \"" + hours +
         "\", otherwise = \"offline\", time-zone = \"" + zone + "\"" + more + " }\n";
}

std::string run_from(const std::string& start, const std::string& duration, int clients,
                     const std::string& network, const std::string& tick = "1m") {
  return "format = 1\n[run]\nstart = " + start + "T00:00:00Z\nduration = \"" + duration +
         "\"\ntick = \"" + tick +
         "\"\n[[cohort]]\nname = \"a\"\nclients = " + std::to_string(clients) + "\n" + network;
}

Scenario scenario_of(const std::string& text) {
  auto scenario = parse_scenario(text, "s.toml", {});
  if (!scenario) FAIL(to_string(scenario.error()));
  return std::move(*scenario);
}

// When the first client comes to the office and goes, in UTC; it is offline at the run's start.
Strings comings(const std::string& text) {
  const Scenario scenario = scenario_of(text);
  const EngineRun run = simulate(scenario);
  CHECK(run.clients == naive::simulate_naively(scenario).clients);
  Strings found;
  for (const auto& recorded : run.clients[0]) {
    if (kind_of(recorded.event) != EventKind::network_changed) continue;
    found.push_back(rfc3339(scenario.start, recorded.time).substr(5, 11));
  }
  return found;
}

Strings berlin(const std::string& start, const std::string& days, const std::string& hours,
               const std::string& more = "") {
  return comings(run_from(start, "5d", 1, week_in("Europe/Berlin", days, hours, more)));
}

TEST_CASE("office hours are those of the clocks on the wall, before and after they change") {
  // Clocks are put on on Sunday, 2026-03-29, and back on Sunday, 2026-10-25, at 01:00 UTC.
  CHECK(berlin("2026-03-27", "\"fri\", \"mon\"", "09:00-17:00") ==
        Strings{"03-27T08:00", "03-27T16:00", "03-30T07:00", "03-30T15:00"});
  CHECK(berlin("2026-10-23", "\"fri\", \"mon\"", "09:00-17:00") ==
        Strings{"10-23T07:00", "10-23T15:00", "10-26T08:00", "10-26T16:00"});
  // Through the night of the change, which has an hour less, and more.
  CHECK(berlin("2026-03-27", "\"sat\"", "22:00-06:00") == Strings{"03-28T21:00", "03-29T04:00"});
  CHECK(berlin("2026-10-23", "\"sat\"", "22:00-06:00") == Strings{"10-24T20:00", "10-25T05:00"});
  // On 2026-03-08 at 07:00 UTC.
  CHECK(comings(run_from("2026-03-06", "5d", 1,
                         week_in("America/New_York", "\"fri\", \"mon\"", "09:00-17:00"))) ==
        Strings{"03-06T14:00", "03-06T22:00", "03-09T13:00", "03-09T21:00"});
  CHECK(
      comings(run_from("2026-03-06", "5d", 1, week_in("Asia/Kolkata", "\"fri\"", "09:00-17:00"))) ==
      Strings{"03-06T03:30", "03-06T11:30"});
}

TEST_CASE("a local time that does not occur is the moment of the change") {
  CHECK(berlin("2026-03-27", "\"sun\"", "02:30-05:00") == Strings{"03-29T01:00", "03-29T03:00"});
  CHECK(berlin("2026-03-27", "\"sun\"", "01:30-02:30") == Strings{"03-29T00:30", "03-29T01:00"});
  CHECK(berlin("2026-03-27", "\"sun\"", "02:10-02:50") == Strings{});
  CHECK(berlin("2026-03-27", "\"sun\"", "02:00-03:00") == Strings{});
}

TEST_CASE("a local time that occurs twice is the earlier") {
  CHECK(berlin("2026-10-23", "\"sun\"", "02:30-05:00") == Strings{"10-25T00:30", "10-25T04:00"});
  CHECK(berlin("2026-10-23", "\"sun\"", "00:30-02:30") == Strings{"10-24T22:30", "10-25T00:30"});
  CHECK(berlin("2026-10-23", "\"sun\"", "02:10-02:50") == Strings{"10-25T00:10", "10-25T00:50"});
  // From 24:00 back to 23:00, at 21:00 UTC of Saturday.
  CHECK(
      comings(run_from("2026-10-23", "5d", 1, week_in("Asia/Beirut", "\"sat\"", "23:30-24:00"))) ==
      Strings{"10-24T20:30", "10-24T22:00"});
}

// In St. John's they were put back from 00:01 to 23:01, on 2010-11-07 at 02:31 UTC: who is
// installed at 02:45 is on Saturday again, and in the office of Sunday, which has begun.
TEST_CASE("office hours that have begun go on when clocks are put back over midnight") {
  const std::string week = week_in("America/St_Johns", "\"sun\"", "00:00-08:00");
  CHECK(comings(run_from("2010-11-05", "5d", 1, week)) == Strings{"11-07T02:30", "11-07T11:30"});
  CHECK(comings(run_from("2010-11-05", "5d", 1, "install = { at = \"2d2h45m\" }\n" + week)) ==
        Strings{"11-07T11:30"});
}

TEST_CASE("on a holiday no office hours begin") {
  CHECK(berlin("2026-03-27", "\"fri\", \"mon\"", "09:00-17:00", ", holidays = [2026-03-27]") ==
        Strings{"03-30T07:00", "03-30T15:00"});
  // Those of the day before go on.
  CHECK(berlin("2026-03-26", "\"thu\", \"fri\", \"sat\"", "22:00-06:00",
               ", holidays = [2026-03-28, 2026-03-27]") == Strings{"03-26T21:00", "03-27T05:00"});
}

// The run starts on 2026-03-05 in New York: Friday the 6th is the second day after the one before.
TEST_CASE("attendance is drawn for each local date") {
  const Scenario scenario = scenario_of(
      run_from("2026-03-06", "1d", 50,
               week_in("America/New_York", "\"fri\"", "09:00-17:00", ", attendance = 0.5")));
  const EngineRun run = simulate(scenario);
  CHECK(run.clients == naive::simulate_naively(scenario).clients);
  for (std::uint32_t i = 0; i < 50; ++i) {
    const bool came = std::any_of(run.clients[i].begin(), run.clients[i].end(), [](const auto& it) {
      return kind_of(it.event) == EventKind::network_changed;
    });
    CAPTURE(i);
    CHECK(came == (Draws(1, "a", i).at(Purpose::attendance, 2)[0] >> 32 < 0x8000'0000));
  }
}

TEST_CASE("the offsets that a run used are one of its inputs") {
  const std::string week = week_in("Europe/Berlin", "\"fri\"", "09:00-17:00");
  const Scenario scenario = scenario_of(run_from("2026-03-27", "5d", 1, week) +
                                        "[[cohort]]\nname = \"b\"\nclients = 1\n" + week);
  const events::LogHeader header = header_of(scenario);
  REQUIRE(header.inputs.size() == 1);
  CHECK(header.inputs[0].name == "time-zone Europe/Berlin");
  CHECK(header.inputs[0].digest.bytes == sha256("-172800 3600\n176400 7200\n"));
}

TEST_CASE("time zones, holidays and new seeds are written as they are read") {
  const Scenario scenario = scenario_of(run_from(
      "2026-03-27", "5d\"\nreseed = { at = \"2d\", seed = 7 }\nname = \"x", 1,
      week_in("Europe/Berlin", "\"fri\"", "09:00-17:00", ", holidays = [2026-12-25, 2026-04-03]")));
  const std::string text = to_toml(scenario);
  CHECK_THAT(text, Catch::Contains("reseed = { at = \"2d\", seed = 7 }\n"));
  CHECK_THAT(text, Catch::Contains("time-zone = \"Europe/Berlin\"\n"));
  CHECK_THAT(text, Catch::Contains("holidays = [2026-04-03, 2026-12-25, ]\n"));
  CHECK(to_toml(scenario_of(text)) == text);
}

TEST_CASE("a time zone is one of the system's, and fits the tick") {
  const auto said_of_zone = [](const std::string& zone, const std::string& start,
                               const std::string& tick) {
    const auto scenario = parse_scenario(
        run_from(start, "30d", 1, week_in(zone, "\"fri\"", "09:00-17:00"), tick), "s.toml", {});
    if (!scenario) CHECK(scenario.error().others.empty());
    return scenario ? "no mistake" : to_string(scenario.error());
  };
  const std::string head = "s.toml:9:110: `time-zone` in a `week` network is ";
  CHECK(said_of_zone("Europe/Berln", "2026-03-06", "1m") ==
        head + "`Europe/Berln`, which is not a time zone; did you mean `Europe/Berlin`?");
  CHECK(said_of_zone("Berlin", "2026-03-06", "1m") ==
        head + "`Berlin`, which is not a time zone; did you mean `Europe/Berlin`?");
  CHECK(said_of_zone("", "2026-03-06", "1m") == head + "empty; write it as a single line");
  CHECK(said_of_zone("Asia/Kolkata", "2026-03-06", "1h") ==
        head +
            "`Asia/Kolkata`, 5h30m ahead of UTC, which is not a whole number of ticks of 1h; "
            "choose a smaller `tick` in [run]");
  CHECK(said_of_zone("America/St_Johns", "2026-01-06", "1h") ==
        head +
            "`America/St_Johns`, 3h30m behind UTC, which is not a whole number of ticks of 1h; "
            "choose a smaller `tick` in [run]");
  CHECK(said_of_zone("Asia/Kolkata", "2026-03-06", "30m") == "no mistake");
  CHECK(said_of_zone("Europe/Berlin", "2037-12-20", "1m") ==
        head +
            "`Europe/Berlin`, whose changes this system knows only until 2037; end the run before "
            "2038, or use a zone without daylight saving");
  CHECK(said_of_zone("Asia/Kolkata", "2037-12-20", "1m") == "no mistake");
}

TEST_CASE("holidays are dates, each once") {
  const auto said_of_holidays = [](const std::string& holidays) {
    const auto scenario = parse_scenario(
        run_from("2026-03-06", "30d", 1,
                 week_in("Europe/Berlin", "\"fri\"", "09:00-17:00", ", holidays = " + holidays)),
        "s.toml", {});
    if (!scenario) CHECK(scenario.error().others.empty());
    return scenario ? "no mistake" : to_string(scenario.error()).substr(9);
  };
  const std::string advice =
      "`holidays` must hold dates; write them as in [2026-12-25, 2026-12-26], without quotes";
  CHECK(said_of_holidays("[2026-12-25, \"2026-12-26\"]") == "151: " + advice);
  CHECK(said_of_holidays("[2026-12-25T00:00:00Z]") == "139: " + advice);
  CHECK(said_of_holidays("[2026-12-25, 2026-12-25]") ==
        "151: `holidays` holds 2026-12-25 twice; leave one out");
  CHECK(said_of_holidays("2026-12-25") ==
        "138: `holidays` in a `week` network must be an array, not a date without a time; write "
        "holidays = [ ... ]");
  CHECK(said_of_holidays("[]") == "no mistake");
}

}  // namespace
}  // namespace tokenlife::sim
