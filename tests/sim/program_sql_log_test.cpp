// SQL over logs of all kinds: of earlier versions, of clients on disk, of interrupted runs.
#include <sqlite3.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <string>

#include "support/desk.hpp"

namespace tokenlife::test {
namespace {

std::string golden(const std::string& name) {
  return std::filesystem::absolute("tests/events/golden/" + name).string();
}

// What is printed as CSV, without the line of names.
std::string rows(const Desk& desk, const std::string& log, const std::string& sql) {
  const Ran ran = desk.run("log sql '" + log + "' \"" + sql + "\" --format csv");
  INFO(sql << "\n" << ran.err);
  REQUIRE(ran.status == 0);
  return ran.out.substr(ran.out.find('\n') + 1);
}

// The only value that SQLite itself finds in a file.
std::string only_value(const std::filesystem::path& file, const std::string& sql) {
  sqlite3* database = nullptr;
  REQUIRE(sqlite3_open_v2(file.c_str(), &database, SQLITE_OPEN_READONLY, nullptr) == SQLITE_OK);
  std::string value = "nothing";
  const auto on_row = [](void* out, int, char** values, char**) {
    *static_cast<std::string*>(out) = values[0] == nullptr ? "null" : values[0];
    return 0;
  };
  const int rc = sqlite3_exec(database, sql.c_str(), on_row, &value, nullptr);
  if (rc != SQLITE_OK) value = sqlite3_errmsg(database);
  sqlite3_close(database);
  return value;
}

}  // namespace

TEST_CASE("a log of every schema can be asked in SQL, and exported", "[slow]") {
  const std::string name =
      GENERATE("schema-1", "schema-3", "schema-4", "format-1-example", "format-2-example");
  INFO(name);
  const Desk desk;
  const std::string log = golden(name);
  const Ran counted = desk.run("events '" + log + "' --format csv --count-by kind");
  REQUIRE(counted.status == 0);
  CHECK(rows(desk, log, "select kind, count(*) from events group by kind") ==
        counted.out.substr(counted.out.find('\n') + 1));
  // The same where it is counted from the events themselves.
  CHECK(rows(desk, log, "select kind, count(seq) from events group by kind") ==
        counted.out.substr(counted.out.find('\n') + 1));
  for (const char* table :
       {"clients", "tokens", "spells", "requests", "site_events", "days", "run"}) {
    const Ran ran = desk.run("log sql '" + log + "' \"select * from " + table + "\"");
    INFO(table << ran.err);
    CHECK(ran.status == 0);
  }
  REQUIRE(desk.run("log export '" + log + "' --sqlite its.db").status == 0);
  CHECK(only_value(desk.path("its.db"), "select count(*) from events") + "\n" ==
        rows(desk, log, "select count(*) from events"));
  CHECK(only_value(desk.path("its.db"), "pragma integrity_check") == "ok");
}

TEST_CASE("a journal of an earlier schema can be asked in SQL, and exported") {
  const Desk desk;
  const std::string journal = golden("schema-2");
  const Ran counted = desk.run("events '" + journal + "' --format csv --count-by kind");
  REQUIRE(counted.status == 0);
  CHECK(rows(desk, journal, "select kind, count(*) from site_events group by kind") ==
        counted.out.substr(counted.out.find('\n') + 1));
  REQUIRE(desk.run("log export '" + journal + "' --sqlite its.db").status == 0);
  CHECK(only_value(desk.path("its.db"), "select count(*) from site_events") != "0");
}

TEST_CASE("a client on disk can be asked in SQL", "[slow]") {
  const Desk desk;
  REQUIRE(desk.run("site init site").status == 0);
  REQUIRE(desk.run("client new --dir me --site site").status == 0);
  REQUIRE(desk.run("client register --dir me --site site --network intranet").status == 0);
  CHECK(rows(desk, "me", "select state, tokens from clients") == "registered,1\n");
  CHECK(rows(desk, "me", "select how_issued, how from tokens") == "registration,\n");
  // It has a certificate, and no GUID that follows from a seed.
  CHECK(rows(desk, "me", "select count(*), count(guid) from clients") == "1,0\n");
  REQUIRE(desk.run("log export me --sqlite me.db").status == 0);
  CHECK(only_value(desk.path("me.db"), "select guid from clients") == "null");
  CHECK(has(desk.run("replay me --client abe234a4-d2d7-45d1-b929-cea3e4dde95e").err,
            "no client has the GUID abe234a4-d2d7-45d1-b929-cea3e4dde95e"));
  CHECK(rows(desk, "site", "select client, kind from events where kind = 'site-established'") ==
        ",site-established\n");
}

TEST_CASE("factors and shares are in SQL and in an exported file what they are in the events") {
  const Desk desk;
  desk.write("factors.toml",
             "format = 1\n[run]\nduration = \"1h\"\n[site]\nretry-backoff = 1.5\n"
             "retry-jitter = 0.2\n[[cohort]]\nname = \"a\"\nclients = 1\n[cohort.network]\n"
             "model = \"fixed\"\non = \"intranet\"\n[[action]]\nat = \"10m\"\ndo = \"set-policy\"\n"
             "cohort = \"a\"\nretry-backoff = 2.0\nretry-jitter = 0.25\narrives = \"at-once\"\n");
  REQUIRE(desk.run("run factors.toml --log log").status == 0);
  CHECK(rows(desk, "log",
             "select kind, retry_backoff, retry_jitter from events where retry_backoff is not "
             "null order by time") == "site-established,1.5,0.2\nclient-policy-changed,2,0.25\n");
  CHECK(rows(desk, "log", "select retry_backoff, retry_jitter from site_events") == "1.5,0.2\n");
  CHECK(desk.run("events log --columns retry-backoff,retry-jitter --kind client-policy-changed "
                 "--format jsonl")
            .out == "{\"retry-backoff\":\"2\",\"retry-jitter\":\"0.25\"}\n");
  REQUIRE(desk.run("log export log --sqlite its.db").status == 0);
  for (const char* table : {"events", "site_events"}) {
    CHECK(only_value(desk.path("its.db"), "select retry_backoff || ' ' || retry_jitter from " +
                                              std::string(table) +
                                              " where kind = 'site-established'") == "1.5 0.2");
  }
  CHECK(only_value(desk.path("its.db"),
                   "select retry_backoff || ' ' || retry_jitter from events where kind = "
                   "'client-policy-changed'") == "2 0.25");
}

TEST_CASE("an exported file has the values that hostile names are, and indexes") {
  const Desk desk;
  REQUIRE(desk.run("run small.toml --log log").status == 0);
  REQUIRE(desk.run("log export log --sqlite its.db").status == 0);
  const auto file = desk.path("its.db");
  CHECK(only_value(file, "pragma integrity_check") == "ok");
  CHECK(only_value(file,
                   "select group_concat(name) from (select name from sqlite_master where type = "
                   "'index' and tbl_name = 'events' order by name)") ==
        "events_by_client,events_by_kind,events_by_time");
  CHECK(only_value(file,
                   "select typeof(client) || typeof(seq) || typeof(time) from events where "
                   "client = 0") == "integerintegertext");
  CHECK(only_value(file, "select count(*) from events where client is null and cohort is null") ==
        "1");
  // Nothing is left of the file under its first name.
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(desk.path("."))) {
    if (has(entry.path().filename().string(), "its.db")) ++files;
  }
  CHECK(files == 1);
}

