// `--set KEY=VALUE`: what the scenario's text is then, and what is said of a value that is wrong.
#include <catch2/catch.hpp>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "sim/scenario/setting.hpp"
#include "sim/text/read_file.hpp"

namespace tokenlife::sim {
namespace {

constexpr std::string_view kFile = R"(format = 1

[run]
duration = "60d"
reseed = { at = "3d", seed = 4 }

[site] # the site
leeway = "5m"   # a little

[[cohort]]
name = "a.b"
clients = 3
[cohort.network]
model = "timeline"
steps = [ { at = "0d", on = "intranet" },
          { at = "9d", on = "internet" } ]

[[cohort]]
name = "büro"
clients = 4
install.at = "1d"
network.model = "fixed"
network.on = "intranet"

[[action]]
at = "10d"
do = "outage"
endpoint = "cmg"
for = "3d"

[[expect]]
state = "expired"
max = 7
)";

Result<Scenario, Error> with(std::vector<std::string> set, std::string_view file = kFile) {
  std::vector<Setting> settings;
  for (std::string& text : set) settings.push_back({"--set", std::move(text)});
  return parse_scenario_with(std::string(file), "s.toml", {}, settings);
}

std::string replaced(std::string_view from, std::string_view to) {
  std::string text(kFile);
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

struct Edit {
  std::string set;
  std::string_view from;  // this of the file is replaced ...
  std::string_view to;    // ... by this
};

// With all other mistakes.
std::string said_of(const Result<Scenario, Error>& scenario) {
  if (scenario) return "";
  std::string said = to_string(scenario.error());
  for (const Error& other : scenario.error().others) said += "\n" + to_string(other);
  return said;
}

}  // namespace

TEST_CASE("a value that is set stands in the text where its key stands, and nothing else moves") {
  const std::vector<Edit> edits{
      {"site.leeway=10m", R"("5m"   # a little)", R"("10m"   # a little)"},
      {"run.reseed.seed=9", "seed = 4", "seed = 9"},
      {"cohort.\"a.b\".clients=30", "clients = 3", "clients = 30"},
      {"cohort.'a.b'.network.steps.1.at=8d", "\"9d\"", "\"8d\""},
      {"cohort.büro.install.at=2d", "\"1d\"", "\"2d\""},
      {"action.0.for = 4d", "for = \"3d\"", "for = \"4d\""},
      {"expect.0.max=8", "max = 7", "max = 8"},
      {"run.reseed={ at = \"4d\", seed = 5 }", R"({ at = "3d", seed = 4 })",
       R"({ at = "4d", seed = 5 })"},
      {"cohort.\"a.b\".network.steps=[{at=\"0d\",on=\"offline\"}] # all",
       "[ { at = \"0d\", on = \"intranet\" },\n          { at = \"9d\", on = \"internet\" } ]",
       "[{at=\"0d\",on=\"offline\"}]"},
  };
  for (const Edit& edit : edits) {
    CAPTURE(edit.set);
    const auto scenario = with({edit.set});
    REQUIRE(said_of(scenario).empty());
    CHECK(scenario->text == replaced(edit.from, edit.to));
  }
}

TEST_CASE("a key that may be there and is not is put first into its table") {
  const std::vector<Edit> edits{
      {"site.renew-after=40d", "# the site\n", "# the site\nrenew-after = \"40d\"\n"},
      {"cohort.büro.renew-after=40d", "[[cohort]]\nname = \"b",
       "[[cohort]]\nrenew-after = \"40d\"\nname = \"b"},
      {"cohort.büro.install.over=2d", "[[cohort]]\nname = \"b",
       "[[cohort]]\ninstall.over = \"2d\"\nname = \"b"},
      {"cohort.\"a.b\".install.over=2d", "[[cohort]]\nname = \"a",
       "[[cohort]]\ninstall.over = \"2d\"\nname = \"a"},
      {"cohort.\"a.b\".network.repeat-every=20d", "[cohort.network]\n",
       "[cohort.network]\nrepeat-every = \"20d\"\n"},
      {"action.0.times=1", "[[action]]\n", "[[action]]\ntimes = 1\n"},
      {"run.name=A = B, and \"C\"", "[run]\n", "[run]\nname = \"A = B, and \\\"C\\\"\"\n"},
  };
  for (const Edit& edit : edits) {
    CAPTURE(edit.set);
    const auto scenario = with({edit.set, "action.0.repeat-every=9d"});
    const std::string text = replaced(edit.from, edit.to);
    REQUIRE(said_of(scenario).empty());
    const std::string_view last = "repeat-every = \"9d\"\n";
    std::string without = scenario->text;
    const std::size_t at = without.find(last);
    REQUIRE(at != std::string::npos);
    without.erase(at, last.size());
    CHECK(without == text);
  }
}

TEST_CASE("a key of a table that has only tables of its own goes where that is allowed") {
  constexpr std::string_view kImplied =
      "format = 1\n[run]\nduration = \"9d\"\n[[cohort]]\nname = \"c\"\nclients = 1\n"
      "[cohort.network.intranet]\nmean = \"1d\"\nto = { internet = 1.0 }\n"
      "[cohort.network.internet]\nmean = \"1d\"\nto = { intranet = 1.0 }\n";
  const auto scenario =
      with({"cohort.c.network.model=dwell", "cohort.c.network.start=intranet"}, kImplied);
  REQUIRE(said_of(scenario).empty());
  std::string expected(kImplied);
  expected.insert(expected.find("name"),
                  "network.start = \"intranet\"\nnetwork.model = \"dwell\"\n");
  CHECK(scenario->text == expected);
}

TEST_CASE("a table with a header gives way to a value, with all tables below it") {
  const auto fixed = with({"cohort.\"a.b\".network={ model = \"fixed\", on = \"offline\" }"});
  REQUIRE(said_of(fixed).empty());
  std::string expected(kFile);
  const std::size_t begin = expected.find("[cohort.network]");
  expected.erase(begin, expected.find("[[cohort]]\nname = \"b") - begin);
  expected.insert(expected.find("name = \"a.b\""),
                  "network = { model = \"fixed\", on = \"offline\" }\n");
  CHECK(fixed->text == expected);
  CHECK(fixed->actions[0].line == 25);

  constexpr std::string_view kParts =
      "format = 1\n[run]\nduration = \"9d\"\n[[cohort]]\nname = \"c\"\nclients = 1\n"
      "[cohort.network]\nmodel = \"dwell\"\nstart = \"intranet\"\n"
      "[cohort.network.intranet]\nmean = \"1d\"\nto = { internet = 1.0 }\n[site]\nmp = \"https\"\n"
      "[site.capacity]\nmp = { per-minute = 3, queue = 5 }\n";
  const auto other = with({"site={ leeway = \"1m\" }", "cohort.c.network.model=fixed",
                           "cohort.c.network={ model = \"fixed\", on = \"offline\" }"},
                          kParts);
  REQUIRE(said_of(other).empty());
  CHECK(other->text ==
        "site = { leeway = \"1m\" }\nformat = 1\n[run]\nduration = \"9d\"\n[[cohort]]\n"
        "network = { model = \"fixed\", on = \"offline\" }\nname = \"c\"\nclients = 1\n");
}

TEST_CASE("a table that the file lacks is made at its end") {
  constexpr std::string_view kShort =
      "format = 1\n[run]\nduration = \"9d\"\n[[cohort]]\n"
      "name = \"c\"\nclients = 1\nnetwork = { model = \"fixed\", "
      "on = \"intranet\" }";
  const auto scenario =
      with({"site.leeway=1m", "site.mp=https", "cohort.c.network.on=offline"}, kShort);
  REQUIRE(said_of(scenario).empty());
  CHECK(scenario->text ==
        "format = 1\n[run]\nduration = \"9d\"\n[[cohort]]\nname = \"c\"\nclients = 1\n"
        "network = { model = \"fixed\", on = \"offline\" }\n\n[site]\nmp = \"https\"\n"
        "leeway = \"1m\"\n");
}

TEST_CASE("of two values for a key the later one holds") {
  const auto scenario = with({"site.leeway=10m", "site.leeway=11m"});
  REQUIRE(scenario);
  CHECK(scenario->policy.leeway == std::chrono::minutes{11});
}

TEST_CASE("a value is TOML if it reads as TOML, and else a text") {
  CHECK(parse_setting({"--set", "a=5"})->value == "5");
  CHECK(parse_setting({"--set", "a=5d"})->value == "\"5d\"");
  CHECK(parse_setting({"--set", "a=true"})->value == "true");
  CHECK(parse_setting({"--set", "a=\"5\""})->value == "\"5\"");
  CHECK(parse_setting({"--set", "a=[1, 2] # two"})->value == "[1, 2]");
  CHECK(parse_setting({"--set", "a=[1, 2"})->value == "\"[1, 2\"");
  CHECK(parse_setting({"--set", "a="})->value == "\"\"");
  CHECK(parse_setting({"--set", "a=C:\\x"})->value == "\"C:\\\\x\"");
  CHECK(parse_setting({"--set", "a=2026-01-01T00:00:00Z"})->value == "2026-01-01T00:00:00Z");
  CHECK_FALSE(parse_setting({"--set", "a=5\nb = 3"}));
  CHECK(parse_setting({"--set", "a.\"b.c\".'d\"'.e=5"})->key ==
        std::vector<std::string>{"a", "b.c", "d\"", "e"});
}

TEST_CASE("what is wrong with a value that is set is said of the command line") {
  const std::vector<std::pair<std::string, std::string>> rows{
      {"site.leeway=5x",
       "--set site.leeway=5x: `leeway` in [site] is `5x`, which has no w, d, h, m "
       "or s right after a number; write integers with units, largest first, as in 90d, 1d12h or "
       "30m"},
      {"site.renw-after=40d",
       "--set site.renw-after=40d: unknown key `renw-after` in [site]; did you mean "
       "`renew-after`?"},
      {"sit.leeway=5m", "--set sit.leeway=5m: unknown key `sit` in the file; did you mean `site`?"},
      {"cohort.buro.clients=1",
       "--set cohort.buro.clients=1: there is no cohort `buro`; the cohorts are `a.b` and "
       "`büro`"},
      {"cohort.büro.clients=many",
       "--set cohort.büro.clients=many: `clients` in [[cohort]] must be an integer from 1 to "
       "100000000, not a string"},
      {"cohort.büro.name=a.b",
       "--set cohort.büro.name=a.b: `name` in [[cohort]] is `a.b`, which is also the name of the "
       "cohort on line "
       "11; give every cohort a name of its own"},
      {"action.1.for=3d",
       "--set action.1.for=3d: there is no action `1`; they are numbered from 0 to 0, in the order "
       "of the file"},
      {"expect.77.count=3",
       "--set expect.77.count=3: there is no expectation `77`; they are numbered from 0 to 0, in "
       "the order of the file"},
      {"run.start=2026-13-01",
       "--set run.start=2026-13-01: `start` in [run] is `2026-13-01`, which does not exist; write "
       "it as in 2026-01-01T00:00:00Z"},
      {"site.renew-after=30",
       "--set site.renew-after=30: `renew-after` in [site] must be a duration, not an integer; "
       "write its unit, as in 30d for days"},
      {"action.0={}",
       "--set action.0={}: this does not name a key of a [[action]]; give its number and its key, "
       "as in action.0.at=20d"},
      {"cohort=[]",
       "--set cohort=[]: this does not name a key of a [[cohort]]; give a cohort and its key, as "
       "in cohort.laptops.clients=9"},
      {"cohort.büro.network={}",
       "--set cohort.büro.network={}: `network` is a table with keys of its own in the file; set "
       "its keys one by one"},
      {"cohort.\"a.b\".network={}",
       "--set cohort.\"a.b\".network={}: the key `model` is missing from [cohort.network]; it can "
       "be `fixed`, `timeline`, `dwell`, `week`, `trace` or `resample`"},
      {"site.leeway.x=5",
       "--set site.leeway.x=5: `leeway` is not a table, and has no keys; set leeway itself"},
      {"site.leeway",
       "--set site.leeway: there is no `=`; write KEY=VALUE, as in site.renew-after=40d"},
      {"site..leeway=5m",
       "--set site..leeway=5m: this does not begin with a key; write its parts with a `.` between "
       "them, and a name with dots in quotes, as in cohort.\"a.b\".clients=5"},
      {"run.name=\xff", "--set run.name=\\xff: this is not UTF-8; write it as UTF-8"},
  };
  for (const auto& [set, said] : rows) {
    CAPTURE(set);
    CHECK(said_of(with({set})) == said);
  }
}

TEST_CASE("advice on a value that is set works as it is pasted into a shell") {
  const std::vector<std::pair<std::string, std::string>> rows{
      {"cohort.\"a.b\".install=1d", "write --set 'cohort.\"a.b\".install={ at = \"3d\" }'"},
      {"cohort.\"a.b\".install={ at = 3d }",
       "write --set 'cohort.\"a.b\".install={ at = \"3d\" }'"},
      {"cohort.'a.b'.network=fixed",
       "write --set 'cohort.'\\''a.b'\\''.network={ model = \"fixed\", on = \"intranet\" }'"},
      {"run.reseed=3", "write --set 'run.reseed={ at = \"30d\", seed = 2 }'"},
      {"site.capacity = 3", "write --set 'site.capacity={ cmg = { per-minute = 5, queue = 60 } }'"},
      {"run.name=3", "write --set 'run.name=\"3\"'"},
      {"run.name=2026-01-01", "write --set 'run.name=\"2026-01-01\"'"},
      // What stands in a table stays in quotes there.
      {"cohort.\"a.b\".install={ at = 3 }", "write its unit, and quotes, as in \"3d\" for days"},
      {"cohort.\"a.b\".install={ over = \"1x\" }",
       "write integers with units, largest first, as in \"90d\", \"1d12h\" or \"30m\""},
      {"site.retry-jitter=x", "write a number, as in 0.5"},
      {"site.retry-backoff=x", "write a number, as in 1.5"},
  };
  for (const auto& [set, advice] : rows) {
    CAPTURE(set);
    const std::string said = said_of(with({set}));
    CAPTURE(said);
    CHECK(said.ends_with("; " + advice));
  }
}

TEST_CASE("what is wrong with the file is said of the file's own lines, whatever has been set") {
  const std::vector<std::string> set{"run.name=n", "site.mp=https", "site.leeway=100m",
                                     "cohort.\"a.b\".renew-after=9d"};
  const std::string wrong = replaced("for = \"3d\"", "fro = \"3d\"");
  CHECK(said_of(with(set, wrong)) ==
        "s.toml:29:1: unknown key `fro` in the action `outage`; did you mean `for`?");
  // Behind a value that is longer than it was, in its own line.
  constexpr std::string_view kInline = "format = 1\nrun = { duration = \"9d\", sede = 3 }\n";
  CHECK(said_of(with({"run.duration=1000d"}, kInline)).find("s.toml:2:26: unknown key `sede`") !=
        std::string::npos);
  const auto scenario = with(set);
  REQUIRE(scenario);
  CHECK(scenario->actions[0].line == 25);
  CHECK(scenario->expectations[0].line == 31);
  const auto same = with({});
  CHECK(same->actions[0].line == 25);
  CHECK(said_of(with({"site.leeway=1m"}, "format = [")) == said_of(with({}, "format = [")));
}

TEST_CASE("files with a mark at the beginning and the line ends of Windows are set likewise") {
  std::string file = "\xef\xbb\xbf";
  for (const char c : kFile) file += c == '\n' ? std::string("\r\n") : std::string(1, c);
  const auto scenario = with({"site.leeway=9m", "site.mp=https", "expect.0.max=3"}, file);
  REQUIRE(said_of(scenario).empty());
  CHECK(scenario->policy.leeway == std::chrono::minutes{9});
  CHECK(scenario->policy.mp == MpMode::https);
  CHECK(scenario->expectations[0].max == 3U);
  CHECK(scenario->expectations[0].line == 31);
}

TEST_CASE("every example is itself when what is there is set again") {
  for (const auto& entry : std::filesystem::directory_iterator("scenarios")) {
    const std::string name = entry.path().filename().string();
    if (entry.path().extension() != ".toml" || name.starts_with(".")) continue;
    CAPTURE(entry.path());
    const auto text = read_text_file(entry.path().string(), 1 << 20);
    REQUIRE(text);
    const auto before = parse_scenario(*text, entry.path().string(), {});
    REQUIRE(before);
    const auto after = parse_scenario_with(
        *text, entry.path().string(), {},
        {{"--set", "run.seed=" + std::to_string(before->seed)},
         {"--set", "site.renew-after=" + std::to_string(before->policy.renew_after.count()) + "s"},
         {"--set", "cohort.\"" + before->cohorts.back().name + "\".contact-every=" +
                       std::to_string(before->cohorts.back().contact_every.count()) + "s"}});
    REQUIRE(said_of(after).empty());
    CHECK(after->seed == before->seed);
    CHECK(after->policy == before->policy);
    CHECK(after->clients == before->clients);
    CHECK(after->cohorts.back().contact_every == before->cohorts.back().contact_every);
  }
}

}  // namespace tokenlife::sim
