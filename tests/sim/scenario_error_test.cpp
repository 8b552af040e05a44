// Scenarios that are wrong as a whole, and mistakes in files that they name.
#include <catch2/catch.hpp>
#include <filesystem>

#include "scenario_example.hpp"
#include "sim/scenario/scenario.hpp"

namespace tokenlife::sim {

TEST_CASE("without a run, a cohort or a whole file there is no scenario") {
  const auto said_of = [&](std::string text) {
    const auto scenario = parse_scenario(std::move(text), "s.toml", {});
    return scenario ? "read" : to_string(scenario.error());
  };
  CHECK(said_of("") == "s.toml:1:1: the file is empty; a scenario begins with `format = 1`");
  CHECK(said_of(" \n\n") == "s.toml:1:1: the file is empty; a scenario begins with `format = 1`");
  CHECK(said_of("format = 1") ==
        "s.toml:1:1: the key `run` is missing from the file; add a table [run] with a `duration`");
  CHECK(said_of("format = 1\nrun.duration = \"1d\"\n") ==
        "s.toml:1:1: the key `cohort` is missing from the file; add at least one [[cohort]]");
  CHECK(said_of("format = 1\nrun.duration = \"1d\"\ncohort = []\n") ==
        "s.toml:3:10: `cohort` in the file holds no cohort; add at least one [[cohort]]");
  CHECK(said_of("format = 1\nrun.duration = \"1d\"\n[cohort]\n") ==
        "s.toml:3:1: `cohort` in the file must be an array, not a table; write [[cohort]]");
}

TEST_CASE("a table of which there may be many is told to be one of them when it is there twice") {
  const auto said_of = [&](std::string text) {
    return to_string(parse_scenario(std::move(text), "s.toml", {}).error());
  };
  CHECK(said_of("format = 1\n[action]\nat = \"1d\"\n[action]\nat = \"2d\"\n") ==
        "s.toml:4:1: [action] is not the first `action`; every action begins with [[action]], the "
        "first one too");
  CHECK(said_of("format = 1\n[expect]\ncount = 1\n[expect]\ncount = 2\n") ==
        "s.toml:4:1: [expect] is not the first `expect`; every expect begins with [[expect]], the "
        "first one too");
  CHECK(said_of("format = 1\n[cohort.network.steps]\n[cohort.network.steps]\n")
            .find("every cohort.network.steps begins with [[cohort.network.steps]]") !=
        std::string::npos);
  CHECK(said_of("format = 1\n[run]\n[run]\n") ==
        "s.toml:3:1: [run] appears again; put its keys in one place");
}

TEST_CASE("a scenario that was saved as UTF-16 is told to be that") {
  using namespace std::string_literals;
  for (const std::string& text : {"\xff\xfe"
                                  "f\0o\0\n\0"s,
                                  "\xfe\xff\0f\0o\0\n"s}) {
    const auto scenario = parse_scenario(text, "s.toml", {});
    REQUIRE_FALSE(scenario);
    CHECK(to_string(scenario.error()) ==
          "s.toml:1:1: this is not UTF-8 (it looks like UTF-16); save the file as UTF-8");
  }
}

TEST_CASE("a tick must divide what is left at its default, if that is a rule") {
  const auto error = [](std::string_view site) {
    const std::string text = "format = 1\nrun.duration = \"14h\"\nrun.tick = \"7h\"\n" +
                             std::string(site) +
                             "[[cohort]]\nname = \"a\"\nclients = 1\n"
                             "network = { model = \"fixed\", on = \"intranet\" }\n";
    const auto scenario = parse_scenario(text, "s.toml", {});
    return scenario ? "read" : to_string(scenario.error());
  };
  CHECK(error("") ==
        "s.toml:3:12: `tick` in [run] is 7h, but the default of `token-validity` (90d, R57) is "
        "not a multiple of it; choose another tick, or give `token-validity` in [site]");
  CHECK(error("site.token-validity = \"70h\"\n").find("`renew-after` (30d, R56)") !=
        std::string::npos);
  CHECK(error("site.token-validity = \"70h\"\nsite.renew-after = \"35h\"\n") == "read");
}

TEST_CASE("real tokens need dates that they can hold, and modelled ones no keys") {
  const auto error = [](std::string_view start, std::string_view site) {
    const std::string text =
        "format = 1\nrun.duration = \"10d\"\nrun.start = " + std::string(start) + "\n" +
        std::string(site) +
        "[[cohort]]\nname = \"a\"\nclients = 1\n"
        "network = { model = \"fixed\", on = \"intranet\" }\n";
    const auto scenario = parse_scenario(text, "s.toml", {});
    return scenario ? "read" : to_string(scenario.error());
  };
  const std::string real = "site.crypto = \"real\"\n";
  CHECK(error("1970-01-01T00:00:00Z", real) == "read");
  CHECK(error("1969-12-31T00:00:00Z", real) ==
        "s.toml:4:15: `crypto` in [site] is `real`, but the run starts before 1970; tokens cannot "
        "hold such dates: choose a later `start` in [run]");
  CHECK(error("9999-09-22T00:00:00Z", real) == "read");
  CHECK(error("9999-09-23T00:00:00Z", real) ==
        "s.toml:4:15: `crypto` in [site] is `real`, but tokens would outlive the year 9999; tokens "
        "cannot hold such dates: choose an earlier `start` in [run]");
  CHECK(error("9999-09-23T00:00:00Z", "") == "read");
  for (const std::string site : {"", "site.crypto = \"modelled\"\n"}) {
    const std::string place = site.empty() ? "s.toml:4:6" : "s.toml:5:6";
    CHECK(error("2026-01-01T00:00:00Z", site + "site.client-keys = \"rsa\"\n") ==
          place +
              ": `client-keys` in [site] does not go with modelled tokens, which need no keys; "
              "leave it out, or write crypto = \"real\"");
  }
}

TEST_CASE("a week needs a tick that divides a day") {
  const auto scenario = parse_scenario(R"(format = 1
run = { duration = "14h", tick = "7h" }
site = { token-validity = "70h", renew-after = "35h" }
[[cohort]]
name = "a"
clients = 1
[cohort.network]
model = "week"
office-days = ["mon"]
hours = "00:00-07:00"
otherwise = "offline"
)",
                                       "s.toml", {});
  REQUIRE_FALSE(scenario);
  CHECK(to_string(scenario.error()) ==
        "s.toml:8:9: `model` in a `week` network is `week`, but a day is not a whole number of "
        "ticks of 7h; choose a `tick` in [run] that divides a day");
}

