// `tokenlife conform` with adapters that lie, die, hang and flood, and with this project's own.
#include <catch2/catch.hpp>

#include <chrono>
#include <nlohmann/json.hpp>

#include "support/desk.hpp"

namespace tokenlife::test {
namespace {

using nlohmann::json;

// A client that is not there: it never asks. `more` is done at each request, in the shell.
std::string silent_client(const std::string& more = "") {
  return "i=0\n"
         "while read -r line; do\n"
         "  i=$((i+1))\n"
         "  case $line in\n"
         "    *hello*) echo \"{\\\"id\\\":$i,\\\"name\\\":\\\"silent\\\",\\\"version\\\":\\\"1\\\","
         "\\\"can\\\":[\\\"bulk\\\"],\\\"reasons\\\":true}\";;\n"
         "    *) " +
         more +
         " echo \"{\\\"id\\\":$i,\\\"asks\\\":\\\"nothing\\\"}\";;\n"
         "  esac\n"
         "done\n";
}

class ConformDesk : public Desk {
 public:
  // An adapter that is a script of the shell's.
  Ran conform(const std::string& script, const std::string& options = "",
              const std::string& role = "client") const {
    write("adapter.sh", script);
    return run("conform --role " + role + " --adapter 'sh adapter.sh' " + options);
  }
};

}  // namespace

TEST_CASE("a client that never asks does not conform, and the story is as short as can be") {
  const ConformDesk desk;
  std::filesystem::create_directory(desk.path("found"));
  const Ran ran = desk.conform(silent_client(), "--out found --for 10s");
  INFO(ran.out << ran.err);
  CHECK(ran.status == 1);
  CHECK(ran.err.empty());
  CHECK(has(ran.out, "it asks `nothing`, but has to ask `register`"));
  CHECK(has(ran.out, "R13  A client registers right after it is installed."));
  CHECK(has(ran.out, "expected  asks to register via"));
  CHECK(has(ran.out, "written to found/conform-client-1.jsonl"));
  const auto lines = lines_of(read_file(desk.path("found/conform-client-1.jsonl")));
  REQUIRE(lines.size() == 3);
  CHECK(json::parse(lines[0])["request"]["op"] == "hello");
  CHECK(json::parse(lines[1])["request"]["op"] == "reset");
  const json last = json::parse(lines[2]);
  CHECK(last["request"]["op"] == "contact");
  CHECK(last["came"]["asks"] == "nothing");
  CHECK(last["expected"]["asks"] == "register");
  // The same, from the file; and where nothing is broken, nothing is found.
  const Ran again = desk.conform(silent_client(), "--replay found/conform-client-1.jsonl");
  CHECK(again.status == 1);
  CHECK(has(again.out, "it asks `nothing`, but has to ask `register`"));
  const Ran own = desk.run("conform --role client --adapter '" OWN_ADAPTER
                           " client own' --replay found/conform-client-1.jsonl");
  INFO(own.out << own.err);
  CHECK(own.status == 0);
  CHECK(has(own.out, "it conforms"));
  const Ran other = desk.conform(silent_client(), "--replay found/conform-client-1.jsonl", "site");
  CHECK(other.status == 2);
  CHECK(has(other.err, "is for a client"));
  // A replay has no seed, and what it finds would be written over what it replays.
  const std::string name = "found/conform-client-0.jsonl";
  std::filesystem::rename(desk.path("found/conform-client-1.jsonl"), desk.path(name));
  const Ran itself = desk.conform(silent_client(), "--out found --replay " + name);
  CHECK(itself.status == 2);
  CHECK(has(itself.err, "`" + name + "` is the --replay file itself; choose another file\n"));
  CHECK(lines_of(read_file(desk.path(name))) == lines);
}

TEST_CASE("D4: no token stands in what conform prints and writes") {
  const ConformDesk desk;
  std::filesystem::create_directory(desk.path("found"));
  // It shows what it was told, wherever it can.
  const std::string tell =
      "t=$(printf %s \"$line\" | sed -n 's/.*\"bulk-token\":\"\\([^\"]*\\)\".*/\\1/p');"
      "case $t in '') ;; *) k=$t; echo \"the token is $k\" >&2;; esac;"
      "case $line in *contact*) "
      "echo \"{\\\"id\\\":$i,\\\"asks\\\":\\\"$k\\\",\\\"via\\\":\\\"$k\\\",\\\"more\\\":"
      "\\\"$k\\\",\\\"shows\\\":{\\\"token\\\":\\\"x$k\\\",\\\"credential\\\":\\\"$k\\\"}}\";"
      "continue;; esac;";
  for (const char* form : {"", " --json"}) {
    const Ran ran = desk.conform(silent_client(tell), std::string("--out found --seed 1") + form);
    INFO(ran.out << ran.err);
    CHECK(ran.status == 1);
    const std::string file = read_file(desk.path("found/conform-client-1.jsonl"));
    for (const std::string& text : {ran.out, ran.err, file}) {
      CHECK(!std::regex_search(text, std::regex("t\\.[A-Za-z0-9_-]{43}")));
    }
    if (!has(file, "bulk-token")) continue;
    CHECK(has(file, R"("bulk-token":{"granted-by":2})"));
  }
}

TEST_CASE("an adapter that is lost is told, with its last line and its standard error") {
  const ConformDesk desk;
  struct Lost {
    const char* script;
    const char* words;
  };
  const std::string hello = R"(read l; echo '{"id":1,"can":[]}'; )";
  for (const Lost& lost : {
           Lost{"read l; echo oh >&2; exit 7", "ended with exit status 7"},
           Lost{"read l; kill -9 $$", "was killed by signal 9"},
           Lost{"read l; echo oh >&2; exec sleep 60", "gave no answer in 3 s"},
           Lost{"exec sleep 60", "gave no answer in 3 s"},
           Lost{"yes | tr -d '\\n'", "wrote a line of more than 1 MiB"},
           Lost{"read l; echo 'hello, world'; cat >/dev/null", "something that is not JSON"},
           Lost{"read l; echo '[1]'; cat >/dev/null", "JSON that is not an object"},
           Lost{"exec 1>&-; exec sleep 60", "closed its standard output"},
           Lost{"read l; printf '\\377\\n'; cat >/dev/null", "something that is not JSON"},
       }) {
    INFO(lost.script);
    const auto begin = std::chrono::steady_clock::now();
    const Ran ran = desk.conform(lost.script, "--timeout 3s --for 1s");
    INFO(ran.err);
    CHECK(ran.status == 3);
    CHECK(has(ran.err, lost.words));
    CHECK(has(ran.err, "oh") == has(lost.script, "echo oh"));
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds{30});
  }
  const Ran last = desk.conform("read l; echo 'hello, world'; cat >/dev/null", "--timeout 3s");
  CHECK(has(last.err, "its last line: `hello, world`"));
  const Ran none = desk.run("conform --role site --adapter ./nowhere");
  CHECK(none.status == 3);
  CHECK(has(
      none.err,
      "cannot be started: `./nowhere`: No such file or directory; give the path of the program"));
}

