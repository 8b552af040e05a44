// Runs that were cut off, as people meet them: what their logs answer, how one goes on with them,
// and what is saved of them.
#include <cstring>
#include <nlohmann/json.hpp>

#include "support/desk.hpp"

namespace tokenlife::test {
namespace {

using nlohmann::json;

// Three partitions, of which the last has 452 clients.
constexpr const char* kCutOffFleet =
    "format = 1\n[run]\nduration = \"120d\"\nseed = 3\n[[cohort]]\nname = \"laptops\"\n"
    "clients = 2500\nnetwork = { model = \"fixed\", on = \"intranet\" }\n";

// A desk with a run's log, as it is when its writer is killed within the second partition: the
// third was done sooner.
struct CutOff : Desk {
  std::string digest;

  CutOff() {
    write("fleet.toml", kCutOffFleet);
    const Ran ran = run("run fleet.toml --log log --json");
    REQUIRE(ran.status == 0);
    digest = json::parse(ran.out)["digest"];
    std::string site = read_file(path("log/site.log"));
    // Behind the start comes the end frame; its place stands in the last 8 bytes.
    std::uint64_t end = 0;
    std::memcpy(&end, site.data() + site.size() - 8, 8);
    site.resize(end);
    write("log/site.log.partial", site);
    std::filesystem::remove(path("log/site.log"));
    std::filesystem::rename(path("log/clients-00001.log"), path("log/clients-00001.log.partial"));
    std::filesystem::resize_file(path("log/clients-00001.log.partial"), 5'000);
  }
};

const std::string kHeld =
    "not finished by its writer: 1,476 of 2,500 clients (0 to 1023, 2048 to 2499)";

}  // namespace

TEST_CASE("a log that was not finished answers for the clients that it holds, and says so") {
  const CutOff desk;
  const Ran replayed = desk.run("replay log --json");
  REQUIRE(replayed.status == 0);
  CHECK(has(replayed.err, kHeld));
  CHECK(has(replayed.err, "--resume"));
  const json fleet = json::parse(replayed.out);
  CHECK(fleet["complete"] == false);
  CHECK(fleet["being-written"] == false);
  CHECK(fleet["clients-held"] == 1'476);
  CHECK(fleet["clients-held-ranges"] == json::parse("[[0, 1023], [2048, 2499]]"));
  CHECK(fleet["clients"] == 1'476);
  CHECK(desk.run("replay log").out.starts_with("Incomplete: 1,476 of 2,500 clients\n"));
  for (const char* line :
       {"replay log --client 2100 --json", "replay log --state roaming --json",
        "events log --count-by kind --json", "explain log 2100 --quick --json",
        "log info log --json", "log sql log \"select count(*) from clients\" --json"}) {
    const Ran asked = desk.run(line);
    INFO(line << asked.err);
    REQUIRE(asked.status == 0);
    CHECK(json::parse(asked.out)["complete"] == false);
  }
  CHECK(json::parse(desk.run("log info log --json").out)["digest"] == nullptr);
  CHECK(has(desk.run("log info log").out, "not finished, 1,476 of the clients"));
}

TEST_CASE("of a client that is not in a log nothing is said") {
  const CutOff desk;
  for (const char* line : {"replay log --client 1500", "events log --client laptops/1500",
                           "explain log 1500", "explain log 1500 --json"}) {
    const Ran asked = desk.run(line);
    CHECK(asked.status == 2);
    CHECK(asked.out.empty());
    CHECK(has(asked.err, "1500` is not in this log, which is " + kHeld));
  }
}

TEST_CASE("a log that was not finished does not pass for one, and has no digest") {
  const CutOff desk;
  const Ran verified = desk.run("log verify log");
  CHECK(verified.status == 3);
  CHECK(has(verified.err, "not finished: what there is of it is sound"));
  CHECK(has(verified.err, "log salvage"));
}

TEST_CASE("a log that was cut off in its first bytes, or by an earlier version, says what to do") {
  const CutOff desk;
  const std::string start = read_file(desk.path("log/site.log.partial"));
  write_file(desk.path("log/site.log.partial"), start.substr(0, 5));
  for (const char* line : {"replay log", "events log", "explain log 0", "log info log"}) {
    const Ran asked = desk.run(line);
    CHECK(asked.status == 3);
    CHECK(has(asked.err, "interrupted: the file ends inside its first 8 bytes; go on with "));
  }
  std::filesystem::remove(desk.path("log/site.log.partial"));
  write_file(desk.path("log/site.log"), start);
  CHECK(has(desk.run("replay log").err, "`tokenlife log salvage log -o NEW`"));
  CHECK(desk.run("run fleet.toml --log log --resume").status == 0);
}

TEST_CASE("a run goes on with its log to the digest that it would have had") {
  const CutOff desk;
  const Ran other = desk.run("run fleet.toml --seed 4 --log log --resume");
  CHECK(other.status == 3);
  CHECK(has(other.err, "is the log of another run: its seed is 3, and not 4"));
  const Ran again = desk.run("run fleet.toml --log log");
  CHECK(again.status == 3);
  CHECK(has(again.err, "--resume"));
  const Ran ran = desk.run("run fleet.toml --log log --resume --json --threads 1");
  REQUIRE(ran.status == 0);
  CHECK(json::parse(ran.out)["digest"] == desk.digest);
  CHECK(desk.run("log verify log --digest " + desk.digest).status == 0);
  CHECK_FALSE(std::filesystem::exists(desk.path("log/clients-00001.log.partial")));
  CHECK(desk.run("run fleet.toml --resume").status == 2);
}

TEST_CASE("what is whole of a log is saved, and what is lost is listed") {
  const CutOff desk;
  const Ran ran = desk.run("log salvage log -o saved --json");
  REQUIRE(ran.status == 0);
  const json saved = json::parse(ran.out);
  REQUIRE(saved["lost"].size() == 1);
  const std::uint32_t first = saved["lost"][0]["first"];
  CHECK(first >= 1'024);
  CHECK(saved["lost"][0]["last"] == 2'047);
  CHECK(saved["clients"] == first - 1'024 + 1'476);
  CHECK(desk.run("log verify saved").status == 0);
  const Ran text = desk.run("log salvage log -o again");
  CHECK(has(text.out, "Lost"));
  CHECK(desk.run("log salvage log -o again").status == 3);
  CHECK(desk.run("log salvage nothing -o else").status == 3);
}

TEST_CASE("of a log that lacks a file the file is named, and what to do") {
  const CutOff desk;
  REQUIRE(desk.run("run fleet.toml --log whole").status == 0);
  std::filesystem::remove(desk.path("whole/clients-00001.log"));
  const Ran saved = desk.run("log salvage whole -o saved");
  CHECK(saved.status == 0);
  CHECK(has(saved.out, "whole/clients-00001.log: the file is missing\n"));
  std::filesystem::remove(desk.path("whole/site.log"));
  for (const char* line : {"log salvage whole -o again", "replay whole"}) {
    const Ran ran = desk.run(line);
    CHECK(ran.status == 3);
    CHECK(ran.err ==
          "tokenlife: whole: site.log, which every log begins with, is missing; put it back from a "
          "copy, or run the scenario again with another --log\n");
  }
  CHECK(desk.run("run fleet.toml --log whole --resume").err ==
        "tokenlife: whole: is not empty, and has no site.log; give a new folder, or put site.log "
        "back from a copy\n");
}

TEST_CASE("of a log whose site.log is damaged, only what works is advised") {
  const CutOff desk;
  REQUIRE(desk.run("run fleet.toml --log whole").status == 0);
  const std::string site = read_file(desk.path("whole/site.log"));
  std::uint64_t end = 0;  // where the end frame begins
  std::memcpy(&end, site.data() + site.size() - 8, 8);
  const auto damage = [&](std::size_t at) {
    std::string other = site;
    other[at] = static_cast<char>(other[at] ^ 1);
    desk.write("whole/site.log", other);
  };
  const std::string resume = "; `tokenlife run SCENARIO --log LOG --resume` writes it again";

  damage(end + 10);
  CHECK(has(desk.run("replay whole").err,
            resume + "; without the scenario, `tokenlife log salvage LOG -o NEW` saves what is"));
  CHECK(desk.run("log salvage whole -o saved").status == 0);
  damage(end - 1);
  CHECK(desk.run("replay whole").err.ends_with(" is wrong" + resume + "\n"));
  CHECK(desk.run("log salvage whole -o none").err.ends_with(" is wrong" + resume + "\n"));
  REQUIRE(desk.run("run fleet.toml --log whole --resume").status == 0);
  CHECK((read_file(desk.path("whole/site.log")) == site));
  damage(60);
  for (const char* line :
       {"replay whole", "log salvage whole -o none", "run fleet.toml --log whole --resume"}) {
    INFO(line);
    const Ran ran = desk.run(line);
    CHECK(ran.status == 3);
    CHECK(ran.err ==
          "tokenlife: whole/site.log: byte 8: damaged: the digest of this frame (block of the "
          "file) is wrong; a log cannot be read without its site.log: put it back from a copy, or "
          "run the scenario again with another --log\n");
  }
}

TEST_CASE("what can be saved of a log that lacks its header is not promised") {
  const CutOff desk;
  const std::string start = read_file(desk.path("log/site.log.partial"));
  desk.write("log/site.log.partial", start.substr(0, 100));
  const std::string cut =
      "interrupted: the file ends inside the frame (block of the file) at byte 8";
  for (const char* line : {"replay log", "log salvage log -o saved"}) {
    CHECK(has(desk.run(line).err,
              cut + "; go on with `tokenlife run SCENARIO --log log --resume`\n"));
  }
  CHECK(desk.run("run fleet.toml --log log --resume").status == 0);
}

TEST_CASE("a part of a run is run again as far as it goes") {
  const CutOff desk;
  REQUIRE(desk.run("run fleet.toml --shard 1/3 --log part").status == 0);
  const Ran ran = desk.run("log verify part --replay");
  CHECK(ran.status == 0);
  CHECK(has(ran.out,
            "replay  the same events, as far as the log goes; its digest is not that of the whole "
            "run\n"));
}

TEST_CASE("a run that is to go on with a log that is not there says that it begins anew") {
  const CutOff desk;
  const Ran anew = desk.run("run fleet.toml --log new --resume");
  CHECK(anew.status == 0);
  CHECK(has(anew.err, "new: there is no such log, so the run begins anew\n"));
  CHECK_FALSE(has(desk.run("run fleet.toml --log new --resume").err, "begins anew"));
}

TEST_CASE("a full disk ends a run with its summary, and with a log of what was done") {
  const Desk desk;
  desk.write("fleet.toml", kCutOffFleet);
  const std::string digest = json::parse(desk.run("run fleet.toml --json").out)["digest"];
  // Room for the last partition, which is small, and not for the others.
  const Ran ran =
      desk.run_shell("ulimit -f 28; exec '" + program() + "' run fleet.toml --log log --threads 1");
  CHECK(ran.status == 3);
  CHECK(has(ran.err, "--resume"));
  CHECK(has(ran.out, "interrupted: what follows covers "));
  const Ran resumed = desk.run("run fleet.toml --log log --resume --json");
  REQUIRE(resumed.status == 0);
  CHECK(json::parse(resumed.out)["digest"] == digest);
}

}  // namespace tokenlife::test
