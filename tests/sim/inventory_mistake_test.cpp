// The mistakes that people make in inventories, and what is said of each.
#include <catch2/catch.hpp>

#include "scenario_example.hpp"
#include "sim/scenario/scenario.hpp"

namespace tokenlife::sim {
namespace {

constexpr std::string_view kFleet = R"(format = 1
run = { start = 2026-06-01T00:00:00Z, duration = "10d" }
[[cohort]]
name = "fleet"
inventory = "devices.csv"
network = { model = "fixed", on = "intranet" }
[[action]]
at = "1d"
do = "issue-bulk-token"
name = "spring"
)";

std::string inventory_said(const std::string& scenario, std::string_view inventory) {
  const ScenarioFolder folder;
  folder.write("devices.csv", inventory);
  const auto read = parse_scenario(scenario, folder.path("s.toml"), {});
  if (read) return "read";
  std::string said = to_string(read.error());
  for (const Error& other : read.error().others) said += "\n" + to_string(other);
  for (std::size_t at; (at = said.find(folder.path(""))) != std::string::npos;) {
    said.erase(at, folder.path("").size());
  }
  return said;
}
std::string inventory_said(std::string_view inventory) {
  return inventory_said(std::string(kFleet), inventory);
}

constexpr std::string_view kAllColumns =
    "device,state,token-issued,token-expires,network,version,credential,credential-expires,"
    "cmg-allowed,bulk-token,blocked,trace\n";
// Of one row, with these fields behind the device.
std::string row(std::string_view fields) {
  return inventory_said(std::string(kAllColumns) + "LT-1," + std::string(fields) + "\n");
}

}  // namespace

TEST_CASE("an inventory begins with the names of its columns") {
  constexpr const char* kAdvice =
      "; begin with the names of the columns, as in `device,state,token-issued`";
  CHECK(inventory_said("") == std::string("devices.csv:1:1: the file is empty") + kAdvice);
  CHECK(inventory_said("\ndevice\n") ==
        std::string("devices.csv:1:1: the first line is empty") + kAdvice);
  CHECK(inventory_said("state,token-issued\n") ==
        std::string("devices.csv:1:1: the column `device` is missing") + kAdvice);
  CHECK(inventory_said("Name,State\n") ==
        std::string("devices.csv:1:1: the column `device` is missing") + kAdvice);
  CHECK(
      inventory_said("Device,State\n") ==
      "devices.csv:1:1: unknown column `Device`; did you mean `device`? Columns of your own begin "
      "with `x-`");
  CHECK(inventory_said("device,tokenissued\n") ==
        "devices.csv:1:8: unknown column `tokenissued`; did you mean `token-issued`? Columns of "
        "your own begin with `x-`");
  CHECK(inventory_said("device,owner\n") ==
        "devices.csv:1:8: unknown column `owner`; the columns are `device`, `state`, "
        "`token-issued`, `token-expires`, `network`, `version`, `credential`, "
        "`credential-expires`, `cmg-allowed`, `bulk-token`, `blocked` and `trace`, and those of "
        "your own, which begin with `x-`");
  CHECK(inventory_said("device,issued\n") ==
        "devices.csv:1:8: unknown column `issued`; did you mean `token-issued`? Columns of your "
        "own begin with `x-`");
  CHECK(inventory_said("device;state\n") ==
        "devices.csv:1:1: unknown column `device;state`; put commas between the columns");
  CHECK(inventory_said("device,\n").starts_with("devices.csv:1:8: unknown column ``; the column"));
  CHECK(inventory_said("device,state,device\n") ==
        "devices.csv:1:14: the column `device` appears twice; leave one of them out");
  CHECK(inventory_said("device\n") ==
        "devices.csv:1:1: the inventory has no rows; add a row for each device");
}

