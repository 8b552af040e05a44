// The program with real tokens: what it reports, and that no token or key leaves it (D4).
#include <catch2/catch.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "support/desk.hpp"

namespace tokenlife::test {
namespace {

using nlohmann::json;

const std::string kReal = R"(format = 1
[run]
name = "Real"
duration = "40d"
[site]
crypto = "real"
[[cohort]]
name = "kiosks"
clients = 3
bulk-token = "spring"
contact-every = "1d"
[cohort.network]
model = "fixed"
on = "internet"
[[action]]
at = "0d"
do = "issue-bulk-token"
name = "spring"
)";

std::string modelled() {
  std::string text = kReal;
  return text.replace(text.find("real"), 4, "modelled");
}

// What every token, its claims and every private key have in them.
std::string trace_of_secret(const std::string& text) {
  static const std::vector<std::string_view> traces{
      "eyJ0eXAiOiJKV1Qi",   // {"typ":"JWT" in base64url, with which tokens begin
      "eyJTQ0NNVG9rZW5",    // {"SCCMToken, with which their claims begin
      "SCCMTokenCategory",  // the claims themselves
      "PRIVATE KEY",        // PEM
      "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01",  // RSA's OID, in PKCS #8
  };
  for (const std::string_view trace : traces) {
    if (text.find(trace) != std::string::npos) return std::string(trace);
  }
  return "";
}

}  // namespace

TEST_CASE("D4: no token and no key is in what a run with real tokens prints and writes", "[slow]") {
  const Desk desk;
  desk.write("real.toml", kReal);
  const Ran ran = desk.run("run real.toml --log log");
  REQUIRE(ran.status == 0);
  CHECK(has(ran.out, "signatures made and"));
  CHECK(trace_of_secret(ran.out) == "");
  CHECK(trace_of_secret(ran.err) == "");
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(desk.path("log"))) {
    ++files;
    CHECK(trace_of_secret(read_file(entry.path())) == "");
  }
  CHECK(files >= 2);
  CHECK(trace_of_secret(desk.run("events log --format jsonl").out) == "");
  CHECK(trace_of_secret("ey eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiIs") != "");
}

TEST_CASE("the log of a run with real tokens differs in the scenario's text alone", "[slow]") {
  const Desk desk;
  desk.write("real.toml", kReal);
  desk.write("modelled.toml", modelled());
  REQUIRE(desk.run("run real.toml --log real").status == 0);
  REQUIRE(desk.run("run modelled.toml --log modelled").status == 0);
  CHECK(desk.run("log verify real").status == 0);
  CHECK(desk.run("events real --format jsonl").out ==
        desk.run("events modelled --format jsonl").out);
  CHECK(desk.run("replay real --at 35d").out == desk.run("replay modelled --at 35d").out);
}

TEST_CASE("run says how many signatures it made and verified, if any", "[slow]") {
  const Desk desk;
  desk.write("real.toml", kReal);
  desk.write("modelled.toml", modelled());
  const json real = json::parse(desk.run("run real.toml --json").out);
  // Certificates of the site and its clients, the bulk token, six tokens, and a proof at each of 40
  // contacts but the one that comes while nobody waits; the first one shows a bulk token.
  CHECK(real["signatures-made"] == 1 + 3 + 1 + 6 + 3 * 40);
  CHECK(real["signatures-verified"] == 2 * 3 * 40);
  CHECK(real["signatures-per-second"].is_number());
  const json without = json::parse(desk.run("run modelled.toml --json").out);
  CHECK_FALSE(without.contains("signatures-made"));
  CHECK_FALSE(has(desk.run("run modelled.toml").out, "signatures"));
}

}  // namespace tokenlife::test
