// The mistakes that people make in tables [cohort.network], and all that is said of each.
#include <catch2/catch.hpp>

#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "scenario_example.hpp"
#include "sim/scenario/scenario.hpp"

namespace tokenlife::sim {
namespace {

using Strings = std::vector<std::string>;

// A run of 60 days from 2026-01-01 with one cohort, whose network begins in line 7.
std::string with_network(std::string_view network) {
  return "format = 1\n[run]\nduration = \"60d\"\n[[cohort]]\nname = \"a\"\nclients = 2\n" +
         std::string(network);
}

// What is said of a scenario, with each line and column; file names are without their folder.
Strings said_of_presence(const std::string& text) {
  const ScenarioFolder folder;
  const auto scenario = parse_scenario(text, folder.path("s.toml"), {});
  if (scenario) return {"no mistake"};
  std::vector<Error> errors{scenario.error()};
  errors.insert(errors.end(), scenario.error().others.begin(), scenario.error().others.end());
  Strings said;
  for (const Error& error : errors) {
    std::string one = to_string(error);
    for (std::size_t at; (at = one.find(folder.path(""))) != std::string::npos;) {
      one.erase(at, folder.path("").size());
    }
    said.push_back(one);
  }
  return said;
}

struct Row {
  std::string network;
  std::string_view said;  // and nothing else
};

void check_said(std::string_view head, const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    CAPTURE(row.network);
    CHECK(said_of_presence(with_network(std::string(head) + std::string(row.network))) ==
          Strings{std::string(row.said)});
  }
}

}  // namespace

TEST_CASE("stays have a mean or quantiles, which do not fall") {
  check_said("[cohort.network]\nmodel = \"dwell\"\nstart = \"intranet\"\nintranet = ",
             {
                 {"{ quantiles = [\"1h\", \"5h\", \"4h\"], to = { intranet = 1 } }",
                  "s.toml:10:26: `quantiles` in the stay `intranet` falls from 5h to 4h; put the "
                  "lengths in order, the shortest first"},
                 {"{ quantiles = [\"1h\"], to = { intranet = 1 } }",
                  "s.toml:10:26: `quantiles` in the stay `intranet` holds only one length; give "
                  "the shortest and the longest stay at least"},
                 {"{ quantiles = [], to = { intranet = 1 } }",
                  "s.toml:10:26: `quantiles` in the stay `intranet` holds nothing; give the "
                  "shortest and the longest stay at least"},
                 {"{ quantiles = [\"1h\", 7200], to = { intranet = 1 } }",
                  "s.toml:10:33: `quantiles` in the stay `intranet` must hold durations, not an "
                  "integer; write its unit, and quotes, as in \"7200d\" for days"},
                 {"{ quantiles = [\"1h\", \"90s\"], to = { intranet = 1 } }",
                  "s.toml:10:33: `quantiles` in the stay `intranet` holds `90s`, which is not a "
                  "whole number of ticks of 1m; round it, or choose a smaller `tick` in [run]"},
                 {"{ quantiles = [\"-1h\", \"2h\"], to = { intranet = 1 } }",
                  "s.toml:10:27: `quantiles` in the stay `intranet` holds `-1h`, which is "
                  "negative; it cannot be less than 0"},
                 {"{ quantiles = \"1h\", to = { intranet = 1 } }",
                  "s.toml:10:26: `quantiles` in the stay `intranet` must be an array, not a "
                  "string; write quantiles = [\"1h\", \"8h\"]"},
                 {"{ mean = \"1h\", quantiles = [\"1h\", \"2h\"], to = { intranet = 1 } }",
                  "s.toml:10:14: `mean` in the stay `intranet` does not go with `quantiles`; leave "
                  "one of them out"},
                 {"{ quantile = [\"1h\", \"2h\"], to = { intranet = 1 } }",
                  "s.toml:10:14: unknown key `quantile` in the stay `intranet`; did you mean "
                  "`quantiles`?"},
                 {"{ to = { intranet = 1 } }",
                  "s.toml:10:12: the key `mean` is missing from the stay `intranet`; or give "
                  "`quantiles`"},
             });
}

TEST_CASE("a period is longer than nothing, and of a trace that starts over") {
  const std::string head = "[cohort.network]\nmodel = \"trace\"\nfile = \"presence.csv\"\n";
  check_said(head, {
                       {"loop = true\nperiod = \"0d\"",
                        "s.toml:11:10: `period` in a `trace` network is `0d`, which is zero; it "
                        "must be longer than zero"},
                       {"period = \"1d\"",
                        "s.toml:10:1: `period` in a `trace` network does not go with a trace that "
                        "never starts over; add `loop = true`"},
                       {"align = \"absolut\"",
                        "s.toml:10:9: `align` in a `trace` network cannot be `absolut`; write "
                        "`device`, `file` or `absolute`"},
                   });
}

