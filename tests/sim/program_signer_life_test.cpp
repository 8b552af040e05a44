// A9 on disk: signing certificates that expire, and what ends with them.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "support/desk.hpp"

namespace tokenlife::test {
namespace {

using nlohmann::json;

// A site that was made on 2026-01-01. 3,650 days later, at the first second of 2035-12-30, its
// certificate is good for the last time.
struct OldSite : Desk {
  OldSite() { REQUIRE(run("site init site --at 2026-01-01T00:00:00Z").status == 0); }
  Ran at(const std::string& line, const std::string& time) const {
    return run(line + " --at " + time);
  }
  std::string status(const std::string& time) const {
    const Ran ran = at("site show site --type signing-certificate --json", time);
    REQUIRE(ran.status == 0);
    return json::parse(ran.out)["certificates"][0]["status"];
  }
};

constexpr const char* kExpired =
    "tokenlife: site: its signing certificate, number 0, expired at 2035-12-30T00:00:01Z; run "
    "`tokenlife site rotate site`\n";
constexpr const char* kWarning =
    "tokenlife: site: warning: its signing certificate, number 0, expires at "
    "2035-12-30T00:00:01Z, and so will every token that it signs; run `tokenlife site rotate "
    "site`\n";

}  // namespace

TEST_CASE("A9 A5: a site issues nothing with a signing certificate that has expired", "[slow]") {
  const OldSite desk;
  REQUIRE(desk.at("client new --dir c --site site --key ec-p256", "2035-12-29").status == 0);
  const std::string bulk = "token new --site site --lifetime 60";
  const std::string line = "ccmsetup-line --site site --host cmg.example.com";
  for (const std::string& command :
       {bulk, line, std::string("client register --dir c --site site")}) {
    INFO(command);
    const Ran ran = desk.at(command, "2035-12-30T00:00:01Z");
    CHECK(ran.status == 3);
    CHECK(ran.out.empty());
    CHECK(ran.err == kExpired);
  }
  CHECK(has(desk.run("log info site").out, "events       1,"));
  CHECK(desk.at(bulk, "2035-12-30T00:00:00Z").status == 0);
  REQUIRE(desk.at("site rotate site", "2035-12-30T00:00:01Z").status == 0);
  CHECK(desk.at(bulk, "2035-12-30T00:00:01Z").err.empty());
  CHECK(desk.at("client register --dir c --site site", "2035-12-30T00:00:01Z").status == 0);
}

TEST_CASE("A9: no token outlasts the certificate that signed it", "[slow]") {
  const OldSite desk;
  const Ran made = desk.at("token new --site site --lifetime 60 --json", "2035-12-29T23:59:00Z");
  REQUIRE(made.status == 0);
  const json bulk = json::parse(made.out);
  CHECK(bulk["expires"] == "2035-12-30T00:00:01Z");
  CHECK(bulk["lifetime"] == 61);
  desk.write("bulk", bulk["token"].get<std::string>());
  const auto verified = [&](const std::string& token, const std::string& time) {
    return desk.at("token verify --site site --token-file " + token, time).status;
  };
  CHECK(verified("bulk", "2035-12-30T00:00:00Z") == 0);
  CHECK(verified("bulk", "2035-12-30T00:00:01Z") == 1);

  REQUIRE(desk.at("client new --dir c --site site --key ec-p256", "2035-12-01").status == 0);
  const Ran registered =
      desk.at("client register --dir c --site site --json", "2035-12-29T23:59:30Z");
  REQUIRE(registered.status == 0);
  CHECK(json::parse(registered.out)["token"]["expires"] == "2035-12-30T00:00:01Z");
  CHECK(verified("c/token", "2035-12-30T00:00:00Z") == 0);
  CHECK(verified("c/token", "2035-12-30T00:00:01Z") == 1);
  // D3, D7: before that, nothing moves a token's end.
  const OldSite young;
  const Ran whole = young.at("token new --site site --lifetime 60 --json", "2035-12-29T23:00:01Z");
  CHECK(json::parse(whole.out)["lifetime"] == 3'600);
}

TEST_CASE("A9: from 30 days before its certificate's end a site says to rotate it", "[slow]") {
  const OldSite desk;
  for (const char* name : {"early", "late"}) {
    const std::string line = std::string("client new --site site --key ec-p256 --dir ") + name;
    REQUIRE(desk.at(line, "2035-11-01").status == 0);
  }
  const std::string registers = "client register --site site --dir ";
  for (const std::string& command :
       {std::string("site show site"), std::string("token new --site site"), registers + "early"}) {
    INFO(command);
    CHECK_FALSE(has(desk.at(command, "2035-11-30T00:00:00Z").err, "rotate"));
  }
  for (const std::string& command :
       {std::string("site show site"), std::string("token new --site site"), registers + "late"}) {
    INFO(command);
    const Ran ran = desk.at(command, "2035-11-30T00:00:01Z");
    CHECK(ran.err == kWarning);
    CHECK_FALSE(ran.out.empty());
  }
}

TEST_CASE("site show says of a signing certificate that it has expired", "[slow]") {
  const OldSite desk;
  CHECK(desk.status("2035-12-30T00:00:00Z") == "signs-now");
  CHECK(desk.status("2035-12-30T00:00:01Z") == "expired");
  CHECK(desk.at("site show site", "2036-01-01").err ==
        "tokenlife: site: warning: its signing certificate, number 0, expired at "
        "2035-12-30T00:00:01Z; run `tokenlife site rotate site`\n");
  REQUIRE(desk.at("site rotate site", "2035-12-01").status == 0);
  CHECK(desk.status("2035-12-30T00:00:00Z") == "trusted");
  CHECK(desk.status("2035-12-30T00:00:01Z") == "expired");
  REQUIRE(desk.at("site retire site 0", "2035-12-02").status == 0);
  CHECK(desk.status("2036-01-01") == "retired");
}

// The same life as scenarios/bulk-token-signer-retired.toml has it.
TEST_CASE("A9 D2: a client that comes with a bulk token whose signer is retired is refused",
          "[slow]") {
  const OldSite desk;
  const Ran made = desk.at("token new --site site --json", "2026-01-01T00:00:00Z");
  desk.write("bulk", json::parse(made.out)["token"].get<std::string>());
  REQUIRE(desk.at("site rotate site", "2026-01-01T01:00:00Z").status == 0);
  REQUIRE(desk.at("site retire site 0", "2026-01-01T02:00:00Z").status == 0);
  const std::string time = "2026-01-01T06:00:00Z";
  REQUIRE(desk.at("client new --dir c --site site --network internet --key ec-p256", time).status ==
          0);
  const Ran ran = desk.at("client register --dir c --site site --bulk-token - --json < bulk", time);
  CHECK(ran.status == 1);
  const json refused = json::parse(ran.out);
  CHECK(refused["granted"] == false);
  CHECK(refused["reason"] == "unknown-signer");
  CHECK(refused["fault"] == "signer-retired");
}

}  // namespace tokenlife::test
