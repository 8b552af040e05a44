// What a report counts of endpoints with limits.
#include <catch2/catch.hpp>

#include "events/temporary_folder.hpp"
#include "sim/engine/simulation.hpp"
#include "sim/report/fleet.hpp"
#include "sim/run_of_text.hpp"

namespace tokenlife::test {
namespace {

using namespace std::chrono_literals;
using sim::EndpointOverTime;

// One request a minute is served, and two may wait; an answer takes a minute.
const std::string kOneAMinute =
    "[run]\nduration = \"30m\"\ntick = \"1m\"\nstart = 2026-01-01T00:00:00Z\n"
    "[site.capacity]\nmp = {per-minute = 1, queue = 2}\n"
    "[[cohort]]\nname = \"a\"\nclients = 4\nnetwork = {model = \"fixed\", on = \"intranet\"}\n";

sim::LoadOverTime load_of(const std::string& text, unsigned threads = 1) {
  const TemporaryFolder folder;
  sim::RunControl control;
  sim::RunOptions options;
  options.log_folder = folder / "log";
  const auto result = sim::run(scenario_of(text), options, control);
  if (!result) FAIL(sim::to_string(result.error()));
  const auto log = events::LogReader::open(folder / "log");
  const auto fleet = sim::count_fleet(*log, threads);
  if (!fleet) FAIL(fleet.error().what);
  return fleet->load;
}

}  // namespace

TEST_CASE("a report says who was in line, how long, and what could have been answered") {
  const sim::LoadOverTime load = load_of(kOneAMinute);
  const EndpointOverTime& mp = load[0];
  CHECK(mp.is_limited);
  CHECK_FALSE(load[1].is_limited);
  // By minute: two wait, then one, then none; who was turned away never stood in line.
  REQUIRE(mp.in_line.size() == 30);
  CHECK(mp.in_line[0] == 2);
  CHECK(mp.in_line[1] == 1);
  CHECK(mp.in_line[2] == 0);
  // By hour.
  REQUIRE(mp.answered.size() == 1);
  CHECK(mp.answered[0] == 3);
  CHECK(mp.turned_away[0] == 1);
  CHECK(mp.longest_wait[0] == 2min);
  // The run ends after half of the hour.
  CHECK(mp.capacity[0] == 30);
}

TEST_CASE("a report knows when an endpoint had another limit, or none") {
  const std::string text =
      "[run]\nduration = \"4h\"\ntick = \"1m\"\nstart = 2026-01-01T00:00:00Z\n"
      "[site.capacity]\ncmg = {per-minute = 10, queue = 5}\n"
      "[[cohort]]\nname = \"a\"\nclients = 1\nnetwork = {model = \"fixed\", on = \"intranet\"}\n"
      "[[action]]\ndo = \"set-capacity\"\nendpoint = \"cmg\"\nat = \"90m\"\nper-minute = 2\n"
      "[[action]]\ndo = \"set-capacity\"\nendpoint = \"cmg\"\nat = \"3h\"\nper-minute = "
      "\"unlimited\"\n";
  const sim::LoadOverTime load = load_of(text);
  CHECK_FALSE(load[0].is_limited);
  using Capacity = std::vector<std::optional<std::uint64_t>>;
  CHECK(load[1].capacity == Capacity{600, 30 * 10 + 30 * 2, 120, std::nullopt});
}

TEST_CASE("who gives up leaves the line, and who is in it at the end is counted") {
  const std::string site = "[site]\nrequest-timeout = \"5m\"\nretry-after-failure = \"1d\"\n";
  const std::string slow =
      "[run]\nduration = \"12m\"\ntick = \"1m\"\nstart = 2026-01-01T00:00:00Z\n" + site +
      "[site.capacity]\nmp = {per-minute = 1, queue = 50}\n"
      "[[cohort]]\nname = \"a\"\nclients = 20\nnetwork = {model = \"fixed\", on = \"intranet\"}\n"
      "[[cohort]]\nname = \"late\"\nclients = 3\ninstall = {at = \"10m\"}\n"
      "network = {model = \"fixed\", on = \"intranet\"}\n";
  const EndpointOverTime mp = load_of(slow)[0];
  CHECK(mp.in_line[0] == 19);
  CHECK(mp.in_line[4] == 15);
  CHECK(mp.in_line[5] == 0);  // after five minutes
  // Of those that nobody awaits any longer the endpoint has ten to come to before the late ones.
  CHECK(mp.in_line[10] == 3);
  CHECK(mp.in_line[11] == 3);
  CHECK(mp.answered[0] == 5);
  CHECK(load_of(slow, 2)[0].in_line == mp.in_line);
}

}  // namespace tokenlife::test
