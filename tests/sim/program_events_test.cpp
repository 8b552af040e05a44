// What of a log is printed: from when to when, and how a cell of CSV is written.
#include <sstream>

#include "events/log_content.hpp"
#include "support/desk.hpp"

namespace tokenlife::test {
namespace {

// The kinds of the rows that the command prints as CSV, in their order.
std::string kinds(const Desk& desk, const std::string& line) {
  const Ran ran = desk.run("events " + line + " --format csv");
  INFO(line << "\n" << ran.err);
  CHECK(ran.status == 0);
  std::istringstream rows(ran.out);
  std::string found;
  std::string row;
  std::getline(rows, row);  // the heading
  while (std::getline(rows, row)) {
    for (int comma = 0; comma < 4; ++comma) row.erase(0, row.find(',') + 1);
    found += (found.empty() ? "" : " ") + row.substr(0, row.find(','));
  }
  return found;
}

}  // namespace

// The office registers in the first minute, and is due at 30d.
TEST_CASE("events are those from --from on and before --to") {
  const Desk desk;
  REQUIRE(desk.run("run small.toml --log log").status == 0);
  const auto between = [&](const std::string& options) {
    return kinds(desk, "log --client office/0 " + options);
  };
  const std::string first = "client-installed registration-requested";
  CHECK(between("--to 1m") == first);
  CHECK(between("--to 61s") == first + " registration-completed");
  CHECK(between("--from 1m --to 61s") == "registration-completed");
  CHECK(between("--from 0d --to 1s") == first);
  CHECK(between("--from 61s --to 30d") == "");
  CHECK(between("--from 30d --to 30d1s") == "renewal-requested");
  CHECK(between("--from 30d1s --to 30d1m") == "");
  CHECK(between("--from 2026-01-31T00:01:00Z --to 2026-01-31T00:01:01Z") == "token-renewed");
  CHECK(between("--from 2026-01-31 --to 2026-02-01") ==
        "renewal-requested token-renewed");  // a date is its midnight
  CHECK(between("--from 2026-02-01 --to 2026-03-01") == "");
  CHECK(kinds(desk, "log --kind site-established --to 1s") == "site-established");
  CHECK(kinds(desk, "log --kind site-established --from 1s") == "");
}

TEST_CASE("a site's events are those from --from on and before --to") {
  const Desk desk;
  REQUIRE(desk.run("site init site --at 2026-01-01T00:00:00Z").status == 0);
  REQUIRE(desk.run("token new --site site --at 2026-01-02T00:00:00Z").status == 0);
  CHECK(kinds(desk, "site") == "site-established bulk-token-issued");
  CHECK(kinds(desk, "site --to 1d") == "site-established");
  CHECK(kinds(desk, "site --to 24h1s") == "site-established bulk-token-issued");
  CHECK(kinds(desk, "site --from 1d") == "bulk-token-issued");
  CHECK(kinds(desk, "site --from 24h1s") == "");
}

TEST_CASE("a replay is at a moment of the run, its beginning and its end among them") {
  const Desk desk;
  REQUIRE(desk.run("run small.toml --log log").status == 0);
  for (const char* at : {"0d", "100d", "2026-01-01T00:00:00Z", "2026-04-11T00:00:00Z"}) {
    INFO(at);
    CHECK(desk.run("replay log --at " + std::string(at)).status == 0);
  }
  check_refused(desk, {{"replay log --at=-1s", "--at is not within the run"},
                       {"replay log --at 2025-12-31T23:59:59Z", "--at is not within the run"},
                       {"replay log --at 100d1s", "--at is not within the run"},
                       {"replay log --at 2026-04-11T00:00:01Z", "--at is not within the run"}});
}

// RFC 4180: quotes around what holds a comma, a quote or the end of a line.
TEST_CASE("a cell of CSV has quotes where its text would end it") {
  const struct {
    const char* name;
    const char* cell;
  } cases[] = {{"plain", "plain/0"},      {"a,b", "\"a,b/0\""},   {"a\"b", "\"a\"\"b/0\""},
               {"a\nb", "\"a\nb/0\""},    {"a\rb", "\"a\rb/0\""}, {"a;b c", "a;b c/0"},
               {"\"\"", "\"\"\"\"\"/0\""}};
  for (const auto& [name, cell] : cases) {
    INFO(name);
    const Desk desk;
    LogContent content{header_for(2), {}, {{}, {}}};
    content.header.cohorts[0].name = name;
    content.clients[0].push_back({at(Duration{0}),
                                  0,
                                  {CauseKind::installation},
                                  ClientInstalled{{0},
                                                  Network::intranet,
                                                  Credential::self_signed,
                                                  ClientVersion::current,
                                                  true,
                                                  false,
                                                  {}}});
    REQUIRE(write_log(desk.path("log"), content));
    const Ran ran = desk.run("events log --format csv");
    CHECK(ran.status == 0);
    CHECK(has(ran.out, "\n0," + std::string(cell) + ",0,2026-01-01T00:00:00Z,client-installed,"));
  }
}

}  // namespace tokenlife::test
