// `tokenlife test` holds a sample of each scenario to the properties of every run.
#include <catch2/catch.hpp>

#include "core/ensure.hpp"
#include "sim/cli/command_test_run.hpp"
#include "sim/engine/memory_run.hpp"
#include "sim/soak/sample.hpp"
#include "support/desk.hpp"

namespace tokenlife::test {
namespace {

using namespace sim;

Scenario mixed_fleet() {
  auto scenario = load_scenario("scenarios/mixed-fleet.toml", {{}, 0.1});
  REQUIRE(scenario);
  return *scenario;
}

// What a client's events say, but for its number in them.
using Said = std::vector<std::tuple<Instant, std::uint32_t, EventKind>>;
Said said_of(const ClientStream& stream) {
  Said said;
  for (const auto& recorded : stream) {
    said.emplace_back(recorded.time, recorded.seq, kind_of(recorded.event));
  }
  return said;
}

std::size_t events_of(const EngineRun& run) {
  std::size_t events = run.site.size();
  for (const auto& stream : run.clients) events += stream.size();
  return events;
}

// ---- The sample --------------------------------------------------------------------------------

TEST_CASE("what happens to a sample is what happens to the same clients among all") {
  const Scenario whole = mixed_fleet();
  const EngineRun all = simulate(whole);
  const SampleBounds bounds{7, 1'000'000};
  const Scenario sample = sample_of(whole, bounds);
  const EngineRun few = simulate(sample);
  REQUIRE(sample.cohorts.size() == 7);
  CHECK(sample.clients == 7 * 7);
  CHECK(few.site == all.site);
  for (std::size_t c = 0; c < 7; ++c) {
    for (std::uint32_t i = 0; i < 7; ++i) {
      CAPTURE(c, i);
      const Said said = said_of(few.clients[sample.cohorts[c].first.value + i]);
      CHECK(said.size() > 1);
      CHECK(said == said_of(all.clients[whole.cohorts[c].first.value + i]));
    }
  }
}

TEST_CASE("a sample has fewer clients, and then a shorter run, until its events are few enough") {
  const Scenario whole = mixed_fleet();
  const Scenario fewer = sample_of(whole, {20, 20'000});
  CHECK(fewer.clients < 7 * 20);
  CHECK(fewer.clients > 7);
  CHECK(fewer.duration == whole.duration);
  CHECK(events_of(simulate(fewer)) <= 20'000);
  const Scenario shorter = sample_of(whole, {20, 200});
  CHECK(shorter.clients == 7);
  CHECK(shorter.duration < whole.duration);
  CHECK(events_of(simulate(shorter)) <= 200);
  CHECK(events_of(simulate(shorter)) > 50);
  // It ends, whatever it is asked for.
  CHECK(sample_of(whole, {20, 0}).duration == whole.tick);
}

TEST_CASE("actions on clients that are not in the sample are left out") {
  const Desk desk;
  desk.write("blocked.toml", read_file(desk.path("small.toml")) + R"([[action]]
at = "5d"
do = "block-client"
client = "leavers/0"
[[action]]
at = "5d"
do = "block-client"
client = "leavers/2"
[[action]]
at = "6d"
do = "block-client"
cohort = "office"
)");
  const auto whole = load_scenario(desk.path("blocked.toml").string(), {});
  REQUIRE(whole);
  const Scenario sample = sample_of(*whole, {2, 1'000});
  CHECK(sample.clients == 4);
  REQUIRE(sample.actions.size() == 2);
  CHECK(target_of(sample.actions[0])->client == 0U);
  CHECK(target_of(sample.actions[1])->cohort == CohortNumber{1});
}

// ---- Verdicts ----------------------------------------------------------------------------------

TestReport report_of(const TestTarget& target, std::optional<std::uint64_t> seed) {
  RunControl control;
  return run_test(target, seed, control);
}

// False on purpose, under the name of one that is true.
SoakProperty false_replay() {
  return {"replay", "no client renews", [](const SoakCase& run) {
            const auto kind = static_cast<std::size_t>(EventKind::token_renewed);
            return std::string(run.result.tally.kinds[kind] == 0 ? "" : "client 3 renewed");
          }};
}

TEST_CASE("a property that is broken says what, against what, and how to see it again") {
  const Desk desk;
  const std::string path = desk.path("small.toml").string();
  const TestReport report = report_of({path, true, {false_replay()}, false}, 9);
  REQUIRE(report.tests.size() == 2);
  CHECK(report.tests[0].passed());
  CHECK(report.tests[0].name == path + " seed 9");
  const TestCase& test = report.tests[1];
  CHECK_FALSE(test.passed());
  CHECK(test.suite == path);
  CHECK(test.name == path + " seed 9: replay");
  CHECK(test.failure == "client 3 renewed\nbut: no client renews");
  CHECK(test.reproduce == "tokenlife test " + path + " --seeds 9..9 --filter ': replay$'");
  const Ran again = desk.run(test.reproduce.substr(std::string("tokenlife ").size()));
  CHECK(again.status == 0);
  CHECK(again.out.starts_with("ok     " + path + " seed 9: replay  "));
  CHECK(again.out.ends_with(" s\n1 passed, 0 failed\n"));
}

TEST_CASE("a bug that a property meets is a failure of it, and the others are still asked") {
  const Desk desk;
  const SoakProperty meets_bug{"replay", "nothing", [](const SoakCase&) -> std::string {
                                 ensure(false, "the impossible");
                                 return "";
                               }};
  const TestReport report =
      report_of({desk.path("small.toml").string(), false, {meets_bug, false_replay()}, false}, {});
  REQUIRE(report.tests.size() == 2);
  CHECK(report.tests[0].failure.starts_with("a bug in the program: "));
  CHECK(has(report.tests[0].failure, "the impossible"));
  CHECK(report.tests[1].failure.starts_with("client 3 renewed"));
}

TEST_CASE("a property that a soak asks of few scenarios is asked of every file") {
  const SoakProperty dear{"dear", "it is not asked",
                          [](const SoakCase&) { return std::string("it is"); }, 64};
  const Desk desk;
  const std::string path = desk.path("small.toml").string();
  for (const std::uint64_t seed : {1U, 63U, 64U, 1'000U}) {
    const TestReport report = report_of({path, false, {dear}, false}, seed);
    CHECK(report.tests.at(0).failure == "it is\nbut: it is not asked");
    CHECK(report.tests.at(0).name == path + " seed " + std::to_string(seed) + ": dear");
  }
}

TEST_CASE("properties are asked of modelled tokens, which lead to the same events as real ones",
          "[slow]") {
  const SoakProperty tells{"tells", "tokens are modelled", [](const SoakCase& run) {
                             return std::string(run.scenario.real_crypto ? "they are real" : "");
                           }};
  const Desk desk;
  desk.write("real.toml", read_file(desk.path("small.toml")) +
                              "[site]\ncrypto = \"real\"\nclient-keys = \"ec-p256\"\n");
  const TestReport report = report_of({desk.path("real.toml").string(), true, {tells}, false}, {});
  REQUIRE(report.tests.size() == 2);
  for (const auto& test : report.tests) CHECK(test.failure + test.error == "");
}

TEST_CASE("what comes after the first failure, or after the end was asked for, is skipped") {
  const Desk desk;
  const SoakProperty holds{"holds", "it does", [](const SoakCase&) { return std::string(); }};
  TestTarget target{desk.path("wrong.toml").string(), true, {holds, false_replay(), holds}, false};
  const auto verdicts = [](const TestReport& report) {
    std::string text;
    for (const TestCase& test : report.tests) {
      text += test.failed() ? "failed " : test.passed() ? "passed " : test.skipped + " ";
    }
    return text;
  };
  CHECK(verdicts(report_of(target, 3)) == "failed passed failed passed ");
  target.fail_fast = true;
  CHECK(verdicts(report_of(target, 3)) == "failed --fail-fast --fail-fast --fail-fast ");
  target.expectations = false;
  CHECK(verdicts(report_of(target, 3)) == "passed failed --fail-fast ");
  CHECK(report_of(target, 3).tests[2].name == target.path + " seed 3: holds");

  RunControl control;
  control.stop = true;
  CHECK(verdicts(run_test(target, 3, control)) == "interrupted interrupted interrupted ");
  target.expectations = true;
  const TestReport stopped = run_test(target, {}, control);
  CHECK(verdicts(stopped) == "interrupted interrupted interrupted interrupted ");
  CHECK(stopped.tests[0].name == target.path);
  CHECK(stopped.tests[1].name == target.path + ": holds");
}

// ---- The command -------------------------------------------------------------------------------

std::string passed(std::size_t tests) { return std::to_string(tests) + " passed, 0 failed\n"; }

TEST_CASE("every property of every scenario is a test of its own, with a name to filter by",
          "[slow]") {
  const Desk desk;
  const std::vector<SoakProperty> properties = soak_properties();
  const Ran all = desk.run("test small.toml --junit report.xml");
  CHECK(all.status == 0);
  CHECK(all.out.ends_with(passed(1 + properties.size())));
  const std::string report = read_file(desk.path("report.xml"));
  for (const SoakProperty& property : properties) {
    CHECK(has(report, "<testcase classname=\"small.toml\" name=\"small.toml: " +
                          std::string(property.name) + "\""));
  }
  CHECK(desk.run("test small.toml --scenarios-only").out.ends_with(passed(1)));
  CHECK(desk.run("test small.toml --filter toml$").out.ends_with(passed(1)));
  CHECK(desk.run("test small.toml --filter ': '").out.ends_with(passed(properties.size())));
  const Ran two = desk.run("test . --filter 'small.*: (prefix|tally)$' --seeds 1..3");
  CHECK(two.out.ends_with(passed(6)));
  CHECK(has(two.out, "ok     ./small.toml seed 2: 2 properties  "));
  // The expectation of this file does not hold; its properties do.
  CHECK(desk.run("test wrong.toml --filter ': '").out.ends_with(passed(properties.size())));
}

TEST_CASE("properties leave the coverage of scenarios as it is") {
  const Desk desk;
  const auto coverage = [&](const std::string& options) {
    const std::string out = desk.run("test small.toml --coverage " + options).out;
    const std::size_t begin = out.find("\n\n");
    return out.substr(begin, out.rfind('\n', out.size() - 2) - begin);
  };
  const std::string with_expectations = coverage("--scenarios-only");
  CHECK(has(with_expectations, "token-renewed"));
  CHECK(coverage("") == with_expectations);
  CHECK(coverage("--seeds 1..1") == with_expectations);
}

TEST_CASE("a file that cannot run is one error, whatever is asked of it") {
  const Desk desk;
  desk.write("broken.toml", "format = 2\n");
  for (const char* line : {"test broken.toml", "test broken.toml --filter ': replay$'"}) {
    const Ran ran = desk.run(line);
    CHECK(ran.status == 2);
    CHECK(ran.out.starts_with("ERROR  broken.toml  "));
    CHECK(ran.out.ends_with("0 passed, 1 failed\nreproduce: tokenlife run broken.toml\n"));
  }
}

TEST_CASE("what is wrong with the choice of tests is said in one line") {
  const Desk desk;
  std::filesystem::create_directory(desk.path("empty"));
  check_refused(desk, {
                          {"test empty", "no scenario to run"},
                          {"test small.toml --filter nothing",
                           "`nothing` finds no test; tests are named as in `small.toml` and "
                           "`small.toml: replay`"},
                          {"test small.toml --scenarios-only --filter ': replay$'",
                           "finds no test; tests are named as in `small.toml`\n"},
                          {"test small.toml --filter '[z-a]'", "is not a valid regular expression"},
                          {"test small.toml --scenarios-only=perhaps", "--scenarios-only"},
                          {"test small.toml --scenario-only", "did you mean `--scenarios-only`?"},
                      });
}

}  // namespace
}  // namespace tokenlife::test
