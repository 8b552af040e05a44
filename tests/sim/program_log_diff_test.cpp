// What `tokenlife log diff` says.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "support/desk.hpp"

namespace tokenlife::test {
namespace {

using nlohmann::json;

TEST_CASE("log diff says what differs, and in which clients") {
  const Desk desk;
  REQUIRE(desk.run("run small.toml --log a").status == 0);
  std::string other = read_file(desk.path("small.toml"));
  other.replace(other.find("95d"), 3, "85d");
  desk.write("other.toml", other.substr(0, other.find("[[expect]]")));
  REQUIRE(desk.run("run other.toml --log b").status == 0);
  CHECK(desk.run("log diff a a").status == 0);
  const Ran ran = desk.run("log diff a b --differing out.csv");
  INFO(ran.out << ran.err);
  CHECK(ran.status == 1);
  CHECK(has(ran.out, "    - steps = [{at = \"0d\", on = \"intranet\"}"));
  CHECK(has(ran.out, "re-registration-required, stranded  ->  roaming\n"));
  CHECK(has(ran.out, "  stranded, among those in both: 3 in A, 0 in B\n"));
  CHECK(has(ran.out, "The first event that differs: 2026-03-27T00:00:00Z, leavers/0, number 4\n"));
  CHECK(read_file(desk.path("out.csv")) ==
        "client,device,cohort,state-a,state-b,stranded-a,stranded-b,since-a,since-b,spell-cause-a,"
        "spell-cause-b\n"
        "0,,leavers,re-registration-required,roaming,1,0,2026-04-06T00:01:00Z,"
        "2026-03-27T00:01:00Z,offline,\n"
        "1,,leavers,re-registration-required,roaming,1,0,2026-04-06T00:01:00Z,"
        "2026-03-27T00:01:00Z,offline,\n"
        "2,,leavers,re-registration-required,roaming,1,0,2026-04-06T00:01:00Z,"
        "2026-03-27T00:01:00Z,offline,\n");
  CHECK(desk.run("log diff a b --differing out.csv").status == 3);
  CHECK(desk.run("log diff a b --differing out.csv --force").status == 1);
  const json diff = json::parse(desk.run("log diff a b --json").out);
  CHECK(diff["equal"] == false);
  CHECK(diff["first"]["seq"] == 4);
  CHECK(diff["spells"]["offline"] == json({{"a", 3}, {"b", 0}}));
  CHECK(diff["event-kinds"]["token-expired"] == json({{"a", 3}, {"b", 0}}));
}

TEST_CASE("logs with the same events are the same, whatever their headers say") {
  const Desk desk;
  REQUIRE(desk.run("run small.toml --log a").status == 0);
  std::string named = read_file(desk.path("small.toml"));
  named.replace(named.find("Small"), 5, "Large");
  desk.write("named.toml", named);
  REQUIRE(desk.run("run named.toml --log b").status == 0);
  const Ran ran = desk.run("log diff a b");
  CHECK(ran.status == 0);
  CHECK(has(ran.out, "Small  ->  Large"));
  CHECK(has(ran.out, "The events are the same"));
}

}  // namespace
}  // namespace tokenlife::test