TEST_CASE("a mistake in a trace is named where it stands") {
  const ScenarioFolder folder;
  folder.write("presence.csv", "device,time,network\n1,2026-01-01T00:00:00Z,home\n");
  const auto scenario = parse_scenario(std::string(kEverything), folder.path("s.toml"), {});
  REQUIRE_FALSE(scenario);
  CHECK(scenario.error().place == folder.path("presence.csv") + ":2:24");
}

TEST_CASE("a scenario that cannot be read is an error of the input") {
  const ScenarioFolder folder;
  const auto error = [](const std::string& path) { return load_scenario(path, {}).error(); };
  CHECK(error(folder.path("none.toml")).kind == ErrorKind::input);
  CHECK(error(folder.path("none.toml")).place == folder.path("none.toml"));
  CHECK(error(folder.path("none.toml")).what ==
        "the scenario cannot be read: No such file or directory");
  CHECK(error(folder.path("")).what == "the scenario cannot be read: it is a folder");
  CHECK(error(std::string("a\0b", 3)).what == "the scenario cannot be read: its name holds a NUL");
  folder.write("binary.toml", std::string_view("\x7f"
                                               "ELF\0\1\2",
                                               7));
  CHECK(error(folder.path("binary.toml")).place == folder.path("binary.toml") + ":1:1");
  folder.write("fleet.tlog", std::string_view("TLPACK\0\1", 8));
  CHECK(to_string(error(folder.path("fleet.tlog"))) ==
        folder.path("fleet.tlog") +
            ": this is a packed log, not a scenario; give one scenario file; `tokenlife replay "
            "LOG` shows a log");
  const auto what_if_longer = [&](const std::string& file) {
    std::filesystem::resize_file(folder.path(file), (16 << 20) + 1);
    return error(folder.path(file)).what;
  };
  CHECK(what_if_longer("fleet.tlog") == "this is a packed log, not a scenario");
  CHECK(what_if_longer("binary.toml") == "the scenario cannot be read: it is longer than 16 MiB");
  folder.write("empty.toml", "");
  CHECK(error(folder.path("empty.toml")).what == "the file is empty");
  folder.write("good.toml", kEverything);
  CHECK(load_scenario(folder.path("good.toml"), {}).has_value());
}

}  // namespace tokenlife::sim
