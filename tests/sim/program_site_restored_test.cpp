// A site on disk that was put back from a copy: what it has forgotten, and what it gives no more.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "support/desk.hpp"

namespace tokenlife::test {
namespace {

struct RestoredDesk : Desk {
  RestoredDesk() {
    out("site init site --at 2026-01-01");
    for (const char* name : {"c", "d"}) {
      out("client new --dir " + std::string(name) + " --site site --key ec-p256 --at 2026-01-01");
    }
  }
  std::string out(const std::string& line) const {
    const Ran ran = run(line);
    INFO(line << "\n" << ran.out << ran.err);
    REQUIRE(ran.status == 0);
    return ran.out;
  }
  void back_up() const { copy("site", "backup"); }
  void restore() const { copy("backup", "site"); }
  Ran client(const std::string& verb, const std::string& name, const std::string& day) const {
    return run("client " + verb + " --dir " + name + " --site site --at " + day);
  }
  // The serial of the token that it holds, as the site says.
  std::string serial(const std::string& name, const std::string& day) const {
    const std::string verified =
        out("token verify --site site --token-file " + name + "/token --at " + day);
    const std::size_t at = verified.find("serial") + 13;
    return verified.substr(at, verified.find('\n', at) - at);
  }
  std::size_t count(const std::string& kind) const {
    const std::string lines = out("events site --kind " + kind);
    return static_cast<std::size_t>(std::count(lines.begin(), lines.end(), '\n'));
  }

