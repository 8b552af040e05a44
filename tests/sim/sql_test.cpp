// The tables of SQL: what a query's conditions spare the log must not change its answer.
#include <sqlite3.h>
#include <catch2/catch.hpp>

#include <rapidcheck.h>

#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "events/temporary_folder.hpp"
#include "sim/analysis/event_fields.hpp"
#include "sim/engine/simulation.hpp"
#include "sim/run_of_text.hpp"
#include "sim/sql/database.hpp"
#include "sim/sql/export.hpp"
#include "sim/tables/table.hpp"

namespace tokenlife::test {
namespace {

using events::LogReader;

const char* const kScenario =
    "[run]\nduration = \"150d\"\nstart = 2026-02-20T22:30:00Z\n"
    "[[cohort]]\nname = \"a\"\nclients = 1500\n[cohort.network]\nmodel = \"dwell\"\nstart = "
    "\"intranet\"\n"
    "[cohort.network.intranet]\nmean = \"20d\"\nto = {offline = 1}\n"
    "[cohort.network.offline]\nmean = \"30d\"\nto = {intranet = 1}\n"
    "[[cohort]]\nname = \"b\"\nclients = 3\n[cohort.network]\nmodel = \"fixed\"\non = "
    "\"intranet\"\n"
    "[[action]]\ndo = \"outage\"\nendpoint = \"mp\"\nat = \"29d23h\"\nfor = \"2d\"\n";

class SqlLog {
 public:
  explicit SqlLog(const char* scenario = kScenario) {
    sim::RunControl control;
    sim::RunOptions options;
    options.log_folder = folder_ / "log";
    const auto result = sim::run(scenario_of(scenario), options, control);
    if (!result) FAIL(sim::to_string(result.error()));
    source =
        std::make_unique<sim::SqlSource>(LogReader::open(folder_ / "log").value(), std::nullopt);
    file = (folder_ / "log.db").string();
    const auto written = sim::export_sqlite(*source, file, [](std::string_view) {});
    REQUIRE(written.has_value());
  }
  std::unique_ptr<sim::SqlSource> source;
  std::string file;