TEST_CASE("a row of an inventory has a field for each column") {
  CHECK(inventory_said("device,state\nLT-1\n") ==
        "devices.csv:2:1: the row has 1 field, but the header has 2; write one field for each "
        "column; put those that hold commas in quotes");
  CHECK(inventory_said("device,state\nLT-1,,\n")
            .starts_with("devices.csv:2:1: the row has 3 fields"));
  CHECK(inventory_said("device,state\nLT-1,\n\nLT-2,\n") ==
        "devices.csv:3:1: the line is empty; leave it out");
  CHECK(inventory_said("device,state\nAnn, Bert,\n")
            .starts_with("devices.csv:2:1: the row has 3 fields"));
  CHECK(inventory_said("device,state\n\"Ann, Bert\",\n") == "read");
  CHECK(inventory_said("device,state\nLT-1,\"installed\n")
            .starts_with("devices.csv:2:6: a field begins with a quote, but none ends it"));
}

TEST_CASE("a device has a name, and one that no other has") {
  CHECK(inventory_said("x-n,device\n1,\n") ==
        "devices.csv:2:3: `device` is empty; give every device a name of its own");
  CHECK(inventory_said("device\n" + std::string(256, 'x') + "\n") == "read");
  CHECK(inventory_said("device\n" + std::string(257, 'x') + "\n") ==
        "devices.csv:2:1: `device` has 257 bytes, more than 256; shorten it");
  CHECK(
      inventory_said("device\n\"a\nb\"\n") ==
      "devices.csv:2:1: `device` is `a\\nb`, with a control character; write it as a single line");
  CHECK(inventory_said("x-n,device\n1,a\n2,b\n3,a\n4,b\n") ==
        "devices.csv:4:3: `device` is `a`, as on line 2; give every device a row of its own, and "
        "only one");
  // What comes first in the file is said.
  CHECK(inventory_said("device,blocked\na,\na,\nb,x\n")
            .starts_with("devices.csv:3:1: `device` is `a`"));
  CHECK(inventory_said("device,blocked\na,\nb,x\na,\n").starts_with("devices.csv:3:3: `blocked`"));
}

TEST_CASE("an inventory is UTF-8") {
  CHECK(inventory_said("device\nM\xc3\xbcller\n") == "read");
  CHECK(inventory_said("device,x-owner\nLT-1,\xc3\xa4 M\xfcller\n") ==
        "devices.csv:2:9: the byte `\\xfc` is not UTF-8; save the file as UTF-8");
  CHECK(inventory_said("\xff\xfe"
                       "d\0e\0v\0") ==
        "devices.csv:1:1: the byte `\\xff` is not UTF-8 (it looks like UTF-16); save the file as "
        "UTF-8");
  CHECK(inventory_said("device\nx\xe2\x82\n").starts_with("devices.csv:2:2: the byte `\\xe2`"));
}

TEST_CASE("words of an inventory that nobody knows are told with those that there are") {
  CHECK(row("renewing,,,,,,,,,,") ==
        "devices.csv:2:6: `state` cannot be `renewing`; write `registered`, `roaming`, "
        "`expired`, `re-registration-required` or `installed`");
  CHECK(row("expried,,,,,,,,,,") ==
        "devices.csv:2:6: `state` cannot be `expried`; did you mean `expired`?");
  CHECK(row(",,,offline,,,,,,,") ==
        "devices.csv:2:9: `network` cannot be `offline`; write `intranet` or `internet`");
  CHECK(row(",,,,5.00,,,,,,") ==
        "devices.csv:2:10: `version` cannot be `5.00`; write `outdated` or `current`");
  CHECK(row(",,,,,bulk,,,,,") ==
        "devices.csv:2:11: `credential` cannot be `bulk`; write `self-signed`, `pki` or "
        "`entra`");
  CHECK(row(",,,,,,,yes,,,") ==
        "devices.csv:2:13: `cmg-allowed` cannot be `yes`; write `true` or `false`");
  CHECK(row(",,,,,,,,,1,") == "devices.csv:2:15: `blocked` cannot be `1`; write `true` or `false`");
  CHECK(row(",,,,,,,,sprong,,") ==
        "devices.csv:2:14: `bulk-token` is `sprong`, but there is no bulk token of that name; did "
        "you mean `spring`?");
  CHECK(row(",,,,,,,,,,d7") ==
        "devices.csv:2:16: `trace` names a device, but the cohort's network replays no trace; "
        "leave it empty, or give the cohort a network with a `file`");
}