 private:
  void copy(const std::string& from, const std::string& to) const {
    REQUIRE(run_shell("rm -rf " + to + "; cp -a " + from + " " + to).status == 0);
  }
};

}  // namespace

TEST_CASE("D5 R59: a client with a good token that a restored site has forgotten is recognised",
          "[slow]") {
  const RestoredDesk desk;
  desk.back_up();
  CHECK(desk.client("register", "c", "2026-01-01").status == 0);
  desk.restore();
  const Ran called = desk.client("call", "c", "2026-01-02");
  INFO(called.out << called.err);
  CHECK(called.status == 0);
  CHECK(is_one_message(called.err));
  CHECK(has(called.err, "had forgotten the token 0-1 of this client, but recognises it"));
  CHECK(desk.count("client-recognised") == 1);
  CHECK(has(desk.out("events site --kind client-recognised"), " serial=0-1 number="));
  // Once, and its tokens go on under a number that nobody had.
  CHECK(desk.client("call", "c", "2026-01-03").err.empty());
  const Ran renewed = desk.client("renew", "c", "2026-01-31");
  CHECK(renewed.status == 0);
  CHECK(has(renewed.out, "granted\n"));
  CHECK(desk.serial("c", "2026-01-31") != "0-1");
  CHECK(desk.serial("c", "2026-01-31").ends_with("-2"));
  CHECK(desk.client("renew", "c", "2026-03-02").status == 0);
  CHECK(desk.serial("c", "2026-03-02").ends_with("-3"));
  CHECK(desk.count("client-recognised") == 1);
  CHECK(desk.count("epoch-begun") == 1);
}

TEST_CASE("a restored site issues no token in vain, however often the client renewed since",
          "[slow]") {
  for (const std::size_t renewals : {1U, 3U}) {
    const RestoredDesk desk;
    desk.back_up();
    CHECK(desk.client("register", "c", "2026-01-01").status == 0);
    const std::vector<std::string> days{"2026-02-01", "2026-03-05", "2026-04-10"};
    for (std::size_t i = 0; i < renewals; ++i)
      CHECK(desk.client("renew", "c", days[i]).status == 0);
    desk.restore();
    const std::string day = "2026-0" + std::to_string(2 + renewals) + "-15";
    const Ran ran = desk.client("renew", "c", day);
    INFO(ran.out << ran.err);
    CHECK(ran.status == 0);
    CHECK(has(ran.out, "granted\n"));
    CHECK(desk.count("client-token-issued") == 1);
    CHECK(desk.serial("c", day).ends_with("-" + std::to_string(2 + renewals)));
  }
}

TEST_CASE("D5: no serial comes twice, whoever comes first to a restored site", "[slow]") {
  const RestoredDesk desk;
  desk.back_up();
  CHECK(desk.client("register", "c", "2026-01-01").status == 0);
  const std::string forgotten = desk.serial("c", "2026-01-01");
  CHECK(forgotten == "0-1");
  desk.restore();
  CHECK(desk.client("register", "d", "2026-01-02").status == 0);
  CHECK(desk.serial("d", "2026-01-02") != forgotten);
  for (const char* name : {"c", "d"}) CHECK(desk.client("call", name, "2026-01-03").status == 0);
  for (const char* name : {"c", "d"}) CHECK(desk.client("renew", name, "2026-02-03").status == 0);
  const std::set<std::string> serials{forgotten, desk.serial("c", "2026-02-03"),
                                      desk.serial("d", "2026-02-03")};
  CHECK(serials.size() == 3);
}

TEST_CASE("D5: nor does a serial of a client that the restored site knows, though with less tokens",
          "[slow]") {
  for (const bool says_so : {false, true}) {
    const RestoredDesk desk;
    CHECK(desk.client("register", "c", "2026-01-01").status == 0);
    CHECK(desk.run_shell("cp -a c clone").status == 0);
    desk.back_up();
    CHECK(desk.client("renew", "c", "2026-02-01").status == 0);
    CHECK(desk.serial("c", "2026-02-01") == "0-2");
    desk.restore();
    if (says_so) desk.out("site restore site --at 2026-02-02");
    CHECK(desk.client("renew", "clone", "2026-02-02").status == 0);
    CHECK(desk.count("epoch-begun") == 1);
    CHECK(desk.serial("clone", "2026-02-02") != "0-2");
    CHECK(desk.serial("clone", "2026-02-02").ends_with("-2"));
    // Both tokens are known from now on, and that there are two.
    const Ran called = desk.client("call", "c", "2026-02-03");
    CHECK(called.status == 0);
    CHECK(has(called.err, "had forgotten the token 0-2 of this client, but recognises it"));
    const Ran clone = desk.client("call", "clone", "2026-02-03");
    CHECK(clone.status == 0);
    CHECK(has(clone.err, "this client has used a newer token than the one that it shows"));
    CHECK(desk.client("call", "c", "2026-02-04").err.empty());
    CHECK(desk.count("client-recognised") == 1);
    CHECK(desk.count("epoch-begun") == 1);
  }
}

TEST_CASE("D5: a backup that is copied over the site's own files is noticed, and no other thing",
          "[slow]") {
  const RestoredDesk desk;
  desk.back_up();
  CHECK(desk.client("register", "c", "2026-01-01").status == 0);
  CHECK(desk.count("epoch-begun") == 0);
  CHECK(desk.run_shell("cp -a backup/. site/").status == 0);
  CHECK(desk.client("register", "d", "2026-01-02").status == 0);
  CHECK(desk.count("epoch-begun") == 1);
  CHECK(desk.serial("d", "2026-01-02") != "0-1");
  CHECK(desk.client("call", "c", "2026-01-03").status == 0);
  // Moved it stays the same.
  CHECK(desk.run_shell("mv site elsewhere; mv elsewhere site").status == 0);
  desk.out("client new --dir e --site site --key ec-p256 --at 2026-01-04");
  CHECK(desk.client("register", "e", "2026-01-04").status == 0);
  CHECK(desk.count("epoch-begun") == 1);
}

TEST_CASE("a client that has lost its token, and of which the site knows less, gets one in time",
          "[slow]") {
  const RestoredDesk desk;
  desk.back_up();
  CHECK(desk.client("register", "c", "2026-01-01").status == 0);
  CHECK(desk.client("renew", "c", "2026-02-01").status == 0);
  desk.restore();
  // Its token expires; at an MP it registers anew.
  const Ran ran = desk.client("register", "c", "2026-06-01");
  INFO(ran.out << ran.err);
  CHECK(ran.status == 0);
  CHECK(desk.serial("c", "2026-06-01").ends_with("-3"));
  CHECK(desk.count("client-recognised") == 1);
}

// As where a virtual machine is rolled back: nothing but a client can tell that it is a copy.
TEST_CASE("D5: what a client says of itself begins no epoch, and what it shows does", "[slow]") {
  for (const bool shows : {false, true}) {
    const RestoredDesk desk;
    CHECK(desk.client("register", "c", "2026-01-01").status == 0);
    desk.back_up();
    CHECK(desk.client("renew", "c", "2026-02-01").status == 0);
    desk.restore();
    CHECK(desk.run_shell("sed -i 's/^file .*/file /' site/site.head").status == 0);
    // In June its token has expired, and it has nothing but its word for it.
    const std::string day = shows ? "2026-03-05" : "2026-06-01";
    CHECK(desk.client(shows ? "renew" : "register", "c", day).status == 0);
    CHECK(desk.count("client-recognised") == 1);
    CHECK(desk.count("epoch-begun") == (shows ? 1 : 0));
    CHECK(desk.serial("c", day).ends_with("-3"));
    CHECK(desk.serial("c", day).starts_with("1-") == !shows);
  }
}

TEST_CASE("client list and show say of a recognised client that its token is not known", "[slow]") {
  const RestoredDesk desk;
  CHECK(desk.client("register", "c", "2026-01-01").status == 0);
  CHECK(desk.client("call", "c", "2026-01-01").status == 0);
  desk.back_up();
  CHECK(desk.client("renew", "c", "2026-02-01").status == 0);
  desk.restore();
  CHECK(desk.client("call", "c", "2026-02-02").status == 0);
  const auto shown = [&](const std::string& day) {
    return desk.out("client list --json --site site --at " + day);
  };
  CHECK(has(shown("2026-02-02"), "\"status\": \"recognised\""));
  CHECK(has(shown("2026-02-02"), "\"token\": null"));
  CHECK(has(desk.out("client show c --site site --at 2026-02-02"), "  status   recognised\n"));
  CHECK(desk.client("renew", "c", "2026-03-05").status == 0);
  CHECK(has(shown("2026-03-05"), "\"status\": \"active\""));
  CHECK(has(shown("2026-03-04"), "\"status\": \"not-yet-valid\""));
  CHECK(has(desk.out("client show c --site site --at 2026-03-04"), "  status   not-yet-valid\n"));
}

TEST_CASE("a restore begins an epoch, and says what it goes on from", "[slow]") {
  const RestoredDesk desk;
  CHECK(desk.client("register", "c", "2026-01-01").status == 0);
  const std::string told = desk.out("site restore site --at 2026-01-02");
  CHECK(told.starts_with(
      "continues from 2 events, the last at 2026-01-01T00:00:00Z; new clients are numbered from "));
  CHECK(desk.count("epoch-begun") == 1);
  // Who is known stays so; the next token of each has a number of the epoch.
  CHECK(desk.client("call", "c", "2026-01-03").err.empty());
  CHECK(desk.client("renew", "c", "2026-02-01").status == 0);
  const std::string renewed = desk.serial("c", "2026-02-01");
  CHECK_FALSE(renewed.starts_with("0-"));
  CHECK(renewed.ends_with("-2"));
  CHECK(desk.client("call", "c", "2026-02-01").err.empty());
  CHECK(desk.client("register", "d", "2026-02-01").status == 0);
  CHECK(desk.serial("d", "2026-02-01") != "1-1");
}

// ---- Copies of a client's folder ---------------------------------------------------------------

TEST_CASE("D6: a site notices that a client's folder was copied, and both act", "[slow]") {
  const RestoredDesk desk;
  CHECK(desk.client("register", "c", "2026-01-01").status == 0);
  CHECK(desk.run_shell("cp -a c clone").status == 0);
  // The other one may have lost an answer: nobody has used its token yet.
  for (const char* name : {"c", "clone"}) {
    const Ran ran = desk.client("renew", name, "2026-01-31");
    CHECK(ran.status == 0);
    CHECK(ran.err.empty());
  }
  const Ran seen = desk.client("call", "c", "2026-02-02");
  INFO(seen.out << seen.err);
  CHECK(seen.status == 0);
  CHECK(is_one_message(seen.err));
  CHECK(has(seen.err, "this client has used a newer token than the one that it shows, 0-2"));
  CHECK(has(desk.out("client list --site site --at 2026-02-02"), "active, in two places"));
  CHECK(has(desk.out("client show clone --site site --at 2026-02-02"), "it showed 0-2 when that"));
  CHECK(has(desk.out("client list --json --site site --at 2026-02-02"),
            "\"replaced-token-shown\": \"0-2\""));
  CHECK(desk.client("renew", "clone", "2026-03-04").status == 0);
  CHECK(desk.client("renew", "c", "2026-03-04").status == 0);
  CHECK(desk.serial("clone", "2026-03-04") == "0-4");
  CHECK(desk.serial("c", "2026-03-04") == "0-5");
}

TEST_CASE("D6: a client folder that is older than its site acts, and is noticed", "[slow]") {
  const RestoredDesk desk;
  CHECK(desk.client("register", "c", "2026-01-01").status == 0);
  CHECK(desk.run_shell("cp -a c older").status == 0);
  CHECK(desk.client("renew", "c", "2026-02-01").status == 0);
  CHECK(desk.client("call", "c", "2026-02-02").status == 0);
  CHECK(desk.run_shell("rm -rf c; cp -a older c").status == 0);
  const Ran called = desk.client("call", "c", "2026-02-02");
  CHECK(called.status == 0);
  CHECK(has(called.out, "and holds the token 0-3 until"));  // which was due
  CHECK(has(called.err, "a newer token than the one that it shows, 0-1: its folder was copied"));
  CHECK(has(called.err, "block the client: `tokenlife site block-client site c`"));
  // From there it goes on as any other.
  CHECK(desk.client("call", "c", "2026-02-03").err.empty());
  CHECK(desk.client("renew", "c", "2026-03-04").err.empty());
}

TEST_CASE("D6: with --strict-clones a replaced token that a restored site has forgotten is refused",
          "[slow]") {
  const RestoredDesk desk;
  CHECK(desk.client("register", "c", "2026-01-01").status == 0);
  CHECK(desk.run_shell("cp -a c other").status == 0);
  desk.back_up();
  CHECK(desk.client("renew", "c", "2026-02-01").status == 0);
  desk.restore();
  for (const char* day : {"2026-02-02", "2026-03-06"}) {
    CHECK(desk.client("renew", "other", day).status == 0);
  }
  const Ran ran = desk.client("call --strict-clones", "c", "2026-03-07");
  INFO(ran.out << ran.err);
  CHECK(ran.status == 1);
  CHECK(has(ran.out, "refused (certificate-mismatch): D6"));
  CHECK(has(ran.err, "its folder was copied"));
  CHECK_FALSE(has(ran.err, "recognises it"));
  CHECK(desk.count("client-recognised") == 0);
  const std::string why = desk.run("explain c 0").out;
  CHECK(has(desk.run("explain c 0 --json").out,
            "The site refused its token at 2026-03-07T00:00:00Z: its token is another client's, or "
            "older than one already used, as in a copied folder."));
  CHECK(has(why, "\n  D6 "));
  CHECK_FALSE(has(why, "not-recorded"));
  CHECK(desk.client("call --strict-clones", "other", "2026-03-07").status == 0);
}

TEST_CASE("D6: with --strict-clones a token that is replaced is refused, however often", "[slow]") {
  const RestoredDesk desk;
  CHECK(desk.client("register", "c", "2026-01-01").status == 0);
  CHECK(desk.run_shell("cp -a c clone; cp -a c third").status == 0);
  CHECK(desk.client("renew --strict-clones", "c", "2026-02-01").status == 0);
  CHECK(desk.client("call --strict-clones", "c", "2026-02-02").status == 0);
  for (const char* name : {"clone", "third"}) {
    const Ran ran = desk.client("renew --strict-clones", name, "2026-02-03");
    INFO(ran.out << ran.err);
    CHECK(ran.status == 1);
    CHECK(has(ran.out, "refused (certificate-mismatch): D6"));
    CHECK(has(ran.err, "its folder was copied"));
  }
  CHECK(desk.client("call --strict-clones", "c", "2026-02-04").status == 0);
  CHECK(desk.count("client-token-issued") == 2);
  CHECK(desk.count("client-token-shown") == 3);
}

TEST_CASE("a call that shows the site nothing new writes nothing", "[slow]") {
  const RestoredDesk desk;
  CHECK(desk.client("register", "c", "2026-01-01").status == 0);
  CHECK(desk.client("call", "c", "2026-01-02").status == 0);
  const std::string journal = read_file(desk.path("site/site.log"));
  CHECK(desk.client("call", "c", "2026-01-03").status == 0);
  CHECK(read_file(desk.path("site/site.log")) == journal);
}

// ---- Heads that were kept ----------------------------------------------------------------------

TEST_CASE("whether a site goes on from a head that was kept elsewhere is said", "[slow]") {
  const RestoredDesk desk;
  desk.back_up();
  CHECK(desk.client("register", "c", "2026-01-01").status == 0);
  desk.out("site show site | sed -n 's/^Head: //p' > kept");
  const std::string expect = "site show site --expect-head \"$(cat kept)\"";
  CHECK(desk.run(expect).status == 0);
  // The whole line will do, too.
  CHECK(desk.run("site show site --expect-head \"Head: $(cat kept)\"").status == 0);
  CHECK(desk.client("register", "d", "2026-01-02").status == 0);
  CHECK(desk.run(expect).status == 0);
  desk.restore();
  const Ran older = desk.run(expect);
  CHECK(older.status == 1);
  CHECK(is_one_message(older.err));
  CHECK(has(older.err, "site: does not go on from the head that was kept (2 events)"));
  // Nor does it when it is as long again.
  desk.out("token new --site site --at 2026-01-02");
  CHECK(desk.run(expect).status == 1);
  check_refused(desk,
                {{"site show site --expect-head 2", "--expect-head: `2` is not a head"},
                 {"site show site --expect-head 2:ab", "is not a head; give NUMBER:DIGEST, as"}});
}

}  // namespace tokenlife::test
