// Several mistakes in one scenario, and what is allowed and hardly meant.
#include <catch2/catch.hpp>

#include <string>
#include <utility>
#include <vector>

#include "scenario_example.hpp"
#include "sim/scenario/scenario.hpp"
#include "sim/text/show_error.hpp"

namespace tokenlife::sim {
namespace {

using Strings = std::vector<std::string>;

Strings said_of(std::string text) {
  const auto scenario = parse_scenario(std::move(text), "s.toml", {});
  if (scenario) return {"read"};
  Strings said{to_string(scenario.error())};
  for (const Error& other : scenario.error().others) said.push_back(to_string(other));
  return said;
}

std::size_t mistakes_in(std::string text) {
  const auto scenario = parse_scenario(std::move(text), "s.toml", {});
  return scenario ? 0 : 1 + scenario.error().others.size() + scenario.error().not_listed;
}

Strings warnings_of(std::string text, const ScenarioOptions& options = {}) {
  const ScenarioFolder folder;
  const auto scenario = parse_scenario(std::move(text), folder.path("s.toml"), options);
  if (!scenario) return {to_string(scenario.error())};
  Strings warnings;
  for (const Error& warning : scenario->warnings) {
    // Without the folder.
    warnings.push_back(to_string(warning).substr(folder.path("").size()));
  }
  return warnings;
}

const std::string kManyHead = "format = 1\nrun.duration = \"60d\"\n";
const std::string kCohort = R"([[cohort]]
name = "a"
clients = 4
network = { model = "fixed", on = "intranet" }
)";

// An action on that cohort, or another one.
std::string upgrade(const std::string& at, const std::string& cohort = "a") {
  return "[[action]]\nat = " + at + "\ndo = \"upgrade\"\ncohort = \"" + cohort + "\"\n";
}

}  // namespace

TEST_CASE("all mistakes are told, in the order of the file") {
  // Cohorts are read before actions, whatever their places.
  CHECK(
      said_of(R"(format = 1
seed = 4
[[action]]
at = "0d"
do = "upgrade"
cohort = "b"
[run]
duration = "60 days"
[[cohort]]
name = "a"
clients = 0
install = { at = "1h2d" }
network = { model = "week", office-days = ["mon", "tu"], hours = "9-17", otherwise = "home" }
[[expect]]
state = "expired"
count = -1
)") ==
      Strings{
          "s.toml:2:1: unknown key `seed` in the file; it is a key of [run]",
          "s.toml:6:10: `cohort` in the action `upgrade` is `b`, but there is no cohort of that "
          "name; the only cohort is `a`",
          "s.toml:8:12: `duration` in [run] is `60 days`, which has no w, d, h, m "
          "or s right after a number; write \"60d\"",
          "s.toml:11:11: `clients` in [[cohort]] is 0, which is not an integer from 1 to 100000000",
          "s.toml:12:18: `at` in `install` is `1h2d`, which has its units repeated or out of "
          "order; write \"2d1h\"",
          "s.toml:13:51: `office-days` cannot hold `tu`; write `mon`, `tue`, `wed`, "
          "`thu`, `fri`, `sat` or `sun`",
          "s.toml:13:66: `hours` in a `week` network is `9-17`, which is not a time span; write it "
          "as in \"09:00-17:00\"",
          "s.toml:13:86: `otherwise` in a `week` network cannot be `home`; write "
          "`offline`, `intranet` or `internet`",
          "s.toml:16:9: `count` in [[expect]] is -1, which is not an integer of at least 0"});
}

