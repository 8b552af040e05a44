// `tokenlife explain`: which action it names, why, and what it says comes next. Every time here is
// reckoned by hand: runs begin on 2026-01-01, renewals are due after 30 days, tokens end after 90.
#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
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
  CHECK(has(asked.why("a/0"), "(the end of action 0, rotate-signing-certificate)"));
  CHECK(asked.about("a/0")["chain"].back()["cause"] == first);
  CHECK(has(asked.why("b/0 --at 75d"),
            "the certificate that signed its bulk token had been "
            "retired (the end of action 1, rotate"));
  CHECK(asked.about("b/0 --at 75d")["chain"].back()["cause"] == second);
  // 65 days old: not by the rule of 90 days.
  CHECK(asked.rules("a/0") == "A9 R6 A13 ");
}

TEST_CASE("the policy that refuses is named, not one that came after it") {
  const Asked asked(client("a", kOffice, "install = { at = \"30d\" }") +
                    action("set-policy", "10d", "internal-registration = false") +
                    action("set-policy", "20d", "token-validity = \"80d\"") +
                    action("set-policy", "60d", "internal-registration = true\nmp = \"https\"") +
                    action("set-policy", "70d", "leeway = \"1h\""));
  CHECK(has(asked.why("a/0 --at 40d"), "(action 0, set-policy)"));
  CHECK(has(asked.why("a/0"), "that is accepted there (action 2, set-policy)"));
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

// ---- Why it has no token -----------------------------------------------------------------------

TEST_CASE("a time without a token that a registration ended is told, but for what installing takes",
          "[slow]") {
  const Asked asked(
      client("quick", kOffice) + client("blocked", kOffice, "install = { at = \"10d\" }") +
      client("late", kAway + ", " + on("20d", "intranet")) +
      client("anew", kOffice + ", " + on("2d", "internet") + ", " + on("95d", "intranet")) +
      action("block-client", "5d", "cohort = \"blocked\"") +
      action("unblock-client", "25d", "cohort = \"blocked\"") +
      action("issue-bulk-token", "10d", "name = \"k\"") +
      action("reinstall", "15d", "client = \"anew/0\"\nbulk-token = \"k\"") +
      action("outage", "15d", "endpoint = \"cmg\"\nfor = \"3d\""));
  CHECK(asked.about("quick/0")["spell"].is_null());
  CHECK(
      asked.why("blocked/0") ==
      "It was installed at 2026-01-11T00:00:00Z, and got its first token at 2026-01-26T00:01:00Z; "
      "before that its registration was refused, since the client is blocked.");
  CHECK(
      asked.why("late/0") ==
      "It was installed at 2026-01-01T00:00:00Z, and got its first token at 2026-01-21T00:01:00Z.");
  // The bulk token ended on 14 January: three days.
  CHECK(asked.why("anew/0") ==
        "It was installed anew at 2026-01-16T00:00:00Z, and got a token at 2026-04-06T00:01:00Z; "
        "before that its registration was refused, since its bulk token had expired.");
  CHECK(asked.rules("anew/0") == "R21 R62 D2 ");
  CHECK(asked.about("blocked/0")["chain"][0]["text"] == "installed on the intranet, blocked");
  CHECK(asked.about("anew/0", false)["saved-by"][0]["change"] == "action 3");
  // It has ended as it is: no change is needed for that, and no token was lost.
  for (const char* name : {"blocked/0", "late/0"}) {
    const json ended = asked.about(name, false);
    CHECK(ended["saved-by"] == json::array());
    CHECK(ended["ended-by"] == json::array());
    CHECK(ended["futures"] == json::array());
  }
  CHECK(has(asked.text("late/0"), "and it is over"));
}

TEST_CASE("why a client has asked for nothing, in every state", "[slow]") {
  const Asked asked(client("cmg", kOffice, "on-intranet = \"cmg\"") +
                    client("off", kOffice, "on-intranet = \"cmg\"\ncmg-allowed = false") +
                    client("back", kOffice + ", " + on("3d", "internet")) +
                    client("gone", kOffice + ", " + on("3d", "offline")) +
                    client("pki", kAway + ", " + on("30d", "internet"),
                           "credential = \"pki\"\ncredential-validity = \"20d\"") +
                    client("home", kHome) + action("reinstall", "4d", "client = \"back/0\"") +
                    action("reinstall", "4d", "client = \"gone/0\""));
  CHECK(has(asked.why("cmg/0"),
            "has no token: it has nothing to register with (no bulk token, PKI "
            "certificate or Entra token), and it uses the CMG on the intranet "
            "too."));
  // No action, and no terms, of which there was nothing to try.
  CHECK(has(asked.text("cmg/0"), "\n  none of these: a visit to the intranet\n"));
  CHECK(has(asked.why("off/0"), "does not allow the CMG, and it uses nothing else."));
  CHECK(has(asked.why("back/0"),
            "It was installed anew at 2026-01-05T00:00:00Z and has no token: on "
            "the internet it has nothing to register with"));
  CHECK(has(asked.why("back/0"), "and it has not been on the intranet since."));
  CHECK(has(asked.why("gone/0"), "and has no token: it has not been connected since."));
  CHECK(has(asked.why("home/0"), "and it has not been on the intranet."));
  CHECK(has(asked.why("pki/0"), "its PKI certificate or Entra token has expired"));
}

// ---- What comes next ---------------------------------------------------------------------------

TEST_CASE("a renewal that the site will refuse is not only waited for") {
  const Asked asked(client("away", kOfficeThenAway) +
                    client("home", kOfficeThenAway + ", " + on("6d", "internet")) +
                    action("block-client", "10d", "client = \"away/0\"") +
                    action("rotate-signing-certificate", "12d30m", "retire-old-after = \"8d\""));
  const std::string expiry = "its token expires, unless it is refused before | \n";
  CHECK(asked.next("away/0 --at 15d") ==
        "the refusal of its token, since the client is blocked | a network\n"
        "then a registration | somebody to unblock it\n" +
            expiry);
  // Its signer is retired on day 20, half an hour after a contact and before the next.
  CHECK(asked.next("home/0 --at 19d") == "the renewal of its token is due | \n" + kExpiry);
  CHECK(asked.next("home/0 --at 20d30m") ==
        "the refusal of its token, since the certificate that signed its token had been retired | "
        "its next contact\nthen a registration | somebody to bring it to the intranet, or to "
        "reinstall it "
        "with a bulk token\n" +
            expiry);
}

TEST_CASE("who is outdated waits for its upgrade, also while an answer is under way") {
  Desk desk;
  desk.write("fleet.csv",
             "device,token-issued,network,version\nPC-1,2025-12-20T00:00:00Z,intranet,outdated\n");
  desk.write("asked.toml",
             "format = 1\n[run]\nduration = \"60d\"\n[[cohort]]\nname = \"a\"\n"
             "inventory = \"fleet.csv\"\n[cohort.network]\nmodel = \"fixed\"\non = \"intranet\"\n");
  REQUIRE(desk.run("run asked.toml --log log").status == 0);
  const auto waits = [&](const std::string& at, const char* what) {
    const json found = json::parse(desk.run("explain log 0 --quick --json --at " + at).out);
    for (const json& step : found["next"]) {
      if (has(std::string(step["what"]), what)) return step["waits-for"].dump();
    }
    return std::string("not said");
  };
  const char* const upgrade =
      "\"somebody to upgrade it to the current version: until then it is refused\"";
  CHECK(waits("10d", "the renewal of its token is due") == upgrade);
  CHECK(waits("50d12h", "its renewal, which is overdue") == upgrade);
  // Asked at midnight, every day from 18 days on.
  CHECK(waits("50d", "the answer to its request") == "\"the site\"");
  CHECK(waits("50d", "its renewal, which is overdue") == upgrade);
}

TEST_CASE("a renewal that is under way is not overdue") {
  const Asked asked(client("a", kOffice));
  CHECK(asked.next("a/0 --at 30d") == "the answer to its request | the site\n" + kExpiry);
  CHECK(asked.next("a/0 --at 29d") == "the renewal of its token is due | \n" + kExpiry);
}

// One a minute is served, and told two minutes later. Who is served in minute 9 is told too late.
TEST_CASE("a client waits for its answer no longer than its timeout") {
  const Asked asked(
      "[site]\nrequest-timeout = \"10m\"\nlatency = \"2m\"\n"
      "capacity = { mp = { per-minute = 1, queue = 1000 } }\n"
      "[[cohort]]\nname = \"a\"\nclients = 12\nnetwork = { model = \"fixed\", on = \"intranet\" }");
  std::map<std::string, int> told;
  for (int i = 0; i < 12; ++i) {
    std::string text;
    for (const json& step : json(asked.about("a/" + std::to_string(i) + " --at 9m")["next"])) {
      const std::string what = step["what"];
      if (has(what, "answer")) text += what + " at " + step["at"].dump() + "\n";
    }
    ++told[text];
  }
  const std::string answer = "the answer to its request at ";
  const std::string end = "it gives up waiting for the answer to its request";
  const std::string in_time = "\"2026-01-01T00:10:00Z\"\n";
  CHECK(told == std::map<std::string, int>{
                    {"", 8},
                    {answer + in_time, 1},
                    {end + " at " + in_time, 1},
                    {answer + "null\n" + end + ", unless that comes before at " + in_time, 2}});
}

TEST_CASE("what a client waits for, from where it is", "[slow]") {
  const Asked asked(client("never", kAway) + client("pki", kAway, "credential = \"pki\"") +
                    client("two", kOffice, "on-intranet = \"mp-then-cmg\"") +
                    client("mp", kOffice) +
                    client("barred", kOffice + ", " + on("5d", "internet"), "cmg-allowed = false") +
                    client("starts", kOfficeThenAway, "renew-on = \"agent-start\"") +
                    action("outage", "1d", "endpoint = \"mp\"\nfor = \"100d\"") +
                    action("outage", "25d", "endpoint = \"cmg\"\nfor = \"50d\"") +
                    action("outage", "80d", "endpoint = \"sts\"\nfor = \"1d\""));
  // Only the intranet helps it, and there the management point.
  CHECK(asked.next("never/0 --at 30d") ==
        "a registration | the intranet and the management point to be up again\n");
  CHECK(asked.next("pki/0 --at 20d") == "a registration | a network\n");
  CHECK(asked.next("pki/0 --at 30d") ==
        "a registration | a network and the management point or the CMG to be up again\n");
  CHECK(asked.next("pki/0 --at 80d") ==
        "a registration | a network and the site's token service (STS) to be up again\n");
  // It asked at 00:00, hears of it at 00:01, and is silent until 01:00.
  CHECK(asked.next("two/0 --at 40d30m") ==
        "its renewal, which is overdue | the pause after its last attempt to be over, the "
        "management point or the CMG to be up again and its next contact\n" +
            kExpiry);
  CHECK(has(asked.next("mp/0 --at 40d30m"), ", the management point to be up again and its next"));
  const json barred = asked.about("barred/0 --at 40d");
  CHECK(barred["cmg-allowed"] == false);
  CHECK(barred["blocked"] == false);
  CHECK(barred["version"] == "current");
  CHECK(asked.about("starts/0 --at 40d")["last-network"] == "intranet");
  CHECK(asked.about("never/0 --at 40d")["last-network"].is_null());
  CHECK(asked.next("barred/0 --at 40d") ==
        "its renewal, which is overdue | the intranet, or permission to use the CMG\n" + kExpiry);
  CHECK(asked.next("starts/0 --at 78d") ==
        "its renewal, which is overdue | a network and an agent start while it is connected\n" +
            kExpiry);
}

TEST_CASE("of a long story moves are left out, unless all is asked for", "[slow]") {
  // Renewals fail on both networks by turns, day by day: the token service is down.
  std::string steps = kOffice;
  for (int day = 30; day < 40; ++day) {
    steps += ", " + on(std::to_string(day) + "d", day % 2 == 0 ? "internet" : "intranet");
  }
  const Asked asked(client("a", steps) +
                    action("outage", "25d", "endpoint = \"sts\"\nfor = \"90d\""));
  const auto lines = [&](const std::string& rest) {
    const std::string text = asked.text(rest);
    return std::count(text.begin(), text.end(), '\n');
  };
  CHECK(lines("a/0 --quick") <= 50);
  CHECK(has(asked.text("a/0 --quick"), " of moves and agent starts left out: --all shows them)"));
  CHECK(has(asked.text("a/0 --quick"), "2026-02-09T00:00:00Z  came to the intranet"));  // the last
  CHECK(lines("a/0 --quick --all") > 500);
  CHECK_FALSE(has(asked.text("a/0 --quick --all"), "--all"));
  // Nothing is missing for machines.
  int moves = 0;
  const json found = asked.about("a/0");
  for (const json& link : found["chain"]) moves += link["kind"] == "network-changed" ? 1 : 0;
  CHECK(moves == 10);
}

TEST_CASE("R5: what had come of earlier renewals is told, where the last contact asked for none") {
  Desk desk;
  desk.write("fleet.csv",
             "device,token-issued,network,version\nPC-1,2025-12-05T00:00:00Z,intranet,outdated\n");
  desk.write("asked.toml",
             "format = 1\n[run]\nduration = \"100d\"\n[[cohort]]\nname = \"a\"\ninventory = "
             "\"fleet.csv\"\nrenew-on = \"agent-start\"\n[cohort.network]\nmodel = "
             "\"fixed\"\non = \"intranet\"\n[[action]]\ndo = \"restart-agents\"\nat = "
             "\"10d\"\ncohort = \"a\"\n[[action]]\ndo = \"restart-agents\"\nat = "
             "\"20d\"\ncohort = \"a\"\n");
  REQUIRE(desk.run("run asked.toml --log log").status == 0);
  const std::string why =
      json::parse(desk.run("explain log 0 --quick --json").out)["spell"]["text"];
  CHECK(has(why,
            "it renews its token only when its agent starts. Before that, 2 renewals of it "
            "were refused, the last at 2026-01-21T00:01:00Z: the client's version is "
            "outdated."));
}

TEST_CASE("who is not stranded is not called lost, and one moment is said once", "[slow]") {
  // Lost from the first day on: it leaves for good, and comes back on day 100.
  const Asked asked(
      client("a", kOfficeThenAway + ", " + on("100d", "intranet")) +
      client("b", kOfficeThenAway + ", " + on("6d", "internet") + ", " + on("20d", "offline")));
  const std::string back = asked.text("a/0");
  CHECK(has(back, "\nHow likely it was to be stranded then\n"));
  CHECK_FALSE(has(back, "lost from the start"));
  const std::string lost = asked.text("b/0");
  CHECK(has(lost,
            "\nWhen it was lost\n  From each of these moments 200 other futures were run; in "
            "this share of them it is stranded"));
  CHECK(has(lost, "it was lost from the start: it is stranded in"));
  CHECK_FALSE(has(lost, "half"));
  CHECK_FALSE(has(lost, "no return"));
}

TEST_CASE("without a repetition it is not known when a renewal is due") {
  const Desk desk;
  desk.write("fleet.csv", "device,token-issued,network\nPC-1,2025-12-10T00:00:00Z,internet\n");
  desk.write("asked.toml",
             "format = 1\n[run]\nduration = \"90d\"\n[[cohort]]\nname = \"a\"\ninventory = "
             "\"fleet.csv\"\nrenew-jitter = \"20d\"\n[cohort.network]\nmodel = \"timeline\"\n"
             "steps = [ " +
                 on("0d", "internet") + ", " + on("5d", "offline") + " ]\n");
  REQUIRE(desk.run("run asked.toml --log log").status == 0);
  REQUIRE(json::parse(desk.run("explain log 0 --json").out)["repeated"] == true);
  CHECK(has(desk.run("explain log 0").out, "at which it was due for renewal (2026-01-"));
  std::filesystem::remove(desk.path("fleet.csv"));
  CHECK(has(desk.run("explain log 0").out, "at which it was due for renewal, the client"));
  const json next = json::parse(desk.run("explain log 0 --at 10d --json").out)["next"];
  CHECK(next[0] == json({{"what", "the renewal of its token; when it is due is not known"},
                         {"at", nullptr},
                         {"waits-for", nullptr}}));
  CHECK(next[1]["at"] == "2026-03-10T00:00:00Z");
}

TEST_CASE("explain says how long a request that was answered had been in line") {
  const Desk desk;
  // One a minute is served, and two may wait, of four who come at once.
  desk.write("herd.toml",
             "format = 1\n[run]\nduration = \"30m\"\ntick = \"1m\"\n[site.capacity]\nmp = "
             "{per-minute = 1, queue = 2}\n[[cohort]]\nname = \"a\"\nclients = 4\nnetwork = "
             "{model = \"fixed\", on = \"intranet\"}\n");
  REQUIRE(desk.run("run herd.toml --log herd").status == 0);
  int two_minutes = 0;
  int not_at_all = 0;
  for (const char* client : {"0", "1", "2", "3"}) {
    const Ran ran = desk.run(std::string("explain herd ") + client + " --quick");
    two_minutes += has(ran.out, "line for 2m\n");
    not_at_all += !has(ran.out, "line for");
  }
  CHECK(two_minutes == 1);
  CHECK(not_at_all == 2);
}

}  // namespace tokenlife::test
