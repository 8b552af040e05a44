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

const std::string kProgram = "'" + std::string(TOKENLIFE_PROGRAM) + "' ";

}  // namespace

TEST_CASE("two that make a client in one folder at once make one") {
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

TEST_CASE("clients that register at once get tokens of their own, or hear why not yet") {
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

TEST_CASE("an attempt to make a client that a crash cut off is in nobody's way") {
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
    CHECK(ran.status == 2);
    CHECK(has(ran.err, "other: is not empty"));
    CHECK(fs::remove_all(desk.path("other")) == 2);
  }
  CHECK(desk.client("new", "whole", hours{0}).status == 2);
}

}  // namespace tokenlife::test
