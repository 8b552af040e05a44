// `tokenlife explain`: which action it names, why, and what it says comes next. Every time here is
// reckoned by hand: runs begin on 2026-01-01, renewals are due after 30 days, tokens end after 90.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "support/desk.hpp"

namespace tokenlife::test {
namespace {

using nlohmann::json;

// A log of a scenario, to be asked about.
class Asked {
 public:
  explicit Asked(const std::string& text) {
    desk_.write("asked.toml", "format = 1\n[run]\nduration = \"120d\"\n" + text);
    const Ran ran = desk_.run("run asked.toml --log log");
    INFO(ran.err);
    REQUIRE(ran.status == 0);
  }

  json about(const std::string& rest, bool quick = true) const {
    const Ran ran = desk_.run("explain log " + rest + " --json" + (quick ? " --quick" : ""));
    INFO(rest << ran.err);
    REQUIRE(ran.status == 0);
    return json::parse(ran.out);
  }
  std::string why(const std::string& rest) const { return about(rest)["spell"]["text"]; }
  // Each step as "what | waits for".
  std::string next(const std::string& rest) const {
    std::string text;
    const json found = about(rest);
    for (const json& step : found["next"]) {
      text += std::string(step["what"]) + " | " +
              (step["waits-for"].is_null() ? "" : std::string(step["waits-for"])) + "\n";
    }
    return text;
  }
  std::string text(const std::string& rest) const { return desk_.run("explain log " + rest).out; }
  // The rules that are named.
  std::string rules(const std::string& rest) const {
    std::string ids;
    const json found = about(rest);
    for (const json& rule : found["rules"]) ids += std::string(rule["id"]) + " ";
    return ids;
  }
  const Desk& desk() const { return desk_; }

 private:
  Desk desk_;
};

// One client, and its steps through the networks.
std::string client(const std::string& name, const std::string& steps,
                   const std::string& more = "") {
  return "[[cohort]]\nname = \"" + name + "\"\nclients = 1\n" + more +
         "\n[cohort.network]\nmodel = \"timeline\"\nsteps = [ " + steps + " ]\n";
}
std::string action(const std::string& what, const std::string& at, const std::string& more = "") {
  return "[[action]]\ndo = \"" + what + "\"\nat = \"" + at + "\"\n" + more + "\n";
}
std::string on(const std::string& at, const std::string& network) {
  return "{ at = \"" + at + "\", on = \"" + network + "\" }";
}

const std::string kOffice = on("0d", "intranet");
const std::string kHome = on("0d", "internet");
const std::string kAway = on("0d", "offline");
const std::string kOfficeThenAway = kOffice + ", " + on("5d", "offline");
const std::string kExpiry = "its token expires, unless it is renewed before | \n";

}  // namespace

// ---- What is behind it -------------------------------------------------------------------------

TEST_CASE("of two retirements the one that concerns the token is named") {
  // Retired at 40 d and at 50 d; the token is of the first certificate, the bulk token of the
  // second.
  const Asked asked(client("a", kOfficeThenAway + ", " + on("65d", "internet")) +
                    client("b", kHome, "bulk-token = \"k\"\ninstall = { at = \"65d\" }") +
                    action("rotate-signing-certificate", "10d", "retire-old-after = \"30d\"") +
                    action("rotate-signing-certificate", "20d", "retire-old-after = \"30d\"") +
                    action("rotate-signing-certificate", "30d", "retire-old-after = \"40d\"") +
                    action("issue-bulk-token", "15d", "name = \"k\""));
  const char* const first = "the end of action 0 (rotate-signing-certificate)";
  const char* const second = "the end of action 1 (rotate-signing-certificate)";
  CHECK(has(asked.why("a/0"), first));
  CHECK(asked.about("a/0")["chain"].back()["cause"] == first);
  CHECK(has(asked.why("b/0 --at 75d"),
            "the certificate that signed its bulk token had been "
            "retired, the end of action 1"));
  CHECK(asked.about("b/0 --at 75d")["chain"].back()["cause"] == second);
}

TEST_CASE("the policy that refuses is named, not one that came after it") {
  const Asked asked(client("a", kOffice, "install = { at = \"30d\" }") +
                    action("set-policy", "10d", "internal-registration = false") +
                    action("set-policy", "20d", "token-validity = \"80d\"") +
                    action("set-policy", "60d", "internal-registration = true\nmp = \"https\"") +
                    action("set-policy", "70d", "leeway = \"1h\""));
  CHECK(has(asked.why("a/0 --at 40d"), "action 0 (set-policy)"));
  CHECK(has(asked.why("a/0"), "asks for PKI, Entra or a bulk token, action 2 (set-policy)"));
}

TEST_CASE("what came by action is not folded into what came by itself") {
  const Asked asked(
      client("a", kOffice + ", " + on("5d", "internet"), "agent-restart-every = \"1d\"") +
      action("restart-agents", "10d12h", "cohort = \"a\"") +
      action("move", "12d", "client = \"a/0\"\non = \"intranet\"\nfor = \"1d\""));
  std::string by_action;
  const json found = asked.about("a/0 --at 20d");
  for (const json& link : found["chain"]) {
    if (!has(std::string(link["cause"]), "action")) continue;
    by_action += link["kind"].dump() + link["count"].dump() + " ";
  }
  CHECK(by_action == "\"agent-restarted\"1 \"network-changed\"1 \"network-changed\"1 ");
}

}  // namespace tokenlife::test
