// The program on terminals: wide, narrow and dumb ones; colours; Ctrl-C.
#include <algorithm>

#include "support/terminal.hpp"

namespace tokenlife::test {
namespace {

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

bool any_has(const std::vector<std::string>& lines, const std::string& part) {
  return std::any_of(lines.begin(), lines.end(),
                     [&](const std::string& line) { return has(line, part); });
}

}  // namespace

TEST_CASE("the counter of test is gone from the terminal before each result") {
  const Desk desk;
  for (const unsigned short columns : {80, 40}) {
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

TEST_CASE("a line of progress is narrower than the terminal, or than COLUMNS says") {
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

TEST_CASE("colours are for terminals, against NO_COLOR, and as --color says") {
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
  check_refused(desk, {{"test small.toml --color", "--color"},
                       {"test small.toml --color sometimes", "sometimes not in"},
                       {"--color always rnu small.toml", "did you mean `run`?"},
                       {"run small.toml --colour always", "did you mean `--color`?"}});
}

}  // namespace tokenlife::test
