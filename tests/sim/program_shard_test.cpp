// One run in parts, on as many machines, and the log that comes of them.
#include <nlohmann/json.hpp>

#include "support/desk.hpp"

namespace tokenlife::test {
namespace {

using nlohmann::json;

// Three partitions, of which the last has 452 clients.
constexpr const char* kShardedFleet =
    "format = 1\n[run]\nduration = \"120d\"\nseed = 3\n[[cohort]]\nname = \"laptops\"\n"
    "clients = 2500\nnetwork = { model = \"fixed\", on = \"intranet\" }\n"
    "[[expect]]\ncohort = \"laptops\"\nstate = \"expired\"\ncount = 2500\n";

struct ShardDesk : Desk {
  json whole;
  ShardDesk() {
    write("fleet.toml", kShardedFleet);
    whole = json::parse(run("run fleet.toml --log whole --json").out);
  }
  void run_part(int part, int parts) const {
    const std::string log = "part-" + std::to_string(parts) + "-" + std::to_string(part);
    const Ran ran = run("run fleet.toml --json --log " + log + " --shard " + std::to_string(part) +
                        "/" + std::to_string(parts));
    // What it expects is not judged.
    REQUIRE(ran.status == 0);
    CHECK(json::parse(ran.out)["complete"] == false);
    CHECK(json::parse(ran.out)["expectations"].empty());
  }
};

}  // namespace

TEST_CASE("the log of a run's parts is the log of the run, whatever their number") {
  const ShardDesk desk;
  CHECK(desk.whole["digest"].is_string());
  for (const int parts : {1, 2, 3, 5}) {
    std::string logs;
    for (int part = parts; part >= 1; --part) {
      if (parts == 1) continue;
      desk.run_part(part, parts);
      logs += " part-" + std::to_string(parts) + "-" + std::to_string(part);
    }
    if (parts == 1) logs = " whole";
    const std::string out = "merged-" + std::to_string(parts);
    const Ran merged = desk.run("log merge" + logs + " --json -o " + out);
    INFO(merged.err);
    REQUIRE(merged.status == 0);
    CHECK(json::parse(merged.out)["digest"] == desk.whole["digest"]);
    CHECK(read_folder(desk.path(out)) == read_folder(desk.path("whole")));
  }
}

// A log of these has the newest schema, though the events of its clients need none of it.
TEST_CASE("a log is the same in parts, salvaged and resumed, whatever the site's policy") {
  const Desk desk;
  const std::string keys =
      GENERATE("retry-backoff = 2.0\nretry-max = \"4d\"", "retry-jitter = 0.1",
               "request-timeout = \"30m\"", "renew-jitter = \"1d\"\nrenew-draw = \"per-contact\"");
  INFO(keys);
  desk.write("fleet.toml", std::string(kShardedFleet) + "[site]\n" + keys + "\n");
  const auto digest_of = [&](const std::string& line) {
    const Ran ran = desk.run(line + " --json");
    INFO(line << "\n" << ran.err);
    REQUIRE(ran.status < 2);  // Not all that the scenario expects holds.
    return json::parse(ran.out)["digest"].get<std::string>();
  };
  const std::string digest = digest_of("run fleet.toml --log whole");
  digest_of("run fleet.toml --log a --shard 1/2");
  digest_of("run fleet.toml --log b --shard 2/2");
  CHECK(digest_of("log merge b a -o merged") == digest);
  CHECK(digest_of("log salvage whole -o saved") == digest);
  CHECK(digest_of("run fleet.toml --log whole --resume") == digest);
  // Without its end, a log does not say how little its clients need.
  const std::string site = read_file(desk.path("a/site.log"));
  desk.write("a/site.log", site.substr(0, site.size() - 8));
  CHECK(desk.run("log salvage a -o c").status == 0);
  CHECK(digest_of("log merge c b -o merged-again") == digest);
  CHECK(desk.run("run fleet.toml --log a --shard 1/2 --resume").status == 0);
  CHECK(digest_of("log merge a b -o merged-at-last") == digest);
}

TEST_CASE("a part of a run says that it is one") {
  const ShardDesk desk;
  desk.run_part(2, 3);
  const Ran replayed = desk.run("replay part-3-2 --json");
  CHECK(json::parse(replayed.out)["clients-held-ranges"] == json::parse("[[1024, 2047]]"));
  CHECK(has(replayed.err, "part-3-2: incomplete: 1,024 of 2,500 clients (1024 to 2047); "));
  CHECK(
      has(desk.run("run fleet.toml --shard 2/3").out, "a part: what follows covers 1,024 of the "));
}

TEST_CASE("parts that are missing, doubled, foreign or damaged are named") {
  const ShardDesk desk;
  for (const int part : {1, 2, 3}) desk.run_part(part, 3);
  REQUIRE(desk.run("run fleet.toml --seed 4 --log other --shard 2/3").status == 0);
  const auto refusal = [&](const std::string& logs) {
    const Ran ran = desk.run("log merge " + logs + " -o merged");
    CHECK(ran.status == 2);
    CHECK_FALSE(std::filesystem::exists(desk.path("merged")));
    return ran.err;
  };
  CHECK(has(refusal("part-3-1 part-3-3"), "clients 1024 to 2047 are in none of the logs"));
  CHECK(has(refusal("part-3-1"),
            "clients 1024 to 2499 are in none of the logs; give each part of one run once, as "
            "`run --shard` wrote it"));
  CHECK(has(refusal("part-3-1 part-3-2 part-3-3 part-3-2"),
            "part-3-2: has clients 1024 to 2047, and so has part-3-2"));
  CHECK(has(refusal("part-3-1 other part-3-3"),
            "other: is of a different run from part-3-1: its seed is 4, and not 3"));
  std::string bytes = read_file(desk.path("part-3-2/clients-00001.log"));
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  write_file(desk.path("part-3-2/clients-00001.log"), bytes);
  const Ran damaged = desk.run("log merge part-3-1 part-3-2 part-3-3 -o merged");
  CHECK(damaged.status == 3);
  CHECK(has(damaged.err, "damaged"));
}

TEST_CASE("going on with a part drops nothing of what the log holds besides") {
  const ShardDesk desk;
  const auto digest = [&] {
    return json::parse(desk.run("log info whole --json").out)["digest"].get<std::string>();
  };
  const std::string before = digest();
  const Ran ran = desk.run("run fleet.toml --log whole --resume --shard 1/2");
  CHECK(ran.status == 3);
  CHECK(has(ran.err,
            "whole: holds clients of other parts, which would be lost; give a new folder, "
            "or leave out --shard"));
  CHECK(digest() == before);
  // A part goes on as itself, and as the whole.
  desk.run_part(1, 2);
  CHECK(desk.run("run fleet.toml --log part-2-1 --resume --shard 1/2").status == 0);
  CHECK(desk.run("run fleet.toml --log part-2-1 --resume --shard 2/2").status == 3);
  CHECK(desk.run("run fleet.toml --log part-2-1 --resume").status == 1);
  CHECK(json::parse(desk.run("log info part-2-1 --json").out)["digest"] == before);
}

TEST_CASE("a part that is none is refused") {
  const Desk desk;
  for (const char* shard : {"0/3", "4/3", "1", "1/", "/3", "1/0", "a/b", "1/3x", "-1/3"}) {
    const Ran ran = desk.run(std::string("run small.toml --shard=") + shard);
    INFO(shard);
    CHECK(ran.status == 2);
    CHECK(has(ran.err, "is not a part of a run"));
  }
}

}  // namespace tokenlife::test
