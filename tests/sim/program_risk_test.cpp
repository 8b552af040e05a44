// `risk` as its users meet it.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "support/desk.hpp"

namespace tokenlife::test {
namespace {

using nlohmann::json;

// Four devices on the internet, of which one has no token any more; one is set up anew with a
// chance of a half, and is lost then.
void write_fleet(const Desk& desk) {
  desk.write("devices.csv",
             "device,token-issued,network\n"
             "PC-1,2025-12-20T00:00:00Z,internet\n"
             "=PC-2,2025-12-20T00:00:00Z,internet\n"
             "\"PC, \"\"3\"\"\",2025-12-20T00:00:00Z,internet\n"
             "PC-4,2025-06-01T00:00:00Z,internet\n");
  desk.write("fleet.toml", R"(format = 1
[run]
name = "Four"
duration = "40d"
[[cohort]]
name = "fleet"
inventory = "devices.csv"
network = { model = "fixed", on = "internet" }
[[action]]
at = "10d"
do = "reinstall"
client = "fleet/PC-1"
share = 0.5
)");
}

}  // namespace

TEST_CASE("risk ranks the devices, and writes all of them to a file") {
  const Desk desk;
  write_fleet(desk);
  const Ran ran = desk.run("risk fleet.toml --seeds 1..200 -o risk.csv");
  INFO(ran.out << ran.err);
  REQUIRE(ran.status == 0);
  CHECK(ran.err.empty());
  CHECK(ran.out.find("4 clients, seeds 1..200, from what is known at 2026-01-01T00:00:00Z up to "
                     "2026-02-09T23:59:00Z\n") != std::string::npos);
  CHECK(ran.out.find("\n1 client is stranded already; 0.") != std::string::npos);
  CHECK(ran.out.find("\nfleet/PC-1  ") != std::string::npos);
  CHECK(ran.out.find("fleet/PC-4") == std::string::npos);
  const auto lines = lines_of(read_file(desk.path("risk.csv")));
  REQUIRE(lines.size() == 5);
  CHECK(lines[0] ==
        "client,device,cohort,probability,low,high,median-date,spell-cause,token-issued,"
        "last-contact,network");
  CHECK(lines[1].find("3,PC-4,fleet,1,0.981155,1,2026-01-01T00:00:00Z,adopted,") == 0);
  CHECK(lines[2].find("0,PC-1,fleet,0.") == 0);
  CHECK(lines[2].find(",2026-01-11T00:00:00Z,not-enrolled,2025-12-20T00:00:00Z,,internet") !=
        std::string::npos);
  CHECK(lines[3] == "1,'=PC-2,fleet,0,0,0.0188453,,,2025-12-20T00:00:00Z,,internet");
  CHECK(lines[4].find("2,\"PC, \"\"3\"\"\",fleet,0,0,") == 0);
  const Ran again = desk.run("risk fleet.toml -o risk.csv");
  CHECK(again.status == 3);
  CHECK(again.err.find("already exists") != std::string::npos);
  CHECK(desk.run("risk fleet.toml -o risk.csv --force").status == 0);
}

TEST_CASE("risk takes what is known from a later moment, and values from --set") {
  const Desk desk;
  write_fleet(desk);
  const json all =
      json::parse(desk.run("risk fleet.toml --known-at 20d --at 30d --seeds 1..50 --json --set "
                           "action.0.share=1.0")
                      .out);
  CHECK(all["known-at"] == "2026-01-21T00:00:00Z");
  CHECK(all["at"] == "2026-01-31T00:00:00Z");
  REQUIRE(all["clients"].size() == 4);
  CHECK(all["clients"][0]["client"] == 0);
  CHECK(all["clients"][0]["probability"] == 1.0);
  CHECK(all["clients"][0]["token-issued"].is_null());
  CHECK(all["clients"][0]["last-contact"] == "2026-01-20T23:00:00Z");
  CHECK(all["clients"][2]["probability"] == 0.0);
  CHECK(lines_of(desk.run("risk fleet.toml --format jsonl").out).size() == 4);
}

TEST_CASE("risk warns when nothing is known of the clients") {
  const Desk desk;
  const std::string warning = "warning: nothing is known of these clients";
  CHECK(desk.run("risk small.toml").err.find(warning) != std::string::npos);
  CHECK(desk.run("risk small.toml --known-at 5d").err.empty());
  CHECK(desk.run("risk small.toml --set 'run.reseed={at = \"5d\", seed = 1}'").err.empty());
}

TEST_CASE("risk is held against what came") {
  const Desk desk;
  write_fleet(desk);
  desk.write("truth.csv", "device,stranded\nPC-1,1\n=PC-2,1\nPC-4,1\nPC-9,0\n");
  const Ran ran = desk.run("risk fleet.toml --truth truth.csv");
  INFO(ran.out << ran.err);
  CHECK(ran.status == 0);
  CHECK(ran.out.find("3 of 3 devices are stranded; 1 more are not in the scenario\n") !=
        std::string::npos);
  CHECK(ran.out.find("Brier score 0.") != std::string::npos);
  CHECK(ran.out.find("  fleet/=PC-2: 0.0 %, and it is stranded\n") != std::string::npos);
  const json all = json::parse(desk.run("risk fleet.toml --truth truth.csv --json").out);
  CHECK(all["back-test"]["reliability"][9]["devices"] == 1);
  CHECK(all["back-test"]["brier-of-base-rate"] == 0.0);
  desk.write("truth.csv", "device,stranded\nPC-9,0\n");
  CHECK(desk.run("risk fleet.toml --truth truth.csv").status == 2);
  CHECK(desk.run("risk fleet.toml --truth none.csv").status == 2);
  const Ran nameless = desk.run("risk small.toml --truth truth.csv");
  CHECK(nameless.status == 2);
  CHECK(has(nameless.err, "the scenario has no inventory"));
}

TEST_CASE("times that risk cannot be asked about are refused") {
  const Desk desk;
  write_fleet(desk);
  for (const char* times : {"--at 41d", "--at tomorrow", "--known-at 30d --at 20d",
                            "--known-at 40d", "--known-at 2025-01-01"}) {
    CAPTURE(times);
    const Ran ran = desk.run(std::string("risk fleet.toml ") + times);
    CHECK(ran.status == 2);
    CHECK_FALSE(ran.err.empty());
  }
  CHECK(desk.run("risk fleet.toml --known-at 20d --set 'run.reseed={at=\"10d\",seed=2}'").status ==
        2);
}

}  // namespace tokenlife::test
