// The program on terminals: wide, narrow and dumb ones; colours; Ctrl-C.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "support/terminal.hpp"

namespace tokenlife::test {
namespace {

using nlohmann::json;

// More clients than anybody waits for.
void write_endless(const Desk& desk, const std::string& name) {
  desk.write(name, R"(format = 1
[run]
duration = "3000d"
[[cohort]]
name = "many"
clients = 1000000
contact-every = "1d"
network = { model = "fixed", on = "intranet" }
)");
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++found;
  }
  return found;
}

bool any_has(const std::vector<std::string>& lines, const std::string& part) {
  return std::any_of(lines.begin(), lines.end(),
                     [&](const std::string& line) { return has(line, part); });
}

}  // namespace

TEST_CASE("the counter of test is gone from the terminal before each result") {
  const Desk desk;
  constexpr unsigned short kWidths[] = {80, 40};
  for (const unsigned short columns : kWidths) {
    CAPTURE(columns);
    const OnTerminal ran = run_on({columns}, desk, "test . --scenarios-only --seeds 1..9");
    CHECK(ran.status == 1);
    CHECK(has(ran.bytes, "\r\033[K"));
    CHECK(has(ran.bytes, " of 18"));
    const auto lines = seen(ran.bytes, columns);
    CHECK(lines.front().starts_with("ok     ./small.toml seed 1  "));
    CHECK_FALSE(any_has(lines, " of 18"));
    CHECK(any_has(lines, "9 passed, 9 failed"));
  }
}

TEST_CASE("a line of progress is narrower than the terminal, or than COLUMNS says", "[slow]") {
  const Desk desk;
  write_endless(desk, "endless.toml");
  struct Case {
    Terminal terminal;
    std::size_t longest;
  };
  const Case cases[] = {{{40, "", "clients"}, 39},
                        {{120, "COLUMNS=40", "clients"}, 39},
                        {{40, "COLUMNS=wide", "clients"}, 39},
                        {{0, "COLUMNS=40", "clients"}, 39},
                        {{0, "", "clients, "}, 79}};
  for (const Case& wanted : cases) {
    CAPTURE(wanted.terminal.columns, wanted.terminal.variables);
    const OnTerminal ran = run_on(wanted.terminal, desk, "run endless.toml --threads 1");
    CHECK(ran.status == 130);
    const std::string erase = "\r\033[K";
    const std::size_t begin = ran.bytes.find(erase) + erase.size();
    const std::string line = ran.bytes.substr(begin, ran.bytes.find_first_of("\r^", begin) - begin);
    CHECK(has(line, " %  "));
    CHECK(line.size() <= wanted.longest);
    CHECK(line.ends_with("...") == (wanted.longest == 39));
  }
}

TEST_CASE("a dumb terminal, or one of which nothing is known, gets plain lines and no counter") {
  const Desk desk;
  for (const char* variables : {"TERM=dumb", "TERM=", "-u TERM"}) {
    INFO(variables);
    const OnTerminal ran = run_on({40, variables}, desk, "test . --scenarios-only --seeds 1..9");
    CHECK(ran.status == 1);
    CHECK_FALSE(has(ran.bytes, "\033"));
    CHECK_FALSE(has(ran.bytes, " of 18"));
    CHECK(has(ran.bytes, "9 passed, 9 failed"));
  }
}

TEST_CASE("colours are for terminals, against NO_COLOR, and as --color says", "[slow]") {
  const Desk desk;
  const auto coloured = [&](const char* variables, const std::string& line) {
    return has(run_on({80, variables}, desk, line + " --no-progress").bytes, "\033[32m");
  };
  const std::string test = "test small.toml --scenarios-only";
  CHECK(coloured("", test));
  CHECK(coloured("NO_COLOR=", test));
  CHECK_FALSE(coloured("NO_COLOR=1", test));
  CHECK_FALSE(coloured("", test + " --color never"));
  CHECK(coloured("NO_COLOR=1", test + " --color always"));
  CHECK(coloured("TERM=dumb", "--color=always " + test));
  CHECK_FALSE(coloured("NO_COLOR=1", test + " --color auto"));
  CHECK_FALSE(has(desk.run(test).out, "\033"));
  CHECK(has(desk.run("--color always " + test).out, "\033[32mok   \033[0m  small.toml"));
  check_refused(desk, {{"test small.toml --color", "--color needs a value; see `tokenlife --help`"},
                       {"test small.toml --color sometimes",
                        "`sometimes` is not one of auto, always, never; see `tokenlife --help`"},
                       {"--color always rnu small.toml", "did you mean `run`?"},
                       {"run small.toml --colour always", "did you mean `--color`?"}});
}

TEST_CASE("Ctrl-C skips the tests that are left, and the summary and reports say which") {
  const Desk desk;
  write_endless(desk, "wait.toml");
  write_endless(desk, "wait-more.toml");
  const OnTerminal ran =
      run_on({80, "", "ok     small.toml seed 99  "}, desk,
             "test small.toml wait.toml wait-more.toml --scenarios-only --seeds 0..99 "
             "--color never --junit report.xml");
  CHECK(ran.status == 130);
  CHECK(has(ran.bytes, "100 passed, 0 failed, 200 skipped"));
  CHECK(has(ran.bytes, "..99  (interrupted)"));
  CHECK(has(ran.bytes, "tokenlife: interrupted; what was not run counts as skipped"));
  const std::string report = read_file(desk.path("report.xml"));
  CHECK(has(report, "tests=\"300\" failures=\"0\" errors=\"0\" skipped=\"200\""));
  CHECK(count(report, "<skipped message=\"interrupted\"/>") == 200);
  CHECK(has(report,
            "<testcase classname=\"wait.toml\" name=\"wait.toml seed 0\" time=\"0.000\">\n"
            "      <skipped"));
}

TEST_CASE("Ctrl-C leaves a whole object of JSON, and the properties of a file count too") {
  const Desk desk;
  write_endless(desk, "wait.toml");
  const OnTerminal ran = run_on({80, "", " of 110"}, desk,
                                "test small.toml wait.toml --filter 'toml$|wait.*: replay$'"
                                " --seeds 1..55 --json >out");
  CHECK(ran.status == 130);
  const json object = json::parse(read_file(desk.path("out")));
  CHECK(object["interrupted"] == true);
  CHECK(object["failed"] == 0);
  const json& last = object["tests"].back();
  CHECK(last["name"] == "wait.toml seed 55: replay");
  CHECK(last["verdict"] == "skipped");
  CHECK(last["message"] == "interrupted");
  CHECK(object["tests"].size() == 55 + 2 * 55);
}

}  // namespace tokenlife::test
