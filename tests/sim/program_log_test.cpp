// The program's commands on logs: what they show, and what becomes of bad logs and bad moments.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "support/desk.hpp"

namespace tokenlife::test {

using nlohmann::json;

TEST_CASE("replay rebuilds the population at any moment") {
  const Desk desk;
  REQUIRE(desk.run("run small.toml --log log").status == 0);
  const auto states = [&](const std::string& at) {
    const json replayed = json::parse(desk.run("replay log --json --at " + at).out);
    return replayed["states"].dump() + " of " + replayed["clients"].dump();
  };
  // The registration of 0d is answered a minute later.
  CHECK(has(states("0d"), R"("installed":5)"));
  CHECK(has(states("1m"), R"("registered":5)"));
  // Clients that go offline keep their state; their tokens of 0d expire at 90d.
  CHECK(has(states("89d23h59m"), R"("registered":5)"));
  CHECK(has(states("90d"), R"("expired":3)"));
  CHECK(has(states("95d1m"), R"("re-registration-required":3)"));
  CHECK(has(states("2026-04-06T00:00:00Z"), R"("expired":3)"));
  CHECK(json::parse(desk.run("replay log --json").out)["at"] == "2026-04-11T00:00:00Z");
}

TEST_CASE("replay tells one client's state, by number, name or GUID") {
  const Desk desk;
  REQUIRE(desk.run("run small.toml --log log").status == 0);
  const json office = json::parse(desk.run("replay log --json --client office/1 --at 31d").out);
  CHECK(office["client"] == 4);
  CHECK(office["state"] == "registered");
  CHECK(office["network"] == "intranet");
  CHECK(office["token"] == json::parse(R"({"serial":"4-2","not-before":"2026-01-31T00:00:00Z",
      "expires":"2026-05-01T00:00:00Z"})"));
  CHECK(json::parse(desk.run("replay log --json --client 4 --at 31d").out) == office);
  CHECK(json::parse(
            desk.run("replay log --json --at 31d --client " + office["guid"].get<std::string>())
                .out) == office);
  CHECK(json::parse(desk.run("replay log --json --client leavers/0").out)["token"].is_null());
}

TEST_CASE("events are printed in the order of time, filtered, in three forms") {
  const Desk desk;
  REQUIRE(desk.run("run small.toml --log log").status == 0);
  const std::string lines =
      desk.run("events log --kind token-renewed --from 30d --to 60d --format jsonl").out;
  std::istringstream stream(lines);
  std::string line;
  std::getline(stream, line);
  CHECK(json::parse(line) ==
        json::parse(R"({"stream":3,"client":"office/0","seq":4,"time":"2026-01-31T00:01:00Z",
            "kind":"token-renewed","cause":"request 3","cohort":"office","device":null,
            "via":"mp","serial":"3-2","replaces":"3-1",
            "not-before":"2026-01-31T00:00:00Z","expires":"2026-05-01T00:00:00Z","signer":0})"));
  std::getline(stream, line);
  CHECK(json::parse(line)["stream"] == 4);
  CHECK_FALSE(std::getline(stream, line));

  const std::string text = desk.run("events log --client leavers/2").out;
  CHECK(has(text, "2026-04-01T00:00:00Z  leavers/2                4  token-expired"));
  CHECK(has(text, "reason=expired rules=R57 R60  (exchange 60s before)"));
  const std::string first = desk.run("events log --kind site-established --format csv").out;
  CHECK(has(first, "\nsite,,0,2026-01-01T00:00:00Z,site-established,run-start,"));
}

TEST_CASE("what does not exist in a log is said, with the nearest word", "[slow]") {
  const Desk desk;
  REQUIRE(desk.run("run small.toml --log log").status == 0);
  check_refused(
      desk,
      {
          {"events log --kind token-renewd", "did you mean `token-renewed`?"},
          {"explain office/1 log", "the order is LOG CLIENT"},
          {"events log --kind token-renewed,token-expired", "give each kind a --kind of its own"},
          {"events log --client offfice/0", "did you mean `office`?"},
          {"events log --client office/2", "the cohort has the clients 0 to 1"},
          {"replay log --client 5", "this log has the clients 0 to 4"},
          {"replay log --client 0b1c7c12-8948-4709-9221-7b84e16dfcd0", "no client has the GUID"},
          {"replay log --client x", "does not name a client"},
          {"replay log --at 101d", "outside the run"},
          {"replay log --at 3x", "--at: `3x` is neither a time nor a duration"},
          {"events log --from 2026-13-01T00:00:00Z",
           "--from: `2026-13-01T00:00:00Z` does not exist"},
      });
}

TEST_CASE("a damaged or missing log ends every command with status 3 and the byte", "[slow]") {
  const Desk desk;
  REQUIRE(desk.run("run small.toml --log log").status == 0);
  std::string bytes = read_file(desk.path("log/clients-00000.log"));
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  desk.write("log/clients-00000.log", bytes);
  const auto complaint = [&](const char* line) {
    INFO(line);
    const Ran ran = desk.run(line);
    CHECK(ran.status == 3);
    CHECK(ran.out.empty());
    CHECK(is_one_message(ran.err));
    return ran.err;
  };
  for (const char* line : {"log verify log", "replay log", "events log", "replay log --client 1"}) {
    CHECK(has(complaint(line), "log/clients-00000.log: byte "));
    CHECK(has(complaint(line), ": damaged: the digest of this frame (block of the file) is wrong"));
    CHECK(has(complaint(line), "; `tokenlife run SCENARIO --log LOG --resume` writes it again; "));
  }
  CHECK(has(complaint("log verify nothing-there"), "nothing-there: no such file or folder"));

  std::string site = read_file(desk.path("log/site.log"));
  desk.write("log/site.log", site.substr(0, site.size() - 1));
  CHECK(has(complaint("log verify log"),
            ": interrupted: the last part of the file is cut off; go on with "));
  // What is newer is not damaged.
  site[7] = 3;
  desk.write("log/site.log", site);
  const std::string newer = complaint("log verify log");
  CHECK(has(newer,
            "log/site.log: byte 7: not supported: format version 3 (this program reads 1 to 2)"));
  CHECK_FALSE(has(newer, "damaged"));
}

// Partitions are read by as many threads as there are: that must not show.
TEST_CASE("answers about a log, and of two damages the one told, do not depend on --threads",
          "[slow]") {
  const Desk desk;
  REQUIRE(desk.run("run small.toml --clients-scale 1000 --log log").status == 0);
  const auto same = [&](const std::string& line, int status) {
    const Ran one = desk.run(line + " --threads 1");
    CHECK(one.status == status);
    for (const char* threads : {"", " --threads 2", " --threads 7"}) {
      INFO(line << threads);
      const Ran ran = desk.run(line + threads);
      CHECK(ran.status == status);
      CHECK(ran.out == one.out);
      CHECK(ran.err == one.err);
    }
    return one;
  };
  CHECK(has(same("replay log --at 95d", 0).out, "expired                              3,000"));
  CHECK(has(same("log verify log", 0).out, " bytes of 6 files, "));
  CHECK(json::parse(same("log info log --json", 0).out)["event-kinds"]["token-expired"] == 3'000);
  check_refused(desk, {{"replay log --threads 0", "--threads: "},
                       {"log verify log --threads 1025", "--threads: "},
                       {"log info log --threads many", "--threads: "}});

  for (const char* file : {"log/clients-00004.log", "log/clients-00001.log"}) {
    std::string bytes = read_file(desk.path(file));
    bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
    desk.write(file, bytes);
    for (const char* line : {"replay log", "log verify log"}) {
      CHECK(has(same(line, 3).err, std::string(file) + ": byte "));
    }
  }
}

TEST_CASE("one is one event, one cohort and one client", "[slow]") {
  const Desk desk;
  desk.write("one.toml",
             "format = 1\n[run]\nduration = \"1m\"\n[[cohort]]\nname = \"one\"\nclients = 1\n"
             "[cohort.network]\nmodel = \"fixed\"\non = \"offline\"\n");
  CHECK(has(desk.run("run one.toml --log log").out, "\n1 client, 1m from "));
  CHECK(has(desk.run("log info log").out, "\n  clients      1 in 1 cohort\n"));
  REQUIRE(desk.run("site init site").status == 0);
  CHECK(has(desk.run("log verify site").out, "sound: 1 event in "));
  CHECK(has(desk.run("log verify site").out, " bytes of 1 file, "));
}

TEST_CASE("events of clients at the edges of partitions are shown") {
  const Desk desk;
  REQUIRE(desk.run("run small.toml --clients-scale 1000 --log log").status == 0);
  for (const char* number : {"1023", "1024", "2047", "2048"}) {
    const Ran ran = desk.run(std::string("events log --format jsonl --client ") + number);
    INFO(number);
    CHECK(ran.status == 0);
    CHECK(has(ran.out, std::string("{\"stream\":") + number + ","));
    CHECK(has(ran.out, "\"client-installed\""));
  }
}

TEST_CASE("a log is written into a new folder or not at all") {
  const Desk desk;
  REQUIRE(desk.run("run small.toml --log log").status == 0);
  const std::string before = read_file(desk.path("log/site.log"));
  const Ran again = desk.run("run small.toml --log log");
  CHECK(again.status == 3);
  CHECK(is_one_message(again.err));
  CHECK(has(again.err, "log: already exists, and is not empty"));
  CHECK(again.out.empty());
  CHECK(read_file(desk.path("log/site.log")) == before);
  CHECK(desk.run("run small.toml --log small.toml").status == 3);
  CHECK(desk.run("run small.toml --log /proc/nowhere").status == 3);
}

TEST_CASE("a log alone is enough to run again") {
  const Desk desk;
  REQUIRE(desk.run("run small.toml --seed 5 --clients-scale 3 --log log").status == 0);
  const json info = json::parse(desk.run("log info log --json").out);
  desk.write("again.toml", info["scenario-text"]);
  const json again = json::parse(desk.run("run again.toml --json --seed " + info["seed"].dump() +
                                          " --clients-scale " + info["clients-scale"].dump())
                                     .out);
  CHECK(again["digest"] == info["digest"]);
}

TEST_CASE("output that cannot be written is an error") {
  const Desk desk;
  const Ran ran = desk.run("run small.toml >/dev/full");
  CHECK(ran.status == 3);
  CHECK(is_one_message(ran.err));
}

// Clients that change their network every minute or two for a century: nobody waits for its end.
std::string busy_cohort(int clients) {
  return "[[cohort]]\nname = \"busy\"\nclients = " + std::to_string(clients) + R"(
[cohort.network]
model = "dwell"
start = "intranet"
intranet = { mean = "1m", to = { offline = 1.0 } }
offline = { mean = "1m", to = { intranet = 1.0 } }
)";
}

// Interrupts the run when something is in the log of that partition.
void check_interrupted(const std::string& cohorts, const std::string& partition) {
  INFO(cohorts << partition);
  const Desk desk;
  desk.write("long.toml", "format = 1\n[run]\nduration = \"36500d\"\n" + cohorts);
  desk.write("interrupt.sh", "cd '" + desk.path("").string() + "'\n'" + program() + R"(' \
run long.toml --log log --json >out 2>err &
pid=$!
until [ -s log/clients-)" + partition +
                                 R"(.log* ] || ! kill -0 $pid 2>/dev/null; do :; done
kill -INT $pid
wait $pid
)");
  // With job control (-m), or the background job would be deaf to SIGINT.
  const int status = std::system(("bash -m '" + desk.path("interrupt.sh").string() + "'").c_str());
  CHECK(WEXITSTATUS(status) == 130);
  CHECK(is_one_message(read_file(desk.path("err"))));
  const json summary = json::parse(read_file(desk.path("out")));
  CHECK(summary["complete"] == false);
  CHECK(summary["expectations"].empty());

  const Ran verified = desk.run("log verify log");
  CHECK(verified.status == 0);
  CHECK(has(verified.out, "the log does not hold the whole run"));
  const Ran replayed = desk.run("replay log --json");
  CHECK(has(replayed.err, ": incomplete: "));
  CHECK(json::parse(replayed.out)["states"] == summary["states"]);
}

// A partition has 1,024 clients.
TEST_CASE("Ctrl-C ends a run with a sound log of the clients done until then", "[slow]") {
  const std::string idle =
      "[[cohort]]\nname = \"idle\"\nclients = 1024\n[cohort.network]\nmodel = \"fixed\"\n"
      "on = \"offline\"\n";
  check_interrupted(busy_cohort(10'000'000), "00000");  // of many
  check_interrupted(busy_cohort(900), "00000");         // the only one
  check_interrupted(idle + busy_cohort(900), "00001");  // the last one
}

TEST_CASE("the lifecycle is printed from its table in every form") {
  const Desk desk;
  CHECK(has(desk.run("machine").out, "expired                   token-renewed [intranet]"));
  CHECK(has(desk.run("machine --format dot").out,
            "\"not-installed\" -> \"installed\" "
            "[label=\"client-installed\\nclient-adopted [found installed]\"];"));
  CHECK(
      has(desk.run("machine --format mermaid").out, "registered --> renewing: renewal-requested"));
  CHECK(has(desk.run("machine --format scxml").out,
            "<transition event=\"network-changed\" cond=\"network == 'internet'\" "
            "target=\"roaming\"/>"));
}

}  // namespace tokenlife::test