TEST_CASE("dates of an inventory are in the past, and in order") {
  CHECK(row(",2026-06-01,,,,,,,,,") ==
        "devices.csv:2:7: `token-issued` is `2026-06-01`, which lacks the time of day; write "
        "2026-06-01T00:00:00Z");
  CHECK(row(",2026-05-17 07:35:04,,,,,,,,,") ==
        "devices.csv:2:7: `token-issued` is `2026-05-17 07:35:04`, which does not end in Z or an "
        "offset like +02:00; write 2026-05-17T07:35:04Z");
  CHECK(row(",yesterday,,,,,,,,,") ==
        "devices.csv:2:7: `token-issued` is `yesterday`, which is not a time; write it as in "
        "2026-01-01T00:00:00Z");
  CHECK(row(",2026-06-01T00:00:00Z,,,,,,,,,") == "read");
  CHECK(row(",2026-06-01T00:00:01Z,,,,,,,,,") ==
        "devices.csv:2:7: `token-issued` is 2026-06-01T00:00:01Z, after the run's start at "
        "2026-06-01T00:00:00Z; write a time that is no later, or choose a later `start` in [run]");
  CHECK(row(",2026-05-01T00:00:00Z,2026-05-01T00:00:00Z,,,,,,,,") ==
        "devices.csv:2:28: `token-expires` is 2026-05-01T00:00:00Z, but `token-issued` is not "
        "before that; write a later time");
  CHECK(row(",,2026-05-01T00:00:00Z,,,,,,,,") ==
        "devices.csv:2:8: `token-expires` is there without `token-issued`; give both of them, or "
        "none");
  CHECK(row(",0206-05-01T00:00:00Z,,,,,,,,,") ==
        "devices.csv:2:7: `token-issued` is 0206-05-01T00:00:00Z, 49710 days (2^32 seconds) or "
        "more from the run's start at 2026-06-01T00:00:00Z; check the year");
  CHECK(row(",2026-05-01T00:00:00Z,9026-05-01T00:00:00Z,,,,,,,,")
            .starts_with("devices.csv:2:28: `token-expires` is 9026"));
}

TEST_CASE("state and token of a device in an inventory go together") {
  for (const std::string state : {"registered", "roaming", "expired"}) {
    CHECK(row(state + ",,,,,,,,,,") ==
          "devices.csv:2:6: a client that is `" + state +
              "` has a token, but `token-issued` is missing; give `token-issued`, or write "
              "`installed` or `re-registration-required`");
  }
  CHECK(row("installed,2026-05-01T00:00:00Z,,,,,,,,,") ==
        "devices.csv:2:16: a client that is `installed` has no token, but `token-issued` is given; "
        "leave it empty, or choose another `state`");
  CHECK(row("expired,2026-03-03T00:00:00Z,,,,,,,,,") == "read");
  CHECK(row("expired,2026-03-03T00:00:01Z,,,,,,,,,") ==
        "devices.csv:2:6: the client is `expired`, but its token lives until 2026-06-01T00:00:01Z, "
        "after the run's start at 2026-06-01T00:00:00Z; write `registered` or `roaming`, or the "
        "date at which it ended as `token-expires`");
  CHECK(row("re-registration-required,2026-05-01T00:00:00Z,,,,,,,,,") == "read");
}

TEST_CASE("a bulk token that a device holds is there when the run begins") {
  CHECK(row("installed,,,,,,,,spring,,") ==
        "devices.csv:2:23: `bulk-token` is `spring`, which is issued at 1d, after the run's start; "
        "issue it at \"0d\"");
  CHECK(row("re-registration-required,,,,,,,,spring,,") == "read");
}

TEST_CASE("the trace of a device in an inventory is one of its cohort's") {
  const std::string scenario = with(kFleet, "", R"(model = "fixed", on = "intranet")",
                                    R"(model = "trace", file = "presence.csv")");
  CHECK(inventory_said(scenario, "device,trace\nLT-1,a\n") == "read");
  CHECK(inventory_said(scenario, "device,trace\nLT-1,a\nLT-2,c\n") ==
        "devices.csv:3:6: `trace` is `c`, but the trace has no such device; the devices are `a` "
        "and `b`");
}

