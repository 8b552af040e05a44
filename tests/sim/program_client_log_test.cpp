// A client on disk, asked for its life while it goes on.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "support/client_desk.hpp"

namespace tokenlife::test {
namespace {

using std::chrono::days;
using std::chrono::hours;

}  // namespace

TEST_CASE("a client's folder is a log, by itself and as its link", "[slow]") {
  const ClientDesk desk;
  desk.ask(0, "new", "laptop", hours{0});
  desk.ask(0, "register", "laptop", hours{1});
  for (const char* place : {"laptop", "laptop/", "laptop/log", "./laptop/log/"}) {
    INFO(place);
    const Ran events = desk.run(std::string("events ") + place + " --format jsonl");
    CHECK(events.status == 0);
    CHECK(has(events.out, "\"kind\":\"registration-completed\""));
    CHECK(has(desk.run(std::string("log verify ") + place).out, "sound: 4 events"));
    CHECK(has(desk.run(std::string("log info ") + place).out, "A client on disk"));
    // For its last moment, and not for the end of the longest life.
    const Ran replay = desk.run(std::string("replay ") + place + " --client 0 --json");
    INFO(replay.out << replay.err);
    REQUIRE(replay.status == 0);
    const auto now = nlohmann::json::parse(replay.out);
    CHECK(now["state"] == "registered");
    CHECK(now["at"] == now["token"]["not-before"]);
    CHECK(now["guid"].is_null());  // A run's client has one; this one has a certificate.
  }
  CHECK(desk.run("events nobody").status == 3);
}

// What a site issues is in its journal, and not in its clients' logs.
TEST_CASE("R41, A9: a client's log is sound with a bulk token, and with a second certificate's",
          "[slow]") {
  const ClientDesk desk;
  desk.bulk_token("bulk");
  REQUIRE(desk.run("site rotate site" + desk.at(hours{1})).status == 0);
  desk.ask(0, "new", "kiosk", hours{2}, "--network internet --bulk-token - < bulk");
  desk.ask(0, "register", "kiosk", hours{3}, "--bulk-token - < bulk");
  const Ran ran = desk.run("log verify kiosk");
  INFO(ran.err);
  CHECK(ran.status == 0);
  CHECK(has(ran.out, "every byte checked, and the events as far as possible"));
  CHECK(
      has(ran.err, "not checked: what the site's journal says: which tokens it issued, and when"));
  CHECK(has(desk.run("events kiosk --kind registration-completed").out, "signer=1"));
}

TEST_CASE("a client on disk is told about as a client, and not as a run", "[slow]") {
  const ClientDesk desk;
  desk.ask(0, "new", "laptop", hours{0});
  desk.ask(0, "register", "laptop", hours{1});
  const std::string info = desk.run("log info laptop").out;
  for (const char* word : {"seed", "36500d", "tick", "lifecycle"}) CHECK_FALSE(has(info, word));
  CHECK(has(info, "\n  transitions  "));
  const std::string one = desk.run("replay laptop --client 0").out;
  CHECK(has(one, "state       registered"));
  CHECK(desk.run("replay laptop").out == one);
  // Its site's policy says when it renews: after 30 days.
  const std::string why = desk.run("explain laptop 0").out;
  CHECK(has(why, "  the renewal of its token is due\n"));
  CHECK_FALSE(has(why, "not known\n"));
}

TEST_CASE("a client on disk is not taken to be refused because its log knows no rotation (A9)",
          "[slow]") {
  const ClientDesk desk;
  desk.run("site rotate site" + desk.at(hours{0}));
  desk.ask(0, "new", "laptop", hours{0});
  desk.ask(0, "register", "laptop", hours{1});
  const std::string why = desk.run("explain laptop 0").out;
  CHECK(has(why, "  the renewal of its token is due\n"));
  CHECK_FALSE(has(why, "retired"));
}

TEST_CASE("what a bulk token brought over the CMG is told by the rule for that", "[slow]") {
  const ClientDesk desk;
  desk.ask(0, "new", "laptop", hours{0}, "--network internet");
  desk.bulk_token("bulk");
  desk.ask(0, "register", "laptop", hours{2}, "--bulk-token - < bulk");
  const std::string why = desk.run("explain laptop 0").out;
  CHECK(has(why, "\n  R20 "));
  CHECK_FALSE(has(why, "\n  R12 "));
  CHECK_FALSE(has(why, "[action"));
}

TEST_CASE("a log that is read while its client goes on is never half another one", "[slow]") {
  const ClientDesk desk;
  desk.ask(0, "new", "laptop", hours{0});
  desk.ask(0, "register", "laptop", hours{1});
  const std::string program_call = "'" + program() + "' ";
  const Ran ran = desk.run_shell(
      "while [ ! -e done ]; do for on in internet intranet; do " + program_call +
      "client call --dir laptop --site site --network $on" + desk.at(days{2}) +
      " >called 2>&1 || exit 1; done; done & failed=0; for i in $(seq 100); do " + program_call +
      "events laptop >read 2>wrong || { failed=1; cat wrong; }; done; touch done; wait $!; "
      "echo $? $failed");
  CHECK(ran.out == "0 0\n");
}

TEST_CASE("the log of a client on disk is packed, and answers as the client's folder does",
          "[slow]") {
  const ClientDesk desk;
  desk.ask(0, "new", "laptop", hours{0});
  desk.ask(0, "register", "laptop", hours{1});
  CHECK(has(desk.run("log verify laptop").out, "sound: 4 events"));
  REQUIRE(desk.run("log pack laptop -o laptop.tlog").status == 0);
  for (const char* line : {"events", "replay", "log verify"}) {
    const Ran packed = desk.run(std::string(line) + " laptop.tlog");
    CHECK(packed.status == 0);
    CHECK(packed.out == desk.run(std::string(line) + " laptop").out);
  }
}

TEST_CASE("R22: a bulk token with the line end of Windows is refused before it is written of",
          "[slow]") {
  const ClientDesk desk;
  desk.bulk_token("bulk");
  desk.write("windows", read_file(desk.path("bulk")) + "\r\n");
  desk.ask(0, "new", "kiosk", hours{0}, "--network internet");
  const Ran ran = desk.client("register", "kiosk", hours{1}, "--bulk-token - < windows");
  CHECK(ran.status == 2);
  CHECK(ran.err ==
        "tokenlife: standard input: the bulk token ends with a carriage return, as Windows lines "
        "do; remove it, with `tr -d '\\r'` for example\n");
  desk.write("all", "A token:\n" + read_file(desk.path("bulk")) + "\n");
  CHECK(desk.client("register", "kiosk", hours{1}, "--bulk-token - < all").err ==
        "tokenlife: standard input: the bulk token is one line, and this has 2; `tokenlife "
        "token new` prints it on its last line: `| tail -n 1`\n");
  check_refused(desk, {{"ccmsetup-line --site site --host h --token-file windows",
                        "windows: the bulk token ends with a carriage return"}});
  CHECK(has(desk.run("log verify kiosk").out, "sound: 2 events"));
  CHECK(desk.run("client new --dir other --site site --bulk-token - < windows").status == 2);
  CHECK_FALSE(std::filesystem::exists(desk.path("other")));
}

TEST_CASE("of a client whose log is damaged it is said what is left to do", "[slow]") {
  const ClientDesk desk;
  desk.ask(0, "new", "laptop", hours{0});
  desk.ask(0, "register", "laptop", hours{1});
  std::string log = read_file(desk.path("laptop/log/clients-00000.log"));
  log[300] = static_cast<char>(log[300] ^ 1);
  desk.write("laptop/log/clients-00000.log", log);
  for (const char* line : {"client call --dir laptop --site site", "replay laptop",
                           "explain laptop 0", "events laptop", "log verify laptop"}) {
    INFO(line);
    const Ran ran = desk.run(line);
    CHECK(ran.status == 3);
    CHECK(has(ran.err, "clients-00000.log: byte "));
    CHECK(has(ran.err,
              " is wrong; put the client's folder back from a copy, or make a new client: "
              "`tokenlife client new --dir NEW --site SITE`\n"));
  }
  const Ran saved = desk.run("log salvage laptop -o saved");
  CHECK(saved.status == 3);
  CHECK(has(saved.err,
            "laptop: is the folder of a client on disk, which `log salvage` does not take; put the "
            "client's folder back from a copy"));
  std::filesystem::remove(desk.path("laptop/log/site.log"));
  CHECK(has(desk.run("replay laptop").err,
            "is missing; put the client's folder back from a copy, or make a new client"));
}

TEST_CASE("a client on disk cannot be replayed before its log begins", "[slow]") {
  const ClientDesk desk;
  desk.ask(0, "new", "laptop", hours{0});
  check_refused(desk, {{"replay laptop --at 2020-01-01",
                        "--at 2020-01-01 is before the client's log begins, at 20"}});
}

TEST_CASE("R60: a lost token file is an error, and no event of the client's life", "[slow]") {
  const ClientDesk desk;
  desk.ask(0, "new", "laptop", hours{0});
  desk.ask(0, "register", "laptop", hours{1});
  std::filesystem::rename(desk.path("laptop/token"), desk.path("elsewhere"));
  for (const char* verb : {"call", "renew", "register"}) {
    const Ran ran = desk.client(verb, "laptop", days{40});
    CHECK(ran.status == 3);
    CHECK(has(ran.err, "laptop/token: is lost: by its log the client holds a token; put it back"));
  }
  CHECK(has(desk.run("log verify laptop").out, "sound: 4 events"));
  std::filesystem::rename(desk.path("elsewhere"), desk.path("laptop/token"));
  CHECK(desk.client("call", "laptop", days{40}).status == 0);
}

}  // namespace tokenlife::test
