// A log as one file, as people meet it: written by a run, packed, piped, asked and unpacked.
#include <cstring>
#include <nlohmann/json.hpp>

#include "support/desk.hpp"

namespace tokenlife::test {
namespace {

using nlohmann::json;

// Three partitions, of which the last has 452 clients.
constexpr const char* kPackedFleet =
    "format = 1\n[run]\nduration = \"120d\"\nseed = 3\n[[cohort]]\nname = \"laptops\"\n"
    "clients = 2500\nnetwork = { model = \"fixed\", on = \"intranet\" }\n";

// A desk with a run's log as a folder, and as a file.
struct PackDesk : Desk {
  std::string digest;

  PackDesk() {
    write("fleet.toml", kPackedFleet);
    const Ran ran = run("run fleet.toml --log log --json");
    REQUIRE(ran.status == 0);
    digest = json::parse(ran.out)["digest"];
    REQUIRE(run("log pack log -o log.tlog").status == 0);
  }
  bool exists(const std::string& name) const { return std::filesystem::exists(path(name)); }
  // As it is when the run is killed in its second partition.
  void cut_off(const std::string& folder) const {
    std::string site = read_file(path("log/site.log"));
    std::uint64_t end = 0;
    std::memcpy(&end, site.data() + site.size() - 8, 8);
    std::filesystem::create_directories(path(folder));
    write(folder + "/site.log.partial", site.substr(0, end));
    write(folder + "/clients-00000.log", read_file(path("log/clients-00000.log")));
    write(folder + "/clients-00001.log.partial", "half");
  }
};

}  // namespace

TEST_CASE("a log is packed and unpacked, byte for byte, with its digest") {
  const PackDesk desk;
  const Ran packed = desk.run("log pack log -o again.tlog --json");
  REQUIRE(packed.status == 0);
  const json said = json::parse(packed.out);
  CHECK(said["log"] == "again.tlog");
  CHECK(said["complete"] == true);
  CHECK(said["digest"] == desk.digest);
  CHECK(said["bytes"] == std::filesystem::file_size(desk.path("again.tlog")));
  CHECK((read_file(desk.path("again.tlog")) == read_file(desk.path("log.tlog"))));
  CHECK(desk.run("log verify log.tlog --replay --digest " + desk.digest).status == 0);
  const Ran unpacked = desk.run("log unpack log.tlog -o unpacked");
  REQUIRE(unpacked.status == 0);
  CHECK(has(unpacked.out, "Digest  " + desk.digest));
  CHECK((read_folder(desk.path("unpacked")) == read_folder(desk.path("log"))));
}

TEST_CASE("a place that is taken is not written over, and what helps is said") {
  const PackDesk desk;
  for (const char* line :
       {"log pack log -o log.tlog", "log merge log -o log.tlog", "log salvage log -o log.tlog"}) {
    INFO(line);
    const Ran ran = desk.run(line);
    CHECK(ran.status == 3);
    CHECK(ran.err == "tokenlife: log.tlog: already exists; choose another file, or remove it\n");
  }
  for (const char* line :
       {"log unpack log.tlog -o log", "log merge log.tlog -o log", "log salvage log.tlog -o log"}) {
    INFO(line);
    const Ran ran = desk.run(line);
    CHECK(ran.status == 3);
    CHECK(
        ran.err ==
        "tokenlife: log: already exists, and is not empty; choose another folder, or remove it\n");
  }
}

TEST_CASE(
    "every command says of a packed log, also on standard input, what it says of the folder") {
  const PackDesk desk;
  for (const char* line :
       {"replay LOG", "replay LOG --client 2100 --json", "replay LOG --state expired --format csv",
        "events LOG --client 7", "events LOG --order stored --format jsonl",
        "events LOG --count-by day,kind", "explain LOG 2100 --quick", "log verify LOG",
        "log sql LOG 'select count(*) from events'", "report LOG -o -"}) {
    const auto ask = [&](const std::string& log) {
      std::string words = line;
      words.replace(words.find("LOG"), 3, log);
      const Ran ran = desk.run(words);
      INFO(words << ran.err);
      CHECK(ran.status == 0);
      return ran.out;
    };
    const std::string of_folder = ask("log");
    CHECK((ask("log.tlog") == of_folder));
    CHECK((ask("- < log.tlog") == of_folder));
    std::string piped = line;
    piped.replace(piped.find("LOG"), 3, "-");
    CHECK(desk.run_shell("cat log.tlog | '" + program() + "' " + piped).out == of_folder);
  }
  CHECK(desk.run("log diff log log.tlog").status == 0);
  CHECK(desk.run("log diff - log < log.tlog").status == 0);
  CHECK(desk.run("log export log.tlog --sqlite fleet.db").status == 0);
  CHECK(json::parse(desk.run("log info - --json < log.tlog").out)["log"] == "standard input");
}

TEST_CASE("a packed log goes through a pipe and comes out as the folder that it was") {
  const PackDesk desk;
  const Ran piped = desk.run_shell("'" + program() + "' log pack log -o - | tee copy | '" +
                                   program() + "' log unpack - -o unpacked");
  REQUIRE(piped.status == 0);
  CHECK((read_file(desk.path("copy")) == read_file(desk.path("log.tlog"))));
  CHECK((read_folder(desk.path("unpacked")) == read_folder(desk.path("log"))));
  const Ran cut = desk.run_shell("head -c 5000 log.tlog | '" + program() + "' log unpack - -o cut");
  CHECK(cut.status == 3);
  CHECK(has(cut.err, "standard input"));
  CHECK(has(cut.err, "truncated to 5000 bytes"));
  CHECK_FALSE(desk.exists("cut"));
  check_refused(desk, {{"log pack log -o - --json", "both want standard output"}});
  CHECK(has(desk.run("log verify - < /dev/null").err,
            "there is nothing in it; pipe a packed log into it"));
  check_refused(desk,
                {{"log salvage - -o saved < copy", "does not read standard input; save the"}});
}

TEST_CASE("a run writes one file, and a part of one too, and they are merged to one") {
  const PackDesk desk;
  const std::string whole = read_file(desk.path("log.tlog"));
  const Ran ran = desk.run("run fleet.toml --log run.tlog");
  REQUIRE(ran.status == 0);
  CHECK(has(ran.out, "Log  run.tlog: "));
  CHECK((read_file(desk.path("run.tlog")) == whole));
  CHECK_FALSE(desk.exists("run.tlog.partial"));
  for (const std::string part : {"1", "2"}) {
    REQUIRE(desk.run("run fleet.toml --shard " + part + "/2 --log part-" + part + ".tlog").status ==
            0);
  }
  CHECK(has(desk.run("replay part-1.tlog").err, "part-1.tlog: incomplete: "));
  REQUIRE(desk.run("log merge part-1.tlog part-2.tlog -o merged.tlog").status == 0);
  CHECK((read_file(desk.path("merged.tlog")) == whole));
  REQUIRE(desk.run("log merge part-1.tlog part-2.tlog -o merged").status == 0);
  CHECK((read_folder(desk.path("merged")) == read_folder(desk.path("log"))));
  REQUIRE(desk.run("log salvage run.tlog -o saved.tlog").status == 0);
  CHECK((read_file(desk.path("saved.tlog")) == whole));
  for (const char* line : {"run fleet.toml --log log.tlog", "log merge log -o log.tlog",
                           "log salvage log -o log.tlog"}) {
    const Ran refused = desk.run(line);
    CHECK(refused.status == 3);
    CHECK(has(refused.err, "log.tlog: already exists"));
  }
  CHECK((read_file(desk.path("log.tlog")) == whole));
}

TEST_CASE("a run to one file that was cut off is gone on with to the same file") {
  const PackDesk desk;
  const std::string whole = read_file(desk.path("log.tlog"));
  desk.cut_off("cut.tlog.partial");
  // Of an attempt to pack it, before.
  desk.write("cut.tlog.partial/packed.tlog.partial", "half");
  const Ran again = desk.run("run fleet.toml --log cut.tlog");
  CHECK(again.status == 3);
  CHECK(has(again.err, "cut.tlog.partial: already exists, and is not empty"));
  CHECK(has(again.err, "--resume"));
  CHECK(desk.run("replay cut.tlog.partial").out.starts_with("Incomplete: 1,024 of 2,500"));
  const Ran packed = desk.run("log pack cut.tlog.partial -o half.tlog");
  CHECK(packed.status == 3);
  CHECK(has(packed.err, "not finished: only a finished log can be packed"));
  CHECK(has(packed.err, "--resume"));
  REQUIRE(desk.run("run fleet.toml --log cut.tlog --resume").status == 0);
  CHECK((read_file(desk.path("cut.tlog")) == whole));
  CHECK_FALSE(desk.exists("cut.tlog.partial"));
  // And once more: what is there is the same run, which is done again.
  REQUIRE(desk.run("run fleet.toml --log cut.tlog --resume").status == 0);
  CHECK((read_file(desk.path("cut.tlog")) == whole));
  const Ran other = desk.run("run fleet.toml --seed 4 --log cut.tlog --resume");
  CHECK(other.status == 3);
  CHECK(has(other.err, "is the log of another run: its seed is 3, and not 4"));
  CHECK((read_file(desk.path("cut.tlog")) == whole));
}

TEST_CASE("a run to one file that was cut off while its folder was removed is gone on with") {
  const PackDesk desk;
  const std::string whole = read_file(desk.path("log.tlog"));
  std::filesystem::create_directory(desk.path("log.tlog.partial"));
  // The file that says whose log it is went first.
  desk.write("log.tlog.partial/clients-00001.log", "some events");
  REQUIRE(desk.run("run fleet.toml --log log.tlog --resume").status == 0);
  CHECK((read_file(desk.path("log.tlog")) == whole));
  CHECK_FALSE(desk.exists("log.tlog.partial"));
  // What is somebody else's stays.
  std::filesystem::create_directory(desk.path("log.tlog.partial"));
  desk.write("log.tlog.partial/letter", "dear");
  const Ran refused = desk.run("run fleet.toml --log log.tlog --resume");
  CHECK(refused.status == 3);
  CHECK(has(refused.err, "is not empty, and has no site.log"));
  CHECK(desk.exists("log.tlog.partial/letter"));
}

TEST_CASE("a run to one file that is interrupted says where its log is") {
  const PackDesk desk;
  const Ran ran =
      desk.run_shell("'" + program() +
                     "' run fleet.toml --clients-scale 1200 --threads 1 --log big.tlog & p=$!; " +
                     kUntilItListens + "; kill -2 $p; wait $p");
  CHECK(ran.status == 130);
  CHECK(has(ran.err, "`big.tlog.partial`: --resume continues it"));
  CHECK_FALSE(desk.exists("big.tlog"));
  CHECK(desk.exists("big.tlog.partial/site.log"));
}

TEST_CASE("a full disk leaves the folder of a log that does not fit twice, and says so") {
  const PackDesk desk;
  const std::string whole = read_file(desk.path("log.tlog"));
  std::size_t largest = 0;
  for (const auto& [name, bytes] : read_folder(desk.path("log"))) {
    largest = std::max(largest, bytes.size());
  }
  // Each file of the log fits, and one of all of them does not; in KiB.
  const std::size_t room = (largest + whole.size()) / 2 / 1024;
  const Ran ran = desk.run_shell("ulimit -f " + std::to_string(room * 2) + "; exec '" + program() +
                                 "' run fleet.toml --log full.tlog");
  CHECK(ran.status == 3);
  CHECK(has(ran.err,
            "the log is whole in `full.tlog.partial`: make room, and run `tokenlife log pack "
            "full.tlog.partial -o full.tlog`"));
  CHECK(has(ran.out, desk.digest));
  CHECK_FALSE(desk.exists("full.tlog"));
  CHECK((read_folder(desk.path("full.tlog.partial")) == read_folder(desk.path("log"))));
  CHECK(desk.run("log pack full.tlog.partial -o full.tlog").status == 0);
  CHECK((read_file(desk.path("full.tlog")) == whole));
}

TEST_CASE("a packed log that is cut off or altered is damaged, and nothing crashes") {
  const PackDesk desk;
  const std::string whole = read_file(desk.path("log.tlog"));
  const auto check = [&](const std::string& bytes, const char* words) {
    desk.write("bad.tlog", bytes);
    for (const char* line : {"log verify bad.tlog", "log unpack bad.tlog -o out-of-bad",
                             "log pack bad.tlog -o again.tlog"}) {
      const Ran ran = desk.run(line);
      INFO(line << ": " << ran.err);
      CHECK(ran.status == 3);
      CHECK(is_one_message(ran.err));
      CHECK(has(ran.err, words));
    }
    std::filesystem::remove_all(desk.path("out-of-bad"));
    CHECK_FALSE(desk.exists("again.tlog"));
  };
  check(whole.substr(0, 30), "damaged");
  check(whole.substr(0, whole.size() - 1), "damaged");
  check(whole + "x", "damaged");
  for (const std::size_t at : {9UL, 30UL, 80UL, whole.size() / 2, whole.size() - 10}) {
    std::string other = whole;
    other[at] = static_cast<char>(other[at] ^ 1);
    check(other, "damaged");
  }
  check("something else", "neither a log's folder nor a packed log");
}

TEST_CASE("to salvage a packed log is advised where something can be saved, and not elsewhere") {
  const PackDesk desk;
  const std::string whole = read_file(desk.path("log.tlog"));
  const std::string again = "; copy it again, or remove it and run its scenario again";
  for (const char* line : {"log verify bad.tlog", "log salvage bad.tlog -o saved"}) {
    INFO(line);
    desk.write("bad.tlog", "");
    CHECK(desk.run(line).err ==
          "tokenlife: bad.tlog: byte 0: damaged: not a packed log: there is nothing in it" + again +
              "\n");
    std::string other = whole;
    other[15] = 1;
    desk.write("bad.tlog", other);
    CHECK(desk.run(line).err ==
          "tokenlife: bad.tlog: byte 8: damaged: the index has too many partitions" + again + "\n");
  }
  desk.write("bad.tlog", whole.substr(0, whole.size() - 1));
  CHECK(has(desk.run("log verify bad.tlog").err,
            again + "; `tokenlife log salvage LOG -o NEW` saves what is whole\n"));
  CHECK(desk.run("log salvage bad.tlog -o saved").status == 0);
}

TEST_CASE("what is no run's log is not packed, and a page does not overwrite a packed log") {
  const PackDesk desk;
  REQUIRE(desk.run("site init site").status == 0);
  CHECK(desk.run("log verify site").status == 0);
  check_refused(desk,
                {{"log pack site -o site.tlog", "is a site's journal; give the folder of a run's"},
                 {"report log.tlog -o log.tlog --force", "is the log itself"}});
  CHECK(desk.run("log unpack log -o out").status == 3);
  CHECK(desk.run("log pack nothing -o nothing.tlog").status == 3);
}

}  // namespace tokenlife::test
