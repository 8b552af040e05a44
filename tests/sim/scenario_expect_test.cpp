// What may be expected: words, peaks and reasons, and what is said of those that make no sense.
#include <catch2/catch.hpp>

#include <string>
#include <string_view>

#include "sim/scenario/scenario.hpp"
#include "sim/scenario/to_toml.hpp"

namespace tokenlife::sim {
namespace {

// The expectation begins in line 9.
Result<Scenario, Error> expecting(const std::string& keys, const std::string& run = "") {
  return parse_scenario("format = 1\n[run]\nduration = \"9d\"\n" + run +
                            "\n[[cohort]]\nname = \"a\"\nclients = 1\n"
                            "network = { model = \"fixed\", on = \"intranet\" }\n[[expect]]\n" +
                            keys,
                        "e.toml", {});
}
std::string said_of_expectation(const std::string& keys, const std::string& run = "") {
  const auto scenario = expecting(keys, run);
  return scenario ? "nothing" : to_string(scenario.error());
}

}  // namespace

TEST_CASE("expectations of several states, of stranded clients and of peaks are read and written") {
  using enum StateWord;
  StateSet both = expired;
  both.add(stranded);
  for (const auto& [keys, states] :
       {std::pair{"states = [\"stranded\", \"expired\"]\nmax = 0\n", both},
        {"state = \"stranded\"\nmax = 0\n", StateSet{stranded}},
        {"states = [\"out-of-service\"]\nmax = 0\n", StateSet{out_of_service}}}) {
    CAPTURE(keys);
    const auto scenario = expecting(keys);
    REQUIRE(scenario);
    CHECK(scenario->expectations.at(0).states == states);
    const auto again = parse_scenario(to_toml(*scenario), "again.toml", {});
    REQUIRE(again);
    CHECK(again->expectations.at(0).states == states);
  }
  const auto scenario = expecting(
      "peak-of = \"renewal-refused\"\nreason = \"client-blocked\"\nper = \"2h\"\nmax = 400\n"
      "cohort = \"a\"\nfrom = \"1d\"\nto = \"2d\"\n");
  REQUIRE(scenario);
  const auto again = parse_scenario(to_toml(*scenario), "again.toml", {});
  REQUIRE(again);
  for (const Expectation& peak : {scenario->expectations.at(0), again->expectations.at(0)}) {
    CHECK(peak.event == EventKind::renewal_refused);
    CHECK(peak.peak_per == std::chrono::hours{2});
    CHECK(peak.max == 400U);
    CHECK(peak.from == at(std::chrono::hours{24}));
    CHECK(peak.text ==
          "most in any 2h: renewal-refused (client-blocked) in [1d, 2d) in a: at most 400");
  }
}

TEST_CASE("a mistake in an expectation of states or of a peak says what to write") {
  const std::string peak = "peak-of = \"token-renewed\"\n";
  CHECK(said_of_expectation("states = [\"strandet\"]\nmax = 0\n") ==
        "e.toml:10:11: `states` cannot hold `strandet`; did you mean `stranded`?");
  CHECK(said_of_expectation("states = [\"expired\", \"expired\"]\nmax = 0\n") ==
        "e.toml:10:22: `states` holds `expired` twice; leave one out");
  CHECK(said_of_expectation("states = []\nmax = 0\n") ==
        "e.toml:10:10: `states` in [[expect]] holds no state; write it as in [\"expired\"]");
  CHECK(said_of_expectation("state = \"expired\"\nevent = \"token-renewed\"\nmax = 0\n")
            .find("`event`") != std::string::npos);
  CHECK(said_of_expectation(peak + "max = 1\n").find("the key `per` is missing") !=
        std::string::npos);
  CHECK(said_of_expectation("event = \"token-renewed\"\nper = \"1h\"\nmax = 1\n")
            .find("write `peak-of` instead of `event`") != std::string::npos);
  CHECK(said_of_expectation(peak + "per = \"1h\"\nper-client-max = 1\nmax = 1\n")
            .find("use `min` or `max`") != std::string::npos);
  CHECK(said_of_expectation(peak + "per = \"1h\"\n").find("give `max`, `min` or `count`") !=
        std::string::npos);
  CHECK(said_of_expectation(peak + "per = \"90s\"\nmax = 1\n", "tick = \"30s\"")
            .find("not a whole number of minutes") != std::string::npos);
  CHECK(said_of_expectation(peak + "per = \"2m\"\nmax = 1\n", "tick = \"30s\"") == "nothing");
}

TEST_CASE("an event has the reasons that the rules give it") {
  const auto refused = [](const char* event, const char* reason, const std::string& site = "") {
    return said_of_expectation(
        std::string("event = \"") + event + "\"\nreason = \"" + reason + "\"\nmax = 0\n", site);
  };
  CHECK(
      refused("renewal-refused", "bulk-token-expired") ==
      "e.toml:11:10: `reason` in [[expect]] is `bulk-token-expired`, which is never the reason for "
      "`renewal-refused`; choose one of client-blocked, client-outdated, unknown-signer, expired");
  CHECK(refused("re-registration-required", "client-outdated") ==
        "e.toml:11:10: `reason` in [[expect]] is `client-outdated`, which is never the reason for "
        "`re-registration-required`; choose one of client-blocked, unknown-signer, expired");
  CHECK(refused("registration-refused", "malformed") ==
        "e.toml:11:10: `reason` in [[expect]] is `malformed`, for which only real tokens are "
        "refused; choose another, or write crypto = \"real\" in [site]");
  CHECK(refused("registration-refused", "malformed", "[site]\ncrypto = \"real\"") == "nothing");
  for (const char* reason :
       {"client-blocked", "client-outdated", "internal-registration-off", "credential-required",
        "bulk-token-unknown", "bulk-token-not-yet-valid", "bulk-token-expired",
        "bulk-token-blocked", "unknown-signer"}) {
    CHECK(refused("registration-refused", reason) == "nothing");
  }
  CHECK(refused("registration-refused", "expired") != "nothing");
  CHECK(refused("registration-refused", "user-centric") != "nothing");
  CHECK(refused("renewal-refused", "credential-required") != "nothing");
  CHECK(refused("renewal-failed", "answer-lost") == "nothing");
}

TEST_CASE("a bulk token that ends before the last installation is warned of") {
  const auto warnings = [](const char* over, const char* duration, const std::string& issue = "",
                           const std::string& site = "") {
    const auto scenario =
        parse_scenario(std::string("format = 1\n[run]\nduration = \"") + duration + "\"\n" + site +
                           "[[cohort]]\nname = \"a\"\nclients = 1\nbulk-token = \"t\"\n"
                           "install = { at = \"0d\", over = \"" +
                           over +
                           "\" }\n"
                           "network = { model = \"fixed\", on = \"internet\" }\n"
                           "[[action]]\nat = \"0d\"\ndo = \"issue-bulk-token\"\nname = \"t\"\n" +
                           issue,
                       "w.toml", {});
    REQUIRE(scenario);
    std::string all;
    for (const Error& warning : scenario->warnings) all += to_string(warning);
    return all;
  };
  // Installed before 3d, when it expires: the last moment is a minute earlier.
  CHECK(warnings("3d", "9d").empty());
  CHECK(warnings("3d1m", "9d") ==
        "w.toml:7:14: the bulk token `t` is refused from 3d on, but clients are given it up to 3d; "
        "give it a longer `lifetime`, or install them earlier");
  CHECK(warnings("5d", "3d").empty());  // Nobody is installed after the run's end.
  // Whoever is installed is given the newest: that of 6d expires at 9d.
  CHECK(warnings("9d", "20d", "repeat-every = \"3d\"\n").empty());
  CHECK(warnings("9d", "20d", "repeat-every = \"3d\"\ntimes = 3\n").empty());
  CHECK(warnings("9d1m", "20d", "repeat-every = \"3d\"\ntimes = 3\n")
            .starts_with("w.toml:7:14: the bulk token `t` is refused from 9d on, but clients are "
                         "given it up to "
                         "9d; "));
  // A site may take them for a while longer, and client tokens too or not.
  CHECK(warnings("4d", "9d", "", "[site]\nbulk-leeway = \"1d\"\n").empty());
  CHECK(warnings("4d1m", "9d", "", "[site]\nbulk-leeway = \"1d\"\n")
            .starts_with("w.toml:9:14: the bulk token `t` is refused from 4d on, "));
  CHECK_FALSE(warnings("4d", "9d", "", "[site]\nleeway = \"1d\"\nbulk-leeway = \"0d\"\n").empty());
}

}  // namespace tokenlife::sim
