// `tokenlife check`: what it says, and what it writes.
#include <catch2/catch.hpp>

#include <nlohmann/json.hpp>

#include "sim/check/explore.hpp"
#include "sim/check/reference_rules.hpp"
#include "sim/cli/command_check.hpp"
#include "sim/text/duration.hpp"
#include "support/check_faults.hpp"
#include "support/desk.hpp"

namespace tokenlife::test {

using namespace sim::checker;

TEST_CASE("check says in JSON what it explored and what holds") {
  const Desk desk;
  const Ran ran = desk.run("check --clients 2 --unit 30d --with none --json");
  REQUIRE(ran.status == 0);
  CHECK(ran.err.empty());
  const auto json = nlohmann::json::parse(ran.out);
  CHECK(json["states"] == 378);
  CHECK(json["complete"] == true);
  CHECK(json["features"] == "none");
  CHECK(json["counterexample"].is_null());
  for (const auto& property : json["properties"]) CHECK(property["verdict"] == "holds");
  CHECK(json["bytes-per-state"].is_number());
  CHECK(!std::filesystem::exists(desk.path("counterexample.toml")));
}

TEST_CASE("check stops where it is told to, and then judges no `sometimes`", "[slow]") {
  const Desk desk;
  const Ran bounded = desk.run("check --days 2 --json");
  CHECK(bounded.status == 0);
  CHECK(has(bounded.out, "\"verdict\": \"not-judged\""));
  CHECK(!has(bounded.out, "\"verdict\": \"fails\""));
  const Ran few = desk.run("check --max-states 1000");
  CHECK(few.status == 0);
  CHECK(has(few.out, "not complete because of --max-states"));
  CHECK(!has(few.out, "ok    nothing is granted to a blocked client"));
  const auto json = nlohmann::json::parse(desk.run("check --max-states 1000 --json").out);
  CHECK(json["complete"] == false);
  for (const auto& property : json["properties"]) {
    if (property["kind"] == "always") CHECK(property["verdict"] == "not-judged");
  }
}

TEST_CASE("an interrupted check says what it knows, and that it does not know the rest", "[slow]") {
  const Desk desk;
  // Bounded, so that a signal that comes before anybody listens fails the test and not the machine.
  const std::string line = "check --clients 4 --unit 12h --max-states 20000000 ";
  const std::string interrupt = " & p=$!; " + kUntilItListens + "; kill -INT $p; wait $p";
  const Ran ran = desk.run(line + interrupt);
  CHECK(ran.status == 130);
  CHECK(is_one_message(ran.err));
  CHECK(has(ran.err, "interrupted"));
  CHECK(has(ran.out, " states: not complete because interrupted; "));
  CHECK(!has(ran.out, "ok    nothing is granted to a blocked client"));

  const Ran machine = desk.run(line + "--json" + interrupt);
  CHECK(machine.status == 130);
  const auto json = nlohmann::json::parse(machine.out);
  CHECK(json["complete"] == false);
  CHECK(json["interrupted"] == true);
  CHECK(json["states"] > 0);
  CHECK(json["depth"] > 0);
  for (const auto& property : json["properties"]) {
    if (property["kind"] == "always") CHECK(property["verdict"] == "not-judged");
  }
}

// What is asked where nothing is asked for has all that a fault needs to be found: its features,
// and moments at each step of its unit.
TEST_CASE("a check without options explores all that the planted faults need") {
  const sim::CheckCommand usual;
  const auto usual_unit = sim::parse_duration(usual.unit);
  REQUIRE(usual_unit);
  for (const Fault& fault : faults()) {
    INFO(fault.what);
    CHECK(fault.options.unit % *usual_unit == Duration{0});
    for (std::size_t i = 0; i < kCount<Feature>; ++i) {
      const auto feature = static_cast<Feature>(i);
      if (!fault.options.features.has(feature) || feature == Feature::cmg_news ||
          feature == Feature::pki_expiry) {
        continue;
      }
      CHECK(has("," + usual.with + ",", "," + std::string(name(feature)) + ","));
    }
  }
  CHECK(!has(usual.with, "restart"));
  CHECK(!has(usual.with, "cmg-news"));  // it would take three times as long
  CHECK(!has(usual.with, "pki-expiry"));
}

// The program as it would be if that fault, by default the first one, were in the rules.
Ran run_faulty(const Desk& desk, const std::string& words, std::size_t fault = 0) {
  const std::string command = "cd '" + desk.path("").string() + "' && '" CHECK_OF_FAULTS "' " +
                              std::to_string(fault) + " " + words + " >out 2>err";
  const int status = std::system(command.c_str());
  return {WEXITSTATUS(status), read_file(desk.path("out")), read_file(desk.path("err"))};
}

TEST_CASE("what does not hold is named, told, and written as a scenario that holds again") {
  const Desk desk;
  const Ran ran = run_faulty(desk, "found.toml");
  CHECK(ran.status == 1);
  CHECK(ran.err.empty());
  CHECK(has(ran.out, "FAIL  nothing is granted to a blocked client  A8\n"));
  CHECK(has(ran.out,
            "Violated: nothing is granted to a blocked client "
            "(blocked-is-absolute):\n       0d  client 0  client-installed"));
  CHECK(has(ran.out, "\nAgain: tokenlife run found.toml\n"));
  CHECK(has(read_file(desk.path("found.toml")), "# Property blocked-is-absolute; rules A8."));
  CHECK(desk.run("run found.toml").status == 0);

  const Ran again = run_faulty(desk, "json");
  CHECK(again.status == 1);
  const auto json = nlohmann::json::parse(again.out);
  CHECK(json["counterexample"]["property"] == "blocked-is-absolute");
  CHECK(json["counterexample"]["file"] == "counterexample.toml");
  CHECK(json["counterexample"]["steps"] == 3);
  CHECK(nlohmann::json::parse(run_faulty(desk, "json").out)["counterexample"]["file"] ==
        "counterexample-2.toml");
}

std::size_t number_of(std::string_view what) {
  const auto all = faults();
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].what == what) return i;
  }
  FAIL("no such fault");
  return 0;
}

