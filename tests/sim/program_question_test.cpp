// What analysts ask logs, as they meet it: explain, events --count-by and --columns, log verify
// --digest and --replay.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "events/log_content.hpp"
#include "support/desk.hpp"

namespace tokenlife::test {
namespace {

using nlohmann::json;

// Writes the log once more, with something changed and good digests.
template <class Forge>
void forge(const Desk& desk, const std::string& from, const std::string& to, const Forge& change) {
  LogContent content = read_log(desk.path(from)).value();
  change(content);
  REQUIRE(write_log(desk.path(to), content));
}

// Client 2 of small.toml called like an attack on terminals and spreadsheets.
void call_it_names(LogContent& content) {
  content.header.cohorts[0].devices = {"PC-1", "PC-2", "=cmd|'x'!A1\x1b[31m\"\n"};
}

}  // namespace

// ---- explain -----------------------------------------------------------------------------------

TEST_CASE("explain says where a lost client is, how it got there and what would have saved it") {
  const Desk desk;
  REQUIRE(desk.run("run small.toml --log log").status == 0);
  const Ran ran = desk.run("explain log leavers/0");
  INFO(ran.out << ran.err);
  CHECK(ran.status == 0);
  CHECK(ran.err.empty());
  const char* const parts[] = {
      "leavers/0, client 0, at 2026-04-11T00:00:00Z\n",
      "\nWhere it is\n",
      "stranded: it has held no good token since 2026-04-01T00:00:00Z",
      "re-registration-required, since 2026-04-06T00:01:00Z",
      "on the internet",
      "due for renewal (2026-01-31T00:00:00Z), the client was never",
      "(offline)\n",
      "R60 ",
      "\nHow it got there\n",
      "2026-01-02T00:00:00Z  went offline; it was on the intranet\n",
      "\nWhat comes next\n",
      "to bring it to the intranet",
      "\nWhat would have saved it\n",
      "token-validity = \"96d\" instead of \"90d\"",
      "a visit of 1h to the intranet at 2026-03-31T23:00:00Z",
      "\nWhen it was lost\n",
      "it was lost from the start",
  };
  std::size_t place = 0;
  for (const char* part : parts) {
    INFO(part);
    const std::size_t found = ran.out.find(part, place);
    REQUIRE(found != std::string::npos);
    place = found;
  }
  const auto lines = lines_of(ran.out);
  CHECK(lines.size() <= 50);
  for (const std::string& line : lines) CHECK(line.size() <= 100);
  CHECK_FALSE(has(ran.out, "renew-after"));
}

TEST_CASE("explain of a client that is well has no spell to speak of") {
  const Desk desk;
  REQUIRE(desk.run("run small.toml --log log").status == 0);
  const Ran ran = desk.run("explain log office/1 --at 40d");
  CHECK(ran.status == 0);
  CHECK(has(ran.out, "served: it holds a good token"));
  CHECK(has(ran.out, "the renewal of its token is due"));
  CHECK_FALSE(has(ran.out, "What would have"));
  CHECK_FALSE(has(ran.out, "When it was lost"));
}

TEST_CASE("explain --json has what is said, by name") {
  const Desk desk;
  REQUIRE(desk.run("run small.toml --log log").status == 0);
  const json lost = json::parse(desk.run("explain log leavers/0 --json").out);
  for (const char* key :
       {"client", "device", "at", "state", "since", "network", "token", "service", "spell-cause",
        "rules", "chain", "next", "saved-by", "futures", "point-of-no-return", "repeated"}) {
    INFO(key);
    CHECK(lost.contains(key));
  }
  CHECK(lost["client"] == 0);
  CHECK(lost["device"] == nullptr);
  CHECK(lost["state"] == "re-registration-required");
  CHECK(lost["service"] == "stranded");
  CHECK(lost["spell-cause"] == "offline");
  CHECK(lost["token"] == nullptr);
  CHECK(lost["repeated"] == true);
  CHECK(lost["rules"][0]["id"] == "R57");
  CHECK(lost["rules"][0]["text"] == "A client token is valid for 90 days.");
  for (const char* key : {"from", "to", "count", "kind", "reason", "cause", "text"}) {
    CHECK(lost["chain"][0].contains(key));
  }
  CHECK(lost["next"][0].contains("waits-for"));
  CHECK(lost["saved-by"][0] == json({{"change", "token-validity"}, {"value", "96d"}}));
  // The token was issued at 0 d and lost at 90 d: 91 days begin then.
  CHECK(lost["futures"].size() == 91);
  CHECK(lost["futures"][0]["stranded-share"] == 1.0);
  CHECK(lost["point-of-no-return"]["half"] == "2026-01-01T00:00:00Z");
  CHECK(lost["point-of-no-return"]["ninety-five"] == "2026-01-01T00:00:00Z");
  const json quick = json::parse(desk.run("explain log leavers/0 --json --quick").out);
  CHECK(quick["saved-by"] == nullptr);
  CHECK(quick["futures"] == nullptr);
  CHECK(quick["chain"] == lost["chain"]);
}

TEST_CASE("explain folds repetitions, and --all does not") {
  const Desk desk;
  REQUIRE(desk.run("run small.toml --log log").status == 0);
  const auto chain = [&](const std::string& options) {
    return json::parse(desk.run("explain log office/0 --json " + options).out)["chain"].size();
  };
  // Installed, asked, registered, and three times asked and renewed.
  CHECK(chain("--all") == 9);
  CHECK(chain("") == 3);
}

TEST_CASE("explain of a log that was edited does not say what another life would have been") {
  const Desk desk;
  REQUIRE(desk.run("run small.toml --log log").status == 0);
  forge(desk, "log", "edited",
        [](LogContent& content) { content.clients[0].back().time += Duration{60}; });
  const Ran ran = desk.run("explain edited leavers/0");
  CHECK(ran.status == 0);
  CHECK(has(ran.out, "Not known: its scenario gives different events today"));
  CHECK(has(json::parse(desk.run("explain edited leavers/0 --json").out)["repeated"].dump(),
            "different events today"));
}

TEST_CASE("explain finds inputs below --inputs, and says which one is missing") {
  const Desk desk;
  std::filesystem::create_directories(desk.path("kept/scenarios"));
  desk.write("fleet.csv", "device,token-issued,network\nPC-1,2025-12-10T00:00:00Z,internet\n");
  desk.write("fleet.toml",
             "format = 1\n[run]\nduration = \"90d\"\n[[cohort]]\nname = \"a\"\ninventory = "
             "\"fleet.csv\"\n[cohort.network]\nmodel = \"fixed\"\non = \"offline\"\n");
  REQUIRE(desk.run("run fleet.toml --log log").status == 0);
  CHECK(json::parse(desk.run("explain log a/PC-1 --json").out)["repeated"] == true);
  std::filesystem::rename(desk.path("fleet.csv"), desk.path("kept/scenarios/fleet.csv"));
  const Ran missing = desk.run("explain log a/PC-1");
  CHECK(missing.status == 0);
  CHECK(has(missing.out, "use --inputs DIR so that DIR/fleet.csv is the file as it was"));
  CHECK(json::parse(desk.run("explain log a/PC-1 --json --inputs kept").out)["repeated"] == true);
  // Another one counts as missing.
  desk.write("kept/scenarios/fleet.csv", "device,token-issued\nPC-1,2025-12-11T00:00:00Z\n");
  CHECK(has(desk.run("explain log a/PC-1 --inputs kept").out, "Not known"));
}

TEST_CASE("explain before the installation, and what it cannot be asked", "[slow]") {
  const Desk desk;
  desk.write(
      "later.toml",
      "format = 1\n[run]\nduration = \"20d\"\n[[cohort]]\nname = \"c\"\nclients = 1\n"
      "install = { at = \"10d\" }\n[cohort.network]\nmodel = \"fixed\"\non = \"intranet\"\n");
  REQUIRE(desk.run("run later.toml --log log").status == 0);
  REQUIRE(desk.run("site init site").status == 0);
  CHECK(has(desk.run("explain log 0 --at 9d").out, "not installed yet"));
  CHECK(has(desk.run("explain log 0 --at 11d").out, "served"));
  check_refused(desk,
                {{"explain log c/1", "unknown client"},
                 {"explain log 0 --at 21d", "outside the run"},
                 {"explain site 0",
                  "the journal of a site holds its own events, and not those of its clients"}});
}

// ---- Hostile names -----------------------------------------------------------------------------

TEST_CASE("names of devices neither move the cursor nor become formulas", "[slow]") {
  const Desk desk;
  REQUIRE(desk.run("run small.toml --log log").status == 0);
  forge(desk, "log", "names", call_it_names);
  for (const char* line :
       {"explain names 2", "events names --client 2", "events names --client 2 --format csv",
        "events names --columns client,device --format csv", "events names --columns device",
        "events names --columns client,device --format jsonl", "events names --count-by client",
        "events names --count-by client --format csv", "events names --count-by client --json",
        "log diff log names", "explain names 2 --json", "replay names --state stranded",
        "replay names --state stranded --format csv", "events names --client 2 --format jsonl"}) {
    const Ran ran = desk.run(line);
    INFO(line << "\n" << ran.out);
    CHECK(ran.status == 0);
    CHECK(ran.out.find('\x1b') == std::string::npos);
    if (!has(line, "csv")) continue;
    for (const std::string& row : lines_of(ran.out)) CHECK_FALSE(row.starts_with("=cmd"));
    CHECK(ran.out.find(",=cmd") == std::string::npos);
  }
}

// ---- events ------------------------------------------------------------------------------------

TEST_CASE("events are counted by fields, in the order given, in every format") {
  const Desk desk;
  REQUIRE(desk.run("run small.toml --log log").status == 0);
  CHECK(desk.run("events log --count-by kind,cohort --kind token-renewed --kind token-expired "
                 "--format csv")
            .out == "kind,cohort,count\ntoken-expired,leavers,3\ntoken-renewed,office,6\n");
  CHECK(desk.run("events log --count-by cohort,kind --kind token-renewed --format jsonl").out ==
        "{\"cohort\":\"office\",\"kind\":\"token-renewed\",\"count\":6}\n");
  CHECK(json::parse(desk.run("events log --count-by reason --json --client office/0").out) ==
        json::parse(R"({"complete": true, "counts": [{"reason": null, "count": 9}]})"));
  CHECK(desk.run("events log --count-by day --kind token-renewed").out ==
        "day         count\n2026-01-31      2\n2026-03-02      2\n2026-04-01      2\n");
  CHECK(desk.run("events log --count-by day --from 99d --format csv").out == "day,count\n");
}

TEST_CASE("columns are those that are asked for, in their order, in every format") {
  const Desk desk;
  REQUIRE(desk.run("run small.toml --log log").status == 0);
  const std::string ask = "events log --kind token-renewed --client office/1 --to 31d --columns ";
  CHECK(desk.run(ask + "kind,client,device,cohort,serial,time,seq --format csv").out ==
        "kind,client,device,cohort,serial,time,seq\n"
        "token-renewed,office/1,,office,4-2,2026-01-31T00:01:00Z,4\n");
  CHECK(desk.run(ask + "seq,device,via,stream --format jsonl").out ==
        "{\"seq\":4,\"device\":null,\"via\":\"mp\",\"stream\":4}\n");
  CHECK(desk.run(ask + "time,reason,kind").out ==
        "2026-01-31T00:01:00Z  -             token-renewed\n");
  CHECK(json::parse(desk.run(ask + "cause --json").out) ==
        json::parse(R"({"events": [{"cause": "request 3"}]})"));
}

TEST_CASE("every row for machines says whose it is") {
  const Desk desk;
  REQUIRE(desk.run("run small.toml --log log").status == 0);
  for (const std::string& line : lines_of(desk.run("events log --format jsonl").out)) {
    const json row = json::parse(line);
    INFO(line);
    REQUIRE(row.contains("cohort"));
    REQUIRE(row.contains("device"));
    CHECK(row["cohort"].is_null() == (row["stream"] == "site"));
  }
  const json all = json::parse(desk.run("events log --json").out);
  CHECK(all["events"].size() == lines_of(desk.run("events log").out).size());
}

TEST_CASE("what events cannot be asked is said") {
  const Desk desk;
  REQUIRE(desk.run("run small.toml --log log").status == 0);
  check_refused(desk, {{"events log --count-by dya", "did you mean `day`?"},
                       {"events log --count-by day,day", "is given twice"},
                       {"events log --columns tmie", "did you mean `time`?"},
                       {"events log --columns time,time", "is given twice"},
                       {"events log --columns time --count-by day", "excludes"},
                       {"events log --json --format csv", "excludes"}});
}

// ---- log verify --------------------------------------------------------------------------------

TEST_CASE("a digest that was kept proves a log, in either case, all of it") {
  const Desk desk;
  const json run = json::parse(desk.run("run small.toml --log log --json").out);
  const std::string digest = run["digest"];
  CHECK(desk.run("log verify log --digest " + digest).status == 0);
  std::string upper = digest;
  for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  CHECK(desk.run("log verify log --digest " + upper).status == 0);
  std::string other = digest;
  other[63] = other[63] == '0' ? '1' : '0';
  const Ran ran = desk.run("log verify log --digest " + other);
  CHECK(ran.status == 1);
  CHECK(has(ran.out, "not the one that was given"));
  CHECK(json::parse(desk.run("log verify log --json --digest " + other).out)["digest-holds"] ==
        false);
  check_refused(desk, {{("log verify log --digest " + digest.substr(1)).c_str(), "64"},
                       {("log verify log --digest g" + digest.substr(1)).c_str(), "64"}});
}

TEST_CASE("a log is run again and compared, event for event") {
  const Desk desk;
  REQUIRE(desk.run("run small.toml --log log").status == 0);
  const Ran same = desk.run("log verify log --replay");
  CHECK(same.status == 0);
  CHECK(has(same.out, "the same, bit for bit"));
  // Renewed an hour later, with dates that fit: nothing but a repetition sees it.
  forge(desk, "log", "edited", [](LogContent& content) {
    for (std::size_t seq : {3U, 4U}) content.clients[3][seq].time += std::chrono::hours{1};
    ClientToken& token = std::get<TokenRenewed>(content.clients[3][4].event).token;
    token.not_before += std::chrono::hours{1};
    token.expires += std::chrono::hours{1};
    content.clients[3].resize(5);
  });
  CHECK(desk.run("log verify edited").status == 0);
  const Ran edited = desk.run("log verify edited --replay");
  CHECK(edited.status == 1);
  CHECK(has(edited.out, "number 3 of office/0, at 2026-01-31T00:00:00Z"));
  CHECK(json::parse(desk.run("log verify edited --replay --json").out)["replay"]["first"]["seq"] ==
        3);
}

TEST_CASE("what was not checked is said, to people and to machines") {
  const Desk desk;
  desk.write("fleet.csv", "device,token-issued,network\nPC-1,2025-12-10T00:00:00Z,internet\n");
  desk.write("fleet.toml",
             "format = 1\n[run]\nduration = \"9d\"\n[[cohort]]\nname = \"a\"\ninventory = "
             "\"fleet.csv\"\n[cohort.network]\nmodel = \"fixed\"\non = \"offline\"\n");
  REQUIRE(desk.run("run fleet.toml --log log").status == 0);
  CHECK(json::parse(desk.run("log verify log --json").out)["unchecked"].is_null());
  std::filesystem::remove(desk.path("fleet.csv"));
  const Ran ran = desk.run("log verify log --json");
  CHECK(ran.status == 0);
  CHECK(has(json::parse(ran.out)["unchecked"].dump(), "when renewals were due, since "));
  CHECK(has(ran.err, "not checked: when renewals were due, since "));
}

// It is asked while it waits for the answer to its registration, and hears both in the same tick:
// no event says so, and the token is due at once.
TEST_CASE(
    "a token that was asked for while it was under way is renewed at once, and that is sound") {
  const Desk desk;
  desk.write("asked.toml",
             "format = 1\n[run]\nduration = \"1h\"\n[[cohort]]\nname = \"c\"\nclients = 1\n"
             "contact-every = \"1m\"\n[cohort.network]\nmodel = \"fixed\"\non = \"intranet\"\n"
             "[[action]]\ndo = \"ask-to-renew\"\ncohort = \"c\"\narrives = \"at-once\"\n"
             "at = \"1m\"\n");
  REQUIRE(desk.run("run asked.toml --log log").status == 0);
  const std::string kinds = desk.run("events log --client 0 --columns time,kind --format csv").out;
  CHECK(
      has(kinds,
          "2026-01-01T00:01:00Z,registration-completed\n2026-01-01T00:01:00Z,renewal-requested\n"));
  CHECK(desk.run("log verify log").status == 0);
  CHECK(desk.run("test asked.toml").status == 0);
}

TEST_CASE("an event that breaks a rule is named, unless only the bytes are looked at") {
  const Desk desk;
  REQUIRE(desk.run("run small.toml --log log").status == 0);
  forge(desk, "log", "edited", [](LogContent& content) {
    std::get<TokenRenewed>(content.clients[3][4].event).token.expires += std::chrono::hours{1};
  });
  const Ran ran = desk.run("log verify edited");
  CHECK(ran.status == 3);
  CHECK(is_one_message(ran.err));
  CHECK(has(ran.err,
            "client 3, event 4, token-renewed: its token does not expire when the site's "
            "policy says (R57, D7)"));
  CHECK(desk.run("log verify edited --bytes-only").status == 0);
}

TEST_CASE("a site's journal has neither a run's digest nor a run", "[slow]") {
  const Desk desk;
  REQUIRE(desk.run("site init site").status == 0);
  const std::string digest(64, '0');
  check_refused(
      desk,
      {{"log verify site --replay", "are for runs; give the folder of a run's log, or leave out"},
       {("log verify site --digest " + digest).c_str(), "a site's journal is not a run"},
       {"log diff site site", "a site's journal"},
       {"replay site",
        "the journal of a site holds its own events, and not those of its clients"}});
}

// ---- Interrupted runs --------------------------------------------------------------------------

TEST_CASE("of a client that an interrupted run did not come to nothing is said", "[slow]") {
  const Desk desk;
  desk.write("large.toml",
             "format = 1\n[run]\nduration = \"3650d\"\n[[cohort]]\nname = \"a\"\n"
             "clients = 3000000\nnetwork = { model = \"fixed\", on = \"intranet\" }\n");
  const std::string interrupt = " & p=$!; " + kUntilItListens + "; kill -INT $p; wait $p";
  REQUIRE(desk.run("run large.toml --log log" + interrupt).status == 130);
  for (const char* line :
       {"replay log --client 2999999", "events log --client a/2999999", "explain log 2999999"}) {
    const Ran asked = desk.run(line);
    CHECK(asked.status == 2);
    CHECK(has(asked.err, " is not in this log, which is incomplete: "));
  }
  CHECK(json::parse(desk.run("log diff log log --json").out)["clients"]["only-a"] == 0);
  const Ran sql = desk.run("log sql log \"select count(*) from clients where client = 2999999\"");
  CHECK(has(sql.out, "\n0\n"));
  CHECK(has(sql.err, "log: incomplete: "));
}

}  // namespace tokenlife::test