// Device b is recorded from the run's start on, and a from half a minute later on.
TEST_CASE("what is odd about a trace is warned of once") {
  const auto warned_of = [](const std::string& keys, const std::string& more = "") {
    const ScenarioFolder folder;
    const auto scenario =
        parse_scenario(with_network("network = { model = \"trace\", file = \"presence.csv\"" +
                                    keys + " }\n" + more),
                       folder.path("s.toml"), {});
    REQUIRE(scenario);
    Strings said;
    for (const Error& warning : scenario->warnings) {
      said.push_back(to_string(warning).substr(folder.path("").size()));
    }
    return said;
  };
  const std::string ends =
      "s.toml:7:37: the trace of 2 of 2 clients ends early, that of device `a` ";
  const std::string what =
      " the run's start: they stay on their last network from then on; shorten `duration`, which "
      "is 60d, or write `loop = true`";
  CHECK(warned_of("") == Strings{ends + "0d after" + what});
  CHECK(warned_of(", align = \"file\"") == Strings{ends + "1m after" + what});
  const std::string unseen =
      "s.toml:7:37: the last state of device `b` (offline) is never seen: the trace starts over "
      "at its last row; give a `period`";
  CHECK(warned_of(", loop = true") == Strings{unseen});
  CHECK(warned_of(", align = \"absolute\", loop = true") == Strings{unseen});
  CHECK(warned_of(", loop = true, period = \"1d\"") == Strings{});

  const std::string dated =
      "[[action]]\nat = 2026-01-03T00:00:00Z\ndo = \"upgrade\"\ncohort = \"a\"\n";
  CHECK(warned_of(", loop = true, period = \"1d\"", dated) ==
        Strings{"s.toml:7:37: the trace is moved in time, to the run's start, while actions have "
                "dates: `align` is \"device\"; write `align = \"absolute\"` if its dates mean what "
                "they say"});
  // The file begins when the run does.
  CHECK(warned_of(", align = \"file\", loop = true, period = \"1d\"", dated) == Strings{});
  CHECK(warned_of(", align = \"absolute\", loop = true, period = \"1d\"", dated) == Strings{});
}

// Device a of presence.csv has one row, b is recorded for nine hours.
TEST_CASE("a block is no longer than what is recorded") {
  check_said("[cohort.network]\nmodel = \"resample\"\nfile = \"presence.csv\"\n",
             {
                 {"",
                  "s.toml:9:8: `file` in a `resample` network leaves no stretch to draw: no "
                  "device is recorded for a whole block of 7d, counted from the run's start; "
                  "choose a shorter `block`"},
                 {"block = \"10h\"\nfrom = \"any-device\"",
                  "s.toml:10:9: `block` in a `resample` network leaves no stretch to draw: no "
                  "device is recorded for a whole block of 10h, counted from the run's start; "
                  "choose a shorter `block`"},
                 {"block = \"9h\"",
                  "s.toml:10:9: `block` in a `resample` network leaves device `a` without a "
                  "stretch: it is not recorded for a whole block of 9h, counted from the run's "
                  "start; choose a shorter `block`, or write `from = \"any-device\"`"},
                 {"block = \"9h\"\nfrom = \"any\"",
                  "s.toml:11:8: `from` in a `resample` network cannot be `any`; write "
                  "`same-device` or `any-device`"},
                 {"block = \"0d\"",
                  "s.toml:10:9: `block` in a `resample` network is `0d`, which is zero; it must be "
                  "longer than zero"},
                 {"block = \"9h\"\nfrom = \"any-device\"", "no mistake"},
             });
}

TEST_CASE("networks follow each other in order of time, and the last has no end") {
  const std::string fixed = "model = \"fixed\"\non = \"intranet\"\n";
  const std::string next = "[[cohort.network]]\n" + fixed;
  check_said("[[cohort.network]]\n" + fixed,
             {
                 {next,
                  "s.toml:7:1: the key `until` is missing from a `fixed` network; only the "
                  "last network has no end"},
                 {"until = \"3d\"",
                  "s.toml:10:1: `until` in a `fixed` network does not go with the last of "
                  "[[cohort.network]], which has no end; leave it out"},
                 {"until = \"0d\"\n" + next,
                  "s.toml:10:9: `until` in a `fixed` network is the run's start; leave this "
                  "network out"},
                 {"until = \"3d\"\n" + next + "until = \"3d\"\n" + next,
                  "s.toml:14:9: `until` in a `fixed` network is 3d, not after that of the network "
                  "before at 3d; put the networks in order of time"},
                 {"until = \"3d\"\n[[cohort.network]]\nmodel = \"dwell\"\nstart = \"internet\"\n"
                  "internet = { mean = \"1h\", to = { internet = 1 } }",
                  "s.toml:11:1: the key `intranet` is missing from a `dwell` network; a client may "
                  "be there when this network follows the one before"},
             });
  check_said("network = ",
             {{"[]", "s.toml:7:11: `network` in [[cohort]] holds no network; add one"},
              {"[1]",
               "s.toml:7:12: [[cohort.network]] must be a table; write "
               "[[cohort.network]] above its keys"}});
}

}  // namespace tokenlife::sim
