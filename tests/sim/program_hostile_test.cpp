// Sites and clients on disk in a world that is against them: several at once, leftovers of crashes,
// and files that are none.
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "support/client_desk.hpp"

namespace tokenlife::test {
namespace {

namespace fs = std::filesystem;
using std::chrono::hours;

const std::string kProgram = "'" + program() + "' ";

}  // namespace

TEST_CASE("two that make a client in one folder at once make one", "[slow]") {
  const ClientDesk desk;
  for (int round = 0; round < 4; ++round) {
    const std::string name = "client-" + std::to_string(round);
    const std::string line = kProgram + "client new --site site --key ec-p256 --dir " + name;
    desk.run_shell("for i in 1 2 3 4; do " + line + " >out.$i 2>err.$i & done; wait");
    int made = 0;
    for (const char* i : {"1", "2", "3", "4"}) {
      made += read_file(desk.path(std::string("out.") + i)).empty() ? 0 : 1;
      const std::string err = read_file(desk.path(std::string("err.") + i));
      if (!err.empty()) CHECK(is_one_message(err));
    }
    CHECK(made == 1);
    CHECK(desk.run("client register --site site --dir " + name).status == 0);
  }
}

TEST_CASE("clients that register at once get tokens of their own, or hear why not yet", "[slow]") {
  const ClientDesk desk;
  for (const char* name : {"a", "b", "c"}) desk.ask(0, "new", name, hours{0}, "--key ec-p256");
  desk.run_shell("for i in a b c; do " + kProgram +
                 "client register --site site --dir $i >out.$i 2>err.$i & done; wait");
  for (const std::string name : {"a", "b", "c"}) {
    const std::string err = read_file(desk.path("err." + name));
    INFO(err);
    CHECK((err.empty() || (is_one_message(err) && has(err, "another program is changing"))));
    desk.run("client register --site site --dir " + name);
  }
  CHECK(has(desk.run("site show site --json").out, "\"clients\": 3"));
}

TEST_CASE("a client that waits for its bulk token asks what time it is when it has it", "[slow]") {
  const ClientDesk desk;
  desk.bulk_token("bulk");
  desk.ask(0, "new", "kiosk", hours{0}, "--network internet");
  // The site has an event of the second after the one in which the client began to wait.
  const Ran ran =
      desk.run_shell("mkfifo pipe; " + kProgram +
                     "client register --dir kiosk --site site --bulk-token - <pipe & exec 3>pipe; "
                     "now=$(date +%s); until [ $(date +%s) -gt $((now + 1)) ]; do :; done; " +
                     kProgram + "token new --site site >/dev/null; cat bulk >&3; exec 3>&-; wait");
  CHECK(ran.err.empty());
  CHECK(has(ran.out, "the client is roaming"));
}

// With the places of standard input and standard error free, the lock and then the journal took
// them, and the warning went into the journal.
TEST_CASE("a program that is started without standard streams writes into no file of its own",
          "[slow]") {
  const ClientDesk desk;
  REQUIRE(desk.run("token new --site site").status == 0);
  // A write that was cut off, and never acknowledged.
  const std::string head = read_file(desk.path("site/site.head"));
  REQUIRE(desk.run("token new --site site").status == 0);
  const std::string journal = read_file(desk.path("site/site.log"));
  desk.write("site/site.log", journal.substr(0, journal.size() - 9));
  desk.write("site/site.head", head);
  CHECK(desk.run("token new --site site <&- 2>&-").status == 0);
  for (const char* line : {"token new --site site", "client new --site site --dir kiosk --json",
                           "site show site", "--help", "--version", "machine"}) {
    INFO(line);
    CHECK(desk.run(std::string(line) + " <&- >&- 2>&-").status == 3);
    CHECK(is_one_message(desk.run(std::string(line) + " <&- >/dev/full").err));
  }
  CHECK(desk.run("log verify site").status == 0);
  CHECK(desk.run("log verify kiosk/log").status == 0);
}

TEST_CASE("a pipe to which nobody writes, a device and a folder are no files, and hold nobody up",
          "[slow]") {
  const ClientDesk desk;
  REQUIRE(::mkfifo(desk.path("pipe").c_str(), 0600) == 0);
#ifdef TOKENLIFE_SANITIZED
  const std::string memory;  // The sanitizer itself takes terabytes of addresses.
#else
  const std::string memory = "ulimit -v 1000000; ";
#endif
  const std::string limits = memory + "timeout 20 " + kProgram;
  for (const std::string file : {"pipe", "/dev/zero", "site"}) {
    for (const std::string line :
         {"token verify --site site --token-file ", "token verify --token-file pipe --key ",
          "token verify --token-file pipe --site site --client-certificate ", "run ",
          "client call --site site --dir ", "ccmsetup-line --site site --host h --token-file "}) {
      INFO(line << file);
      const Ran ran = desk.run_shell(limits + line + file);
      CHECK(ran.status >= 1);
      CHECK(ran.status <= 3);
      CHECK((ran.status == 1 || is_one_message(ran.err)));
    }
  }
  CHECK(desk.run_shell(limits + "token inspect --token-file pipe").status == 0);
  // A pipe to which somebody writes is read to its end.
  desk.bulk_token("bulk");
  CHECK(has(desk.run_shell("mkfifo slow; " + kProgram +
                           "token verify --site site --token-file /dev/stdin <slow & p=$!; "
                           "exec 3>slow; until grep -q '^State:.S' /proc/$p/status; do :; done; "
                           "cat bulk >&3; exec 3>&-; wait $p")
                .out,
            "accepted"));
}

TEST_CASE("what is in the place of a file of a site or client is refused, or is in nobody's way",
          "[slow]") {
  const ClientDesk desk;
  desk.ask(0, "new", "kiosk", hours{0});
  desk.ask(0, "register", "kiosk", hours{0});
  struct Place {
    const char* file;
    bool needed;
  };
  for (const Place& place : {Place{"site/site.log", true},
                             {"site/signing-0.crt", true},
                             {"kiosk/client.key", true},
                             {"kiosk/client.crt", true},
                             {"kiosk/token", true},
                             {"kiosk/log", true},
                             {"kiosk/log/site.log", true},
                             {"kiosk/token.new", false},
                             {"kiosk/log.new", false},
                             {"kiosk/log-9", false}}) {
    for (const char* what : {"mkfifo", "mkdir", "ln -s /dev/zero", "ln -s nowhere"}) {
      INFO(what << " " << place.file);
      const std::string target = std::string("copy/") + place.file;
      const Ran ran = desk.run_shell(
          "rm -rf copy; mkdir copy; cp -a site kiosk copy; rm -rf " + target + "; " + what + " " +
          target + "; timeout 20 " + kProgram +
          "client call --network internet --site copy/site --dir copy/kiosk" + desk.at(hours{1}));
      CHECK(ran.status == (place.needed ? 3 : 0));
      CHECK(is_one_message(ran.err) == place.needed);
    }
  }
}

TEST_CASE("names that are hostile are shown as they are, and make no mess", "[slow]") {
  const ClientDesk desk;
  for (const std::string name :
       {R"($(printf 'a\033[2Jb'))", R"($(printf 'a\nb'))", R"($(printf '\377\376'))",
        "$(printf '%300s' x)", "$(printf '%5000s' x)"}) {
    for (const std::string line :
         {"site show ", "site retire ", "events ", "log verify ", "token list --site ",
          "token new --site ", "client call --site site --dir ", "client call --dir site --site ",
          "token block 7 --site ", "token verify - --site site --key ", "site show site --type ",
          "token new --site site --lifetime ", "site show site --at ", "site show site --"}) {
      INFO(line << name);
      const Ran ran = desk.run(line + "\"" + name + "\"");
      CHECK((ran.status == 2 || ran.status == 3));
      CHECK(ran.out.empty());
      CHECK(is_one_message(ran.err));
      CHECK(ran.err.find_first_of("\033\377") == std::string::npos);
    }
  }
}

TEST_CASE("where a file is, no folder of a site or client is made", "[slow]") {
  const ClientDesk desk;
  for (const char* line : {"site init small.toml", "client new --site site --dir small.toml"}) {
    const Ran ran = desk.run(line);
    CHECK(ran.status == 3);
    CHECK(ran.err == "tokenlife: small.toml: is not a folder; choose another place\n");
  }
  CHECK(desk.run("token new --site small.toml").err ==
        "tokenlife: small.toml: is a file, not a folder; `tokenlife site init` makes one\n");
  CHECK(desk.run("site show small.toml").err ==
        "tokenlife: small.toml: is a file, not a site's folder; give the folder that `tokenlife "
        "site init` made\n");
  CHECK(has(desk.run("client show small.toml --site site").err,
            "`small.toml` is a file, not a client's folder; give the client's folder"));
}

TEST_CASE("an attempt to make a client that a crash cut off is in nobody's way", "[slow]") {
  const ClientDesk desk;
  desk.ask(0, "new", "whole", hours{0});
  fs::create_directory(desk.path("half"));
  desk.write("half/client.key.new", "half a k");
  CHECK(desk.ask(0, "new", "half", hours{0})["state"] == "installed");
  // All but the link to the log, which makes it a client.
  fs::rename(desk.path("half/log"), desk.path("half/log.new"));
  CHECK(desk.ask(0, "new", "half", hours{0})["state"] == "installed");
  CHECK(desk.ask(0, "register", "half", hours{1})["granted"] == true);
  for (const char* other : {"log-1", "log.new", "thesis.txt"}) {
    INFO(other);
    fs::create_directories(desk.path("other") / other);
    const Ran ran = desk.client("new", "other", hours{0});
    CHECK(ran.status == 3);
    CHECK(has(ran.err, "other: is not empty"));
    CHECK(fs::remove_all(desk.path("other")) == 2);
  }
  CHECK(desk.client("new", "whole", hours{0}).status == 3);
}

}  // namespace tokenlife::test