TEST_CASE("a table that stands where it does not belong is told how it is written") {
  const auto at_the_top = [](const std::string& table) {
    return said_of(kManyHead + kCohort + "[" + table + "]\n");
  };
  const auto unknown = [](const std::string& said) {
    return Strings{"s.toml:7:2: unknown key " + said};
  };
  CHECK(at_the_top("capacity") == unknown("`capacity` in the file; write [site.capacity]"));
  CHECK(at_the_top("reseed") == unknown("`reseed` in the file; write [run.reseed]"));
  CHECK(at_the_top("install") ==
        unknown("`install` in the file; write [cohort.install] below its [[cohort]]"));
  const auto is_of_cohort = [&](const std::string& key, const std::string& value) {
    return unknown("`" + key + "` in the file; it is a key of [[cohort]]: write " + key + " = " +
                   value + " below it");
  };
  CHECK(at_the_top("inventory") == is_of_cohort("inventory", "\"devices.csv\""));
  CHECK(at_the_top("bulk-token") == is_of_cohort("bulk-token", "\"spring\""));
  CHECK(at_the_top("clients") == is_of_cohort("clients", "100"));
  CHECK(at_the_top("cmg-allowed") == is_of_cohort("cmg-allowed", "true"));
  CHECK(at_the_top("agent-restart-every") == is_of_cohort("agent-restart-every", "\"7d\""));
  CHECK(at_the_top("leeway") ==
        unknown("`leeway` in the file; it is a key of [site]: write leeway = \"5m\" below it"));
  CHECK(said_of(kManyHead + kCohort + "[[inventory]]\n") ==
        Strings{"s.toml:7:3: unknown key `inventory` in the file; it is a key of [[cohort]]: "
                "write inventory = \"devices.csv\" below it"});
  CHECK(said_of(kManyHead + kCohort + "[[site.action]]\n") ==
        Strings{"s.toml:7:8: unknown key `action` in [site]; write [[action]]"});
  CHECK(said_of(kManyHead + kCohort + "[site.site]\n") ==
        Strings{"s.toml:7:7: unknown key `site` in [site]; write [site]"});
}

TEST_CASE("a table where a value should be is told how that is written") {
  const auto in_the_cohort = [](const std::string& key, const std::string& value) {
    return said_of(kManyHead + with(kCohort, "", "network", key + " = " + value + "\nnetwork"));
  };
  const auto wrong = [](const std::string& said) { return Strings{"s.toml:6:" + said}; };
  CHECK(in_the_cohort("bulk-token", "{ name = \"b\" }") ==
        wrong("14: `bulk-token` in [[cohort]] must be a string, not a table; write bulk-token = "
              "\"spring\""));
  CHECK(in_the_cohort("cmg-allowed", "[true]") ==
        wrong("15: `cmg-allowed` in [[cohort]] must be true or false, not an array; write "
              "cmg-allowed = true"));
  CHECK(in_the_cohort("credential", "{}") ==
        wrong("14: `credential` in [[cohort]] must be a string, not a table; write "
              "`self-signed`, `pki` or `entra`"));
  CHECK(said_of(kManyHead + with(kCohort, "", "clients = 4", "clients = [4]")) ==
        Strings{"s.toml:5:11: `clients` in [[cohort]] must be an integer from 1 to 100000000, not "
                "an array; write clients = 100"});
}

TEST_CASE("what only follows from a name that cannot be read is not told") {
  CHECK(said_of(kManyHead + with(kCohort, "", "name", "nam") + upgrade("\"0d\"")) ==
        Strings{"s.toml:4:1: unknown key `nam` in [[cohort]]; did you mean `name`?"});
  CHECK(mistakes_in(kManyHead + with(kCohort, "", "4", "0") +
                    "[[action]]\nat = \"0d\"\ndo = \"block-client\"\nclient = \"a/7\"\n") == 1);
  CHECK(mistakes_in(kManyHead + kCohort + kCohort + upgrade("\"0d\"", "b")) == 1);

  const std::string issue = "[[action]]\nat = \"0d\"\ndo = \"issue-bulk-token\"\nname = \"t\"\n";
  const std::string given = kManyHead + with(kCohort, "", "network", "bulk-token = \"t\"\nnetwork");
  CHECK(said_of(given + issue) == Strings{"read"});
  for (const auto& [from, to] :
       std::vector<std::pair<std::string, std::string>>{{"issue-bulk-token", "isue-bulk-token"},
                                                        {"[[action]]", "[[actions]]"},
                                                        {"name", "nmae"},
                                                        {"\"t\"", "7"},
                                                        {"\"0d\"", "\"0\""}}) {
    CAPTURE(from);
    CHECK(mistakes_in(given + with(issue, "", from, to)) == 1);
  }
}

