// The commands on logs, where they are handed a site on disk: its journal.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <sstream>

#include "support/desk.hpp"

namespace tokenlife::test {
namespace {

using nlohmann::json;

// A site that was made when 2030 began, and three events after it.
struct JournalDesk : Desk {
  std::string guid;

  JournalDesk() {
    out("site init site --at 2030-01-01T00:00:00Z");
    guid =
        json::parse(out("token new --site site --name '=1+1,\"x\"' --lifetime 60 --json --at "
                        "2030-01-02T00:00:00Z"))["guid"];
    out("token block " + guid + " --site site --at 2030-01-02T00:10:00Z");
    out("site rotate site --at 2030-02-01T00:00:00Z");
  }
  std::string out(const std::string& line) const {
    const Ran ran = run(line);
    INFO(line << "\n" << ran.err);
    REQUIRE(ran.status == 0);
    return ran.out;
  }
  std::string kinds(const std::string& options) const {
    std::istringstream lines(out("events site --format jsonl " + options));
    std::string kinds;
    for (std::string line; std::getline(lines, line);) {
      kinds += (kinds.empty() ? "" : " ") + json::parse(line)["kind"].get<std::string>();
    }
    return kinds;
  }
};

}  // namespace

TEST_CASE("the events of a site on disk are printed in every form", "[slow]") {
  const JournalDesk desk;
  const std::string text = desk.out("events site");
  CHECK(has(text, "2030-01-01T00:00:00Z  site                     0  site-established"));
  CHECK(has(text,
            "2030-01-02T00:10:00Z  site                     2  bulk-token-blocked          guid=" +
                desk.guid + "  (action 1)\n"));
  const std::string csv = desk.out("events site --format csv --kind bulk-token-issued");
  CHECK(csv.starts_with("stream,client,seq,time,kind,cause,"));
  CHECK(has(csv, "\nsite,,1,2030-01-02T00:00:00Z,bulk-token-issued,action 0,"));
  // A spreadsheet must not take it for a formula.
  CHECK(has(csv, "\"'=1+1,\"\"x\"\"\""));
  std::istringstream lines(desk.out("events site --format jsonl --from 1d"));
  std::string line;
  REQUIRE(std::getline(lines, line));
  const json issued = json::parse(line);
  CHECK(issued["stream"] == "site");
  CHECK(issued["guid"] == desk.guid);
  CHECK(issued["expires"] == "2030-01-02T01:00:00Z");
}

TEST_CASE("the events of a site on disk are filtered by kind and time, and it has no clients",
          "[slow]") {
  const JournalDesk desk;
  CHECK(desk.kinds("") ==
        "site-established bulk-token-issued bulk-token-blocked signing-certificate-rotated");
  CHECK(desk.kinds("--from 1d --to 2030-02-01T00:00:00Z") ==
        "bulk-token-issued bulk-token-blocked");
  CHECK(desk.kinds("--from 2030-02-01T00:00:00Z") == "signing-certificate-rotated");
  CHECK(desk.kinds("--kind site-established --kind bulk-token-blocked") ==
        "site-established bulk-token-blocked");
  CHECK(desk.kinds("--to 0s") == "");
  check_refused(desk, {{"events site --client 0",
                        "the journal of a site holds its own events, and not those of its clients"},
                       {"events site --kind bulk-token-isued", "did you mean `bulk-token-issued`?"},
                       {"events site --from tomorrow", "--from: "}});
  const Ran replay = desk.run("replay site");
  CHECK(replay.status == 2);
  CHECK(
      has(replay.err, "the journal of a site holds its own events, and not those of its clients"));
}

TEST_CASE("the journal of a site is checked and described like a log", "[slow]") {
  const JournalDesk desk;
  const json site = json::parse(desk.out("site show site --json"));
  const std::string bytes = std::to_string(read_file(desk.path("site/site.log")).size());
  CHECK(desk.out("log verify site") == "sound: 4 events in " + bytes +
                                           " bytes of 1 file, every byte and every event "
                                           "checked\ndigest  " +
                                           site["digest"].get<std::string>() + "\n");
  const json info = json::parse(desk.out("log info site --json"));
  CHECK(info["tenant"] == site["tenant"]);
  CHECK(info["digest"] == site["digest"]);
  CHECK(info["first"] == "2030-01-01T00:00:00Z");
  CHECK(info["last"] == "2030-02-01T00:00:00Z");
  CHECK(info["torn-bytes"] == 0);
  CHECK(info["event-kinds"]["bulk-token-blocked"] == 1);
  CHECK(json::parse(desk.out("log verify site --json")) == info);
  CHECK(has(desk.out("log info site"), "from 2030-01-01T00:00:00Z to 2030-02-01T00:00:00Z\n"));
}

TEST_CASE("a torn end of a journal is reported, and damage is refused", "[slow]") {
  const JournalDesk desk;
  const std::string head = read_file(desk.path("site/site.head"));
  desk.out("token unblock " + desk.guid + " --site site --at 2030-02-02T00:00:00Z");
  const std::string journal = read_file(desk.path("site/site.log"));
  desk.write("site/site.log", journal.substr(0, journal.size() - 9));
  desk.write("site/site.head", head);  // The last event was not acknowledged.
  for (const char* line : {"events site", "log verify site", "log info site --json"}) {
    INFO(line);
    const Ran ran = desk.run(line);
    CHECK(ran.status == 0);
    CHECK_FALSE(ran.out.empty());
    CHECK_FALSE(has(ran.out, "02-02"));
    CHECK(is_one_message(ran.err));
    CHECK(has(ran.err, "is of an event that was not written to its end"));
  }
  CHECK(json::parse(desk.run("log verify site --json").out)["torn-bytes"] > 0);
  for (const std::size_t at : {std::size_t{3}, std::size_t{40}, journal.size() / 2}) {
    std::string damaged = journal;
    damaged[at] = static_cast<char>(damaged[at] ^ 1);
    desk.write("site/site.log", damaged);
    for (const char* line : {"events site", "log verify site", "log info site"}) {
      INFO(line << " " << at);
      const Ran ran = desk.run(line);
      CHECK(ran.status == 3);
      CHECK(ran.out.empty());
      CHECK(is_one_message(ran.err));
      CHECK(has(ran.err, "site/site.log: byte "));
    }
  }
}

TEST_CASE("a journal of any size is damaged, and no more", "[slow]") {
  const JournalDesk desk;
  std::filesystem::resize_file(desk.path("site/site.log"), std::uintmax_t{1} << 40);
  for (const char* line : {"events site", "log verify site", "site show site"}) {
    INFO(line);
    const Ran ran = desk.run(line);
    CHECK(ran.status == 3);
    CHECK(is_one_message(ran.err));
    CHECK(has(ran.err, "site/site.log: byte "));
  }
}

}  // namespace tokenlife::test
