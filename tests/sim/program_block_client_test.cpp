// A8 on disk: clients that a site has blocked, and what it knows of its clients.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "support/client_desk.hpp"

namespace tokenlife::test {
namespace {

using nlohmann::json;
using std::chrono::days;
using std::chrono::hours;

// A desk with two registered clients, `laptop` and `kiosk`, and one that is only installed,
// `spare`.
struct BlockDesk : ClientDesk {
  BlockDesk() {
    for (const char* name : {"laptop", "kiosk", "spare"}) ask(0, "new", name, hours{0});
    ask(0, "register", "laptop", hours{0});
    ask(0, "register", "kiosk", hours{0});
  }
  std::string block(const std::string& client, const std::string& verb = "block-client") const {
    const Ran ran = run("site " + verb + " site " + client + at(hours{1}));
    INFO(ran.err);
    REQUIRE(ran.status == 0);
    return ran.out;
  }
  std::string thumbprint(const std::string& name) const {
    return ask(1, "renew", name, hours{1})["certificate"];
  }
  json clients() const {
    const Ran ran = run("client list --site site --json" + at(hours{2}));
    REQUIRE(ran.status == 0);
    return json::parse(ran.out)["clients"];
  }
};

void check_blocked(const json& answer) {
  CHECK(answer["granted"] == false);
  CHECK(answer["reason"] == "client-blocked");
  CHECK(answer["rules"] == json::parse(R"(["A8"])"));
}

}  // namespace

TEST_CASE("A8: a blocked client's call, renewal and registration are refused until it is unblocked",
          "[slow]") {
  const BlockDesk desk;
  const std::string thumbprint = desk.thumbprint("laptop");
  CHECK(desk.block("laptop") == "blocked " + thumbprint + "\n");
  CHECK(desk.block("laptop") == thumbprint + " is already blocked\n");
  const json renewed = desk.ask(1, "renew", "laptop", days{31});
  check_blocked(renewed);
  CHECK(kinds_of(renewed) == "renewal-requested renewal-refused re-registration-required");
  const json registered = desk.ask(1, "register", "laptop", days{32});
  check_blocked(registered);
  CHECK(registered["state"] == "re-registration-required");
  // A13: its own log tells it as well, and that nobody who moves it helps it.
  const Ran why = desk.run("explain laptop 0");
  CHECK(has(why.out, "the site refuses\n           it, since it is blocked"));
  CHECK(has(why.out, "it waits for somebody to unblock it"));
  const json stands = json::parse(desk.run("replay laptop --json").out);
  CHECK(stands["stranded"] == 0);
  CHECK(stands["out-of-service"] == 1);
  // D1 turned round: it concerns nobody else.
  CHECK(desk.ask(0, "renew", "kiosk", days{32})["granted"] == true);

  CHECK(desk.block("laptop", "unblock-client") == "unblocked " + thumbprint + "\n");
  CHECK(desk.block("laptop", "unblock-client") == thumbprint + " is not blocked\n");
  CHECK(desk.ask(0, "register", "laptop", days{33})["granted"] == true);
  desk.block(thumbprint);
  check_blocked(desk.ask(1, "call", "laptop", days{34}));
}

TEST_CASE("A8: a client is blocked by its thumbprint too, and before it registers", "[slow]") {
  const BlockDesk desk;
  const std::string spare = desk.thumbprint("spare");
  std::string small = spare;
  for (char& letter : small) letter = static_cast<char>(std::tolower(letter));
  CHECK(desk.block(small) ==
        "blocked " + spare + "\nthe site has issued no token to that client so far\n");
  check_blocked(desk.ask(1, "register", "spare", hours{2}));
  // A reinstall with a new identity gets round it.
  desk.ask(0, "new", "anew", hours{3});
  CHECK(desk.ask(0, "register", "anew", hours{3})["granted"] == true);
}

TEST_CASE("A8: the site takes the token of a blocked client from nobody", "[slow]") {
  const BlockDesk desk;
  const std::string verify =
      "token verify --token-file laptop/token --site site" + desk.at(hours{2});
  CHECK(desk.run(verify).status == 0);
  desk.block("laptop");
  const Ran text = desk.run(verify);
  CHECK(text.status == 1);
  CHECK(has(text.out, "refused (client-blocked): the site has blocked its client"));
  CHECK(has(text.out, "A8"));
  const json refused = json::parse(desk.run(verify + " --json").out);
  CHECK(refused["accepted"] == false);
  CHECK(refused["reason"] == "client-blocked");
  // By who asks no site nothing is known of it.
  CHECK(desk.run("token verify --token-file laptop/token --key site/signing-0.crt" +
                 desk.at(hours{2}))
            .status == 0);
}

TEST_CASE("a site lists its clients, and shows one", "[slow]") {
  const BlockDesk desk;
  const std::string laptop = desk.thumbprint("laptop");
  const std::string spare = desk.thumbprint("spare");
  desk.block("spare");
  desk.ask(0, "renew", "kiosk", days{31});
  json list = desk.clients();
  REQUIRE(list.size() == 3);
  CHECK(list[0]["thumbprint"] == laptop);
  CHECK(list[0]["number"] == 0);
  CHECK(list[0]["tokens"] == 1);
  CHECK(list[0]["token"]["serial"] == "0-1");
  CHECK(list[0]["status"] == "active");
  CHECK(list[1]["token"]["serial"] == "1-2");
  CHECK(list[2]["thumbprint"] == spare);
  CHECK(list[2]["number"] == nullptr);
  CHECK(list[2]["token"] == nullptr);
  CHECK(list[2]["status"] == "blocked");

  for (const std::string& named : {std::string("laptop"), laptop}) {
    const Ran ran = desk.run("client show " + named + " --site site --json" + desk.at(days{90}));
    REQUIRE(ran.status == 0);
    const json shown = json::parse(ran.out);
    CHECK(shown["thumbprint"] == laptop);
    CHECK(shown["status"] == "expired");
    CHECK(shown["blocked"] == false);
  }
  const Ran table = desk.run("client list --site site" + desk.at(days{91}));
  CHECK(table.status == 0);
  CHECK(has(table.out, "1    "));
  CHECK(has(table.out, "  blocked\n"));
  CHECK(has(desk.run("client show spare --site site").out, "  status   blocked\n  tokens   0\n"));
  // D4.
  CHECK_FALSE(has(table.out, "eyJ"));
}

TEST_CASE("A8: blocks are events of the site's", "[slow]") {
  const BlockDesk desk;
  const std::string laptop = desk.thumbprint("laptop");
  desk.block("laptop");
  desk.block("laptop", "unblock-client");
  const Ran ran = desk.run(
      "events site --format jsonl --kind client-certificate-blocked "
      "--kind client-certificate-unblocked");
  CHECK(ran.status == 0);
  CHECK(has(ran.out, "\"kind\":\"client-certificate-blocked\""));
  CHECK(has(ran.out, "\"kind\":\"client-certificate-unblocked\""));
  CHECK(has(ran.out, "\"thumbprint\":\"" + laptop + "\""));
  CHECK(has(desk.run("log verify site").out, "sound: 5 events"));
}

TEST_CASE("what does not name a client is said, with what does", "[slow]") {
  const BlockDesk desk;
  check_refused(desk,
                {{"site block-client site nobody", "`nobody` does not name a client; give the"},
                 {"site block-client site 12AB", "does not name a client"},
                 {"client show nobody --site site", "does not name a client"},
                 {"site block-client laptop site",
                  "`laptop` is a client's folder, and `site` is a site's; the order is DIR"},
                 {"site block-client site", "CLIENT is required"}});
  CHECK(desk.run("site block-client site site").status == 3);  // it has no client.crt
  std::filesystem::remove(desk.path("laptop/client.crt"));
  for (const char* line : {"site block-client site laptop", "client show laptop --site site"}) {
    CHECK(has(desk.run(line).err,
              "laptop/client.crt: cannot be read: No such file or directory; put it back from a "
              "copy, or give the thumbprint, as `tokenlife client list --site SITE` shows it\n"));
  }
  CHECK(has(desk.run("client call --dir laptop --site site").err,
            "laptop/client.crt: cannot be read: No such file or directory; put it back from a "
            "copy, or make a new client: `tokenlife client new --dir NEW --site SITE`\n"));
  for (const char* line : {"site block-client --help", "site unblock-client --help",
                           "client list --help", "client show --help"}) {
    CHECK(has(desk.run(line).out, "Example"));
  }
}

}  // namespace tokenlife::test