TEST_CASE("a difference to the reference names the rules that it is about, with their words") {
  const struct {
    const char* fault;
    const char* ids;
    const char* words;
  } cases[] = {
      {"the site forgets that a bulk token is blocked", "R54",
       "a blocked bulk token is known as blocked"},
      {"the site does not unblock bulk tokens", "R55",
       "an unblocked bulk token is as good as before"},
      {"the site forgets outages", "R14",
       "an endpoint that is down answers nothing, and without the STS no token is issued"},
  };
  for (const auto& [fault, ids, words] : cases) {
    INFO(fault);
    const Desk desk;
    const Ran ran = run_faulty(desk, "found.toml", number_of(fault));
    CHECK(ran.status == 1);
    CHECK(has(ran.out,
              "\nThe reference follows these rules\n  " + std::string(ids) + ": " + words + "\n"));
    CHECK(has(read_file(desk.path("found.toml")),
              "# Property agrees-with-the-reference; rules " + std::string(ids) + ". "));
    const auto json = nlohmann::json::parse(run_faulty(desk, "json", number_of(fault)).out);
    CHECK(json["counterexample"]["reference-goes-by"] ==
          nlohmann::json::array({{{"ids", ids}, {"words", words}}}));
  }
  // A property that has rules of its own needs no others.
  const Desk desk;
  CHECK(!has(run_faulty(desk, "found.toml").out, "The reference follows"));
}

TEST_CASE("what was found is told also if the scenario cannot be written") {
  const Desk desk;
  const Ran ran = run_faulty(desk, "/dev/full/found.toml");
  CHECK(ran.status == 3);
  desk.write("folder.sh",
             "mkdir -p closed && cd closed && rmdir ../closed && exec '" CHECK_OF_FAULTS
             "' 0 \"$@\"\n");
  for (const char* words : {"sh folder.sh", "sh folder.sh json"}) {
    const std::string command = "cd '" + desk.path("").string() + "' && " + words + " >out 2>err";
    const int status = std::system(command.c_str());
    CHECK(WEXITSTATUS(status) == 3);
    CHECK(is_one_message(read_file(desk.path("err"))));
    CHECK(has(read_file(desk.path("out")), "a registration-refused (client-blocked) of client 0"));
  }
}

TEST_CASE("what is wrong with a check is said in one line", "[slow]") {
  const Desk desk;
  const struct {
    const char* line;
    int status;
    const char* words;
  } cases[] = {
      {"check --with outage,blok", 2, "did you mean `block`?"},
      {"check --unit 7d", 2, "a unit of 7d"},
      {"check --unit 1m", 2, "too short"},
      {"check --unit x", 2, "--unit: `x` is not a duration"},
      {"check --unit 15d --latency 3", 2, "later than the next renewal"},
      {"check --clients 5", 2, "--clients"},
      {"check --with ''", 2, "--with does not know"},
      {"check --with none,block", 2, "--with does not know `none`"},
      {"check --unit 0d", 2, "a unit of 0d"},
      {"check --unit -1d", 2, "a unit of -1d"},
      {"check --unit 99999999999999999999d", 2, "is too long; write at most 49710d"},
      {"check --horizon 0", 2, "--horizon"},
      {"check --days 99999999999999999999", 2, "--horizon"},
      {"check --latency 4", 2, "--latency"},
      {"check --max-states 0", 2, "--max-states"},
      {"check --max-states 4294967296", 2, "--max-states"},
      {"check --mp ftp", 2, "--mp"},
      {"check --counterexample small.toml", 3, "already exists"},
      {"check --counterexample ''", 3, "cannot be written"},
      {"check --counterexample nowhere/x.toml", 3, "nowhere/x.toml: cannot be written"},
      {"check --counterexample small.toml/x.toml", 3, "Not a directory"},
      {"check --counterexample $(printf %0300d 1)", 3, "name too long"},
  };
  for (const auto& wrong : cases) {
    INFO(wrong.line);
    const Ran ran = desk.run(wrong.line);
    INFO(ran.err);
    CHECK(ran.status == wrong.status);
    CHECK(is_one_message(ran.err));
    CHECK(has(ran.err, wrong.words));
  }
}

}  // namespace tokenlife::test
