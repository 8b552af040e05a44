// The program as its users meet it: command lines, exit statuses, what is printed where.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "support/desk.hpp"

namespace tokenlife::test {

using nlohmann::json;

TEST_CASE("run says in JSON what came of a scenario") {
  const Desk desk;
  const Ran ran = desk.run("run small.toml --json --seed 9");
  REQUIRE(ran.status == 0);
  CHECK(ran.err.empty());
  const json summary = json::parse(ran.out);
  CHECK(summary["scenario"] == "Small");
  CHECK(summary["seed"] == 9);
  CHECK(summary["clients"] == 5);
  CHECK(summary["ticks"] == 144'000);
  CHECK(summary["states"] == json::parse(R"({"installed":0,"registered":2,"roaming":0,"renewing":0,
      "expired":0,"re-registration-required":3})"));
  // Each of the two renews at 30d, 60d and 90d; each of the three is installed, moves twice,
  // registers, expires and learns it; and the site is established.
  CHECK(summary["event-kinds"]["token-renewed"] == 6);
  CHECK(summary["events"] == 2 * (3 + 2 * 3) + 3 * (3 + 2 + 2) + 1);
  CHECK(summary["refusals"] == json::parse(R"({"expired":3})"));
  CHECK(summary["stranded"] == 3);
  CHECK(summary["digest"].get<std::string>().size() == 64);
  CHECK(summary["expectations"] == json::parse(R"([{"at":"2026-04-11T00:00:00Z",
            "expect":"re-registration-required at the end in leavers: exactly 3",
            "actual":3,"holds":true,"line":17}])"));
  CHECK(summary["wall-seconds"].is_number());
}

TEST_CASE("an expectation that does not hold is shown with its place, and exit status 1") {
  const Desk desk;
  const Ran ran = desk.run("run wrong.toml");
  CHECK(ran.status == 1);
  CHECK(has(ran.out, "ok    re-registration-required at the end in leavers: exactly 3: 3"));
  CHECK(has(ran.out, "FAIL  token-renewed in [0d, 100d): exactly 7: 6   (wrong.toml:21)"));
}

TEST_CASE("the digest depends on the seed, not on threads, a log or the file's name", "[slow]") {
  const Desk desk;
  desk.write("chance.toml", R"(format = 1
[run]
duration = "30d"
[[cohort]]
name = "many"
clients = 3000
install = { at = "0d", over = "2d" }
[cohort.network]
model = "dwell"
start = "intranet"
intranet = { mean = "1d", to = { offline = 1.0 } }
offline = { mean = "1d", to = { intranet = 1.0 } }
)");
  const auto digest = [&](const std::string& options) {
    return json::parse(desk.run("run chance.toml --json " + options).out)["digest"]
        .get<std::string>();
  };
  const std::string one = digest("--threads 1");
  CHECK(digest("--threads 2") == one);
  CHECK(digest("--threads 7 --log log") == one);
  CHECK(digest("--seed 2") != one);
  desk.write("renamed.toml", read_file(desk.path("chance.toml")));
  CHECK(json::parse(desk.run("run renamed.toml --json").out)["digest"] == one);
  CHECK(json::parse(desk.run("log verify log --json").out)["digest"] == one);
}

TEST_CASE("nobody has waited so long where nobody was served") {
  const Desk desk;
  const std::string cohorts =
      "[[cohort]]\nname = \"a\"\nclients = 1\nbulk-token = \"k\"\n[cohort.network]\n"
      "model = \"fixed\"\non = \"internet\"\n[[action]]\nat = \"0s\"\ndo = \"issue-bulk-token\"\n"
      "name = \"k\"\nlifetime = 5\n";
  const std::string run = "format = 1\n[run]\nduration = \"1h\"\n[site.capacity]\n";
  desk.write("never.toml", run + "cmg = { per-minute = 0, queue = 1 }\n" + cohorts);
  const json never = json::parse(desk.run("run never.toml --json").out)["endpoints"];
  CHECK(never["cmg"] == json::parse(R"({"peak-requests-per-minute":1,"longest-queue":1,"busy":0,
                                        "wait-median":null,"wait-p99":null})"));
  CHECK(never["mp"]["wait-p99"].is_null());
  CHECK(has(desk.run("run never.toml").out,
            "\ncmg                               1              1            0            -  "
            "        -\n"));
  // What has no limit serves at once.
  desk.write("at-once.toml", run + "mp = { per-minute = 0, queue = 1 }\n" + cohorts);
  const json at_once = json::parse(desk.run("run at-once.toml --json").out)["endpoints"];
  CHECK(at_once["cmg"]["wait-median"] == 0);
  CHECK(at_once["cmg"]["wait-p99"] == 0);
  CHECK(at_once["mp"]["wait-median"].is_null());
}

TEST_CASE("a scaled run shows numbers of clients without judging them") {
  const Desk desk;
  const Ran ran = desk.run("run small.toml --json --clients-scale 2");
  CHECK(ran.status == 0);
  const json summary = json::parse(ran.out);
  CHECK(summary["clients"] == 10);
  CHECK(summary["expectations"][0]["actual"] == 6);
  CHECK(summary["expectations"][0]["holds"].is_null());
}

TEST_CASE("an action that changed nothing is named") {
  const Desk desk;
  desk.write("idle.toml",
             read_file(desk.path("small.toml")) +
                 "[[action]]\nat = \"50d\"\ndo = \"lose-answers\"\nendpoint = \"cmg\"\n"
                 "share = 1.0\nfor = \"1d\"\n");
  CHECK(has(desk.run("run idle.toml").out,
            "Actions that changed nothing\n  lose-answers at 50d (idle.toml:21)\n"));
  // Its log needs the newest schema, and would not without it.
  desk.write("idle.toml", read_file(desk.path("small.toml")) +
                              "[[action]]\nat = \"50d\"\ndo = \"set-capacity\"\nendpoint = \"mp\"\n"
                              "per-minute = \"unlimited\"\n");
  CHECK(has(desk.run("run idle.toml").out,
            "Actions that changed nothing\n  set-capacity at 50d (idle.toml:21)\n"));
}

TEST_CASE("what is wrong with a command line is said in one line, with the nearest word",
          "[slow]") {
  const Desk desk;
  check_refused(
      desk,
      {
          {"", "a command is missing; see `tokenlife --help`"},
          {"nonsense", "unknown command `nonsense`; see `tokenlife --help`"},
          {"help nonsense", "unknown command `nonsense`"},
          {"help help nonsense", "unknown command `nonsense`"},
          {"sweep small.toml --vary",
           "--vary needs a value (KEY=A,B,C: run with each of these values); see "
           "`tokenlife sweep --help`"},
          {"rnu small.toml", "did you mean `run`?"},
          {"run", "SCENARIO is required"},
          {"run small.toml --sed 3", "did you mean `--seed`?"},
          {"run small.toml --nonsense", "unknown option `--nonsense`; see `tokenlife run --help`"},
          {"run small.toml --seed x", "`x` is not a whole number from 0 to"},
          {"run small.toml --seed -1", "`-1` is not a whole number from 0 to"},
          {"run small.toml --seed 007", "`007` is not a whole number from 0 to"},
          {"run small.toml --seed 18446744073709551616",
           "is not a whole number from 0 to 18446744073709551615"},
          {"run small.toml --threads 0", "--threads"},
          {"run small.toml --threads 0x10", "`0x10` is not a whole number from 1 to"},
          {"run small.toml --threads 4294967297", "is not a whole number from 1 to"},
          {"run small.toml --clients-scale 0", "--clients-scale: `0` is not a number above 0"},
          {"run small.toml --clients-scale nan",
           "`nan` is not a number above 0; write it like 0.5"},
          {"run small.toml --clients-scale x", "--clients-scale: `x` is not a number above 0"},
          {"machine --format svg", "`svg` is not one of table, dot, mermaid, scxml"},
          {"log verfy x", "did you mean `verify`?"},
          {"test", "PATH is required"},
          {"test nothing-there", "there is no `nothing-there`"},
          {"test small.toml --seeds 9..1", "is not a range"},
          {"test small.toml --seeds 1..x", "is not a range"},
          {"test small.toml --seeds 1..1000001 --filter nothing",
           "--seeds `1..1000001` is more than a million seeds"},
          {"test small.toml --seeds 1..1000000 --filter nothing", "finds no test"},
          {"test small.toml --seeds 0..999999 --filter nothing", "finds no test"},
          {"test small.toml --filter '('",
           "`(` is not a valid regular expression; put a `\\` before a character that stands for "
           "itself, as in `\\(`"},
          {"test small.toml --filter nothing", "finds no test"},
          {"run missing.toml", "missing.toml"},
          {"run small.toml other.toml", "unexpected argument: other.toml; see"},
          {"report a b c", "LOG: 3 are given; give one, or two; see `tokenlife report --help`"},
          {"check --unit 5", "--unit: `5` is a number without a unit; write its"},
          {"sweep small.toml --vary site.leeway=1m --metric spells.nonsense",
           "--metric: `nonsense` is not a cause of a spell; the causes are"},
          {"run .", "it is a folder"},
      });
}

TEST_CASE("help comes with examples, and the version is known", "[slow]") {
  const Desk desk;
  for (const char* line :
       {"run --help", "test --help", "replay --help", "events --help", "machine --help",
        "log --help", "log verify --help", "log info --help"}) {
    INFO(line);
    const Ran ran = desk.run(line);
    CHECK(ran.status == 0);
    CHECK(has(ran.out, "Example"));
    const std::string command = std::string(line).substr(0, std::string(line).rfind(' '));
    CHECK(desk.run("help " + command).out == ran.out);
  }
  CHECK(desk.run("--version").out == "tokenlife 0.2.0\n");
}

TEST_CASE("test reports like a test runner and says how to run the first failure again") {
  const Desk desk;
  CHECK(desk.run("test small.toml --scenarios-only").out.ends_with("1 passed, 0 failed\n"));
  const Ran ran = desk.run("test . --scenarios-only --junit report.xml --seeds 3..4");
  CHECK(ran.status == 1);
  CHECK(has(ran.out, "wrong.toml:21: expected token-renewed in [0d, 100d): exactly 7; was 6"));
  CHECK(ran.out.ends_with("2 passed, 2 failed\nreproduce: tokenlife run ./wrong.toml --seed 3\n"));
  const std::string report = read_file(desk.path("report.xml"));
  CHECK(has(report, "<testsuite name=\"tokenlife\" tests=\"4\" failures=\"2\" errors=\"0\""));
  CHECK(has(report, "<failure message=\"./wrong.toml:21: expected token-renewed in [0d, 100d)"));

  desk.write("broken.toml", "format = 2\n");
  const Ran broken = desk.run("test broken.toml small.toml --scenarios-only --junit report.xml");
  CHECK(broken.status == 2);
  CHECK(has(broken.out, "1 passed, 1 failed"));
  CHECK(has(read_file(desk.path("report.xml")), "<error message=\"broken.toml:1:"));
}

TEST_CASE("mistakes of a scenario begin with its name, a line and a column") {
  const Desk desk;
  desk.write("broken.toml", "format = 2\nrun.duration = 7\n");
  const std::string first =
      "broken.toml:1:1: the key `cohort` is missing from the file; add at least one [[cohort]]";
  const std::string all = first + R"(
    1 | format = 2
      | ^
broken.toml:1:10: `format` in the file is 2, but this program reads only format 1; )"
                                  R"(write `format = 1`, or use a newer tokenlife
    1 | format = 2
      |          ^
broken.toml:2:16: `duration` in [run] must be a duration, not an integer; write its unit, and )"
                                  R"(quotes, as in "7d" for days
    2 | run.duration = 7
      |                ^
)";
  const Ran ran = desk.run("run broken.toml");
  CHECK(ran.status == 2);
  CHECK(ran.out.empty());
  CHECK(ran.err == all);
  const Ran tested = desk.run("test broken.toml --junit report.xml");
  CHECK(has(tested.out, " s\n" + all + "0 passed, 1 failed\n"));
  const std::string report = read_file(desk.path("report.xml"));
  CHECK(has(report, "<error message=\"" + first + "\">" + first + "\n    1 | format = 2\n"));
  CHECK(has(report, "failures=\"0\" errors=\"1\""));
}

TEST_CASE("what is hardly meant is warned of once, and stops nothing") {
  const Desk desk;
  desk.write("late.toml", "site.renew-after = \"100d\"\n" + read_file(desk.path("small.toml")));
  const std::string what =
      "tokens are due for renewal after 100d, but are valid for 90d; choose a `renew-after` below "
      "`token-validity`";
  const std::string shown = "late.toml:1:20: warning: " + what +
                            "\n    1 | site.renew-after = \"100d\"\n"
                            "      |                    ^\n";
  const Ran ran = desk.run("run late.toml --json");
  CHECK(ran.status == 0);
  CHECK(ran.err == shown);
  CHECK(json::parse(ran.out)["warnings"] == json::array({"late.toml:1:20: " + what}));
  CHECK(json::parse(desk.run("run small.toml --json").out)["warnings"] == json::array());
  CHECK(desk.run("test late.toml --scenarios-only --seeds 1..3").err == shown);
}

}  // namespace tokenlife::test
