// `tokenlife log export --ccm`: a run as the files that administrators of Configuration Manager
// know.
#include <catch2/catch.hpp>
#include <filesystem>
#include <regex>
#include <set>
#include <string>

#include "support/desk.hpp"

namespace tokenlife::test {
namespace {

namespace fs = std::filesystem;

std::string read(const Desk& desk, const std::string& name) { return read_file(desk.path(name)); }

// Of a file's lines the text and the time.
std::string said(const Desk& desk, const std::string& name) {
  const std::regex form(
      "<!\\[LOG\\[(.*)\\]LOG\\]!><time=\"(..:..:..)\\.000\\+000\" date=\"(..-..-....)\" "
      "component=\"[A-Za-z_]+\" context=\"\" type=\"([123])\" thread=\"\\d+\" "
      "file=\"[a-z-]+:\\d+\">\r");
  std::string text;
  for (const std::string& line : lines_of(read(desk, name))) {
    std::smatch parts;
    INFO(line);
    REQUIRE(std::regex_match(line, parts, form));
    text +=
        parts[3].str() + " " + parts[2].str() + " " + parts[4].str() + " " + parts[1].str() + "\n";
  }
  return text;
}

std::set<std::string> files_below(const fs::path& folder) {
  std::set<std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) files.insert(fs::relative(entry.path(), folder).string());
  }
  return files;
}

// Remote clients with a bulk token, one of which comes after it has expired, and an outage.
constexpr const char* kRemote = R"(format = 1
[run]
duration = "95d"
[[cohort]]
name = "remote"
clients = 1
credential = "self-signed"
bulk-token = "rollout"
[cohort.network]
model = "fixed"
on = "internet"
[[action]]
at = "0d"
do = "issue-bulk-token"
name = "rollout"
lifetime = 4320
[[action]]
at = "25d"
do = "outage"
endpoint = "cmg"
for = "80d"
)";

}  // namespace

TEST_CASE("R36 R37: a client's files tell of its installation and its registration over the CMG") {
  const Desk desk;
  desk.write("remote.toml", kRemote);
  REQUIRE(desk.run("run remote.toml --log log").status == 0);
  const Ran ran = desk.run("log export log --ccm made --host CONTOSO.CLOUDAPP.NET");
  INFO(ran.err);
  REQUIRE(ran.status == 0);
  CHECK(ran.out.empty());
  const std::string setup = said(desk, "made/clients/0-remote/ccmsetup.log");
  CHECK(std::regex_search(
      setup, std::regex("01-01-2026 00:00:00 1 Command line: ccmsetup\\.exe "
                        "/mp:https://(CONTOSO\\.CLOUDAPP\\.NET/CCM_Proxy_MutualAuth/\\d{17}) "
                        "CCMHOSTNAME=\\1 SMSSiteCode=ABC /regtoken:\\*\\*\\*\n")));
  CHECK(has(setup, "01-01-2026 00:00:00 1 CcmSetup is exiting with return code 0\n"));
  const std::string startup = said(desk, "made/clients/0-remote/ClientIDManagerStartup.log");
  CHECK(std::regex_search(
      startup,
      std::regex(
          "01-01-2026 00:01:00 1 Rotating internet management point, new management point "
          "\\[1\\] is: https://CONTOSO\\.CLOUDAPP\\.NET/CCM_Proxy_MutualAuth/\\d{17} \\(0\\) "
          "with capabilities: <Capabilities SchemaVersion =\"1\\.0\"><Property Name=\"SSL\" "
          "Version=\"1\" /></Capabilities>\n")));
  CHECK(has(startup,
            "01-01-2026 00:01:00 1 [RegTask] - Received token 0-1, valid from "
            "2026-01-01T00:00:00Z until 2026-04-01T00:00:00Z\n"));
  CHECK(has(startup, " 2 [RegTask] - Failed to send renewal request: endpoint-down\n"));
  CHECK(has(startup, "04-01-2026 00:00:00 3 [RegTask] - Token 0-1 has expired\n"));
}

TEST_CASE("R38: the site's files have each what the site knew, in the order of time") {
  const Desk desk;
  desk.write("remote.toml", kRemote);
  REQUIRE(desk.run("run remote.toml --log log").status == 0);
  REQUIRE(desk.run("log export log --ccm made").status == 0);
  CHECK(files_below(desk.path("made/site")) ==
        std::set<std::string>{"CCM_STS.log", "CMGService.log", "MP_RegistrationManager.log",
                              "SMS_Cloud_ProxyConnector.log"});
  const std::string cmg = said(desk, "made/site/CMGService.log");
  CHECK(std::regex_match(
      cmg, std::regex("01-01-2026 00:01:00 1 RequestUri: /CCM_Proxy_MutualAuth/\\d{17}/"
                      "ccm_system_altauth/request  Client: GUID:[0-9A-F-]{36}  Status: 200 OK\n"
                      "01-26-2026 00:00:00 3 cmg is down\n")));
  const std::string sts = said(desk, "made/site/CCM_STS.log");
  CHECK(has(sts, "01-01-2026 00:00:00 1 Created bulk registration token: name=rollout, guid="));
  CHECK(has(sts,
            "01-01-2026 00:01:00 1 Created token 0-1, valid from 2026-01-01T00:00:00Z until "
            "2026-04-01T00:00:00Z, signed with key 0\n"));
  CHECK(has(said(desk, "made/site/MP_RegistrationManager.log"),
            "(remote/0)\n01-01-2026 00:01:00 1 MP Reg: Processing completed."));

  // Of several clients too.
  REQUIRE(desk.run("run small.toml --log small").status == 0);
  REQUIRE(desk.run("log export small --ccm both").status == 0);
  CHECK(has(said(desk, "both/site/ClientAuth.log"), " 3 Token of client GUID:"));
  std::string last;
  for (const std::string& line : lines_of(said(desk, "both/site/ClientAuth.log"))) {
    const std::string time = line.substr(0, 19);
    CHECK(last <= time);
    last = time;
  }
}

