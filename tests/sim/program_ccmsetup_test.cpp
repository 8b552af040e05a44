// `tokenlife ccmsetup-line`: R33, R34, R35.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "support/client_desk.hpp"
#include "support/token_desk.hpp"

namespace tokenlife::test {
namespace {

using nlohmann::json;
using std::chrono::hours;

const std::string kEnd = "/CCM_Proxy_MutualAuth/72057594037928100";

struct Line {
  std::string name = "ccmsetup.exe";
  std::string mp = "/mp:https://cmg.example.com" + kEnd;
  std::string host = "CCMHOSTNAME=cmg.example.com" + kEnd;
  std::string code = "SMSSiteCode=ABC";
  std::string token = "/regtoken:" + read_file(signing_desk().path("bulk"));
  std::string text() const { return name + " " + mp + " " + host + " " + code + " " + token; }
};

json checked(const std::string& line, int status) {
  const SigningDesk& desk = signing_desk();
  desk.write("line", line);
  const Ran ran = desk.run("ccmsetup-line --parse - --json < line");
  INFO(ran.out << ran.err);
  CHECK(ran.status == status);
  const std::string token = read_file(desk.path("bulk"));
  CHECK_FALSE(holds_part_of(ran.out + ran.err, token));
  CHECK_FALSE(holds_part_of(desk.run("ccmsetup-line --parse - < line").out, token));
  return json::parse(ran.out);
}

void check_wrong(const std::string& line, const std::vector<std::string>& complaints) {
  const json found = checked(line, 1)["wrong"];
  INFO(found.dump(1));
  CHECK(found.size() == complaints.size());
  for (const std::string& complaint : complaints) {
    INFO(complaint);
    CHECK(has(found.dump(), complaint));
  }
}

}  // namespace

TEST_CASE("R34: a line of the documented shape is good, with a newline behind it too", "[slow]") {
  for (const std::string end : {"", "\n", "\r\n"}) {
    const json good = checked(Line{}.text() + end, 0);
    CHECK(good["good"] == true);
    CHECK(good["host"] == "cmg.example.com");
    CHECK(good["id"] == "72057594037928100");
    CHECK(good["site-code"] == "ABC");
  }
  Line line;
  line.name = R"(C:\Temp\CCMSETUP.EXE)";
  line.mp = "/MP:HTTPS://CMG.example.com" + kEnd;
  line.code = "smssitecode=p01";
  checked(line.text(), 0);
}

TEST_CASE("R34: all that is wrong with a line is named", "[slow]") {
  Line line;
  check_wrong("", {"begin with ccmsetup.exe", "/mp: is missing", "CCMHOSTNAME= is missing",
                   "SMSSiteCode= is missing", "/regtoken: is missing (R33)"});
  check_wrong(line.text() + " " + line.code + " " + line.token,
              {"SMSSiteCode= is given twice", "/regtoken: is given twice"});
  line.mp = "/mp:cmg.example.com" + kEnd;
  line.host = "CCMHOSTNAME=https://cmg.example.com" + kEnd;
  check_wrong(line.text(), {"/mp: does not begin with https://", "CCMHOSTNAME= begins with"});
  line = {};
  line.mp = "/mp:http://cmg.example.com" + kEnd;
  check_wrong(line.text(), {"/mp: does not begin with https://"});
  line.mp = "/mp:https://other.example.com/CCM_Proxy_MutualAuth/1";
  check_wrong(line.text(), {"name two hosts", "name two CMG numbers"});
  line.mp = "/mp:https://cmg_example/CCM_Proxy_MutualAuth/x";
  check_wrong(line.text(), {"where a host name belongs", "where the CMG's number belongs",
                            "name two hosts", "name two CMG numbers"});
  line.mp = "/mp:https://cmg.example.com";
  check_wrong(line.text(), {"/mp: is not https://HOST/CCM_Proxy_MutualAuth/ID, but "
                            "`https://cmg.example.com`"});
  line.host = "CCMHOSTNAME=cmg.example.com";
  check_wrong(line.text(), {"/mp: is not",
                            "CCMHOSTNAME= is not HOST/CCM_Proxy_MutualAuth/ID, but "
                            "`cmg.example.com`"});
  line = {};
  for (const char* code : {"", "AB", "ABCD", "A-C"}) {
    line.code = std::string("SMSSiteCode=") + code;
    check_wrong(line.text(), {"not three letters or digits"});
  }
  line = {};
  check_wrong(line.text() + " AADTENANTID=1 /hello",
              {"AADTENANTID belongs to an installation with Entra (R35)", "`/hello` is not part"});
}

TEST_CASE("R34: documented parameters and properties may stand in the line, and quotes around them",
          "[slow]") {
  Line line;
  line.name = R"("C:\Program Files\ccmsetup.exe")";
  line.mp = "\"" + line.mp + "\"";
  line.code = "SMSSITECODE=\"ABC\"";
  line.token = "/regtoken:\"" + line.token.substr(10) + "\"";
  const json good = checked(
      line.text() + R"( /NoCRLCheck /nocrlcheck /BITSPriority:LOW "/source:\\\\server\\a share")"
                    R"( SMSMP=https://mp.example.com smsmplist="a;b" RESETKEYINFORMATION=TRUE)"
                    R"( CCMCERTSEL="Subject:a b" /UsePKICert FSP=)",
      0);
  CHECK(good["host"] == "cmg.example.com");
  CHECK(good["site-code"] == "ABC");
  line = {};
  check_wrong(line.text() + " /NoCRLChek SMSMPS=x /uninstall SMSMP",
              {"`/NoCRLChek` is not part of an installation line; did you mean /NoCRLCheck?",
               "`SMSMPS=x` is not part of an installation line; did you mean SMSMP", "`/uninstall`",
               "`SMSMP` is not part of an installation line; write SMSMP=VALUE"});
  line.code = "SMSSiteCode=\"ABC";
  const json open = checked(line.text(), 1)["wrong"];
  CHECK(has(open.dump(), "a quote is opened but not closed"));
}

TEST_CASE("R33 R24: what stands behind regtoken has to be a bulk token", "[slow]") {
  Line line;
  line.token = "/regtoken:";
  check_wrong(line.text(), {"has no token after it"});
  line.token = "/regtoken:" + read_file(signing_desk().path("client"));
  check_wrong(line.text(), {"holds a client token, not a bulk token (R24)"});
  line.token = "/regtoken:TOKEN";
  CHECK(has(checked(line.text(), 1)["wrong"].dump(), "not three segments"));
  // Half of a token is not shown either.
  line = {};
  line.token.resize(line.token.size() - 300);
  CHECK(has(checked(line.text(), 1)["wrong"].dump(), "/regtoken: holds no good token"));
  line = {};
  line.token.resize(line.token.size() - 6);
  check_wrong(line.text(), {"the signature has 252 bytes"});
  // Without its switch a token is a word that does not belong there.
  line = {};
  line.token = line.token.substr(10);
  check_wrong(line.text(), {"what looks like a token", "/regtoken: is missing"});
}

TEST_CASE("D4: a token that was broken into lines is called so, and no line of it is shown") {
  const SigningDesk& desk = signing_desk();
  for (const std::size_t width : {64U, 76U, 100U}) {
    const std::string lines = in_lines(Line{}.token, width);
    desk.write("line", Line{}.name + " " + lines);
    const Ran ran = desk.run("ccmsetup-line --parse - < line");
    INFO(ran.out);
    CHECK(ran.status == 1);
    CHECK(has(ran.out, "/regtoken: is broken: more of its token seems to follow a space\n"));
    CHECK_FALSE(has(ran.out, "is not part of an installation line"));
    CHECK_FALSE(holds_line_of(ran.out, lines));
  }
  check_wrong(Line{}.text() + " extra", {"`extra` is not part of an installation line"});
}

TEST_CASE("what web pages do to a line is named, and hides nothing else", "[slow]") {
  Line line;
  line.mp = "\xE2\x80\x93mp:https://cmg.example.com" + kEnd;
  const json dash = checked(line.text(), 1)["wrong"];
  CHECK(has(dash.dump(), "there is an en dash (U+2013) at byte 14"));
  line = {};
  line.code =
      "SMSSiteCode=\xE2\x80\x9C"
      "ABC\xE2\x80\x9D";
  check_wrong(line.text(), {"a curly quote (U+201C)", "a curly quote (U+201D)"});
  line.code = "SMSSiteCode='ABC'";
  check_wrong(line.text(), {"there is a quote at byte"});
  line.code = "SMSSiteCode=ABC\xC2\xA0";
  check_wrong(line.text(), {"a no-break space"});
  line.code = "SMSSiteCode=ABC\n";
  check_wrong(line.text(), {"a line break"});
  line.code = "SMSSiteCode=ABC\x1b[2J";
  check_wrong(line.text(), {"not ASCII", "not three letters or digits"});
  line.code = "SMSSiteCode=\xff\xfe";
  check_wrong(line.text(), {"not ASCII", "not three letters or digits"});
}

TEST_CASE("R34: the line is printed for a new token, and is good", "[slow]") {
  const ClientDesk desk;
  const Ran ran = desk.run("ccmsetup-line --site site --host cmg.example.com --code P01");
  INFO(ran.err);
  REQUIRE(ran.status == 0);
  CHECK(ran.out.starts_with("ccmsetup.exe /mp:https://cmg.example.com/CCM_Proxy_MutualAuth/7205"));
  CHECK(has(ran.out, " CCMHOSTNAME=cmg.example.com/CCM_Proxy_MutualAuth/7205"));
  CHECK(has(ran.out, " SMSSiteCode=P01 /regtoken:ey"));
  desk.write("line", ran.out);
  CHECK(desk.run("ccmsetup-line --parse - < line").status == 0);
  // The token in it is one of the site's: it registers a client.
  desk.write("bulk", ran.out.substr(ran.out.find("/regtoken:") + 10));
  CHECK(desk.run("token verify - --site site --type bulk < bulk").status == 0);
  const Ran again =
      desk.run("ccmsetup-line --site site --host cmg.example.com --bulk-token - --json < bulk");
  REQUIRE(again.status == 0);
  CHECK(json::parse(again.out)["line"].get<std::string>().size() + 1 == ran.out.size());
}

TEST_CASE("no line is printed for a token that the site refuses", "[slow]") {
  const ClientDesk desk;
  const SigningDesk& other = signing_desk();
  desk.write("strange", read_file(other.path("bulk")));
  const Ran ran = desk.run("ccmsetup-line --site site --host h --token-file strange");
  CHECK(ran.status == 1);
  CHECK(ran.out.empty());
  CHECK(has(ran.err, "the site refuses that token: unknown-signer"));
  CHECK(has(ran.err,
            "; make a new one with `tokenlife token new --site DIR`, or leave out --token-file: a "
            "new one is made\n"));
  desk.ask(0, "new", "laptop", hours{0});
  desk.ask(0, "register", "laptop", hours{1});
  const Ran other_kind = desk.run(
      "ccmsetup-line --site site --host h --bulk-token - < laptop/token" + desk.at(hours{1}));
  CHECK(other_kind.status == 1);
  CHECK(has(other_kind.err, "wrong-type: it is a client token, and not a bulk token; make"));
  CHECK(has(other_kind.err, "or leave out --bulk-token: a"));
  check_refused(desk, {
                          {"ccmsetup-line", "--parse LINE"},
                          {"ccmsetup-line --site site", "--host"},
                          {"ccmsetup-line --site site --host https://h", "not a host name"},
                          {"ccmsetup-line --site site --host h --code ABCD", "not a site code"},
                          {"ccmsetup-line --site site --host h --bulk-token x", "takes only -"},
                          {"ccmsetup-line --parse x --site site", "only looks at a line"},
                      });
}

}  // namespace tokenlife::test
