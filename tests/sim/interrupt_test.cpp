// A run that is stopped after so many clients, wherever that is: what it wrote is a sound log that
// says what it is.
#include <catch2/catch.hpp>

#include "events/log_reader.hpp"
#include "events/replay.hpp"
#include "events/temporary_folder.hpp"
#include "events/verify.hpp"
#include "sim/engine/simulation.hpp"

namespace tokenlife::test {
namespace {

using namespace sim;

Scenario office(std::uint32_t clients) {
  Scenario scenario;
  scenario.start = std::chrono::sys_days{std::chrono::year{2026} / 1 / 1};
  scenario.duration = std::chrono::days{40};
  scenario.policy.latency = std::chrono::minutes{1};
  Cohort cohort;
  cohort.name = "office";
  cohort.clients = clients;
  cohort.network = FixedNetwork{Network::intranet};
  scenario.cohorts.push_back(cohort);
  scenario.clients = clients;
  return scenario;
}

// How many clients of each partition's are in the log: a partition has 1,024.
using Partitions = std::vector<std::uint32_t>;

struct Stop {
  std::uint32_t clients;  // of the scenario
  std::uint32_t after;    // so many are done
  Partitions partitions;
  bool complete;
};

// The log of the stopped run is read, replayed and verified.
void check_stop(const Stop& stop, unsigned threads) {
  INFO(stop.clients << " clients, stopped after " << stop.after << ", threads " << threads);
  const TemporaryFolder folder;
  RunControl control;
  control.stop_after = stop.after;
  const auto result = run(office(stop.clients), {threads, folder / "log"}, control);
  REQUIRE(result);
  const auto log = events::LogReader::open(folder / "log");
  REQUIRE(log);
  const auto facts = events::verify(*log, 2);
  REQUIRE(facts);
  CHECK(log->summary().complete == result->log.complete);
  CHECK(log->summary().digest == result->log.digest);
  CHECK(facts->events == result->log.events);
  CHECK(result->log.complete == (result->tally.clients == stop.clients));
  // Five events a client: installed, asked and registered, asked and renewed.
  CHECK(facts->events == 1 + 5 * result->tally.clients);
  CHECK(facts->population.all.clients() == result->tally.clients);
  if (threads > 1) return;
  CHECK(result->log.complete == stop.complete);
  Partitions partitions;
  for (const auto& partition : log->partitions()) partitions.push_back(partition.clients);
  CHECK(partitions == stop.partitions);
}

}  // namespace

TEST_CASE("a run that is stopped in its first, a middle, its last or its only partition says so") {
  const Stop stops[] = {
      // The only one.
      {5, 1, {1}, false},
      {5, 4, {4}, false},
      {5, 5, {5}, true},
      {1024, 1023, {1023}, false},
      {1024, 1024, {1024}, true},
      // The first of three, and between it and the second.
      {2500, 1, {1}, false},
      {2500, 1023, {1023}, false},
      {2500, 1024, {1024}, false},
      // The middle one.
      {2500, 1025, {1024, 1}, false},
      {2500, 2048, {1024, 1024}, false},
      // The last one.
      {2500, 2049, {1024, 1024, 1}, false},
      {2500, 2499, {1024, 1024, 451}, false},
      {2500, 2500, {1024, 1024, 452}, true},
  };
  for (const Stop& stop : stops) {
    check_stop(stop, 1);
    check_stop(stop, 2);
  }
}

TEST_CASE("a run that is stopped before it begins is an interrupted log without clients") {
  const TemporaryFolder folder;
  RunControl control;
  control.stop = true;
  const auto result = run(office(5), {1, folder / "log"}, control);
  REQUIRE(result);
  CHECK_FALSE(result->log.complete);
  const auto log = events::LogReader::open(folder / "log");
  REQUIRE(log);
  CHECK(log->partitions().empty());
  CHECK(events::verify(*log).has_value());
}

}  // namespace tokenlife::test