TEST_CASE("an adapter that outlives its standard input, or dies on the way, is lost") {
  const ConformDesk desk;
  const std::string own = "'" OWN_ADAPTER "' client own; ";
  const Ran stays = desk.conform(own + "exec sleep 60", "--cases 1 --timeout 5s");
  INFO(stays.err);
  CHECK(stays.status == 3);
  CHECK(has(stays.err, "did not end within 5 s after its standard input was closed"));
  std::filesystem::create_directory(desk.path("found"));
  const std::string three_lines =
      "i=0; while [ $i -lt 3 ] && read -r l; do printf '%s\\n' \"$l\"; i=$((i+1)); done | ";
  const Ran dies = desk.conform(three_lines + own + "exit 4", "--out found --timeout 5s");
  INFO(dies.err);
  CHECK(dies.status == 3);
  CHECK(has(dies.err, "ended with exit status 4"));
  CHECK(std::filesystem::exists(desk.path("found/conform-client-1.jsonl")));
}

TEST_CASE("lies about who answers what do not conform") {
  const ConformDesk desk;
  const std::string twice = "echo \"{\\\"id\\\":$i}\";";
  const Ran other_id = desk.conform(silent_client(twice));
  INFO(other_id.out << other_id.err);
  CHECK(other_id.status == 1);
  const Ran no_door =
      desk.conform(R"(read l; echo '{"id":1,"can":["bulk"]}'; cat >/dev/null)", "", "site");
  CHECK(no_door.status == 1);
  CHECK(has(no_door.out, "its answer to `hello` does not name an endpoint in `can`"));
  const Ran wrong_hello = desk.conform(R"(read l; echo '{"id":7,"can":[]}'; cat >/dev/null)");
  CHECK(wrong_hello.status == 1);
  CHECK(has(wrong_hello.out, "does not have the `id` of the request"));
}

TEST_CASE("a protocol or role that an adapter has not is the user's mistake") {
  const ConformDesk desk;
  const Ran ran =
      desk.conform(R"(read l; echo '{"id":1,"error":"what is a client?"}'; cat >/dev/null)");
  CHECK(ran.status == 2);
  CHECK(is_one_message(ran.err));
  CHECK(has(ran.err, "no role client in protocol 1: `what is a client?`"));
  desk.write("empty.jsonl", "");
  check_refused(desk,
                {{"conform --role boss --adapter true", "boss"},
                 {"conform --role site", "--adapter is required"},
                 {"conform --role site --adapter \"a 'b\"", "has a quote that does not end"},
                 {"conform --role site --adapter ''", "does not name a program"},
                 {"conform --role site --adapter true --for 0s", "longer than zero"},
                 {"conform --role site --adapter true --for 1s --cases 1", "excludes"},
                 {"conform --role site --adapter true --cases 0", "is not a whole number"},
                 {"conform --role site --adapter true --timeout x", "--timeout"},
                 {"conform --role site --adapter true --out nowhere", "is not a folder"},
                 {"conform --role site --adapter true --replay empty.jsonl", "has no requests"}});
  const Ran missing = desk.run("conform --role site --adapter true --replay nofile");
  CHECK(missing.status == 3);
  CHECK(missing.err ==
        "tokenlife: nofile: the history cannot be read: No such file or directory; give the path "
        "of a history that `conform --out` wrote\n");
}

TEST_CASE("this project's own client conforms") {
  const Desk desk;
  const Ran client =
      desk.run("conform --role client --adapter '" OWN_ADAPTER " client own' --cases 20 --json");
  INFO(client.out << client.err);
  CHECK(client.status == 0);
  const json report = json::parse(client.out);
  CHECK(report["conforms"] == true);
  CHECK(report["histories"] == 20);
  CHECK(report["rules"]["R12"] > 0);
  CHECK(report["difference"].is_null());
}

// Each of its histories makes a signing key.
TEST_CASE("this project's own site conforms", "[slow]") {
  const Desk desk;
  const Ran site = desk.run("conform --role site --adapter '" OWN_ADAPTER
                            " site own-site' --cases 20 --timeout 1m");
  INFO(site.out << site.err);
  CHECK(site.status == 0);
  CHECK(has(site.out, "it conforms"));
  CHECK(has(site.out, "JWT tokens"));
}

}  // namespace tokenlife::test
