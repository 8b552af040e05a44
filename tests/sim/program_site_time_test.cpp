// A site on disk whose commands are told the time: a year of it in a moment.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "support/desk.hpp"

namespace tokenlife::test {
namespace {

using nlohmann::json;

// A desk with a site in it that was made when 2030 began.
struct OldDesk : Desk {
  OldDesk() { out("site init site", "2030-01-01T00:00:00Z"); }

  Ran run_at(const std::string& line, const std::string& time) const {
    return run(line + " --at " + time);
  }
  std::string out(const std::string& line, const std::string& time) const {
    const Ran ran = run_at(line, time);
    INFO(line << "\n" << ran.err);
    REQUIRE(ran.status == 0);
    // A step of more than 30 days is told.
    CHECK((ran.err.empty() || has(ran.err, "check that the clock is right")));
    return ran.out;
  }
  json object(const std::string& line, const std::string& time) const {
    return json::parse(out(line + " --json", time));
  }
};

}  // namespace

TEST_CASE("every command on a site and its bulk tokens can be told the time", "[slow]") {
  const OldDesk desk;
  const json made = desk.object("token new --site site --lifetime 60", "2030-02-01T00:00:00Z");
  CHECK(made["not-before"] == "2030-02-01T00:00:00Z");
  CHECK(made["expires"] == "2030-02-01T01:00:00Z");
  const std::string guid = made["guid"];
  const auto status = [&](const std::string& time) {
    return desk.object("token list --site site", time)["bulk-tokens"][0]["status"];
  };
  CHECK(status("2030-02-01T00:59:59Z") == "active");
  CHECK(status("2030-02-01T01:00:00Z") == "expired");
  CHECK(status("1896138000") == "expired");
  CHECK(status("2030-02-02") == "expired");
  CHECK(status("2030-02-01") == "active");  // from its midnight on
  desk.out("token block " + guid + " --site site", "2030-02-01T00:10:00Z");
  CHECK(status("2030-02-01T00:20:00Z") == "blocked");
  desk.out("token unblock " + guid + " --site site", "2030-02-01T00:30:00Z");
  desk.out("site rotate site", "2030-03-01T00:00:00Z");
  desk.out("site retire site 0", "2030-03-31T00:00:00Z");

  const json site = desk.object("site show site", "2030-05-01T00:00:00Z");
  CHECK(site["established"] == "2030-01-01T00:00:00Z");
  CHECK(site["certificates"][0]["status"] == "expired");
  CHECK(site["certificates"][1]["not-before"] == "2030-01-01T00:00:00Z");
  CHECK(site["certificates"][1]["status"] == "retired");
  CHECK(site["certificates"][2]["not-before"] == "2030-03-01T00:00:00Z");
  CHECK(desk.object("site show site", "2029-01-01T00:00:00Z")["certificates"].size() == 3);
}

TEST_CASE("a whole session can be tried in a time that is made up", "[slow]") {
  const OldDesk desk;
  const json made = desk.object("token new --site site", "2030-01-02T00:00:00Z");
  desk.write("bulk", made["token"]);
  const std::string kiosk = " --dir kiosk --site site";
  desk.out("client new --network internet" + kiosk, "2030-01-02T00:00:00Z");
  const auto registers = "client register --bulk-token - < bulk" + kiosk;
  CHECK(has(desk.run_at(registers, "2030-01-05T00:00:00Z").out, "bulk-token-expired"));
  desk.write("bulk", desk.object("token new --site site", "2030-01-06T00:00:00Z")["token"]);
  desk.out(registers, "2030-01-07T00:00:00Z");
  CHECK(has(desk.out("client call" + kiosk, "2030-02-06T00:00:00Z"), "token-renewed"));
}

TEST_CASE("a time that is none, that lies behind or that is too far away is an error", "[slow]") {
  const OldDesk desk;
  check_refused(desk,
                {{"site show site --at tomorrow", "--at: `tomorrow` is not a time"},
                 {"site init other --at ''", "--at: `` is not a time"},
                 {"token list --site site --at -1", "--at"},
                 {"site rotate site --at 99999999999999999999", "too far away"},
                 {"site init other --at 2030-01-01T00:00:00", "does not end in Z or an offset"},
                 {"site init other --at 2030-02-30", "`2030-02-30` does not exist"},
                 {"site init other --at 2030-01",
                  "write 2026-01-01, 2026-01-01T00:00:00Z or seconds since 1970"}});
  CHECK_FALSE(std::filesystem::exists(desk.path("other")));
  for (const char* line : {"token new --site site", "site init other"}) {
    INFO(line);
    const Ran ran = desk.run_at(line, "9999-12-31T23:59:59Z");
    INFO(ran.err);
    CHECK(ran.status == 3);
    CHECK(ran.out.empty());
    CHECK(is_one_message(ran.err));
  }
  CHECK(desk.object("site show site", "2030-01-01T00:00:00Z")["events"] == 1);
}

// Beyond 136 years the times of a log begin anew.
TEST_CASE("a client lasts a hundred years, and no date that is needed for it is after 9999",
          "[slow]") {
  const OldDesk desk;
  const std::string laptop = " --dir laptop --site site";
  const Ran late = desk.run_at("client new" + laptop, "9999-01-01T00:00:00Z");
  CHECK(late.status == 2);
  CHECK(has(late.err, "too late for a client"));
  CHECK_FALSE(std::filesystem::exists(desk.path("laptop")));
  desk.out("client new" + laptop, "2030-01-01T00:00:00Z");
  const Ran old = desk.run_at("client register" + laptop, "2200-01-01T00:00:00Z");
  CHECK(old.status == 2);
  CHECK(has(old.err, "the time is 2200-01-01T00:00:00Z, but a client lasts only 100 years"));
  desk.out("client register" + laptop, "2030-01-02T00:00:00Z");
  // A signing certificate lasts ten years.
  CHECK(desk.run_at("site rotate site", "2128-12-31T00:00:00Z").status == 0);
  CHECK(desk.run_at("client call" + laptop, "2129-01-01T00:00:00Z").status == 1);
  CHECK(has(desk.run("events laptop/log").out, "2129-01-01T00:00:00Z  client/0"));
}

// ---- A clock that was wrong --------------------------------------------------------------------

TEST_CASE("R54: a clock that was wrong once hinders nothing, and is an event", "[slow]") {
  const OldDesk desk;
  const json good = desk.object("token new --site site --lifetime 10080", "2030-01-01T00:00:00Z");
  desk.write("good", good["token"]);
  const std::string laptop = " --dir laptop --site site";
  desk.out("client new --key ec-p256" + laptop, "2030-01-01T00:00:00Z");
  desk.out("client register" + laptop, "2030-01-01T00:00:00Z");
  const Ran ahead = desk.run_at("token new --site site --name wrong", "2039-01-01T00:00:00Z");
  CHECK(ahead.status == 0);
  CHECK(is_one_message(ahead.err));
  CHECK(has(ahead.err,
            "it is 2039-01-01T00:00:00Z, and the last event was at "
            "2030-01-01T00:00:00Z, 3287d before; check that the clock is right"));

  const std::string block = "token block " + good["guid"].get<std::string>() + " --site site";
  const Ran back = desk.run_at(block, "2030-01-02T00:00:00Z");
  CHECK(back.status == 0);
  CHECK(is_one_message(back.err));
  CHECK(has(back.err,
            "the clock went back: it is 2030-01-02T00:00:00Z, and the last event was at "
            "2039-01-01T00:00:00Z"));
  CHECK(has(desk.run_at("token verify --token-file good --site site", "2030-01-02T00:00:00Z").out,
            "bulk-token-blocked"));
  desk.out("site rotate site", "2030-01-02T00:00:00Z");
  desk.out("token new --site site", "2030-01-03T00:00:00Z");
  desk.out("client call" + laptop, "2030-01-20T00:00:00Z");
  CHECK(has(desk.out("client renew" + laptop, "2030-01-31T00:00:00Z"), "token-renewed"));

  CHECK(has(desk.run("events site --kind clock-went-back").out,
            "from=2039-01-01T00:00:00Z to=2030-01-02T00:00:00Z"));
  CHECK(desk.run("log verify site").status == 0);
  const json list = desk.object("token list --site site", "2030-01-31T00:00:00Z")["bulk-tokens"];
  REQUIRE(list.size() == 3);
  CHECK(list[2]["name"] == "wrong");
  CHECK(list[2]["status"] == "not-yet-valid");
}

TEST_CASE("a token with a date in the future is good from then on, and not before", "[slow]") {
  const OldDesk desk;
  const json made =
      json::parse(desk.run_at("token new --site site --json", "2031-01-01T00:00:00Z").out);
  desk.write("token", made["token"]);
  const auto verdict = [&](const std::string& time) {
    return desk.run_at("token verify --token-file token --site site", time).out;
  };
  CHECK(has(verdict("2030-01-02T00:00:00Z"), "refused (bulk-token-not-yet-valid): "));
  CHECK(has(verdict("2030-12-31T23:59:59Z"), "refused (bulk-token-not-yet-valid): "));
  CHECK(has(verdict("2031-01-01T00:00:00Z"), "accepted"));
}

TEST_CASE("a site that was made by a clock that was ahead lives on before its beginning",
          "[slow]") {
  const OldDesk desk;
  const json made = json::parse(desk.run_at("token new --site site --json", "2026-01-01").out);
  CHECK(made["not-before"] == "2026-01-01T00:00:00Z");
  desk.write("token", made["token"]);
  CHECK(has(desk.run_at("token verify --token-file token --site site", "2026-01-02").out,
            "accepted"));
  CHECK(desk.run("log verify site").status == 0);
  CHECK(has(desk.run("events site").out, "2026-01-01T00:00:00Z  site"));
  CHECK(desk.run("events site --from 2026-01-01 --to 2027-01-01").out.find("clock-went-back") !=
        std::string::npos);
}

TEST_CASE("a client whose clock was ahead begins a log anew, with its token if that is good",
          "[slow]") {
  const OldDesk desk;
  const std::string laptop = " --dir laptop --site site";
  desk.out("client new --key ec-p256" + laptop, "2030-01-01T00:00:00Z");
  desk.out("client register" + laptop, "2030-01-02T00:00:00Z");
  CHECK(desk.run_at("client call --network offline" + laptop, "2030-03-01T00:00:00Z").status == 1);
  const Ran back = desk.run_at("client call --network internet" + laptop, "2030-01-03T00:00:00Z");
  INFO(back.out << back.err);
  CHECK(back.status == 0);
  CHECK(has(back.err, "the clock went back: it is 2030-01-03T00:00:00Z"));
  CHECK(has(back.out, "2030-01-03T00:00:00Z  client-adopted"));
  CHECK(has(back.out, "the client is roaming, and holds the token 0-1 until 2030-04-02T00:00:00Z"));
  CHECK(desk.run("log verify laptop/log").status == 0);
  CHECK(desk.run("log verify laptop/log-before-5").status == 0);
  desk.out("client renew" + laptop, "2030-02-01T00:00:00Z");
}

TEST_CASE("a client's time stands still while its clock is set back by some minutes", "[slow]") {
  const OldDesk desk;
  const std::string laptop = " --dir laptop --site site";
  desk.out("client new --key ec-p256" + laptop, "2030-01-01T00:10:00Z");
  const Ran back = desk.run_at("client register" + laptop, "2030-01-01T00:00:00Z");
  INFO(back.out << back.err);
  CHECK(back.status == 0);
  CHECK(has(back.err, "laptop: warning: the clock went back: it is 2030-01-01T00:00:00Z"));
  CHECK(has(back.out, "2030-01-01T00:10:00Z  registration-completed"));
  CHECK(has(back.out, "holds the token 0-1 until 2030-04-01T00:00:00Z"));
  CHECK(has(desk.run_at("client call" + laptop, "2030-01-01T00:09:59Z").out, "granted"));
  CHECK_FALSE(has(desk.run("events laptop/log").out, "client-adopted"));
}

TEST_CASE("R59: a token outlives a clock that was behind, also where no other can be had",
          "[slow]") {
  const OldDesk desk;
  const std::string laptop = " --dir laptop --site site";
  desk.out("client new --key ec-p256" + laptop, "2030-01-01T00:00:00Z");
  desk.out("client register" + laptop, "2030-01-01T00:00:00Z");
  const std::string token = read_file(desk.path("laptop/token"));
  // The battery of its clock is empty, and it is on the road.
  const Ran behind = desk.run_at("client call --network internet" + laptop, "2000-01-01");
  INFO(behind.out << behind.err);
  CHECK(behind.status == 1);
  CHECK(has(behind.err, "its token is good only from 2030-01-01T00:00:00Z on: it is put aside"));
  CHECK(has(behind.out, "the client has to register again (re-registration-required)"));
  CHECK_FALSE(std::filesystem::exists(desk.path("laptop/token")));
  const Ran still = desk.run_at("client call" + laptop, "2000-01-02");
  CHECK(still.status == 1);
  // One that others can read is not passed over.
  CHECK(desk.run_shell("chmod 644 laptop/token-before-*").status == 0);
  const Ran open = desk.run_at("client call" + laptop, "2030-01-05");
  CHECK(open.status == 3);
  CHECK(has(open.err, "laptop/token-before-"));
  CHECK(desk.run_shell("chmod 600 laptop/token-before-*").status == 0);
  const Ran right = desk.run_at("client call" + laptop, "2030-01-05");
  INFO(right.out << right.err);
  CHECK(right.status == 0);
  CHECK(has(right.err, "laptop: warning: it takes up its token 0-1 again, which was put aside"));
  CHECK(has(right.out, "the client is roaming, and holds the token 0-1 until 2030-04-01"));
  CHECK(read_file(desk.path("laptop/token")) == token);
  CHECK(desk.run("log verify laptop/log").status == 0);
  CHECK(has(desk.out("client renew" + laptop, "2030-02-01T00:00:00Z"), "token-renewed"));
  CHECK(has(desk.out("client call" + laptop, "2030-02-02T00:00:00Z"), "holds the token 0-2 until"));
}

TEST_CASE("R59: a client takes up an older token than its newest, which ended before it",
          "[slow]") {
  const OldDesk desk;
  const std::string laptop = " --dir laptop --site site";
  desk.out("client new --key ec-p256" + laptop, "2030-11-02T00:00:00Z");
  desk.out("client register" + laptop, "2030-11-02T00:00:00Z");
  // Its clock is two months behind: the next token, 0-2, ends before the first one does.
  const Ran behind = desk.run_at("client call" + laptop, "2030-09-01");
  INFO(behind.out << behind.err);
  CHECK(has(behind.out, "holds the token 0-2 until 2030-11-30T00:00:00Z"));
  const Ran right = desk.run_at("client call" + laptop, "2030-12-05");
  INFO(right.out << right.err);
  CHECK(right.status == 0);
  CHECK(has(right.err, "laptop: warning: it takes up its token 0-1 again, which was put aside"));
  // It is more than a month old. Serials go on from the newest.
  CHECK(has(right.out, "serial=0-3 replaces=0-1"));
  CHECK(desk.run("log verify laptop/log").status == 0);
  const Ran next = desk.run_at("client call" + laptop, "2030-12-06");
  CHECK(next.status == 0);
  CHECK(has(next.out, "holds the token 0-3 until 2031-03-05T00:00:00Z"));
}

TEST_CASE("a client at the wrong site is left as it was, whatever the clock says", "[slow]") {
  const OldDesk desk;
  desk.out("client new --key ec-p256 --dir laptop --site site", "2030-01-01T00:00:00Z");
  desk.out("client register --dir laptop --site site", "2030-01-01T00:00:00Z");
  desk.out("site init other", "2030-01-01T00:00:00Z");
  CHECK(desk.run_shell("cp -a laptop before").status == 0);
  const Ran ran = desk.run_at("client call --dir laptop --site other", "2000-01-01T00:00:00Z");
  CHECK(ran.status == 2);
  CHECK(has(ran.err, "other: is not the client's site"));
  CHECK(desk.run_shell("diff -r laptop before").status == 0);
}

TEST_CASE("a client does not wait until its token is good: it puts it aside and registers",
          "[slow]") {
  const OldDesk desk;
  const std::string laptop = " --dir laptop --site site";
  CHECK(desk.run_at("client new --key ec-p256" + laptop, "2039-01-01").status == 0);
  CHECK(desk.run_at("client register" + laptop, "2039-01-01").status == 0);
  const Ran back = desk.run_at("client call" + laptop, "2030-01-03");
  INFO(back.out << back.err);
  CHECK(back.status == 0);
  CHECK(has(back.err,
            "its token is good only from 2039-01-01T00:00:00Z on: it is put aside until then"));
  CHECK(has(back.out,
            "the client is registered, and holds the token 0-2 until "
            "2030-04-03T00:00:00Z"));
}

}  // namespace tokenlife::test