TEST_CASE("what only follows from a moment or a word that is wrong is not told") {
  CHECK(mistakes_in(kManyHead + "run.start = 2026-01-01\n" + kCohort +
                    upgrade("2025-06-01T00:00:00Z")) == 1);
  CHECK(mistakes_in(with(kManyHead, "", "60d", "60") + kCohort +
                    "[[expect]]\nat = \"70d\"\nstate = \"expired\"\ncount = 0\n") == 1);
  CHECK(mistakes_in(kManyHead + "run.tick = \"1\"\nsite.latency = \"7s\"\n" + kCohort) == 1);
  CHECK(mistakes_in(kManyHead + "site = { crypto = \"reel\", client-keys = \"rsa\" }\n" +
                    kCohort) == 1);
  CHECK(mistakes_in(kManyHead + with(kCohort, "", "\"fixed\"", "\"weak\"")) == 1);
  CHECK(mistakes_in(kManyHead + with(kCohort, "", "model", "modle")) == 1);
  CHECK(mistakes_in(kManyHead + kCohort + with(upgrade("\"0d\""), "", "upgrade", "updgrade")) == 1);
  CHECK(mistakes_in(kManyHead + kCohort +
                    "[[expect]]\nevent = \"token-renewd\"\nreason = \"x\"\nmin = 1\n") == 1);
  CHECK(mistakes_in(kManyHead + kCohort +
                    "[[expect]]\nevent = \"token-renewed\"\nshare-min = 0.5\n") == 1);
}

TEST_CASE("stays and steps that are wrong say nothing of the others") {
  CHECK(said_of(kManyHead + R"([[cohort]]
name = "a"
clients = 1
[cohort.network]
model = "dwell"
start = "offline"
offline = { mean = "1h", to = { ofline = 1 } }
)") == Strings{"s.toml:9:33: unknown key `ofline` in `to`; did you mean `offline`?"});
  CHECK(said_of(kManyHead + R"([[cohort]]
name = "a"
clients = 1
[cohort.network]
model = "timeline"
steps = [
  { at = "0", on = "offline" },
  { at = "1d", on = "x" },
  { at = "2d", on = "offline" },
  { at = "1d", on = "offline" },
]
)") == Strings{"s.toml:9:10: `at` in a step of `steps` is `0`, which is a number without a unit; "
               "write its unit, as in \"0d\" for days",
               "s.toml:10:21: `on` in a step of `steps` cannot be `x`; write `offline`, "
               "`intranet` or `internet`",
               "s.toml:12:10: `at` in a step of `steps` is 1d, not after the step before at 2d; "
               "put the steps in order of time"});
}

TEST_CASE("every duration that is not a whole number of ticks is told") {
  const ScenarioFolder folder;
  const auto scenario = parse_scenario(with(kEverything, "", "tick = \"1m\"", "tick = \"7m\""),
                                       folder.path("s.toml"), {});
  REQUIRE_FALSE(scenario);
  CHECK(scenario.error().what ==
        "`duration` in [run] is `365d`, which is not a whole number of ticks of 7m");
  CHECK(scenario.error().others.size() == 19);
}

TEST_CASE("twenty mistakes are listed and the others counted, whatever the order of the keys") {
  std::string text = kManyHead;
  for (int i = 30; i > 0; --i) text += "x" + std::to_string(i) + " = 1\n";
  text += "[[cohort]]\nname = \"a\"\n";  // Two keys are missing.
  const auto scenario = parse_scenario(text, "s.toml", {});
  REQUIRE_FALSE(scenario);
  const Error& error = scenario.error();
  CHECK(error.place == "s.toml:3:1");
  REQUIRE(error.others.size() == 19);
  CHECK(error.others.back().place == "s.toml:22:1");
  CHECK(error.not_listed == 12);
  CHECK(show_error(error).ends_with("   22 | x11 = 1\n      | ^\nand 12 more mistakes"));
}

