// Devices by their names, from the scenario to the log and back.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "support/desk.hpp"

namespace tokenlife::test {

TEST_CASE("devices of an inventory are called by their names wherever clients are") {
  const Desk desk;
  desk.write("devices.csv",
             "device,token-issued,bulk-token\nLT-1,2025-12-31T00:00:00Z,\n\"PC \"\"2\"\"\",,\n");
  desk.write("fleet.toml", R"(format = 1
run.duration = "1d"
[[cohort]]
name = "fleet"
inventory = "devices.csv"
network = { model = "fixed", on = "intranet" }
[[action]]
at = "2h"
do = "block-client"
client = "fleet/LT-1"
)");
  const Ran ran = desk.run("run fleet.toml --log log --json");
  REQUIRE(ran.status == 0);
  const auto summary = nlohmann::json::parse(ran.out);
  CHECK(summary["clients"] == 2);
  CHECK(summary["event-kinds"]["client-adopted"] == 2);

  const Ran events = desk.run("events log --client fleet/LT-1 --format jsonl");
  REQUIRE(events.status == 0);
  const auto first = nlohmann::json::parse(events.out.substr(0, events.out.find('\n')));
  CHECK(first["kind"] == "client-adopted");
  CHECK(first["stream"] == 0);
  CHECK(first["seq"] == 0);
  CHECK(first["time"] == "2026-01-01T00:00:00Z");
  CHECK(first["device"] == "LT-1");
  CHECK(first["state"] == "registered");
  CHECK(first["not-before"] == "2025-12-31T00:00:00Z");
  CHECK(first["expires"] == "2026-03-31T00:00:00Z");
  CHECK(has(desk.run("events log --kind registration-completed").out, "fleet/PC \"2\""));
  CHECK(has(desk.run("replay log --client 'fleet/PC \"2\"'").out, "registered"));
  CHECK(has(desk.run("replay log --client fleet/LT-1").out, "re-registration-required"));

  const Ran unknown = desk.run("replay log --client fleet/LT-2");
  CHECK(unknown.status == 2);
  CHECK(has(unknown.err, "has no device `LT-2`"));
  CHECK(desk.run("log verify log").status == 0);
  const Ran again = desk.run("run fleet.toml --clients-scale 0.5 --json");
  CHECK(nlohmann::json::parse(again.out)["clients"] == 1);
}

TEST_CASE("a device is suggested by its cohort, and not because others are called alike") {
  const Desk desk;
  std::string rows = "device,token-issued\n";
  for (int i = 100; i < 140; ++i) rows += "LT-" + std::to_string(i) + ",2025-12-31T00:00:00Z\n";
  desk.write("devices.csv", rows + "KIOSK,2025-12-31T00:00:00Z\n");
  desk.write("fleet.toml",
             "format = 1\nrun.duration = \"1d\"\n[[cohort]]\nname = \"fleet\"\ninventory = "
             "\"devices.csv\"\nnetwork = { model = \"fixed\", on = \"intranet\" }\n");
  REQUIRE(desk.run("run fleet.toml --log log").status == 0);
  check_refused(
      desk, {{"replay log --client LT-111", "does not name a client; did you mean `fleet/LT-111`?"},
             {"replay log --client LT-999", "does not name a client; give COHORT/DEVICE"},
             {"replay log --client fleet/KIOSC", "did you mean `KIOSK`?"},
             {"replay log --client fleet/LT-999", "select device from clients"}});
}

TEST_CASE("a mistake in an inventory is shown with its line and a caret") {
  const Desk desk;
  desk.write("devices.csv", "device,state\nLT-1,expried\n");
  desk.write("fleet.toml", R"(format = 1
run.duration = "1d"
[[cohort]]
name = "fleet"
inventory = "devices.csv"
network = { model = "fixed", on = "intranet" }
)");
  const Ran ran = desk.run("run fleet.toml");
  CHECK(ran.status == 2);
  CHECK(ran.err ==
        "devices.csv:2:6: `state` cannot be `expried`; did you mean `expired`?\n"
        "    2 | LT-1,expried\n"
        "      |      ^\n");
}

TEST_CASE("the event that begins the spell of a device has the spell's cause") {
  const Desk desk;
  desk.write("devices.csv",
             "device,token-issued,state\nnever,,installed\nlate,2025-01-01T00:00:00Z,expired\n"
             "again,,re-registration-required\n");
  desk.write("fleet.toml",
             "format = 1\n[run]\nduration = \"10d\"\n[[cohort]]\nname = \"c\"\n"
             "inventory = \"devices.csv\"\n[cohort.network]\nmodel = \"fixed\"\n"
             "on = \"internet\"\n");
  REQUIRE(desk.run("run fleet.toml --log log").status == 0);
  const std::string causes =
      "device,spell_cause\nnever,not-enrolled\nlate,adopted\nagain,adopted\n";
  for (const char* from : {"events where kind = 'client-adopted'", "spells"}) {
    INFO(from);
    CHECK(desk.run("log sql log \"select device, spell_cause from " + std::string(from) +
                   " order by client\" --format csv")
              .out == causes);
  }
  CHECK(desk.run("events log --client 0 --columns kind,spell-cause --format csv").out ==
        "kind,spell-cause\nclient-adopted,not-enrolled\n");
}

}  // namespace tokenlife::test
