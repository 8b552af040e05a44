// Logs asked in SQL, as analysts meet it: log sql, log export, log schema.
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "events/log_content.hpp"
#include "support/desk.hpp"

namespace tokenlife::test {
namespace {

using nlohmann::json;

// What is printed as CSV, without the line of names.
std::string ask(const Desk& desk, const std::string& sql, const std::string& log = "log") {
  const Ran ran = desk.run("log sql " + log + " \"" + sql + "\" --format csv");
  INFO(sql << "\n" << ran.err);
  REQUIRE(ran.status == 0);
  return ran.out.substr(ran.out.find('\n') + 1);
}

std::string count_by(const Desk& desk, const std::string& rest) {
  const Ran ran = desk.run("events log --format csv --count-by " + rest);
  REQUIRE(ran.status == 0);
  return ran.out.substr(ran.out.find('\n') + 1);
}

}  // namespace

// ---- The questions of sim/sql/README.md -------------------------------------------------------

TEST_CASE("SQL counts a log's events as --count-by does", "[slow]") {
  const Desk desk;
  REQUIRE(desk.run("run small.toml --log log").status == 0);
  CHECK(ask(desk, "select kind, count(*) from events group by kind") == count_by(desk, "kind"));
  CHECK(ask(desk, "select distinct kind from events where kind >= 'token' order by kind") ==
        "token-expired\ntoken-renewed\n");
  CHECK(ask(desk, "select count(*) from events where kind = 'token-renewed'") ==
        count_by(desk, "kind --kind token-renewed").substr(std::string("token-renewed,").size()));
  CHECK(ask(desk,
            "select substr(time, 1, 10) day, cohort, count(*) from events where kind = "
            "'token-renewed' group by 1, 2") == count_by(desk, "day,cohort --kind token-renewed"));
  CHECK(ask(desk,
            "select reason, substr(time, 1, 13) hour, count(*) from events where kind in "
            "('renewal-refused', 'registration-refused') group by 1, 2") ==
        count_by(desk, "reason,hour --kind renewal-refused --kind registration-refused"));
  CHECK(
      ask(desk,
          "select cohort, via, count(*) from events where kind = 'token-renewed' group by 1, 2") ==
      count_by(desk, "cohort,via --kind token-renewed"));
}

TEST_CASE("every question of the page about SQL has an answer") {
  const Desk desk;
  REQUIRE(desk.run("run small.toml --log log").status == 0);
  std::istringstream page(read_file("sim/sql/README.md"));
  std::size_t questions = 0;
  bool is_at_questions = false;
  for (std::string line; std::getline(page, line);) {
    is_at_questions |= line == "## Questions";
    if (!is_at_questions || !line.starts_with("    select ")) continue;
    ++questions;
    desk.write("question.sql", line.substr(4));
    const Ran ran = desk.run("log sql log \"$(cat question.sql)\"");
    INFO(line << ran.err);
    CHECK(ran.status == 0);
    CHECK(ran.err.empty());
  }
  CHECK(questions == 7);
}

TEST_CASE("SQL knows where clients stand, as replay does", "[slow]") {
  const Desk desk;
  REQUIRE(desk.run("run small.toml --log log").status == 0);
  const Ran list = desk.run("replay log --state stranded --format csv");
  CHECK(
      "client,device,cohort,state,since,spell-cause,last-contact,network,token-issued,"
      "token-expires\n" +
          ask(desk,
              "select client, device, cohort, state, since, spell_cause, last_contact, network, "
              "token_issued, token_expires from clients where stranded") ==
      list.out);
  // The leavers' tokens of the first day expire at 90 d; they are heard of at 95 d, and refused.
  CHECK(ask(desk,
            "select client, begin, end, spell_cause, ended from spells where spell_cause = "
            "'offline'") ==
        "0,2026-04-01T00:00:00Z,,offline,not-at-all\n"
        "1,2026-04-01T00:00:00Z,,offline,not-at-all\n"
        "2,2026-04-01T00:00:00Z,,offline,not-at-all\n");
  CHECK(ask(desk, "select how, count(*) from tokens group by how") == ",2\nexpired,3\nrenewed,6\n");
  // From 100 days the last one is 2026-04-10.
  const json last = json::parse(desk.run("replay log --json").out);
  CHECK(ask(desk,
            "select day, stranded, out_of_service, state_registered from days order by day desc "
            "limit 1") == "2026-04-10," + last["stranded"].dump() + "," +
                              last["out-of-service"].dump() + "," +
                              last["states"]["registered"].dump() + "\n");
  CHECK(ask(desk, "select value from run where key = 'clients'") == "5\n");
}

// ---- What is refused, and what is hostile ------------------------------------------------------

TEST_CASE("SQL that is wrong, or would do more than ask, is refused", "[slow]") {
  const Desk desk;
  REQUIRE(desk.run("run small.toml --log log").status == 0);
  check_refused(desk,
                {{"log sql log \"select * form events\"", "near \"form\": syntax error\n"},
                 {"log sql log \" selct 1\"",
                  "near \"selct\": syntax error; begin with SELECT, WITH or EXPLAIN\n"},
                 {"log sql \"select 1\" log", "the order is LOG SQL"},
                 {"log sql log \"select * from evnts\"", "did you mean `events`?"},
                 {"log sql log \"select knd from events\"", "did you mean `kind`?"},
                 {"log sql log \"select 1 from spells where cause = 'rotation'\"",
                  "no such column: cause; it is a column of `events` or `site_events`;"},
                 {"log sql log \"select reason from clients\"",
                  "no such column: reason; it is a column of `events` or `requests`;"},
                 {"log sql log 'select 1 from events where kind = \"token-renewed\"'",
                  "no such column: token-renewed; put text in single quotes: 'token-renewed'"},
                 {"log sql log \"select spell-cause from clients\"",
                  "no such column: spell; did you mean `spell_cause`? SQL takes `-` for a minus"},
                 {"log sql log \"select (zebra-clients) from run\"",
                  "no such column: zebra; `tokenlife log schema`"},
                 {"log sql log \"\"", "no statement"},
                 {"log sql log \"select 1; select 2\"", "more after the statement"},
                 {"log sql log \"select ?\"", "parameters"},
                 {"log sql log \"attach 'other.db' as other\"", "can only be read"},
                 {"log sql log \"pragma table_info(events)\"", "can only be read"},
                 {"log sql log \"select load_extension('x')\"", "not authorized"},
                 {"log sql log \"create table t(x)\"", "can only be read"},
                 {"log sql log \"delete from events\"", ""},
                 {"log sql log \"vacuum into 'copy.db'\"", "can only be read"},
                 {"log sql log \"begin\"", "can only be read"},
                 {"log sql log \"select 1\" --format xml", "--format"},
                 {"log sql log \"select 1\" --format csv --json", "--json"}});
  CHECK_FALSE(std::filesystem::exists(desk.path("other.db")));
  CHECK_FALSE(std::filesystem::exists(desk.path("copy.db")));
  const Ran wrong = desk.run("log sql log \"select kind,\n  sum(seqq) from events\"");
  CHECK(wrong.err.starts_with("SQL:2:7: "));
  CHECK(has(wrong.err, "\n    2 |   sum(seqq) from events\n      |       ^"));
  CHECK(desk.run("log sql log \"select 1; -- and no more\n ;/* none */\"").status == 0);
  CHECK(desk.run("log sql log \"explain select * from events\"").status == 0);
}

TEST_CASE("a question without an end is ended by Ctrl-C") {
  const Desk desk;
  REQUIRE(desk.run("run small.toml --log log").status == 0);
  const Ran ran = desk.run_shell(
      "'" + program() +
      "' log sql log \"with recursive n(i) as (select 1 union all select i + 1 from n) select "
      "max(i) from n\" & p=$!; " +
      kUntilItListens + "; kill -INT $p; wait $p");
  CHECK(ran.status == 130);
  CHECK(has(ran.err, "interrupted"));
}

TEST_CASE("names that attack terminals and spreadsheets are shown, not obeyed") {
  const Desk desk;
  REQUIRE(desk.run("run small.toml --log log").status == 0);
  LogContent content = read_log(desk.path("log")).value();
  content.header.cohorts[0].devices = {"PC-1", "x'); drop table clients; --",
                                       "=cmd|'x'!A1\x1b[31m\"\n"};
  REQUIRE(write_log(desk.path("hostile"), content));
  const std::string question = "log sql hostile \"select device from clients where client = 2\"";
  CHECK(desk.run(question).out == "device\n=cmd|'x'!A1\\u001b[31m\"\\n\n");
  CHECK(desk.run(question + " --format csv").out == "device\n\"'=cmd|'x'!A1\\u001b[31m\"\"\n\"\n");
  CHECK(json::parse(desk.run(question + " --format jsonl").out)["device"] ==
        "=cmd|'x'!A1\x1b[31m\"\n");
  CHECK(desk.run("log export hostile --sqlite names.db").status == 0);
}

// ---- Forms -------------------------------------------------------------------------------------

TEST_CASE("answers come in three forms and as one object, and say what was left out") {
  const Desk desk;
  REQUIRE(desk.run("run small.toml --log log").status == 0);
  const std::string question =
      "log sql log \"select client, device, 1.5 half, cohort = 'office' office from clients\"";
  CHECK(desk.run(question + " --limit 1 --format csv").out ==
        "client,device,half,office\n0,,1.5,0\n");
  CHECK(desk.run(question + " --limit 1 --format jsonl").out ==
        "{\"client\":0,\"device\":null,\"half\":1.5,\"office\":0}\n");
  const Ran some = desk.run(question + " --limit 1");
  CHECK(some.out == "client  device  half  office\n0       -       1.5   0\n");
  CHECK(has(some.err, "only the first 1 row"));
  const Ran all = desk.run(question + " --json");
  CHECK(all.err.empty());
  CHECK(json::parse(all.out)["rows"].size() == 5);
  CHECK(json::parse(all.out)["all"] == true);
  CHECK(json::parse(desk.run(question + " --json --limit 5").out)["all"] == true);
  CHECK(json::parse(desk.run(question + " --json --limit 4").out)["all"] == false);
}

TEST_CASE("log schema lists what SELECT * gives", "[slow]") {
  const Desk desk;
  REQUIRE(desk.run("run small.toml --log log").status == 0);
  const json schema = json::parse(desk.run("log schema --json").out);
  CHECK(schema["tables"].size() == 8);
  for (const json& table : schema["tables"]) {
    const std::string name = table["name"];
    const json answer =
        json::parse(desk.run("log sql log \"select * from " + name + "\" --json --limit 1").out);
    std::vector<std::string> columns;
    for (const json& column : table["columns"]) columns.push_back(column["name"]);
    CHECK(answer["columns"] == json(columns));
    // No name needs quotes.
    std::string list;
    for (const std::string& column : columns) list += (list.empty() ? "" : ", ") + column;
    CHECK(desk.run("log sql log \"select " + list + " from " + name + "\" --limit 1").status == 0);
  }
}

// ---- Other logs --------------------------------------------------------------------------------

TEST_CASE("a damaged log has its own message", "[slow]") {
  const Desk desk;
  REQUIRE(desk.run("run small.toml --log log").status == 0);
  std::string bytes = read_file(desk.path("log/clients-00000.log"));
  REQUIRE(bytes.size() > 200);
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  desk.write("log/clients-00000.log", bytes);
  for (const char* table : {"events", "clients", "tokens", "spells", "requests", "days"}) {
    const Ran ran = desk.run("log sql log \"select * from " + std::string(table) + "\"");
    INFO(table << ran.err);
    CHECK(ran.status == 3);
    CHECK(has(ran.err, "damaged"));
  }
  CHECK(desk.run("log export log --sqlite new.db").status == 3);
  CHECK_FALSE(std::filesystem::exists(desk.path("new.db")));
}

TEST_CASE("a site's journal has tables of its events alone", "[slow]") {
  const Desk desk;
  REQUIRE(desk.run("site init site").status == 0);
  CHECK(ask(desk, "select kind from site_events", "site") == "site-established\n");
  CHECK(ask(desk, "select client, kind from events", "site") == ",site-established\n");
  check_refused(desk,
                {{"log sql site \"select * from clients\"", "a site's journal has no clients"}});
  CHECK(desk.run("log sql nowhere \"select 1\"").status == 3);
}

TEST_CASE("log export writes a database, and does not overwrite one") {
  const Desk desk;
  REQUIRE(desk.run("run small.toml --log log").status == 0);
  REQUIRE(desk.run("log export log --sqlite fleet.db").status == 0);
  CHECK(read_file(desk.path("fleet.db")).starts_with("SQLite format 3"));
  const Ran again = desk.run("log export log --sqlite fleet.db");
  CHECK(again.status == 3);
  CHECK(has(again.err, "already exists"));
  CHECK(desk.run("log export log --sqlite fleet.db --force").status == 0);
  CHECK(desk.run("log export log --sqlite none/fleet.db").status == 3);
}

TEST_CASE("a database takes the place of a file alone, and not of a pipe or a link") {
  const Desk desk;
  namespace fs = std::filesystem;
  REQUIRE(desk.run("run small.toml --log log").status == 0);
  REQUIRE(::mkfifo(desk.path("pipe").c_str(), 0600) == 0);
  for (const std::string force : {"", " --force"}) {
    const Ran refused = desk.run("log export log --sqlite pipe" + force);
    CHECK(refused.status == 3);
    CHECK(has(refused.err, "pipe: is not a regular file; choose another name"));
    CHECK(fs::is_fifo(desk.path("pipe")));
  }
  fs::create_symlink("later.db", desk.path("link.db"));
  for (const std::string force : {"", " --force"}) {
    CHECK(desk.run("log export log --sqlite link.db" + force).status == 0);
    CHECK(fs::read_symlink(desk.path("link.db")) == "later.db");
    CHECK(read_file(desk.path("later.db")).starts_with("SQLite format 3"));
  }
}

}  // namespace tokenlife::test
