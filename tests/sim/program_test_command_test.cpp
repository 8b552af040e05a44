// `tokenlife test`: which files it takes, what it says of them to people and to machines.
#include <catch2/catch.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "sim/cli/annotation.hpp"
#include "support/desk.hpp"

namespace tokenlife::test {
namespace {

using nlohmann::json;

namespace fs = std::filesystem;

// A folder with two scenarios, what is hidden and what is no scenario.
struct FolderDesk : Desk {
  FolderDesk() {
    for (const char* folder : {"all", "all/deep", "all/.hidden", "all/folder.toml", "none"}) {
      fs::create_directories(path(folder));
    }
    const std::string good = read_file(path("small.toml"));
    write("all/a.toml", good);
    write("all/deep/b.toml", good);
    write("all/.c.toml", "broken");
    write("all/.hidden/d.toml", "broken");
    write("all/notes.txt", "broken");
    write("all/pyproject.toml", "[project]\nname = \"other\"\n");
    write("all/deep/empty.toml", "");
    write("none/Cargo.toml", "[package]\n");
  }
};

}  // namespace

// ---- What is run -------------------------------------------------------------------------------

TEST_CASE("in folders what is hidden is passed over, and what is no scenario is skipped by name") {
  const FolderDesk desk;
  const Ran ran = desk.run("test all --scenarios-only --junit report.xml");
  CHECK(ran.status == 0);
  CHECK(
      ran.out.starts_with("skip   all/deep/empty.toml  (it has no `format` key)\n"
                          "skip   all/pyproject.toml  (it has no `format` key)\n"
                          "ok     all/a.toml  "));
  CHECK(has(ran.out, "ok     all/deep/b.toml  "));
  CHECK(ran.out.ends_with("\n2 passed, 0 failed, 2 skipped\n"));
  const std::string report = read_file(desk.path("report.xml"));
  CHECK(has(report,
            "<testsuite name=\"tokenlife\" tests=\"4\" failures=\"0\" errors=\"0\" "
            "skipped=\"2\""));
  CHECK(has(report,
            "name=\"all/pyproject.toml\" time=\"0.000\">\n"
            "      <skipped message=\"it has no `format` key\"/>"));
  // A folder that is given by name is looked into, whatever it is called.
  CHECK(desk.run("test all/.hidden --scenarios-only").status == 2);
  CHECK(has(desk.run("test all/.hidden --scenarios-only").out, "ERROR  all/.hidden/d.toml"));
  const Ran filtered = desk.run("test all --filter '/(a|pyproject).toml$'");
  CHECK(filtered.out.ends_with("\n1 passed, 0 failed, 1 skipped\n"));
}

TEST_CASE("in folders a link to a folder is skipped by name, and looked into where it is given") {
  const FolderDesk desk;
  fs::remove(desk.path("none/Cargo.toml"));
  fs::create_directory_symlink("../all/deep", desk.path("none/sub"));
  fs::create_directory_symlink(".", desk.path("none/circle"));
  fs::create_directory_symlink(".", desk.path("none/.hidden"));
  CHECK(has(desk.run("test none").err,
            "links to folders are not followed; the first is `none/circle`; give the linked "
            "folder by name"));
  desk.write("none/a.toml", read_file(desk.path("small.toml")));
  const Ran ran = desk.run("test none --scenarios-only");
  CHECK(ran.status == 0);
  CHECK(
      ran.out.starts_with("skip   none/circle  (it is a link to a folder: give it by name)\n"
                          "skip   none/sub  (it is a link to a folder: give it by name)\n"
                          "ok     none/a.toml  "));
  CHECK(ran.out.ends_with("\n1 passed, 0 failed, 2 skipped\n"));
  CHECK(has(desk.run("test none none/sub --scenarios-only").out, "ok     none/sub/b.toml  "));
}

TEST_CASE("a file that is given by name fails without a format, and so does what is no TOML") {
  const FolderDesk desk;
  const Ran named = desk.run("test all all/pyproject.toml --scenarios-only");
  CHECK(named.status == 2);
  CHECK(has(named.out, "ERROR  all/pyproject.toml"));
  CHECK(has(named.out, "2 passed, 1 failed, 1 skipped\n"));
  desk.write("all/broken.toml", "name = ");
  const Ran broken = desk.run("test all --scenarios-only");
  CHECK(broken.status == 2);
  CHECK(has(broken.out, "ERROR  all/broken.toml"));
  CHECK(has(broken.out, "2 passed, 1 failed, 2 skipped\n"));
  desk.write("all/broken.toml", std::string(100'000, '.'));  // what toml++ must not see
  CHECK(desk.run("test all --scenarios-only").status == 2);
}

TEST_CASE("a folder with nothing to run is an error that says what was found") {
  const FolderDesk desk;
  fs::create_directories(desk.path("bare/.git"));
  desk.write("bare/.git/config.toml", "format = 1\n");
  check_refused(desk, {{"test bare", "no scenario to run: there is no .toml file in what was"},
                       {"test none",
                        "no scenario to run: none of 1 .toml files has a `format` key; the first "
                        "is `none/Cargo.toml`; a scenario begins with `format = 1`"},
                       {"test none --json", "no scenario to run"},
                       {"test none --list", "no scenario to run"},
                       {"test all --filter pyproject", "finds no test"}});
}

TEST_CASE("test --list names the tests as they would be run, and runs none", "[slow]") {
  const FolderDesk desk;
  CHECK(desk.run("test all --list --filter '(toml|replay)$'").out ==
        "all/a.toml\nall/a.toml: replay\nall/deep/b.toml\nall/deep/b.toml: replay\n");
  CHECK(desk.run("test all/a.toml --list --scenarios-only --seeds 8..9").out ==
        "all/a.toml seed 8\nall/a.toml seed 9\n");
  desk.write("wrong.toml", "broken");
  const Ran ran = desk.run("test wrong.toml --list --json --scenarios-only");
  CHECK(ran.status == 0);
  CHECK(json::parse(ran.out) ==
        json::parse(R"({"tests":[{"file":"wrong.toml","name":"wrong.toml"}]})"));
  check_refused(desk, {{"test all --list --junit report.xml", "--list"},
                       {"test all --list --fail-fast", "--list"},
                       {"test all --list --coverage", "--list"},
                       {"test nothing --list", "there is no `nothing`"},
                       {"test all --lst", "did you mean `--list`?"}});
  CHECK_FALSE(fs::exists(desk.path("report.xml")));
}

TEST_CASE("test --fail-fast skips all after the first that fails, however many threads there are") {
  const Desk desk;
  desk.write("a.toml", read_file(desk.path("small.toml")));
  const Ran ran =
      desk.run("test small.toml wrong.toml a.toml --fail-fast --seeds 5..90 --scenarios-only");
  CHECK(ran.status == 1);
  CHECK(has(ran.out, "FAIL   wrong.toml seed 5  "));
  CHECK(
      ran.out.ends_with("skip   wrong.toml seeds 6..90  (--fail-fast)\n"
                        "172 passed, 1 failed, 85 skipped\n"
                        "reproduce: tokenlife run wrong.toml --seed 5\n"));
  const Ran one = desk.run("test wrong.toml --fail-fast --filter '(toml|replay|tally)$'");
  CHECK(has(one.out,
            "\nskip   wrong.toml: 2 properties  (--fail-fast)\n"
            "0 passed, 1 failed, 2 skipped\n"));
  CHECK(desk.run("test small.toml --fail-fast --scenarios-only").status == 0);
}

// ---- For machines ------------------------------------------------------------------------------

TEST_CASE("test --json is one object with the verdict of each test") {
  const FolderDesk desk;
  desk.write("broken.toml", "format = 2\n");
  const Ran ran =
      desk.run("test none broken.toml small.toml wrong.toml --json --scenarios-only --seeds 4..4");
  CHECK(ran.status == 2);
  CHECK(ran.err.empty());
  json object = json::parse(ran.out);
  CHECK(object["wall-seconds"].is_number());
  object.erase("wall-seconds");
  for (json& test : object["tests"]) {
    CHECK(test["seconds"].is_number());
    test.erase("seconds");
  }
  CHECK(has(object["tests"][1]["message"], "broken.toml:1:"));
  object["tests"][1].erase("message");
  CHECK(object == json::parse(R"({"passed": 1, "failed": 2, "skipped": 1, "interrupted": false,
    "tests": [
      {"file": "none/Cargo.toml", "name": "none/Cargo.toml", "verdict": "skipped",
       "message": "it has no `format` key"},
      {"file": "broken.toml", "name": "broken.toml seed 4", "seed": 4, "verdict": "error",
       "reproduce": "tokenlife run broken.toml --seed 4"},
      {"file": "small.toml", "name": "small.toml seed 4", "seed": 4, "verdict": "passed"},
      {"file": "wrong.toml", "name": "wrong.toml seed 4", "seed": 4, "verdict": "failed",
       "message":
         "wrong.toml:21: expected token-renewed in [0d, 100d): exactly 7; was 6\n",
       "reproduce": "tokenlife run wrong.toml --seed 4"}]})"));
  check_refused(desk, {{"test small.toml --json --coverage", "--coverage"},
                       {"test small.toml --json=twice", "--json"}});
}

TEST_CASE("under GitHub Actions each failure is an annotation on standard error") {
  const Desk desk;
  const auto err = [&](const std::string& variables) {
    return desk
        .run_shell("env " + variables + " '" + program() +
                   "' test . --scenarios-only --json --seeds 2..2")
        .err;
  };
  CHECK(err("GITHUB_ACTIONS=true") ==
        "::error file=wrong.toml,line=21::./wrong.toml seed 2: expected token-renewed in "
        "[0d, 100d): exactly 7; was 6\n");
  CHECK(err("GITHUB_ACTIONS=false").empty());
  CHECK(err("-u GITHUB_ACTIONS").empty());
}

TEST_CASE("an annotation escapes what its reader takes for a command's end or parts") {
  sim::TestCase test;
  test.suite = test.name = "50%,a:b\r\n.toml";
  test.error = "50%,a.toml:3:14: 100%: wrong, \033[31m\n  and so on\nx.csv:7: bad\n";
  CHECK(sim::annotations(test) ==
        std::vector<std::string>{
            "::error file=50%25%2Ca.toml,line=3,col=14::100%25: wrong, \\u001b[31m%0A  and so on",
            "::error file=x.csv,line=7::bad"});
  test.error = "it cannot be read: 12:30";
  CHECK(
      sim::annotations(test) ==
      std::vector<std::string>{"::error file=50%25%2Ca%3Ab%0D%0A.toml::it cannot be read: 12:30"});
  test = {};
  test.suite = "./a/../b.toml";
  test.name = "./a/../b.toml seed 3: replay";
  test.failure = "client:3: renewed\nbut: no client renews";
  test.of_property = true;
  CHECK(sim::annotations(test) ==
        std::vector<std::string>{"::error file=b.toml::./a/../b.toml seed 3: replay: client:3: "
                                 "renewed%0Abut: no client renews"});
}

// ---- Files that are written --------------------------------------------------------------------

TEST_CASE("a report that cannot be written is said before anything is run", "[slow]") {
  const Desk desk;
  fs::create_directory(desk.path("folder"));
  fs::create_symlink("no/such/folder/x", desk.path("nowhere"));
  for (const char* path :
       {"no/such/report.xml", "folder", "''", "nowhere", "small.toml/x", "/proc/report.xml"}) {
    INFO(path);
    const Ran ran = desk.run("test small.toml --junit " + std::string(path));
    CHECK(ran.status == 3);
    CHECK(ran.out.empty());
    CHECK(is_one_message(ran.err));
    CHECK(has(ran.err, "cannot be written: "));
  }
  const std::string name(300, 'x');
  CHECK(desk.run("test small.toml --junit " + name).status == 3);
  CHECK(desk.run("test none-there --junit report.xml").status == 2);
  CHECK_FALSE(fs::exists(desk.path("report.xml")));
}

TEST_CASE("a report replaces what was there, goes through links and pipes, and leaves no half") {
  const Desk desk;
  const std::string test = "test small.toml --scenarios-only --junit ";
  desk.write("old.xml", std::string(100'000, 'x'));
  CHECK(desk.run(test + "old.xml").status == 0);
  const std::string report = read_file(desk.path("old.xml"));
  CHECK(report.ends_with("</testsuites>\n"));
  fs::create_symlink("new.xml", desk.path("link.xml"));
  CHECK(desk.run(test + "link.xml").status == 0);
  CHECK(fs::is_symlink(desk.path("link.xml")));
  CHECK(read_file(desk.path("new.xml")).ends_with("</testsuites>\n"));
  const std::string program_test = "'" + program() + "' " + test;
  const Ran piped = desk.run_shell("mkfifo pipe; cat pipe & " + program_test + "pipe; wait");
  CHECK(has(piped.out, "</testsuites>\n"));
  // As if the disk were full, once the report is written.
  const Ran full = desk.run_shell("trap '' XFSZ; (ulimit -f 0; " + program_test +
                                  "half.xml >/dev/null 2>&1); echo $?");
  CHECK(full.out == "3\n");
  CHECK_FALSE(fs::exists(desk.path("half.xml")));
}

TEST_CASE("a log that cannot be written is an error, and of a run with real tokens too") {
  const Desk desk;
  desk.write("real.toml", read_file(desk.path("small.toml")) +
                              "[site]\ncrypto = \"real\"\nclient-keys = \"rsa\"\n");
  const std::string too_long = "new/folders/" + std::string(300, 'x');
  for (const std::string& folder :
       {std::string("small.toml"), std::string("small.toml/log"), std::string("/proc/log"),
        std::string("."), too_long, "./" + too_long + "/log"}) {
    INFO(folder);
    const Ran ran = desk.run("run real.toml --log " + folder);
    CHECK(ran.status == 3);
    CHECK(ran.out.empty());
    CHECK(is_one_message(ran.err));
    CHECK_FALSE(fs::exists(desk.path("new")));
  }
}

TEST_CASE("a scenario without a name is called the same by its run and its log") {
  const Desk desk;
  desk.write("nameless.toml",
             "format = 1\n[run]\nduration = \"2d\"\n[[cohort]]\nname = \"one\"\n"
             "clients = 1\nnetwork = { model = \"fixed\", on = \"intranet\" }\n");
  const std::string heading = "unnamed scenario\n";
  CHECK(desk.run("run nameless.toml --log log").out.starts_with(heading));
  CHECK(desk.run("log info log").out.starts_with(heading));
  CHECK(desk.run("replay log").out.starts_with(heading));
  CHECK(json::parse(desk.run("run nameless.toml --json").out)["scenario"] == "unnamed scenario");
  CHECK(json::parse(desk.run("log info log --json").out)["scenario"] == "unnamed scenario");
}

}  // namespace tokenlife::test
