// Fleets that exist: what an inventory says of each device, and what it leaves to the cohort.
#include <catch2/catch.hpp>

#include <chrono>

#include "scenario_example.hpp"
#include "sim/engine/simulation.hpp"
#include "sim/scenario/inventory_text.hpp"
#include "sim/scenario/to_toml.hpp"
#include "sim/soak/failure_file.hpp"
#include "sim/soak/random_scenario.hpp"
#include "support/desk.hpp"

namespace tokenlife::sim {
namespace {

using std::chrono::days;
using std::chrono::hours;

constexpr std::string_view kLaptops = R"(format = 1
[run]
start = 2026-06-01T00:00:00Z
duration = "10d"
[site]
leeway = "1h"
[[cohort]]
name = "laptops"
inventory = "devices.csv"
credential = "entra"
version = "outdated"
cmg-allowed = false
bulk-token = "spring"
network = { model = "trace", file = "presence.csv" }
[[action]]
at = "0d"
do = "issue-bulk-token"
name = "spring"
[[action]]
at = "0d"
do = "issue-bulk-token"
name = "other"
)";

Scenario adopted(std::string_view inventory, const ScenarioOptions& options = {}) {
  const ScenarioFolder folder;
  folder.write("devices.csv", inventory);
  auto scenario = parse_scenario(std::string(kLaptops), folder.path("s.toml"), options);
  if (!scenario) FAIL(to_string(scenario.error()));
  return std::move(*scenario);
}
AdoptedClient first(std::string_view inventory) {
  return adopted(inventory).cohorts[0].inventory->clients[0];
}
// "state network", of a device with these fields.
std::string found(std::string_view state, std::string_view issued, std::string_view network = "") {
  const AdoptedClient client = first("device,state,token-issued,network\nd," + std::string(state) +
                                     "," + std::string(issued) + "," + std::string(network) + "\n");
  return std::string(name(client.state)) + " " + std::string(name(client.last_connected));
}

}  // namespace

TEST_CASE("an inventory needs no more than the names of its devices") {
  const Scenario scenario = adopted("device\nLT-1\nLT-2\n");
  REQUIRE(scenario.clients == 2);
  const Cohort& cohort = scenario.cohorts[0];
  CHECK(cohort.clients == 2);
  CHECK(cohort.inventory->file == "devices.csv");
  const AdoptedClient& client = cohort.inventory->clients[1];
  CHECK(client.device == "LT-2");
  CHECK(client.state == LifecycleState::installed);
  CHECK(client.last_connected == Network::intranet);
  CHECK(client.credential == Credential::entra);
  CHECK(client.version == ClientVersion::outdated);
  CHECK_FALSE(client.cmg_allowed);
  CHECK(client.bulk_token == 0U);
  CHECK_FALSE(client.blocked);
  CHECK_FALSE(client.token);
  CHECK_FALSE(client.credential_expires);
  CHECK_FALSE(client.trace_device);
}

