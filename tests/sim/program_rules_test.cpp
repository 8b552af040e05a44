// `tokenlife rules`: what stands in core/RULES.md, for people and machines.
#include <catch2/catch.hpp>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "support/desk.hpp"

namespace tokenlife::test {

using nlohmann::json;

TEST_CASE("rules says what a rule is, where it comes from, and which tests hold it") {
  const Desk desk;
  const Ran ran = desk.run("rules R57 a5 D7");
  REQUIRE(ran.status == 0);
  CHECK(ran.err.empty());
  CHECK(has(ran.out,
            "R57  A client token is valid for 90 days.\n"
            "  source   Microsoft, \"Token-based authentication for cloud management "
            "gateway\", https://learn.microsoft.com/"));
  CHECK(has(ran.out, "  tests    policy_test, renewal_test, last-minute.toml\n"));
  CHECK(has(
      ran.out,
      "A5  Whether a token is still good at its expiry: no, it is refused from that second on.\n  "
      "source   decided here"));
  CHECK(has(ran.out,
            "D7  A renewal at t sets the expiry to t + 90 days.\n"
            "  source   follows from other rules\n  code     issue\n"));
}

TEST_CASE("rules lists every rule, in JSON too") {
  const Desk desk;
  const Ran lines = desk.run("rules");
  REQUIRE(lines.status == 0);
  const json rules = json::parse(desk.run("rules --json").out);
  REQUIRE(rules.size() == 62 + 11 + 16);
  CHECK(rules[0]["id"] == "R1");
  for (const char* id : {"R36", "R37", "R38", "R62", "D11", "A12"}) {
    INFO(id);
    const auto is_it = [&](const json& rule) { return rule["id"] == id; };
    CHECK(std::count_if(rules.begin(), rules.end(), is_it) == 1);
    CHECK(has(lines.out, "\n" + std::string(id) + "  "));
  }
  for (const json& rule : rules) CHECK_FALSE(rule["text"].get<std::string>().empty());
}

TEST_CASE("a rule that is unknown is named") {
  const Desk desk;
  for (const char* id : {"R63", "R0", "Q1", "57", "R57x", "''"}) {
    const Ran ran = desk.run(std::string("rules R57 ") + id);
    INFO(id);
    CHECK(ran.status == 2);
    CHECK(ran.out.empty());
    CHECK(has(ran.err, "unknown rule"));
    CHECK(has(ran.err, "`tokenlife rules` lists all of them"));
  }
}

}  // namespace tokenlife::test