TEST_CASE("an export that is interrupted leaves no file") {
  const Desk desk;
  desk.write("large.toml",
             "format = 1\n[run]\nduration = \"300d\"\n[[cohort]]\nname = \"a\"\nclients = 20000\n"
             "[cohort.network]\nmodel = \"fixed\"\non = \"intranet\"\n");
  REQUIRE(desk.run("run large.toml --log log").status == 0);
  const Ran ran = desk.run_shell("'" + program() + "' log export log --sqlite its.db & p=$!; " +
                                 kUntilItListens + "; kill -INT $p; wait $p");
  CHECK(ran.status == 130);
  CHECK(has(ran.err, "interrupted; there is no file"));
  for (const auto& entry : std::filesystem::directory_iterator(desk.path("."))) {
    CHECK_FALSE(has(entry.path().filename().string(), "its.db"));
  }
}

TEST_CASE("values without a limit are refused, not made", "[slow]") {
  const Desk desk;
  REQUIRE(desk.run("run small.toml --log log").status == 0);
  for (const char* sql : {"select zeroblob(1000000000)", "select randomblob(2000000000)",
                          "select replace(hex(zeroblob(40000000)), '0', 'xx')"}) {
    const Ran ran = desk.run("log sql log \"" + std::string(sql) + "\"");
    INFO(sql << ran.err.substr(0, 200));
    CHECK(ran.status == 2);
    CHECK(ran.out.size() < 200);
  }
  std::string deep = "select ";
  for (int i = 0; i < 2'000; ++i) deep += "(";
  CHECK(desk.run("log sql log \"" + deep + "1\"").status == 2);
  CHECK(desk.run("log sql log \"select readfile('/etc/passwd')\"").status == 2);
  CHECK(desk.run("log sql log \"select writefile('x', 'y')\"").status == 2);
  // An address of the program's memory, if it were given.
  CHECK(desk.run("log sql log \"select fts3_tokenizer('simple')\"").status == 2);
  CHECK(desk.run("log sql log \"insert into clients(client) select 1\"").status == 2);
  CHECK(desk.run("log sql log \"create temp table t as select 1\"").status == 2);
  CHECK(desk.run("log sql log \"explain delete from run\"").status == 2);
  CHECK(desk.run("log sql log \"select * from pragma_database_list\"").status == 2);
  CHECK(desk.run("log sql log \"select * from sqlite_dbpage\"").status == 2);
}

}  // namespace tokenlife::test
