// `--set` and `sweep` as their users meet them.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "support/desk.hpp"

namespace tokenlife::test {
namespace {

using nlohmann::json;

std::string text_of(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace

// ---- --set -------------------------------------------------------------------------------------

TEST_CASE("a run with --set is the run that its log's header holds") {
  const Desk desk;
  const Ran ran = desk.run(
      "run small.toml --log log --json --set cohort.office.clients=4 --set site.renew-after=40d");
  REQUIRE(ran.status == 0);
  CHECK(json::parse(ran.out)["clients"] == 7);
  const Ran replayed = desk.run("log verify log --replay");
  CHECK(replayed.status == 0);
  CHECK(replayed.out.find("the same, bit for bit") != std::string::npos);
  CHECK(desk.run("explain log leavers/0 --quick").status == 0);
  REQUIRE(desk.run("run small.toml --log plain").status == 0);
  const Ran diff = desk.run("log diff plain log");
  INFO(diff.out);
  CHECK(diff.out.find("+ [site]\n") != std::string::npos);
  CHECK(diff.out.find("+ renew-after = \"40d\"\n") != std::string::npos);
  CHECK(diff.out.find("- clients = 2\n") != std::string::npos);
  CHECK(diff.out.find("+ clients = 4\n") != std::string::npos);
}

TEST_CASE("a value that is wrong is said of --set, with exit status 2") {
  const Desk desk;
  const Ran ran = desk.run("run small.toml --set site.renew-after=soon");
  CHECK(ran.status == 2);
  CHECK(ran.err.find("tokenlife: --set site.renew-after=soon: `renew-after` in [site] is `soon`") ==
        0);
  CHECK(
      desk.run("run small.toml --set cohort.offise.clients=3").err.find("did you mean `office`?") !=
      std::string::npos);
}

TEST_CASE("tests take --set, and say so where a failure can be repeated") {
  const Desk desk;
  CHECK(desk.run("test small.toml --scenarios-only").status == 0);
  const Ran ran = desk.run("test small.toml --scenarios-only --set expect.0.count=2");
  CHECK(ran.status == 1);
  CHECK(ran.out.find("reproduce: tokenlife run small.toml --set expect.0.count=2\n") !=
        std::string::npos);
}

// ---- sweep -------------------------------------------------------------------------------------

TEST_CASE("a sweep prints a row for each combination") {
  const Desk desk;
  const Ran ran = desk.run(
      "sweep small.toml --vary cohort.leavers.clients=1,3 --vary cohort.office.clients=1,2 "
      "--seeds 1..3 --metric stranded --best");
  INFO(ran.out << ran.err);
  CHECK(ran.status == 0);
  CHECK(ran.err.empty());
  const auto lines = lines_of(ran.out);
  REQUIRE(lines.size() == 14);
  CHECK(lines[0] == "Small");
  CHECK(lines[1] == "2 clients, 4 combinations, seeds 1..3: 12 runs");
  CHECK(lines[3] == "cohort.leavers.clients  cohort.office.clients  stranded     against row 1");
  CHECK(lines[4] == "1                       1                      1.00 ± 0.00  -");
  CHECK(lines[5] == "1                       2                      1.00 ± 0.00  +0.00 ± 0.00");
  CHECK(lines[6] == "3                       1                      3.00 ± 0.00  +2.00 ± 0.00");
  CHECK(lines[7] == "3                       2                      3.00 ± 0.00  +2.00 ± 0.00");
  CHECK(lines[11].find("cohort.leavers.clients=1 cohort.office.clients=1: 1.00") !=
        std::string::npos);
}

TEST_CASE("a sweep's rows are CSV, JSON lines or one object") {
  const Desk desk;
  const std::string line =
      "sweep small.toml --vary 'cohort.leavers.clients=1,3' --seeds 1..2 --metric stranded";
  const Ran csv = desk.run(line + " --csv");
  CHECK(csv.out ==
        "cohort.leavers.clients,seeds,stranded,stranded-low,stranded-high,stranded-difference,"
        "stranded-difference-low,stranded-difference-high\n"
        "1,2,1,1,1,,,\n"
        "3,2,3,3,3,2,2,2\n");
  CHECK(desk.run(line + " --format csv").out == csv.out);
  const auto rows = lines_of(desk.run(line + " --format jsonl").out);
  REQUIRE(rows.size() == 2);
  const json second = json::parse(rows[1]);
  CHECK(second["values"]["cohort.leavers.clients"] == "3");
  CHECK(second["metrics"]["stranded"]["mean"] == 3.0);
  CHECK(second["metrics"]["stranded"]["difference"] == 2.0);
  const json all = json::parse(desk.run(line + " --json").out);
  CHECK(all["cells"].size() == 2);
  CHECK(all["cells"][0]["metrics"]["stranded"]["difference"].is_null());
  CHECK(all["best"]["values"]["cohort.leavers.clients"] == "1");
  CHECK(all["runs"] == 4);
  CHECK(all["complete"] == true);
  CHECK(desk.run(line + " --csv --json").status == 2);
}

TEST_CASE("one seed has no interval, and expectations are not judged") {
  const Desk desk;
  const Ran ran = desk.run("sweep wrong.toml --seeds 4..4 --csv --metric token-renewed,spells");
  CHECK(ran.status == 0);
  const auto lines = lines_of(ran.out);
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].find("seeds,token-renewed,token-renewed-low") == 0);
  CHECK(lines[1].find("1,6,,,,,,") == 0);
}

TEST_CASE("run --seeds is a sweep of one combination") {
  const Desk desk;
  const Ran ran = desk.run("run small.toml --seeds 1..4 --set cohort.office.clients=1");
  CHECK(ran.status == 0);
  CHECK(ran.out.find("4 clients, 1 combination, seeds 1..4: 4 runs\n\n"
                     "stranded     stranded-peak  peak-renewals-per-hour\n"
                     "3.00 ± 0.00  3.00 ± 0.00    1.00 ± 0.00\n") != std::string::npos);
  CHECK(desk.run("run small.toml --seeds 1..4 --log x").status == 2);
}

TEST_CASE("a scenario from a pipe is read once for all seeds and values") {
  const Desk desk;
  const std::string piped = "cat small.toml | '" + program() + "' ";
  const Ran swept =
      desk.run_shell(piped + "sweep /dev/stdin --seeds 1..2 --vary site.renew-after=30d,40d");
  INFO(swept.err);
  CHECK(swept.status == 0);
  CHECK(swept.out.find("5 clients, 2 combinations, seeds 1..2: 4 runs") != std::string::npos);
  CHECK(desk.run_shell(piped + "run /dev/stdin --seeds 1..2").status == 0);
  const Ran tested = desk.run_shell(piped + "test /dev/stdin --scenarios-only --seeds 1..2");
  CHECK(tested.status == 0);
  CHECK(tested.out.find("\n2 passed, 0 failed\n") != std::string::npos);
}

TEST_CASE("a sweep refuses what it cannot do, and says why") {
  const Desk desk;
  desk.write("old.html", "");
  const std::vector<std::pair<std::string, std::string>> rows{
      {"--vary run.seed=1,2", "use --seeds A..B"},
      {"--vary site.leeway=1m --vary site.leeway=2m", "is given twice"},
      {"--set site.leeway=3m --vary site.leeway=1m,2m",
       "`site.leeway` is given by --set and by --vary; give it once"},
      {"--vary site.leeway", "there is no `=`"},
      {"--vary site.leeway=1m,2x", "--vary site.leeway=2x: "},
      {"--metric strandet", "did you mean `stranded`?"},
      {"--seeds 1..10001", "1 combination with 10,001 seeds makes more than 10,000 runs"},
      {"--seeds 5..1", "is not a range"},
      {"--cache small.toml", "small.toml: cannot be made"},
      {"--report -", "--report: standard output has the table"},
      {"--report old.html", "already exists; choose another file, or add --force"},
  };
  for (const auto& [line, said] : rows) {
    CAPTURE(line);
    const Ran ran = desk.run("sweep small.toml " + line);
    INFO(ran.err);
    const bool is_file = line.ends_with(" small.toml") || line.ends_with(" old.html");
    CHECK(ran.status == (is_file ? 3 : 2));
    CHECK(ran.err.find(said) != std::string::npos);
  }
}

TEST_CASE("a sweep's page is the same with any threads and from a cache, beside the table") {
  const Desk desk;
  const std::string line = "sweep small.toml --vary site.renew-after=20d,40d --seeds 1..3 ";
  const Ran plain = desk.run(line);
  const Ran first = desk.run(line + "--threads 1 --cache runs --report one.html");
  CHECK(first.status == 0);
  CHECK(first.out == plain.out);
  CHECK(desk.run(line + "--threads 2 --report two.html").status == 0);
  CHECK(desk.run(line + "--cache runs --report three.html --json").status == 0);
  const std::string page = text_of(desk.path("one.html"));
  CHECK(page.find("<p class=\"kind\">tokenlife sweep</p>") != std::string::npos);
  CHECK(text_of(desk.path("two.html")) == page);
  CHECK(text_of(desk.path("three.html")) == page);
  CHECK(desk.run(line + "--report one.html --force").status == 0);
}

TEST_CASE("a sweep that is interrupted prints what is done") {
  const Desk desk;
  const Ran ran = desk.run_shell(
      "'" + program() +
      "' sweep small.toml --vary cohort.leavers.clients=1,400000 --seeds 1..40 --threads 2 "
      "--metric stranded & p=$!; " +
      kUntilItListens + "; sleep 1; kill -INT $p; wait $p");
  INFO(ran.out << ran.err);
  CHECK(ran.status == 130);
  CHECK(ran.err.find("tokenlife: interrupted; what is printed covers the ") == 0);
  CHECK(ran.out.find("cohort.leavers.clients  seeds  stranded") != std::string::npos);
  CHECK(ran.out.find("\n1                       40     1.00") != std::string::npos);
}

}  // namespace tokenlife::test
