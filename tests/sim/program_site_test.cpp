// The program's commands on a site on disk, as their users meet them.
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <sstream>

#include "core/token/token_fault.hpp"
#include "core/token/token_verify.hpp"
#include "support/site_desk.hpp"

namespace tokenlife::test {
namespace {

using nlohmann::json;

}  // namespace

TEST_CASE("R31 R32 R41 R45: a new token is printed once, alone on its line, and is good") {
  const SiteDesk desk;
  const std::string out = lines_of(desk.run("token new --site site --name kiosks"));
  const std::string token = token_in(out);
  const auto good = verified(desk, token);
  REQUIRE(good);
  const BulkClaims claims = std::get<BulkClaims>(good->claims());
  CHECK(claims.dates.expires - claims.dates.not_before == std::chrono::days{3});
  CHECK(has(out, "GUID        " + to_string(claims.unique_id) + "\n"));
  CHECK(has(out, "Z (3d)\n"));

  const json list = json::parse(lines_of(desk.run("token list --site site --json")));
  REQUIRE(list["bulk-tokens"].size() == 1);
  CHECK(list["bulk-tokens"][0]["guid"] == to_string(claims.unique_id));
  CHECK(list["bulk-tokens"][0]["name"] == "kiosks");
  CHECK(list["bulk-tokens"][0]["lifetime"] == 259'200);
  CHECK(list["bulk-tokens"][0]["status"] == "active");
}

TEST_CASE("R22 R42 R50 D4: neither a token nor a key is in any other file or output", "[slow]") {
  const SiteDesk desk;
  const std::string token = token_in(lines_of(desk.run("token new --site site")));
  const std::string signature = token.substr(token.rfind('.') + 1, 40);
  const std::string payload = token.substr(token.find('.') + 1, 40);
  std::string everything = lines_of(desk.run("site show site")) +
                           lines_of(desk.run("site show site --json")) +
                           lines_of(desk.run("token list --site site"));
  for (const auto& [name, bytes] : read_folder(desk.path("site"))) {
    if (name != "signing-0.key") CHECK_FALSE(has(bytes, "PRIVATE KEY"));
    everything += bytes;
  }
  CHECK_FALSE(has(everything, signature));
  CHECK_FALSE(has(everything, payload));
}

TEST_CASE("R44 R46 A4: a lifetime that is not 1 to 10080 whole minutes is refused, never clamped",
          "[slow]") {
  const SiteDesk desk;
  for (const char* lifetime : {"0", "-1", "10081", "99999999999999999999", "1.5", "1e3", "0x10",
                               "60m", "+60", "' 60'", "sixty", "060", "00"}) {
    INFO(lifetime);
    for (const Ran& ran : {desk.run("token new --site site --lifetime=" + std::string(lifetime)),
                           desk.run_tool("/new /lifetime " + std::string(lifetime))}) {
      CHECK(ran.status == 2);
      CHECK(ran.out.empty());
      CHECK(has(ran.err, "lifetime: "));
      CHECK(has(ran.err, "give 1 to 10080"));
    }
  }
  CHECK(desk.shown("--type bulk-token")["certificates"].empty());
  for (const auto& [minutes, last] : {std::pair{"1", 60}, {"10080", 604'800}}) {
    const json made = json::parse(
        lines_of(desk.run("token new --site site --json --lifetime " + std::string(minutes))));
    CHECK(made["lifetime"] == last);
    CHECK(verified(desk, made["token"]));
  }
}

TEST_CASE("R49 R54 R55 D2: a token is blocked and unblocked by its GUID", "[slow]") {
  const SiteDesk desk;
  const json made = json::parse(lines_of(desk.run("token new --site site --json")));
  const std::string guid = made["guid"];
  CHECK(lines_of(desk.run("token block " + guid + " --site site")) == "blocked " + guid + "\n");
  CHECK(verified(desk, made["token"]).error() == TokenFault::bulk_token_blocked);
  CHECK(desk.shown("--type bulk-token")["certificates"][0]["status"] == "blocked");
  CHECK(lines_of(desk.run("token block " + guid + " --site site")) ==
        guid + " is already blocked\n");
  CHECK(lines_of(desk.run("token unblock " + guid + " --site site")) == "unblocked " + guid + "\n");
  CHECK(verified(desk, made["token"]));
  CHECK(lines_of(desk.run("token unblock " + guid + " --site site")) == guid + " is not blocked\n");
}

TEST_CASE("R48 R51 R52: bulk tokens and certificates are listed, filtered and sorted", "[slow]") {
  const SiteDesk desk;
  for (const char* token : {"--name first --lifetime 60", "--name second --lifetime 5"}) {
    lines_of(desk.run("token new --site site " + std::string(token)));
  }
  lines_of(desk.run("site rotate site"));
  const json all = desk.shown()["certificates"];
  REQUIRE(all.size() == 4);
  CHECK(all[0]["type"] == "bulk-token");
  CHECK(all[1]["type"] == "bulk-token");
  CHECK(all[2]["type"] == "signing-certificate");
  CHECK(all[2]["number"] == 0);
  CHECK(all[2]["status"] == "trusted");
  CHECK(all[3]["status"] == "signs-now");
  const json sorted = desk.shown("--type bulk-token --sort valid-to")["certificates"];
  REQUIRE(sorted.size() == 2);
  CHECK(sorted[0]["issued-to"] == "second");
  CHECK(sorted[1]["issued-to"] == "first");

  // Every line of the table has its columns where the heading has them.
  std::istringstream table(lines_of(desk.run("site show site")));
  std::string line;
  std::getline(table, line);
  CHECK(line.starts_with("Site with the tenant "));
  std::getline(table, line);
  const std::size_t status = line.find("Status");
  int rows = 0;
  while (std::getline(table, line) && !line.starts_with("Head: 4:")) {
    ++rows;
    CHECK(line.substr(status - 2, 2) == "  ");
    CHECK(line[status - 3] == 'Z');
  }
  CHECK(rows == 4);
}

TEST_CASE("A9: a certificate is rotated, retired once, and never the one that signs", "[slow]") {
  const SiteDesk desk;
  const std::string old = token_in(lines_of(desk.run("token new --site site")));
  CHECK(
      has(desk.run("site retire site 0").err, "signs now; run `tokenlife site rotate DIR` first"));
  CHECK(has(lines_of(desk.run("site rotate site")), ", number 1\n"));
  CHECK_FALSE(std::filesystem::exists(desk.path("site/signing-0.key")));
  CHECK(verified(desk, old));
  CHECK(has(lines_of(desk.run("site retire site 0")), "retired "));
  CHECK(verified(desk, old).error() == TokenFault::signer_retired);
  CHECK(lines_of(desk.run("site retire site 0")) == "number 0 is already retired\n");
  CHECK(desk.shown("--type signing-certificate")["certificates"][0]["status"] == "retired");
  CHECK(verified(desk, token_in(lines_of(desk.run("token new --site site")))));
}

TEST_CASE("A9: a bulk token whose signer is retired is listed so, unless it is over anyway",
          "[slow]") {
  const SiteDesk desk;
  const json made = json::parse(lines_of(desk.run("token new --site site --lifetime 60 --json")));
  const auto listed = [&](const std::string& options = "") {
    const json list = json::parse(lines_of(desk.run("token list --site site --json" + options)));
    return list["bulk-tokens"][0]["status"].get<std::string>();
  };
  const std::string before = " --at 2020-01-01T00:00:00Z";
  const std::string after = " --at 2100-01-01T00:00:00Z";
  lines_of(desk.run("site rotate site"));
  CHECK(listed() == "active");
  lines_of(desk.run("site retire site 0"));
  CHECK(listed() == "signer-retired");
  CHECK(listed(before) == "signer-retired");
  CHECK(listed(after) == "expired");
  lines_of(desk.run("token block " + made["guid"].get<std::string>() + " --site site"));
  CHECK(listed() == "signer-retired");
  CHECK(has(lines_of(desk.run("token list --site site")), "  signer-retired, blocked\n"));
  CHECK(has(lines_of(desk.run("token list --site site" + after)), "  expired, blocked\n"));
  // One that the new certificate signed lives on.
  lines_of(desk.run("token new --site site --name another"));
  CHECK(desk.shown("--type bulk-token --sort status")["certificates"][0]["issued-to"] == "another");
}

TEST_CASE("what is wrong with a command on a site is said in one line", "[slow]") {
  const SiteDesk desk;
  check_refused(desk,
                {{"site show site --type bulk",
                  "`bulk` is not a type; write `bulk-token` or `signing-certificate`"},
                 {"site show site --sort size", "--sort: `size` is not a column"},
                 {"site retire site 7", "there is no certificate with number 7"},
                 {"site retire site x", "NUMBER"},
                 {"site retire site 00", "NUMBER: `00` is not a whole number from 0 to 4294967295"},
                 {"site retire site 4294967296", "NUMBER: `4294967296` is not a whole number"},
                 {"token new", "--site is required"},
                 {"token new --site site --name \"$(printf 'a\\nb')\"", "control characters"},
                 {"token block 7 --site site", "`7` is not a GUID"},
                 {"token block 68b7b1de-7a5f-4d3c-9a51-2f5f0c3b7e11 --site site",
                  "issued no bulk token with the GUID 68b7b1de-7a5f-4d3c-9a51-2f5f0c3b7e11; see"},
                 {"site init", "DIR is required"}});
  for (const char* line : {"site show nothing", "token new --site nothing", "site init site",
                           "site init no/such/place", "site show small.toml"}) {
    INFO(line);
    const Ran ran = desk.run(line);
    CHECK(ran.status == 3);
    CHECK(ran.out.empty());
    CHECK(is_one_message(ran.err));
  }
}

TEST_CASE("R29 R30: who cannot read the key makes no token", "[slow]") {
  const SiteDesk desk;
  CHECK((std::filesystem::status(desk.path("site/signing-0.key")).permissions() ==
         std::filesystem::perms{0600}));
  REQUIRE(::chmod(desk.path("site/signing-0.key").c_str(), 0644) == 0);
  for (const Ran& ran : {desk.run("token new --site site"), desk.run_tool("/new")}) {
    CHECK(ran.status == 3);
    CHECK(ran.out.empty());
    CHECK(has(ran.err,
              "site/signing-0.key: can be read or written by other users; run `chmod 600` "
              "on it; if it may have been read, run `tokenlife site rotate DIR` and then "
              "`tokenlife site retire DIR N`, with the number in its name\n"));
  }
  std::filesystem::remove(desk.path("site/signing-0.key"));
  CHECK(desk.run_tool("/new").status == 3);
  // Who cannot sign issues nothing; and the list needs no key.
  CHECK(desk.shown()["events"] == 1);
}

TEST_CASE("writers that come at once issue tokens one by one, and wait for each other", "[slow]") {
  const SiteDesk desk;
  const Ran ran = desk.run_shell("for i in 1 2 3 4 5 6 7 8; do '" + program() +
                                 "' token new --site site --lock-timeout 3600 >out.$i 2>err.$i & "
                                 "done; wait");
  for (int i = 1; i <= 8; ++i) {
    const std::string err = read_file(desk.path("err." + std::to_string(i)));
    INFO(err);
    CHECK(err.empty());
    CHECK(verified(desk, token_in(read_file(desk.path("out." + std::to_string(i))))));
  }
  CHECK(desk.shown()["events"] == 9);
}

TEST_CASE("a site that stays busy is said, after as long as one likes to wait", "[slow]") {
  const SiteDesk desk;
  const auto busy = [&](const std::string& line) {
    return desk.run_shell("exec 3<site; flock 3; '" + program() + "' " + line);
  };
  const std::string block_client = "site block-client site " + std::string(64, '0');
  for (const std::string line :
       {"token new --site site", "site rotate site", "site retire site 0", block_client.c_str(),
        "token block 68b7b1de-7a5f-4d3c-9a51-2f5f0c3b7e11 --site site",
        "ccmsetup-line --site site --host h", "site init site"}) {
    const Ran ran = busy(line + " --lock-timeout 0");
    INFO(line);
    CHECK(ran.status == 3);
    CHECK(ran.err ==
          "tokenlife: site: another program is changing this site; try again when it is done\n");
  }
  check_refused(desk,
                {{"token new --site site --lock-timeout 1s", "`1s` is not a whole number from"},
                 {"token new --site site --lock-timeout 86401", "from 0 to 86400"},
                 {"token list --site site --lock-timeout 1", "unknown option"}});
}

TEST_CASE("R32: a new token that cannot be printed is blocked, and named by its GUID", "[slow]") {
  const SiteDesk desk;
  const auto check = [&](const Ran& ran, std::size_t number) {
    INFO(ran.err);
    CHECK(ran.status == 3);
    const json tokens = json::parse(lines_of(desk.run("token list --site site --json")));
    REQUIRE(tokens["bulk-tokens"].size() == number);
    const json& last = tokens["bulk-tokens"].back();
    CHECK(last["status"] == "blocked");
    CHECK(has(ran.err, "the new token " + last["guid"].get<std::string>() +
                           " was not shown, and is blocked; make another one"));
    CHECK_FALSE(has(ran.err, "eyJ"));
  };
  check(desk.run("token new --site site >/dev/full"), 1);
  // Nobody reads the pipe.
  check(
      desk.run_shell("mkfifo pipe; sleep 9 <pipe & exec 3>pipe; kill $!; wait; exec '" + program() +
                     "' token new --json --site site --at $(date -u -d tomorrow +%F) >&3"),
      2);
  check(desk.run("ccmsetup-line --site site --host h --at $(date -u -d '2 days' +%F) >/dev/full"),
        3);
}

// A limit on the size of files stands for a disk that is full: it is no signal that ends the
// program.
TEST_CASE("a program that finds the disk full while it writes says so, and loses nothing",
          "[slow]") {
  const SiteDesk desk;
  const std::size_t size = read_file(desk.path("site/site.log")).size();
  const auto make = [&](std::size_t bytes) {
    return desk.run_shell("rm -rf copy; cp -a site copy; prlimit --fsize=" + std::to_string(bytes) +
                          " '" + program() + "' token new --site copy | cat");
  };
  const auto events = [&] {
    const Ran ran = desk.run("site show copy --json");
    INFO(ran.err);
    REQUIRE(ran.status == 0);
    return json::parse(ran.out)["events"].get<int>();
  };
  int failed = 0;
  for (std::size_t room = size; room < size + 170; room += 24) {
    INFO(room - size);
    const Ran ran = make(room);
    const bool made = !ran.out.empty();
    CHECK(events() == (made ? 2 : 1));
    if (!made) {
      ++failed;
      CHECK(has(ran.err, "cannot write the file: File too large"));
      CHECK(is_one_message(ran.err));
      CHECK(read_file(desk.path("copy/site.log")).size() == size);
    }
    CHECK(desk.run("token new --site copy").status == 0);
    CHECK(events() == (made ? 3 : 2));
  }
  CHECK(failed > 0);
  for (const char* line : {"site init new", "client new --dir new --site site"}) {
    const Ran ran = desk.run_shell("rm -rf new; prlimit --fsize=100 '" + program() + "' " + line);
    INFO(line << "\n" << ran.err);
    CHECK(ran.status == 3);
    CHECK(has(ran.err, "File too large"));
  }
}

TEST_CASE("help on sites and tokens comes with examples") {
  const Desk desk;
  for (const char* line :
       {"site --help", "site init --help", "site show --help", "site rotate --help",
        "site retire --help", "site repair --help", "site restore --help", "token new --help",
        "token list --help", "token block --help", "token unblock --help"}) {
    INFO(line);
    CHECK(has(lines_of(desk.run(line)), "Example"));
  }
}

TEST_CASE("a torn end of the journal is told on standard error, and the command is done",
          "[slow]") {
  const SiteDesk desk;
  const std::string head = read_file(desk.path("site/site.head"));
  lines_of(desk.run("token new --site site"));
  const std::string journal = read_file(desk.path("site/site.log"));
  desk.write("site/site.log", journal.substr(0, journal.size() - 9));
  desk.write("site/site.head", head);  // It was not acknowledged.
  for (const bool writes : {false, true}) {
    const Ran ran = desk.run(writes ? "token new --site site" : "site show site --json");
    CHECK(ran.status == 0);
    CHECK(is_one_message(ran.err));
    CHECK(has(ran.err, "of an event that was not written to its end"));
    CHECK(has(ran.err, "cut off") == writes);
  }
  CHECK(desk.shown()["events"] == 2);
}

}  // namespace tokenlife::test
