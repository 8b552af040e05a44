// A site on disk whose journal lacks something that it had acknowledged, or is damaged.
#include <catch2/catch.hpp>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/desk.hpp"

namespace tokenlife::test {
namespace {

using nlohmann::json;

constexpr const char* kAt = " --at 2026-01-02T00:00:00Z";

// A site with a bulk token that is blocked, and a client on the intranet.
struct RepairDesk : Desk {
  std::string guid;
  std::string before_block;  // the journal
  std::string journal;

  RepairDesk() {
    out("site init site --at 2026-01-01T00:00:00Z");
    const json made = json::parse(out("token new --site site --json --at 2026-01-01T00:00:00Z"));
    guid = made["guid"];
    write("token", made["token"]);
    out("client new --dir c --site site --key ec-p256 --at 2026-01-01T00:00:00Z");
    before_block = read_file(path("site/site.log"));
    out("token block " + guid + " --site site --at 2026-01-01T12:00:00Z");
    journal = read_file(path("site/site.log"));
  }
  std::string out(const std::string& line) const {
    const Ran ran = run(line);
    INFO(line << "\n" << ran.out << ran.err);
    REQUIRE(ran.status == 0);
    return ran.out;
  }
  Ran verify() const {
    return run("token verify --token-file token --site site" + (kAt + std::string()));
  }
  std::string kinds() const {
    std::string kinds;
    std::istringstream lines(out("events site --format jsonl"));
    for (std::string line; std::getline(lines, line);) {
      kinds += (kinds.empty() ? "" : " ") + json::parse(line)["kind"].get<std::string>();
    }
    return kinds;
  }
  // Every command that grants or accepts something.
  std::vector<std::string> granting() const {
    return {"token verify --token-file token --site site",
            "token list --site site",
            "token new --site site",
            "token block " + guid + " --site site",
            "token unblock " + guid + " --site site",
            "site show site",
            "site rotate site",
            "site retire site 0",
            "site restore site",
            "ccmsetup-line --site site --host cmg.example.com",
            "client new --dir d --site site",
            "client register --dir c --site site",
            "client call --dir c --site site"};
  }
  void check_closed(const std::string& words) const {
    for (const std::string& line : granting()) {
      const Ran ran = run(line + kAt);
      INFO(line << "\n" << ran.out << ran.err);
      CHECK(ran.status == 3);
      CHECK(ran.out.empty());
      CHECK(is_one_message(ran.err));
      CHECK(has(ran.err, words));
      CHECK(has(ran.err, "tokenlife site repair"));
    }
    for (const char* line : {"events site", "log verify site"}) CHECK(run(line).status == 3);
  }
};

}  // namespace

TEST_CASE("R54: an end that is cut off unblocks nothing, whatever the cut looks like", "[slow]") {
  const RepairDesk desk;
  CHECK(has(desk.verify().out, "bulk-token-blocked"));
  for (const std::size_t left : {std::size_t{0}, std::size_t{1}, std::size_t{60},
                                 desk.journal.size() - desk.before_block.size() - 1}) {
    INFO(left);
    desk.write("site/site.log", desk.journal.substr(0, desk.before_block.size() + left));
    const Ran ran = desk.verify();
    CHECK(ran.status == 3);
    CHECK(ran.out.empty());
    CHECK(has(ran.err, "ends after event 2 of 3 that were acknowledged"));
  }
  desk.check_closed("ends after event 2 of 3 that were acknowledged");
}

TEST_CASE("a site without its head is closed, and one with another's head", "[slow]") {
  const RepairDesk desk;
  std::filesystem::remove(desk.path("site/site.head"));
  desk.check_closed("site.head, which says how far the journal goes, is missing");
  desk.write("site/site.head", "tokenlife site head 2\n");
  desk.check_closed("does not say how far the journal goes");
  desk.out("site init other");
  std::filesystem::copy(desk.path("other/site.head"), desk.path("site/site.head"),
                        std::filesystem::copy_options::overwrite_existing);
  desk.check_closed("event 1 is not the one that was acknowledged");
}

TEST_CASE("a repair says what is lost, keeps the files, and opens the site again", "[slow]") {
  const RepairDesk desk;
  CHECK(desk.out("site repair site") == "nothing to repair\n");
  const std::string torn = desk.journal.substr(0, desk.before_block.size() + 60);
  const std::string head = read_file(desk.path("site/site.head"));
  desk.write("site/site.log", torn);
  const std::string told = desk.out("site repair site --at 2026-01-01T13:00:00Z");
  CHECK(has(told, "site.log: 3 events were acknowledged, and 2 are there\n"));
  CHECK(has(told, "kept      2 events, the last before the damage at 2026-01-01T00:00:00Z\n"));
  CHECK(has(told, "lost      1 event that had been acknowledged; cut off: 60 bytes\n"));
  CHECK(read_file(desk.path("site/site.log.damaged-1")) == torn);
  CHECK(read_file(desk.path("site/site.head.damaged-1")) == head);
  CHECK(desk.kinds() == "site-established bulk-token-issued journal-repaired epoch-begun");
  CHECK(has(desk.out("events site --kind journal-repaired"), "acknowledged=3 kept=2 bytes-cut=60"));
  CHECK(desk.out("site repair site") == "nothing to repair\n");
  // It has to be done again.
  CHECK(desk.verify().status == 0);
  CHECK(has(desk.out("token block " + desk.guid + " --site site" + kAt), "blocked "));
  CHECK(has(desk.verify().out, "bulk-token-blocked"));
  desk.out("client register --dir c --site site" + std::string(kAt));
}

TEST_CASE("R54: behind a bad byte in the middle a block is seen, and taken over", "[slow]") {
  const RepairDesk desk;
  std::string bad = desk.journal;
  const std::size_t at = desk.before_block.size() - 40;  // in the token's event
  bad[at] = static_cast<char>(bad[at] ^ 1);
  desk.write("site/site.log", bad);
  desk.check_closed("the digest of this frame (block of the file) is wrong");
  const Ran refused = desk.run("site repair site");
  CHECK(refused.status == 3);
  CHECK(has(refused.err, "after it 1 event can be read; `tokenlife site repair --salvage DIR`"));
  CHECK(read_file(desk.path("site/site.log")) == bad);
  // What was bad is the token's own event, and so its block has nothing to block.
  const std::string told = desk.out("site repair --salvage site --at 2026-01-01T13:00:00Z");
  CHECK(has(told, "given up because something before it is lost\n2026-01-01T12:00:00Z  site"));
  CHECK(has(told, "bulk-token-blocked          guid=" + desk.guid));
  CHECK(desk.kinds() == "site-established journal-repaired epoch-begun");
  CHECK(has(desk.verify().out, "bulk-token-unknown"));
}

TEST_CASE("what fits behind a bad byte is kept, in its order", "[slow]") {
  const RepairDesk desk;
  desk.out("token new --site site --name lost --at 2026-01-01T13:00:00Z");
  const std::size_t from = desk.journal.size();
  const json other =
      json::parse(desk.out("token new --site site --name kept --json --at 2026-01-01T14:00:00Z"));
  desk.out("token block " + other["guid"].get<std::string>() +
           " --site site --at 2026-01-01T15:00:00Z");
  std::string bad = read_file(desk.path("site/site.log"));
  bad[from + 50] = static_cast<char>(bad[from + 50] ^ 1);
  desk.write("site/site.log", bad);
  const std::string told = desk.out("site repair --salvage site --at 2026-01-01T16:00:00Z");
  CHECK(has(told,
            "kept      5 events in all, 2 of them from after the damage; the last before it at "
            "2026-01-01T12:00:00Z\nafter the damage, and kept\n2026-01-01T14:00:00Z  site"));
  CHECK(has(told, "lost      1 event that had been acknowledged"));
  CHECK(desk.kinds() ==
        "site-established bulk-token-issued bulk-token-blocked bulk-token-issued "
        "bulk-token-blocked journal-repaired epoch-begun");
  const json list =
      json::parse(desk.out("token list --site site --json --at 2026-01-01T16:00:00Z"));
  REQUIRE(list["bulk-tokens"].size() == 2);
  CHECK(list["bulk-tokens"][1]["name"] == "kept");
  CHECK(list["bulk-tokens"][1]["status"] == "blocked");
  CHECK(has(desk.verify().out, "bulk-token-blocked"));
}

TEST_CASE("a clock that went back behind the damage is not lost", "[slow]") {
  const RepairDesk desk;
  desk.out("token new --site site --name lost --at 2026-01-01T13:00:00Z");
  const std::size_t from = desk.journal.size();
  desk.out("token new --site site --name ahead --at 2026-01-20T00:00:00Z");
  desk.out("token new --site site --name back --at 2026-01-01T14:00:00Z");
  std::string bad = read_file(desk.path("site/site.log"));
  bad[from + 50] = static_cast<char>(bad[from + 50] ^ 1);
  desk.write("site/site.log", bad);
  const std::string told = desk.out("site repair --salvage site --at 2026-01-01T16:00:00Z");
  CHECK(has(told, "kept      6 events in all, 3 of them from after the damage; the last before"));
  CHECK(has(told, "lost      1 event that had been acknowledged"));
  CHECK(desk.kinds() ==
        "site-established bulk-token-issued bulk-token-blocked bulk-token-issued clock-went-back "
        "bulk-token-issued journal-repaired epoch-begun");
}

TEST_CASE("a journal without an event cannot be repaired", "[slow]") {
  const RepairDesk desk;
  std::uint32_t length = 0;  // of the header's message
  std::memcpy(&length, desk.journal.data() + 8, sizeof length);
  desk.write("site/site.log", desk.journal.substr(0, 8 + 8 + length + 32));
  const Ran ran = desk.run("site repair --salvage site");
  CHECK(ran.status == 3);
  CHECK(is_one_message(ran.err));
  CHECK(has(ran.err, "no event establishes the site; nothing of it can be read: put back a copy"));
}

TEST_CASE("what is no site is not repaired, and it is said what it is", "[slow]") {
  const RepairDesk desk;
  const auto refusal = [&](const std::string& line) {
    const Ran ran = desk.run(line);
    CHECK(ran.status == 3);
    return ran.err;
  };
  CHECK(has(refusal("site repair c"), "a client's folder, and not a site's; give the one that"));
  std::filesystem::create_directory(desk.path("empty"));
  CHECK(has(refusal("site repair empty"), "not a site's folder: it has no site.log; make one"));
  std::filesystem::remove(desk.path("site/site.log"));
  CHECK(has(refusal("site repair site"), "site.log, is missing; put back a copy of it"));
  desk.write("run.toml",
             "format = 1\nrun = { duration = \"1d\" }\n"
             "[[cohort]]\nname = \"a\"\nclients = 1\nnetwork = { model = \"fixed\", on = "
             "\"intranet\" }\n");
  desk.out("run run.toml --log run");
  CHECK(has(refusal("site repair run"), "not of a site on disk; give the folder that `tokenlife"));
  CHECK(has(refusal("site init run"), "run: is the log of a run; choose another folder"));
}

// Who waits for a site reads the clock when he has it: others may have changed it meanwhile.
TEST_CASE("a repair and a restore are later than what was done before them", "[slow]") {
  for (const std::string command : {"restore", "repair"}) {
    const RepairDesk desk;
    const std::string tokenlife = "'" + program() + "'";
    // In a copy the site goes on a second later, while the command waits for the site itself.
    const Ran ran = desk.run_shell(
        "unset TOKENLIFE_SITE; " + tokenlife + " site init late >/dev/null; " + "exec 9<late; " +
        "flock 9; " + tokenlife + " site " + command + " late >told & p=$!; " +
        "until ls -l /proc/$p/fd | grep -q 'late$' || ! kill -0 $p; do :; done; " +
        "now=$(date +%s); until [ $(date +%s) -gt $((now + 1)) ]; do sleep 0.1; done; " +
        "cp -a late copy; " + tokenlife + " token new --site copy >/dev/null; " +
        "cat copy/site.head >late/site.head; cat copy/site.log " +
        (command == "repair" ? "| head -c -9 " : "") + ">late/site.log; flock -u 9; wait $p");
    INFO(command << ran.out << ran.err << read_file(desk.path("told")));
    CHECK(ran.status == 0);
    const std::string events = desk.out("events late");
    INFO(events);
    CHECK(has(events, "epoch-begun"));
    CHECK_FALSE(has(events, "clock-went-back"));
  }
}

TEST_CASE("a repair and a restore wait for others as long as they are told to", "[slow]") {
  const RepairDesk desk;
  for (const std::string command : {"restore", "repair"}) {
    const Ran ran = desk.run_shell("exec 9<site; flock 9; exec '" + program() + "' site " +
                                   command + " site --lock-timeout 0");
    CHECK(ran.status == 3);
    CHECK(has(ran.err, "another program is changing this site"));
  }
}

TEST_CASE("a torn event that nobody was told of is no damage, and every command says so",
          "[slow]") {
  const RepairDesk desk;
  desk.out("token new --site site --at 2026-01-01T13:00:00Z");
  const std::string more = read_file(desk.path("site/site.log"));
  const RepairDesk other;
  other.write("site/site.log", other.journal + more.substr(desk.journal.size(), 60));
  for (const char* line : {"token verify --token-file token --site site", "token list --site site",
                           "client register --dir c --site site"}) {
    const Ran ran = other.run(line + std::string(kAt));
    INFO(line << ran.err);
    CHECK(ran.status <= 1);
    CHECK(has(ran.err, "the rest, 60 bytes, is of an event that was not written to its end"));
  }
  CHECK(other.out("site repair site") == "nothing to repair\n");
}

TEST_CASE("a site of the version before, without a head, opens, and gets one with its next event") {
  const Desk desk;
  const auto golden = read_folder("tests/sim/golden/site-without-head");
  write_folder(desk.path("site"), golden);
  const std::string at = " --at 2026-01-03T00:00:00Z";
  const Ran list = desk.run("token list --site site" + at);
  INFO(list.err);
  CHECK(list.status == 0);
  CHECK(has(list.out, "blocked"));
  CHECK(desk.run("events site").status == 0);
  CHECK_FALSE(std::filesystem::exists(desk.path("site/site.head")));
  // Its key is not kept here: what needs none is enough.
  const std::string guid = "490db301-bfd5-4197-a7a8-afe48fb6c8a2";
  CHECK(desk.run("token unblock " + guid + " --site site" + at).status == 0);
  CHECK(std::filesystem::exists(desk.path("site/site.head")));
  std::string journal = read_file(desk.path("site/site.log"));
  CHECK(journal.starts_with(golden.at("site.log")));
  desk.write("site/site.log", golden.at("site.log"));
  CHECK(has(desk.run("token list --site site" + at).err, "that were acknowledged"));
}

TEST_CASE("a site of the version before that has changed since needs the head that it got") {
  const Desk desk;
  write_folder(desk.path("site"), read_folder("tests/sim/golden/site-without-head"));
  CHECK(desk.run("site restore site --at 2026-01-03").status == 0);
  CHECK(desk.run("token list --site site --at 2026-01-03").status == 0);
  std::filesystem::remove(desk.path("site/site.head"));
  const Ran list = desk.run("token list --site site --at 2026-01-03");
  CHECK(list.status == 3);
  CHECK(has(list.err, "site.head, which says how far the journal goes, is missing"));
}

}  // namespace tokenlife::test