TEST_CASE("a cohort has an inventory or is installed") {
  const auto beside = [](std::string_view key) {
    return inventory_said(with(kFleet, "", "network =", std::string(key) + "\nnetwork ="),
                          "device\nLT-1\n");
  };
  CHECK(beside("clients = 7") ==
        "s.toml:6:1: `clients` in [[cohort]] does not go with `inventory`, whose rows are the "
        "clients; leave it out");
  CHECK(beside("install = { at = \"1d\" }") ==
        "s.toml:6:1: `install` in [[cohort]] does not go with `inventory`, whose clients are "
        "there when the run begins; leave it out, or give them a cohort of their own");
  CHECK(inventory_said(with(kFleet, "", "devices.csv", "divices.csv"), "device\n") ==
        "s.toml:5:13: `inventory` in [[cohort]] is `divices.csv`, and `divices.csv` cannot be "
        "read: No such file or directory; give the path of an inventory, relative to the scenario "
        "file");
  CHECK(inventory_said(with(kFleet, "", "\"devices.csv\"", "[]"), "device\n")
            .starts_with("s.toml:5:13: `inventory` in [[cohort]] must be a string, not an array; "
                         "write inventory = \"devices.csv\""));
}

TEST_CASE("tokens of OpenSSL hold no dates before 1970, in an inventory either") {
  const std::string real = with(kFleet, "", "[[cohort]]", "site.crypto = \"real\"\n[[cohort]]");
  CHECK(inventory_said(real, "device,token-issued\nLT-1,1969-12-31T23:59:59Z\n") ==
        "devices.csv:2:6: `token-issued` is 1969-12-31T23:59:59Z, which a token of `crypto = "
        "\"real\"` cannot hold; write a date from 1970 to 9999");
  CHECK(inventory_said(real, "device,token-issued\nLT-1,1970-01-01T00:00:00Z\n") == "read");
}

TEST_CASE("nothing is said of an inventory that only follows from a mistake elsewhere") {
  CHECK(inventory_said(with(kFleet, "", "2026-06-01T00:00:00Z", "\"June\""),
                       "device,token-issued\nLT-1,2026-05-01T00:00:00Z\n")
            .find("devices.csv") == std::string::npos);
  const std::string acting = std::string(kFleet) +
                             "[[action]]\nat = \"1d\"\ndo = \"block-client\"\n"
                             "client = \"fleet/LT-1\"\n";
  CHECK(inventory_said(acting, "device,blocked\nLT-1,x\n") ==
        "devices.csv:2:6: `blocked` cannot be `x`; write `true` or `false`");
  CHECK(inventory_said(acting, "device\nLT-1\n") == "read");
}

TEST_CASE("of an inventory is warned what its rows do, not what its cohort would") {
  const auto warned_of = [](const std::string& of_cohort, const std::string& trace) {
    const ScenarioFolder folder;
    folder.write("devices.csv",
                 "device,state,token-issued,trace\n"
                 "x,registered,2025-12-20T00:00:00Z," +
                     trace + "\n" + "y,registered,2025-12-20T00:00:00Z,b\n" +
                     "z,registered,2025-12-20T00:00:00Z,b\n");
    const auto scenario = parse_scenario(
        "format = 1\n"
        "run = { start = 2026-01-01T00:00:00Z, duration = \"9h\" }\n"
        "[[cohort]]\nname = \"fleet\"\ninventory = \"devices.csv\"\n" +
            of_cohort,
        folder.path("s.toml"), {});
    INFO((scenario ? "" : to_string(scenario.error())));
    REQUIRE(scenario);
    std::string said;
    for (const Error& warning : scenario->warnings) {
      said += to_string(warning).substr(folder.path("").size()) + "\n";
    }
    return said;
  };
  // Device a of presence.csv has one row, and b another nine hours after the first. Three are no
  // multiple of two devices, which does not matter here.
  const std::string network = "network = { model = \"trace\", file = \"presence.csv\" }\n";
  CHECK(warned_of(network, "a")
            .starts_with("s.toml:6:37: the trace of 1 of 3 clients ends early, "
                         "that of device `a` "));
  CHECK(warned_of(network, "b") == "");
  // They hold tokens.
  CHECK(warned_of("on-intranet = \"cmg\"\n" + network, "b") == "");
}

}  // namespace tokenlife::sim
