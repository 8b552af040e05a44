// What of a log is printed: from when to when, and how a cell of CSV is written.
#include <algorithm>
#include <sstream>
#include <vector>

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

std::vector<std::string> lines_of(const Desk& desk, const std::string& line) {
  const Ran ran = desk.run(line);
  INFO(line << "\n" << ran.err);
  CHECK(ran.status == 0);
  CHECK(ran.err.empty());
  std::istringstream text(ran.out);
  std::vector<std::string> lines;
  for (std::string one; std::getline(text, one);) lines.push_back(one);
  return lines;
}

// A log of two clients, the second one without events; the first one's cohort has that name.
void write_named(const Desk& desk, const std::string& name) {
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
}

}  // namespace

TEST_CASE("events from after the run, or to before it, are a question about nothing") {
  const Desk desk;
  REQUIRE(desk.run("run small.toml --log log").status == 0);
  check_refused(desk,
                {{"events log --from 101d", "--from is after the end of the run; it goes from"},
                 {"events log --to 2026-01-01", "--to is not after the start of the run; "},
                 {"events log --to 2020-01-01 --count-by kind", "--to is not after"}});
  CHECK(desk.run("events log --from 100d --to 200d").status == 0);
}

// The office registers in the first minute, and is due at 30d.
TEST_CASE("events are those from --from on and before --to", "[slow]") {
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

TEST_CASE("a --from that is not before --to is refused, with both moments", "[slow]") {
  const Desk desk;
  REQUIRE(desk.run("run small.toml --log log").status == 0);
  REQUIRE(desk.run("site init site --at 2026-01-01T00:00:00Z").status == 0);
  const char* same = "--from 2026-01-31T00:00:00Z is not before --to 2026-01-31T00:00:00Z; ";
  check_refused(desk, {{"events log --from 30d --to 2026-01-31", same},
                       {"events log --order stored --from 2026-01-31 --to 30d", same},
                       {"events site --from 30d --to 720h", same},
                       {"events log --from 40d --to 30d",
                        "--from 2026-02-10T00:00:00Z is not before --to 2026-01-31T00:00:00Z; "
                        "events are those from --from on and before --to: write an earlier --from "
                        "or a later --to\n"}});
}

TEST_CASE(
    "events --order stored is the site's events, then client by client, each in order of time") {
  const Desk desk;
  REQUIRE(desk.run("run small.toml --log log").status == 0);
  std::string streams;
  for (std::string row : lines_of(desk, "events log --order stored --to 1d --format csv")) {
    row.resize(row.find(',', row.find(',', row.find(',') + 1) + 1));
    streams += row + "\n";
  }
  CHECK(streams ==
        "stream,client,seq\n"
        "site,,0\n"
        "0,leavers/0,0\n0,leavers/0,1\n0,leavers/0,2\n"
        "1,leavers/1,0\n1,leavers/1,1\n1,leavers/1,2\n"
        "2,leavers/2,0\n2,leavers/2,1\n2,leavers/2,2\n"
        "3,office/0,0\n3,office/0,1\n3,office/0,2\n"
        "4,office/1,0\n4,office/1,1\n4,office/1,2\n");
  check_refused(
      desk, {{"events log --order backwards", "--order: `backwards` is not one of time, stored"},
             {"events log --order", "--order"}});
}

TEST_CASE("events --order changes the order of the lines and nothing else, whatever the filter",
          "[slow]") {
  const Desk desk;
  REQUIRE(desk.run("run small.toml --clients-scale 500 --log log").status == 0);
  const struct {
    const char* filter;
    std::size_t lines;
  } cases[] = {
      {"", 2'500 * 3 + 1'500 * 4 + 1'000 * 6 + 1},
      {"--format csv --kind token-renewed --kind token-expired", 1 + 1'000 * 3 + 1'500},
      {"--format jsonl --from 30d --to 40d", 1'000 * 2},
      {"--kind site-established", 1},
  };
  for (const auto& [filter, lines] : cases) {
    INFO(filter);
    auto by_time = lines_of(desk, "events log " + std::string(filter));
    auto stored = lines_of(desk, "events log --order stored " + std::string(filter));
    CHECK(by_time.size() == lines);
    std::sort(by_time.begin(), by_time.end());
    std::sort(stored.begin(), stored.end());
    CHECK(by_time == stored);
  }
  // One client's lines have one order. These are the last of a partition and the first of one.
  for (const char* client : {"0", "1023", "1024", "office/999"}) {
    INFO(client);
    const std::string line = "events log --client " + std::string(client);
    const auto by_time = lines_of(desk, line);
    CHECK(by_time.size() >= 5);
    CHECK(lines_of(desk, line + " --order stored") == by_time);
  }
  CHECK(lines_of(desk, "events log --order stored --client 1500 --kind token-renewed").size() == 3);
}

TEST_CASE("a site's events are those from --from on and before --to", "[slow]") {
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
  check_refused(desk, {{"replay log --at=-1s", "outside the run"},
                       {"replay log --at 2025-12-31T23:59:59Z", "outside the run"},
                       {"replay log --at 100d1s", "outside the run"},
                       {"replay log --at 2026-04-11T00:00:01Z", "outside the run"}});
}

// What is written in big pieces still ends as quietly, or as loudly.
TEST_CASE("events into a pipe that is closed end quietly, and onto a full disk with an error") {
  const Desk desk;
  REQUIRE(desk.run("run small.toml --clients-scale 500 --log log").status == 0);
  const std::string events = "'" + program() + "' events log --format jsonl";
  const Ran closed = desk.run_shell(events + " | head -n 1");
  CHECK(closed.status == 0);
  CHECK(closed.out.starts_with("{\"stream\":\"site\",\"seq\":0,"));
  CHECK(closed.err.empty());
  for (const char* filter : {"", " --client 0"}) {
    INFO(filter);
    const Ran full = desk.run_shell("exec " + events + filter + " >/dev/full");
    CHECK(full.status == 3);
    CHECK(full.err == "tokenlife: standard output: cannot be written: No space left on device\n");
  }
}

// A wide character takes two columns, and what was escaped one for each of its bytes.
TEST_CASE("a client's name is escaped and lined up in text, and escaped in JSON lines", "[slow]") {
  const struct {
    const char* name;
    const char* text;
    const char* json;
  } cases[] = {
      {"plain", "plain/0                  0  ", "\"plain/0\""},
      {"a \"b\\ ", "a \"b\\ /0                 0  ", "\"a \\\"b\\\\ /0\""},
      {"\xe6\x97\xa5\xe6\x9c\xac", "\xe6\x97\xa5\xe6\x9c\xac/0                   0  ",
       "\"\xe6\x97\xa5\xe6\x9c\xac/0\""},
      {"\xc3\xa9\x1b[1m\n", "\xc3\xa9\\u001b[1m\\n/0           0  ", "\"\xc3\xa9\\u001b[1m\\n/0\""},
      {"exactly-18-columns", "exactly-18-columns/0     0  ", "\"exactly-18-columns/0\""},
      {"longer-than-20-columns", "longer-than-20-columns/0     0  ",
       "\"longer-than-20-columns/0\""},
  };
  for (const auto& [name, text, json] : cases) {
    INFO(text);
    const Desk desk;
    write_named(desk, name);
    const std::string shown = desk.run("events log").out;
    INFO(shown);
    CHECK(shown.starts_with("2026-01-01T00:00:00Z  " + std::string(text) + "client-installed"));
    const std::string line = desk.run("events log --format jsonl").out;
    INFO(line);
    CHECK(line.starts_with("{\"stream\":0,\"client\":" + std::string(json) + ",\"seq\":0,"));
  }
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
    write_named(desk, name);
    const Ran ran = desk.run("events log --format csv");
    CHECK(ran.status == 0);
    CHECK(has(ran.out, "\n0," + std::string(cell) + ",0,2026-01-01T00:00:00Z,client-installed,"));
  }
}

TEST_CASE("booleans are 0 and 1 in CSV, and true and false in JSON") {
  const Desk desk;
  write_named(desk, "plain");
  const std::string one = "events log --kind client-installed --columns kind,cmg-allowed,blocked";
  CHECK(desk.run(one + " --format csv").out == "kind,cmg-allowed,blocked\nclient-installed,1,0\n");
  CHECK(desk.run(one + " --format jsonl").out ==
        "{\"kind\":\"client-installed\",\"cmg-allowed\":true,\"blocked\":false}\n");
  CHECK(has(desk.run("events log --format csv").out,
            ",client-installed,installation,plain,intranet,self-signed,current,1,0,"));
}

}  // namespace tokenlife::test