 private:
  TemporaryFolder folder_;
};

std::string text_of(const sim::SqlCell& cell) {
  if (const auto* number = std::get_if<std::int64_t>(&cell)) return std::to_string(*number);
  if (const auto* text = std::get_if<std::string_view>(&cell)) return std::string(*text);
  return std::holds_alternative<double>(cell) ? "real" : "null";
}

std::string answer_of(sim::SqlSource& source, const std::string& sql) {
  sim::SqlDatabase database(source);
  auto question = database.ask(sql);
  if (!question) return "error: " + sim::to_string(question.error());
  std::string text;
  while (true) {
    const auto more = question->next();
    if (!more) return "error: " + sim::to_string(more.error());
    if (!*more) return text;
    for (std::size_t i = 0; i < question->columns().size(); ++i) {
      text += text_of(question->cell(i)) + ",";
    }
    text += "\n";
  }
}

// The same, of the exported file by SQLite alone.
std::string answer_of(const std::string& file, const std::string& sql) {
  sqlite3* database = nullptr;
  REQUIRE(sqlite3_open_v2(file.c_str(), &database, SQLITE_OPEN_READONLY, nullptr) == SQLITE_OK);
  std::string text;
  const auto on_row = [](void* out, int count, char** values, char**) {
    for (int i = 0; i < count; ++i) {
      *static_cast<std::string*>(out) +=
          std::string(values[i] == nullptr ? "null" : values[i]) + ",";
    }
    *static_cast<std::string*>(out) += "\n";
    return 0;
  };
  const int rc = sqlite3_exec(database, sql.c_str(), on_row, &text, nullptr);
  if (rc != SQLITE_OK) text = std::string("error: ") + sqlite3_errmsg(database);
  sqlite3_close(database);
  return text;
}

std::string any_term() {
  const auto of = [](std::initializer_list<const char*> words) {
    return std::string(*rc::gen::elementOf(std::vector<const char*>(words)));
  };
  const std::string comparison = of({"=", "<", "<=", ">", ">=", "<>", "is", "is not"});
  switch (*rc::gen::inRange(0, 6)) {
    case 0: return "client " + comparison + " " + std::to_string(*rc::gen::inRange(-2, 1510));
    case 1:
      return "client " + comparison + " " +
             of({"null", "'7'", "7.5", "'x'", "1023", "1024", "4294967296", "-1", "1e300"});
    case 2:
      return "client in (" + of({"3, 1024, 1502", "null", "5", "select 6 union select 1500"}) + ")";
    case 3:
      return "time " + comparison + " '" +
             of({"2026-03-22", "2026-03-22T21:30:00Z", "2026-03-22T21:31:00Z", "2026-03", "2026",
                 "2026-03-22T22", "2026-03-22T23:30:00+02:00", "2026-02-30", "", "x", "9999-12-31",
                 "1970-01-01", "2026-03-22t21:30:00z", "2026-04-01T00:00:60Z"}) +
             "'" + of({"", "", " collate nocase"});
    case 4:
      return "kind " + comparison + " " +
             of({"'token-renewed'", "'site-established'", "'renewal-failed'", "'none'", "7",
                 "null"});
    default:
      return "kind in ('endpoint-down', " +
             of({"'renewal-failed'", "null", "'TOKEN-RENEWED' collate nocase", "7"}) + ")";
  }
}

std::string any_condition() {
  std::string text = any_term();
  for (int more = *rc::gen::inRange(0, 4); more > 0; --more) {
    text += *rc::gen::elementOf(std::vector<std::string>{" and ", " and ", " and ", " or "});
    text += *rc::gen::elementOf(std::vector<std::string>{"", "", "not "}) + any_term();
  }
  return text;
}

// An Out for give_fields().
struct Labels {
  std::set<sim::FieldName> given;
  void field(sim::FieldName label, const auto&) { given.insert(label); }
};

}  // namespace

TEST_CASE("a condition on time holds at the moment that it names", "[slow]") {
  const SqlLog log;
  // The client in the office is installed at 22:30 and answered a minute later.
  const std::string of = "select kind from events where client = 1500 and time ";
  const std::string moment = "'2026-02-20T22:31:00Z'";
  for (const std::string& condition :
       std::vector<std::string>{"= " + moment, ">= " + moment + " and time <= " + moment,
                                "> '2026-02-20T22:30:00Z' and time < '2026-02-20T22:31:01Z'"}) {
    CHECK(answer_of(*log.source, of + condition) == "registration-completed,\n");
  }
}

TEST_CASE("whatever the conditions, a log answers as a table of the same rows does", "[slow]") {
  SqlLog log;
  const bool holds = rc::check("pushed down or not", [&] {
    const std::string where = " where " + any_condition();
    const std::string sql = *rc::gen::elementOf(std::vector<std::string>{
        "select client, seq, time, kind, cause, via, reason from events" + where +
            " order by client, seq",
        "select kind, count(*) from events" + where + " group by kind",
        "select client, count(*), max(time) from events" + where + " group by client",
        "select cohort, count(*) from events" + where + " group by cohort",
        "select distinct kind from events" + where + " order by kind desc",
        "select count(*) from events" + where});
    RC_LOG() << sql << "\n";
    RC_ASSERT(answer_of(*log.source, sql) == answer_of(log.file, sql));
  });
  CHECK(holds);
}

TEST_CASE("every table of a log is the same in an exported file", "[slow]") {
  SqlLog log;
  for (const std::string_view table : Names<sim::TableName>::values) {
    for (const char* rest :
         {"", " where client = 1023", " where client > 1020 and client <= 1026"}) {
      if (*rest != '\0' && (table == "site_events" || table == "days" || table == "run")) continue;
      const std::string sql = "select * from " + std::string(table) + rest;
      INFO(sql);
      const std::string answer = answer_of(*log.source, sql);
      CHECK(answer == answer_of(log.file, sql));
      CHECK_FALSE(answer.empty());
      CHECK_FALSE(answer.starts_with("error"));
    }
  }
}

TEST_CASE("a client that goes on in the next batch of its partition loses no event") {
  const SqlLog log(
      "[run]\nduration = \"600d\"\n[[cohort]]\nname = \"a\"\nclients = 3\n[cohort.network]\n"
      "model = \"dwell\"\nstart = \"intranet\"\n"
      "[cohort.network.intranet]\nmean = \"30m\"\nto = {offline = 1}\n"
      "[cohort.network.offline]\nmean = \"30m\"\nto = {intranet = 1}\n");
  const std::string events = answer_of(*log.source, "select count(*) from events");
  REQUIRE(std::stoul(events) > 65'536);  // more than a batch has
  CHECK(answer_of(*log.source, "select count(seq) from events") == events);
  CHECK(answer_of(log.file, "select count(*) from events") == events);
}

TEST_CASE("rows that several conditions want are not lost, nor had twice", "[slow]") {
  SqlLog log;
  for (const std::string table : {"events", "clients", "tokens", "spells", "requests"}) {
    const std::string sql = "select count(*), sum(client) from " + table +
                            " where client = 1023 or client in (select 5 union select 1023)";
    INFO(sql);
    CHECK(answer_of(*log.source, sql) == answer_of(log.file, sql));
  }
}

TEST_CASE("the table of events has every field that an event of a client has") {
  Labels labels;
  const events::LogHeader header;
  const auto give = [&]<class... Event>(std::variant<Event...>*) {
    (sim::give_fields(Recorded<ClientEvent>{{}, Event{}}, header, ClientNumber{0}, labels), ...);
  };
  give(static_cast<ClientEvent*>(nullptr));
  CHECK(labels.given.size() > 15);
  for (const sim::FieldName label : labels.given) {
    INFO(name(label));
    CHECK(sim::event_column_of(static_cast<std::size_t>(label)) != sim::kNoColumn);
  }
}

TEST_CASE("requests say how long they waited in a queue, and what came of them") {
  // One a minute is served, and two may wait; an answer takes a minute.
  SqlLog log(
      "[run]\nduration = \"30m\"\ntick = \"1m\"\nstart = 2026-01-01T00:00:00Z\n"
      "[site.capacity]\nmp = {per-minute = 1, queue = 2}\n"
      "[[cohort]]\nname = \"a\"\nclients = 4\nnetwork = {model = \"fixed\", on = "
      "\"intranet\"}\n");
  const std::string sql =
      "select what, via, sent, ended, seconds, waited, outcome, reason from requests "
      "order by waited";
  const std::string at_once = "registration,mp,2026-01-01T00:00:00Z,2026-01-01T00:01:00Z,60,";
  CHECK(answer_of(*log.source, sql) ==
        at_once + "null,failed,busy,\n" + at_once +
            "0,granted,null,\n"
            "registration,mp,2026-01-01T00:00:00Z,2026-01-01T00:02:00Z,120,60,granted,null,\n"
            "registration,mp,2026-01-01T00:00:00Z,2026-01-01T00:03:00Z,180,120,granted,null,\n");
  CHECK(answer_of(log.file, sql) == answer_of(*log.source, sql));
}

TEST_CASE("a request that nobody has answered yet has no outcome") {
  SqlLog log(
      "[run]\nduration = \"2m\"\ntick = \"1m\"\n[site.capacity]\nmp = {per-minute = 1, queue = "
      "2}\n[[cohort]]\nname = \"a\"\nclients = 3\nnetwork = {model = \"fixed\", on = "
      "\"intranet\"}\n");
  CHECK(answer_of(*log.source,
                  "select count(*), count(ended), count(waited), count(outcome) from requests") ==
        "3,1,1,1,\n");
}

// Its bulk token ends at 23:30, and the CMG is down.
TEST_CASE("a client is stranded from a tick on, as the run has it") {
  const SqlLog log(
      "[run]\ntick = \"1h\"\nduration = \"3d\"\n"
      "[[cohort]]\nname = \"a\"\nclients = 1\nbulk-token = \"k\"\n"
      "network = {model = \"fixed\", on = \"internet\"}\n"
      "[[action]]\ndo = \"issue-bulk-token\"\nat = \"0s\"\nname = \"k\"\nlifetime = 1410\n"
      "[[action]]\ndo = \"outage\"\nendpoint = \"cmg\"\nat = \"0s\"\nfor = \"60h\"\n");
  CHECK(answer_of(*log.source, "select stranded_since from clients") == "2026-01-02T00:00:00Z,\n");
}

TEST_CASE("days and clients agree: who is stranded at the end", "[slow]") {
  SqlLog log;
  CHECK(answer_of(*log.source,
                  "select stranded, out_of_service from days order by day desc limit 1") ==
        answer_of(*log.source, "select sum(stranded), sum(out_of_service) from clients"));
  CHECK(answer_of(*log.source, "select count(*) from events") ==
        answer_of(*log.source, "select sum(events) from days"));
  CHECK(answer_of(*log.source, "select count(*) from tokens") ==
        answer_of(*log.source, "select sum(tokens) from clients"));
  CHECK(answer_of(*log.source, "select count(*), count(reason) from requests") ==
        answer_of(*log.source,
                  "select sum(kind like '%-requested'), sum(kind like '%-refused' or kind like "
                  "'%-failed') from events"));
}

}  // namespace tokenlife::test