TEST_CASE("mistakes in traces are told with the others, each with its line") {
  const ScenarioFolder folder;
  folder.write("t.csv", "device,time,network\n7,2026-01-01T00:00:00Z,home\n");
  const auto scenario = parse_scenario(kManyHead + R"([[cohort]]
name = "a"
clients = "4"
network = { model = "trace", file = "t.csv" }
)",
                                       folder.path("s.toml"), {});
  REQUIRE_FALSE(scenario);
  REQUIRE(scenario.error().others.size() == 1);
  CHECK(show_error(scenario.error().others[0]) ==
        folder.path("t.csv") +
            ":2:24: the network cannot be `home`; write `offline`, `intranet` or "
            "`internet`\n"
            "    2 | 7,2026-01-01T00:00:00Z,home\n"
            "      |                        ^");
}

TEST_CASE("a token that ends before it is due, or may, is warned of") {
  const auto site = [](const std::string& keys) {
    return warnings_of(kManyHead + "[site]\n" + keys + kCohort);
  };
  CHECK(site("") == Strings{});
  CHECK(site("token-validity = \"30d1m\"\n") == Strings{});
  CHECK(site("token-validity = \"30d\"\n") ==
        Strings{"s.toml:4:18: tokens are due for renewal after 30d, but are valid for 30d; choose "
                "a `renew-after` below `token-validity`"});
  CHECK(site("token-validity = \"5d\"\nrenew-after = \"6d\"\n") ==
        Strings{"s.toml:5:15: tokens are due for renewal after 6d, but are valid for 5d; choose a "
                "`renew-after` below `token-validity`"});
  CHECK(site("renew-jitter = \"60d\"\n") == Strings{});
  CHECK(site("renew-jitter = \"60d1m\"\n") ==
        Strings{"s.toml:4:16: tokens are due for renewal up to 60d1m after 30d, but are valid for "
                "90d; choose a shorter `renew-jitter`"});
}

TEST_CASE("a policy set later is warned of as one that is there from the start") {
  const auto actions = [](const std::string& cohort, std::initializer_list<const char*> keys) {
    std::string text = kManyHead + kCohort + cohort;
    for (const char* of_one : keys)
      text += std::string("[[action]]\ndo = \"set-policy\"\n") + of_one;
    return warnings_of(text);
  };
  const char* shorter = "at = \"9d\"\ntoken-validity = \"20d\"\n";
  const char* sooner = "at = \"8d\"\nrenew-after = \"10d\"\n";
  CHECK(actions("", {sooner, shorter}) == Strings{});
  CHECK(actions("", {shorter, sooner}) == Strings{});  // by when they are, not where they stand
  CHECK(actions("", {shorter}) ==
        Strings{"s.toml:10:18: tokens are due for renewal after 30d, but are valid for 20d; choose "
                "a `renew-after` below `token-validity`"});
  // For some clients, with what goes for all by then.
  const char* later = "at = \"8d\"\ncohort = \"a\"\nrenew-after = \"90d\"\n";
  CHECK(actions("", {later}) ==
        Strings{"s.toml:11:15: tokens are due for renewal after 90d, but are valid for 90d; choose "
                "a `renew-after` below `token-validity`"});
  CHECK(actions("", {"at = \"7d\"\ntoken-validity = \"91d\"\n", later}) == Strings{});
}

TEST_CASE("an action that the run does not reach is warned of") {
  const auto action = [](const std::string& at) {
    return warnings_of(kManyHead + kCohort + upgrade(at));
  };
  CHECK(action("\"59d23h59m\"") == Strings{});
  CHECK(action("\"60d\"") ==
        Strings{"s.toml:8:6: the action `upgrade` is at 60d, but the run ends at 60d: it never "
                "happens; choose an earlier time, or lengthen the run"});
}

TEST_CASE("clients that replay the devices of a trace unevenly are warned of") {
  const auto clients = [](const std::string& number, double scale) {
    return warnings_of(kManyHead + "[[cohort]]\nname = \"a\"\nclients = " + number +
                           "\nnetwork = { model = \"trace\", file = \"presence.csv\", "
                           "loop = true, period = \"1d\" }\n",
                       {.seed = {}, .clients_scale = scale});
  };
  CHECK(clients("4", 1) == Strings{});
  CHECK(clients("5", 1) == Strings{"s.toml:5:11: 5 clients replay a trace of 2 devices: some "
                                   "devices count more than others; choose a multiple"});
  CHECK(clients("4", 1.2) == Strings{});
}

}  // namespace tokenlife::sim
