// A client on disk, against a site on disk: the whole walk, and what comes of it.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "support/client_desk.hpp"

namespace tokenlife::test {

using nlohmann::json;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

TEST_CASE("R12 R14 R15 R56 R57 D7: a client registers, roams, renews monthly and calls", "[slow]") {
  const ClientDesk desk;
  const json made = desk.ask(0, "new", "laptop", hours{0});
  CHECK(made["state"] == "installed");
  CHECK(made["token"].is_null());
  const json registered = desk.ask(0, "register", "laptop", hours{1});
  CHECK(registered["granted"] == true);
  CHECK(registered["state"] == "registered");
  CHECK(registered["token"]["serial"] == "0-1");
  CHECK(kinds_of(registered) == "registration-requested registration-completed");

  CHECK(desk.ask(0, "call", "laptop", hours{2}, "--network internet")["state"] == "roaming");
  // Not before a month is over, and at its very second.
  const json early = desk.ask(1, "renew", "laptop", days{30} + hours{1} - seconds{1});
  CHECK(has(early["answer"], "is due for renewal at"));
  CHECK(early["events"].empty());
  const json renewed = desk.ask(0, "renew", "laptop", days{30} + hours{1});
  CHECK(kinds_of(renewed) == "renewal-requested token-renewed");
  CHECK(renewed["token"]["serial"] == "0-2");
  CHECK(renewed["state"] == "roaming");
  // A call at which it is time renews too, and goes through.
  const json called = desk.ask(0, "call", "laptop", days{61});
  CHECK(kinds_of(called) == "renewal-requested token-renewed");
  CHECK(called["token"]["serial"] == "0-3");
  CHECK(desk.ask(0, "call", "laptop", days{62})["events"].empty());

  // The token on disk is what the site says it is.
  const std::string verify = "token verify --token-file laptop/token --site site --json";
  const json verified = json::parse(
      desk.run(verify + " --client-certificate laptop/client.crt" + desk.at(days{62})).out);
  CHECK(verified["accepted"] == true);
  CHECK(verified["binding-checked"] == true);
  CHECK(verified["claims"]["serial"] == "0-3");
  CHECK(verified["claims"]["credential"] == "self-signed");
  CHECK(verified["claims"]["expires"] == called["token"]["expires"]);
}

TEST_CASE("R20 R23 R36: with a bulk token a client registers over the CMG", "[slow]") {
  const ClientDesk desk;
  const json bulk = desk.bulk_token("bulk");
  desk.ask(0, "new", "kiosk", hours{0}, "--network internet --key ec-p256");
  const json without = desk.ask(1, "register", "kiosk", hours{1});
  CHECK(without["reason"] == "no-credential");
  const Ran ran =
      desk.client("register", "kiosk", hours{1}, "--host cmg.example.com --bulk-token - < bulk");
  INFO(ran.out << ran.err);
  REQUIRE(ran.status == 0);
  CHECK(has(ran.out, "registration-requested      via=cmg credential=bulk bulk=" +
                         bulk["guid"].get<std::string>()));
  CHECK(has(ran.out,
            "Rotating internet management point, new management point [1] is: "
            "https://cmg.example.com/CCM_Proxy_MutualAuth/7205"));
  CHECK(has(ran.out,
            " (0) with capabilities: <Capabilities SchemaVersion =\"1.0\"><Property "
            "Name=\"SSL\" Version=\"1\" /></Capabilities>\n"));
  CHECK(has(ran.out, "the client is roaming, and holds the token 0-1 until "));
  // R27, R28: from then on the bulk token is of no use to it.
  const json again = desk.ask(1, "register", "kiosk", hours{2}, "--bulk-token - < bulk");
  CHECK(has(again["answer"], "already, and uses that (R27)"));
  CHECK(again["events"].empty());
  CHECK(desk.ask(0, "call", "kiosk", hours{3})["granted"] == true);
}

TEST_CASE("D5: one bulk token serves any number of clients, each with a token of its own",
          "[slow]") {
  const ClientDesk desk;
  desk.bulk_token("bulk");
  for (const std::string name : {"a", "b", "c"}) {
    desk.ask(0, "new", name, hours{0}, "--network internet --bulk-token - < bulk");
    const json registered = desk.ask(0, "register", name, hours{1}, "--bulk-token - < bulk");
    CHECK(registered["token"]["serial"] == std::to_string(name[0] - 'a') + "-1");
  }
}

TEST_CASE("R60 A10 D8: an expired client learns it over the CMG, and comes back at an MP",
          "[slow]") {
  const ClientDesk desk;
  desk.ask(0, "new", "laptop", hours{0});
  const json registered = desk.ask(0, "register", "laptop", hours{0});
  CHECK(desk.ask(0, "call", "laptop", days{1}, "--network internet")["granted"] == true);
  const json late = desk.ask(1, "renew", "laptop", days{95});
  CHECK(kinds_of(late) == "token-expired re-registration-required");
  CHECK(late["reason"] == "expired");
  CHECK(late["rules"] == json::parse(R"(["R57","R60"])"));
  // Expiry is recorded at its own time, not when the client comes to speak of it.
  CHECK(late["events"][0]["time"] == registered["token"]["expires"]);
  CHECK_FALSE(std::filesystem::exists(desk.path("laptop/token")));
  const json waits = desk.ask(1, "call", "laptop", days{96});
  CHECK(waits["reason"] == "waits-for-intranet");
  const json back = desk.ask(0, "renew", "laptop", days{97}, "--network intranet");
  CHECK(kinds_of(back) == "network-changed registration-requested registration-completed");
  CHECK(back["token"]["serial"] == "0-2");
}

TEST_CASE("A5: a token is good until the last second of its 90 days", "[slow]") {
  const ClientDesk desk;
  desk.ask(0, "new", "laptop", hours{0});
  desk.ask(0, "register", "laptop", hours{0});
  desk.ask(0, "new", "other", hours{0});
  desk.ask(0, "register", "other", hours{0});
  const json last = desk.ask(0, "renew", "laptop", days{90} - seconds{1}, "--network internet");
  CHECK(kinds_of(last) == "network-changed renewal-requested token-renewed");
  const json late = desk.ask(1, "renew", "other", days{90}, "--network internet");
  CHECK(kinds_of(late) == "token-expired network-changed re-registration-required");
}

TEST_CASE("A10: an expired client that reaches an MP first is registered directly", "[slow]") {
  const ClientDesk desk;
  desk.ask(0, "new", "laptop", hours{0});
  desk.ask(0, "register", "laptop", hours{0});
  const json back = desk.ask(0, "register", "laptop", days{100});
  CHECK(kinds_of(back) == "token-expired registration-requested registration-completed");
}

TEST_CASE("A9: when its signer is retired a client has to register again", "[slow]") {
  const ClientDesk desk;
  desk.ask(0, "new", "laptop", hours{0});
  desk.ask(0, "register", "laptop", hours{0});
  REQUIRE(desk.run("site rotate site").status == 0);
  CHECK(desk.ask(0, "call", "laptop", hours{1}, "--network internet")["granted"] == true);
  REQUIRE(desk.run("site retire site 0").status == 0);
  const json refused = desk.ask(1, "call", "laptop", hours{2});
  CHECK(refused["state"] == "re-registration-required");
  CHECK(refused["fault"] == "signer-retired");
  CHECK(refused["rules"] == json::parse(R"(["A9"])"));
  CHECK(desk.ask(0, "register", "laptop", hours{3}, "--network intranet")["granted"] == true);
}

TEST_CASE("a request whose answer never came is lost, and the client asks again", "[slow]") {
  const ClientDesk desk;
  desk.ask(0, "new", "laptop", hours{0});
  std::filesystem::rename(desk.path("site/signing-0.key"), desk.path("away"));
  CHECK(desk.client("register", "laptop", hours{1}).status == 3);
  std::filesystem::rename(desk.path("away"), desk.path("site/signing-0.key"));
  const json registered = desk.ask(0, "register", "laptop", hours{2});
  CHECK(kinds_of(registered) ==
        "registration-failed registration-requested registration-completed");
  CHECK(registered["events"][0]["reason"] == "answer-lost");
  CHECK(registered["token"]["serial"] == "0-1");
}

TEST_CASE("what a crash left behind is no hindrance", "[slow]") {
  const ClientDesk desk;
  desk.ask(0, "new", "laptop", hours{0});
  for (const char* folder : {"laptop/log-2", "laptop/log-3"}) {
    std::filesystem::create_directory(desk.path(folder));
    desk.write(std::string(folder) + "/site.log", "half a log");
  }
  desk.write("laptop/token.new", "half a token");
  desk.write("laptop/log.new", "no link");
  CHECK(desk.ask(0, "register", "laptop", hours{1})["granted"] == true);
  CHECK_FALSE(std::filesystem::exists(desk.path("laptop/token.new")));
  CHECK(desk.run("log verify laptop/log").status == 0);
}

TEST_CASE("a client's log is a log like a run's", "[slow]") {
  const ClientDesk desk;
  desk.ask(0, "new", "laptop", hours{0});
  desk.ask(0, "register", "laptop", hours{1});
  CHECK(desk.run("log verify laptop/log").status == 0);
  CHECK(has(desk.run("events laptop/log").out, "registration-completed"));
  const json replayed = json::parse(desk.run("replay laptop/log --client 0 --json").out);
  CHECK(replayed["state"] == "registered");
  // It has no end: what is asked about is its last event, and any moment behind it may be.
  const json registered =
      json::parse(desk.run("events laptop/log --format jsonl --kind registration-completed").out);
  CHECK(replayed["at"] == registered["time"]);
  CHECK(json::parse(desk.run("replay laptop/log --json").out)["at"] == registered["time"]);
  CHECK(json::parse(desk.run("replay laptop/log --json --at 90d").out)["states"]["registered"] ==
        1);
}

TEST_CASE("help on tokens and clients comes with examples") {
  const Desk desk;
  for (const char* line : {"token --help", "token inspect --help", "token verify --help",
                           "client --help", "client new --help", "client register --help",
                           "client renew --help", "client call --help", "ccmsetup-line --help"}) {
    INFO(line);
    const Ran ran = desk.run(line);
    CHECK(ran.status == 0);
    CHECK(has(ran.out, "Example"));
  }
}

TEST_CASE("a site is not exchanged for another one", "[slow]") {
  const ClientDesk desk;
  desk.ask(0, "new", "laptop", hours{2});
  REQUIRE(desk.run("site init other").status == 0);
  const Ran other = desk.run("client register --dir laptop --site other" + desk.at(hours{3}));
  CHECK(other.status == 2);
  CHECK(has(other.err, "not the client's site"));
}

}  // namespace tokenlife::test