TEST_CASE("a row says what is different from the cohort, in columns of any order") {
  const AdoptedClient client = first(
      "x-owner,trace,blocked,bulk-token,cmg-allowed,credential-expires,credential,version,network,"
      "token-expires,token-issued,state,device,x-\n"
      "\"Ann, or\nBert\",a,true,,true,2027-01-01T00:00:00Z,pki,current,internet,"
      "2026-07-01T02:00:00+02:00,2026-05-01T12:34:56Z,registered,\"19\"\" rack, left\",\n");
  CHECK(client.device == "19\" rack, left");
  CHECK(client.state == LifecycleState::registered);
  CHECK(client.last_connected == Network::internet);
  CHECK(client.credential == Credential::pki);
  CHECK(client.version == ClientVersion::current);
  CHECK(client.cmg_allowed);
  CHECK(client.blocked);
  REQUIRE(client.token);
  CHECK(client.token->issued == at(-(days{31} - std::chrono::seconds{12 * 3'600 + 34 * 60 + 56})));
  CHECK(client.token->expires == at(days{30}));
  CHECK(client.credential_expires == at(days{214}));
  CHECK(client.trace_device == 1U);  // `b` is first in the file
  CHECK_FALSE(client.bulk_token);    // only installed clients hold one
}

TEST_CASE("dates for credentials that never expire are passed over, with one warning for a file") {
  const auto warning_of = [](std::string_view rows) -> std::string {
    const Scenario scenario = adopted("device,credential,credential-expires\n" + std::string(rows));
    for (const Error& warning : scenario.warnings) {
      if (warning.what.find("credential-expires") != std::string::npos) return to_string(warning);
    }
    return "";
  };
  const std::string one = warning_of("a,self-signed,2026-07-01T00:00:00Z\nb,self-signed,\n");
  CHECK(one.find("1 row of the inventory has a `credential-expires`, but a self-signed "
                 "credential, which never expires: the date is passed over; give the "
                 "`credential`, `pki` or `entra`, in the row or for the cohort, or drop the "
                 "date") != std::string::npos);
  const std::string two = warning_of(
      "a,self-signed,2026-07-01T00:00:00Z\nb,pki,2026-07-01T00:00:00Z\n"
      "c,self-signed,2026-07-01T00:00:00Z\n");
  CHECK(two.find("2 rows of the inventory have a `credential-expires`") != std::string::npos);
  // The cohort's is Entra.
  CHECK(warning_of("a,,2026-07-01T00:00:00Z\n").empty());
}

TEST_CASE("only installed clients hold a bulk token, their own before the cohort's") {
  const auto clients = adopted(
                           "device,state,token-issued,bulk-token\n"
                           "a,installed,,other\nb,installed,,\nc,,2026-05-31T00:00:00Z,other\n"
                           "d,re-registration-required,,other\n")
                           .cohorts[0]
                           .inventory->clients;
  CHECK(clients[0].bulk_token == 1U);
  CHECK(clients[1].bulk_token == 0U);
  CHECK_FALSE(clients[2].bulk_token);
  CHECK_FALSE(clients[3].bulk_token);
}

TEST_CASE("a token lasts for the validity, and what state its device is in follows from it") {
  const AdoptedClient client = first("device,token-issued\nd,2026-05-02T00:00:00Z\n");
  CHECK(client.token->issued == at(days{-30}));
  CHECK(client.token->expires == at(days{60}));  // R57: 90 days
  // The start is 90 days after 2026-03-03. With the leeway a token lives for an hour more.
  CHECK(found("", "2026-06-01T00:00:00Z") == "registered intranet");
  CHECK(found("", "2026-03-03T00:00:01Z") == "registered intranet");
  CHECK(found("", "2026-03-02T23:00:01Z") == "registered intranet");
  CHECK(found("", "2026-03-02T23:00:00Z") == "expired internet");
  CHECK(found("", "2020-01-01T00:00:00Z") == "expired internet");
  CHECK(found("", "") == "installed intranet");
}

TEST_CASE("the last network follows from the state unless it is given") {
  CHECK(found("registered", "2026-05-02T00:00:00Z") == "registered intranet");
  CHECK(found("roaming", "2026-05-02T00:00:00Z") == "roaming internet");
  CHECK(found("expired", "2026-02-02T00:00:00Z") == "expired internet");
  CHECK(found("re-registration-required", "") == "re-registration-required internet");
  CHECK(found("installed", "") == "installed intranet");
  CHECK(found("installed", "", "internet") == "installed internet");
  CHECK(found("expired", "2026-02-02T00:00:00Z", "intranet") == "expired intranet");
  // One whose token has expired is found registered all the same: it expires in the first tick.
  CHECK(found("registered", "2026-02-02T00:00:00Z") == "registered intranet");
}

TEST_CASE("a scaled run takes the first rows of an inventory, and never more than there are") {
  std::string rows = "device\n";
  for (int i = 0; i < 10; ++i) rows += "PC-" + std::to_string(i) + "\n";
  CHECK(adopted(rows, {{}, 0.3}).clients == 3);
  CHECK(adopted(rows, {{}, 0.001}).clients == 1);
  const Scenario thrice = adopted(rows, {{}, 3});
  CHECK(thrice.clients == 10);
  // The other is of the trace that they replay.
  REQUIRE(thrice.warnings.size() == 2);
  CHECK(thrice.warnings[0].what == "the inventory has 10 devices: it cannot be scaled beyond that");
  const events::LogHeader header = header_of(adopted(rows, {{}, 0.3}));
  CHECK(header.cohorts[0].clients == 3);
  CHECK(header.cohorts[0].devices == std::vector<std::string>{"PC-0", "PC-1", "PC-2"});
}

TEST_CASE("a log names an inventory with its digest, and every device") {
  const events::LogHeader header = header_of(adopted("device\nLT-1\nLT-2\n"));
  REQUIRE(header.inputs.size() == 2);
  CHECK(header.inputs[0].name == "devices.csv");
  // printf 'device\nLT-1\nLT-2\n' | sha256sum
  CHECK(to_string(header.inputs[0].digest) ==
        "336d46436fa24aa244d541b0f77c3e33d61ea728445abde9d03200bc1df1d399");
  CHECK(header.inputs[1].name == "presence.csv");
  CHECK(header.cohorts[0].devices == std::vector<std::string>{"LT-1", "LT-2"});
}

TEST_CASE("actions name devices, or clients by their number") {
  const ScenarioFolder folder;
  folder.write("devices.csv", "device\nLT-1\nrack/7\n3\n");
  const auto client_of = [&](const std::string& client) {
    const auto scenario =
        parse_scenario(std::string(kLaptops) +
                           "[[cohort]]\nname = \"laptops/rack\"\nclients = 9\n"
                           "network = { model = \"fixed\", on = \"intranet\" }\n"
                           "[[action]]\nat = \"1d\"\ndo = \"block-client\"\nclient = \"" +
                           client + "\"\n",
                       folder.path("s.toml"), {});
    if (!scenario) return to_string(scenario.error()).substr(folder.path("").size());
    const Target target = *target_of(scenario->actions.back());
    return std::to_string(target.cohort.value) + ":" + std::to_string(*target.client);
  };
  CHECK(client_of("laptops/LT-1") == "0:0");
  CHECK(client_of("laptops/1") == "0:1");
  CHECK(client_of("laptops/2") == "0:2");
  CHECK(client_of("laptops/3") ==
        "s.toml:30:10: `client` in the action `block-client` is `laptops/3`, but the cohort has 3 "
        "clients; clients are numbered from 0 to 2");
  CHECK(client_of("laptops/rack/7") == "1:7");  // the longest name of a cohort
  CHECK(client_of("laptops/LT-7") ==
        "s.toml:30:10: `client` in the action `block-client` is `laptops/LT-7`, but the inventory "
        "`devices.csv` has no device `LT-7`; did you mean `LT-1`?");
}

TEST_CASE("an inventory that is written reads back as it was") {
  int inventories = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Scenario scenario = random_scenario(seed, 200);
    for (Cohort& cohort : scenario.cohorts) {
      if (cohort.inventory == nullptr) continue;
      ++inventories;
      cohort.bulk_token.reset();
      Scenario alone = scenario;
      alone.cohorts = {cohort};
      alone.actions.clear();
      for (const Action& action : scenario.actions) {
        if (action_if<IssueBulk>(action)) alone.actions.push_back({Instant{}, action.what});
      }
      const test::TemporaryFolder folder;
      const auto path = write_failure({seed, "none", "nothing", alone}, folder.path());
      REQUIRE(path);
      const auto read = load_scenario(path->string(), {});
      INFO(test::read_file(*path));
      if (!read) FAIL(to_string(read.error()));
      const std::string again = inventory_text(*read, read->cohorts[0]);
      CHECK(again == inventory_text(scenario, cohort));
    }
  }
  CHECK(inventories > 30);
}

TEST_CASE("a million devices are read", "[slow]") {
  std::string rows = "device,state,token-issued,token-expires,network,credential,blocked\n";
  for (int i = 0; i < 1'000'000; ++i) {
    rows += "LAPTOP-" + std::to_string(i * 7) +
            ",registered,2026-05-01T08:15:00Z,2026-07-30T08:15:00Z,internet,pki,false\n";
  }
  CHECK(adopted(rows).clients == 1'000'000);
}

}  // namespace tokenlife::sim