TEST_CASE("log export --ccm writes one client with what the site knew of it") {
  const Desk desk;
  REQUIRE(desk.run("run small.toml --log log").status == 0);
  REQUIRE(desk.run("log export log --ccm all").status == 0);
  REQUIRE(desk.run("log export log --ccm one --client office/1").status == 0);
  const std::string folder = "/clients/4-office/ClientIDManagerStartup.log";
  CHECK(read(desk, "one" + folder) == read(desk, "all" + folder));
  std::set<std::string> clients;
  for (const std::string& file : files_below(desk.path("one/clients"))) {
    clients.insert(file.substr(0, file.find('/')));
  }
  CHECK(clients == std::set<std::string>{"4-office"});
  for (const std::string& line : lines_of(read(desk, "one/site/ClientAuth.log"))) {
    CHECK(has(line, "(office/1)"));
  }
  CHECK(has(read(desk, "one/site/CCM_STS.log"), "Site is established"));
}

TEST_CASE("no name of a device leaves its line, its element or its folder") {
  const Desk desk;
  desk.write("devices.csv",
             "device,state,token-issued,network\n"
             "\"../../x\",,2025-12-16T22:11:20Z,internet\n"
             "\"]LOG]!><time=\"\"00\",,2025-12-16T22:11:20Z,internet\n");
  desk.write("named.toml",
             "format = 1\n[run]\nduration = \"40d\"\n[[cohort]]\nname = \"told\"\n"
             "inventory = \"devices.csv\"\n[cohort.network]\nmodel = \"fixed\"\non = "
             "\"internet\"\n");
  const Ran ran = desk.run("run named.toml --log log");
  INFO(ran.err);
  REQUIRE(ran.status == 0);
  REQUIRE(desk.run("log export log --ccm made").status == 0);
  CHECK(fs::is_directory(desk.path("made/clients/0-______x")));
  CHECK(fs::is_directory(desk.path("made/clients/1-_LOG____time__00")));
  for (const std::string& file : files_below(desk.path("made"))) {
    INFO(file);
    CHECK_FALSE(said(desk, "made/" + file).empty());
    CHECK_FALSE(has(read(desk, "made/" + file), "x/clients"));
  }
  CHECK(has(said(desk, "made/clients/1-_LOG____time__00/ClientIDManagerStartup.log"),
            "Machine: told/]LOG]\\!><time="));
}

TEST_CASE("log export --ccm goes into a new or empty folder, whole or not at all") {
  const Desk desk;
  REQUIRE(desk.run("run small.toml --log log").status == 0);
  REQUIRE(desk.run_shell("mkdir empty full && touch full/file").status == 0);
  CHECK(desk.run("log export log --ccm empty/").status == 0);
  CHECK(fs::is_directory(desk.path("empty/site")));
  Ran ran = desk.run("log export log --ccm full");
  CHECK(ran.status == 3);
  CHECK(ran.err == "tokenlife: full: already exists; choose another folder, or remove it\n");
  CHECK(desk.run("log export log --ccm small.toml").status == 3);
  CHECK(desk.run("log export log --ccm no/where").status == 3);
  REQUIRE(desk.run_shell("cp -r log bad && printf x | dd of=bad/clients-00000.log bs=1 seek=200 "
                         "conv=notrunc status=none")
              .status == 0);
  ran = desk.run("log export bad --ccm made");
  CHECK(ran.status == 3);
  CHECK(is_one_message(ran.err));
  for (const auto& entry : fs::directory_iterator(desk.path("."))) {
    CHECK_FALSE(entry.path().filename().string().starts_with("made."));
    CHECK(entry.path().filename() != "made/");
  }
  REQUIRE(desk.run("site init site").status == 0);
  check_refused(
      desk, {{"log export site --ccm made", "--ccm is for runs; give the folder of a run's log"},
             {"log export log --ccm made --client nobody/1", "nobody"},
             {"log export log --ccm made --host 'a b'", "is not a host name"},
             {"log export log --client 1", "--ccm"},
             {"log export log --ccm made --sqlite f", "excludes"},
             {"log export log", "--ccm DIR"}});
}

}  // namespace tokenlife::test
