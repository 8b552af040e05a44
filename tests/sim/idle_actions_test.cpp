// Which actions changed nothing: at both edges of every span, and each time beside brute force.
#include "sim/engine/idle_actions.hpp"

#include <catch2/catch.hpp>

#include "sim/engine/memory_run.hpp"
#include "sim/scenario/scenario.hpp"

namespace tokenlife::test {
namespace {

using namespace sim;

Scenario read_idle(const std::string& text) {
  const auto scenario = parse_scenario("format = 1\n" + text, "idle.toml", {});
  INFO((scenario ? std::string() : to_string(scenario.error())));
  REQUIRE(scenario);
  return *scenario;
}

RunResult lived_idle(const Scenario& scenario) {
  RunControl control;
  const auto result = run(scenario, {2, {}}, control);
  REQUIRE(result);
  return *result;
}

// The actions that changed nothing, and the same by brute force: those without which all events are
// the same.
using Idle = std::vector<std::uint32_t>;
Idle idle_by_force(Scenario scenario) {
  const EngineRun whole = simulate(scenario);
  Idle idle;
  for (std::uint32_t i = 0; i < scenario.actions.size(); ++i) {
    scenario.actions[i].left_out = true;
    const EngineRun without = simulate(scenario);
    if (without.site == whole.site && without.clients == whole.clients) idle.push_back(i);
    scenario.actions[i].left_out = false;
  }
  return idle;
}
Idle idle(const std::string& text) {
  const Scenario scenario = read_idle(text);
  RunControl control;
  const auto found = idle_actions(scenario, lived_idle(scenario), control);
  REQUIRE(found);
  CHECK(*found == idle_by_force(scenario));
  return *found;
}

const std::string kIdleDay = "[run]\nduration = \"1d\"\n";

// Installed at that time; asks every hour.
std::string idle_office(const char* installed) {
  return std::string("[[cohort]]\nname = \"office\"\nclients = 1\ninstall = { at = \"") +
         installed + "\" }\nnetwork = { model = \"fixed\", on = \"intranet\" }\n";
}

std::string action(const char* at, const std::string& rest) {
  return std::string("[[action]]\nat = \"") + at + "\"\n" + rest;
}
std::string lost(const char* at, const char* length) {
  return action(at, std::string("do = \"lose-answers\"\nshare = 1.0\nendpoint = \"mp\"\nfor = \"") +
                        length + "\"\n");
}
std::string outage(const char* at, const char* length) {
  return action(at, std::string("do = \"outage\"\nendpoint = \"mp\"\nfor = \"") + length + "\"\n");
}
std::string away(const char* at, const char* length) {
  return action(at, std::string("do = \"move\"\ncohort = \"office\"\non = \"offline\"\nfor = \"") +
                        length + "\"\n");
}
}  // namespace

TEST_CASE("lost answers are of what was asked from the beginning on and before the end") {
  const std::string both = lost("10h", "1h") + lost("11h", "1m");
  CHECK(idle(kIdleDay + idle_office("9h59m") + both) == Idle{0, 1});
  CHECK(idle(kIdleDay + idle_office("10h") + both) == Idle{});
  CHECK(idle(kIdleDay + idle_office("10h59m") + both) == Idle{1});
  CHECK(idle(kIdleDay + idle_office("11h") + both) == Idle{0});
  CHECK(idle(kIdleDay + idle_office("11h1m") + both) == Idle{0, 1});
  // What two lose is lost without either.
  CHECK(idle(kIdleDay + idle_office("10h") + lost("10h", "1m") + lost("10h", "1m")) == Idle{0, 1});
}

TEST_CASE("an outage within another changes nothing, and any other is an event") {
  CHECK(idle(kIdleDay + idle_office("0d") + outage("10h", "3h") + outage("11h", "1h")) == Idle{1});
  CHECK(idle(kIdleDay + idle_office("0d") + outage("10h", "3h") + outage("11h", "3h")) == Idle{});
  CHECK(idle(kIdleDay + idle_office("0d") + outage("10h", "1h") + outage("2d", "1h")) == Idle{1});
}

TEST_CASE("a move to where the client is anyway changes nothing, unless it holds it there") {
  CHECK(idle(kIdleDay + idle_office("0d") + away("10h", "5h") + away("11h", "1h")) == Idle{1});
  CHECK(idle(kIdleDay + idle_office("0d") + away("10h", "5h") + away("11h", "6h")) == Idle{});
  CHECK(idle(kIdleDay + idle_office("11h") + away("10h", "1h")) == Idle{0});
  // It is away from 12h on, and would be back after 12 hours; it is kept away for 100 days.
  const std::string half_days =
      "[run]\nduration = \"150d\"\n[[cohort]]\nname = \"office\"\nclients = 1\n"
      "[cohort.network]\nmodel = \"timeline\"\nsteps = [ { at = \"0d\", on = \"intranet\" }, "
      "{ at = \"12h\", on = \"offline\" } ]\nrepeat-every = \"1d\"\n";
  CHECK(idle(half_days + away("1d18h", "100d")) == Idle{});
  CHECK(idle(half_days + away("1d18h", "6h")) == Idle{});
  CHECK(idle(half_days + away("1d18h", "5h")) == Idle{0});
}

TEST_CASE("an outage that hides a block from clients has changed something") {
  const std::string fleet =
      "[run]\nduration = \"20d\"\n[[cohort]]\nname = \"hourly\"\nclients = 3\nbulk-token = \"t\"\n"
      "network = { model = \"fixed\", on = \"internet\" }\n" +
      action("0d", "do = \"issue-bulk-token\"\nname = \"t\"\n");
  const std::string block = action("10d", "do = \"block-client\"\ncohort = \"hourly\"\n") +
                            action("10d1h", "do = \"unblock-client\"\ncohort = \"hourly\"\n");
  const std::string down = action("9d23h", "do = \"outage\"\nendpoint = \"cmg\"\nfor = \"4h\"\n");
  CHECK(idle(fleet + down + block) == Idle{});
  // Unblocked, they cannot be unblocked again; nor is what was not blocked.
  CHECK(idle(fleet + block + action("11d", "do = \"unblock-client\"\nclient = \"hourly/1\"\n") +
             action("11d", "do = \"unblock-bulk-token\"\nname = \"t\"\n")) == Idle{3, 4});
}

TEST_CASE("a block of a bulk token that has not been issued changes nothing") {
  CHECK(idle(kIdleDay + idle_office("0d") +
             action("1h", "do = \"block-bulk-token\"\nname = \"t\"\n") +
             action("2h", "do = \"issue-bulk-token\"\nname = \"t\"\n") +
             action("3h", "do = \"block-bulk-token\"\nname = \"t\"\n") +
             action("4h", "do = \"block-bulk-token\"\nname = \"t\"\n")) == Idle{0, 3});
}

TEST_CASE("what is done to a client before its installation counts if it is installed with it") {
  const std::string block = action("1h", "do = \"block-client\"\nclient = \"office/0\"\n");
  const std::string free = action("2h", "do = \"unblock-client\"\nclient = \"office/0\"\n");
  CHECK(idle(kIdleDay + idle_office("3h") + block) == Idle{});
  // Without the block there is nothing to undo: the block is idle, what undoes it is not.
  CHECK(idle(kIdleDay + idle_office("3h") + block + free) == Idle{0});
  CHECK(idle(kIdleDay + idle_office("3h") + free + block) == Idle{1});
  CHECK(idle(kIdleDay + idle_office("2d") + block + free) == Idle{0, 1});
  CHECK(idle(kIdleDay + idle_office("3h") + free) == Idle{0});
}

// In the last of three partitions.
TEST_CASE("one client among thousands is enough") {
  const std::string many = kIdleDay +
                           "[[cohort]]\nname = \"many\"\nclients = 2500\n"
                           "network = { model = \"fixed\", on = \"offline\" }\n" +
                           idle_office("10h");
  CHECK(idle(many + lost("10h", "1h") + lost("12h", "1h")) == Idle{1});
}

TEST_CASE("an interrupted run calls no action idle") {
  const Scenario scenario = read_idle(kIdleDay + idle_office("10h") + lost("12h", "1h"));
  RunControl control;
  const RunResult result = lived_idle(scenario);
  control.stop = true;
  CHECK_FALSE(idle_actions(scenario, result, control));
  const auto interrupted = run(scenario, {1, {}}, control);
  REQUIRE(interrupted);
  RunControl going;
  CHECK_FALSE(idle_actions(scenario, *interrupted, going));
}

}  // namespace tokenlife::test
