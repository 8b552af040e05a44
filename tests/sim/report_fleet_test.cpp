// What a report counts of a log.
#include <catch2/catch.hpp>

#include <optional>

#include "events/temporary_folder.hpp"
#include "sim/engine/simulation.hpp"
#include "sim/report/fleet.hpp"
#include "sim/run_of_text.hpp"

namespace tokenlife::test {
namespace {

using namespace std::chrono_literals;
using sim::Fleet;
using std::chrono::days;

// Four clients for a hundred days, in hours. Two stay in the office; one leaves on day 10 for the
// internet, where the CMG is down from day 20 to day 95; and one is never installed anywhere that
// would take it.
const char* const kScenario =
    "[run]\nduration = \"100d\"\ntick = \"1h\"\nstart = 2026-01-01T00:00:00Z\n"
    "[[cohort]]\nname = \"office\"\nclients = 2\n"
    "network = { model = \"fixed\", on = \"intranet\" }\nagent-restart-every = \"1d\"\n"
    "[[cohort]]\nname = \"leaves\"\nclients = 1\nagent-restart-every = \"1d\"\n"
    "[cohort.network]\nmodel = \"timeline\"\nsteps = [ { at = \"0d\", on = \"intranet\" }, { at = "
    "\"10d\", on = \"internet\" } ]\n"
    "[[cohort]]\nname = \"outside\"\nclients = 1\n"
    "network = { model = \"fixed\", on = \"internet\" }\n"
    "[[action]]\ndo = \"outage\"\nendpoint = \"cmg\"\nat = \"20d\"\nfor = \"75d\"\n";

class WrittenLog {
 public:
  explicit WrittenLog(const std::string& text) {
    sim::RunControl control;
    sim::RunOptions options;
    options.log_folder = folder_ / "log";
    auto result = sim::run(scenario_of(text), options, control);
    if (!result) FAIL(sim::to_string(result.error()));
    result_ = std::move(*result);
  }
  events::LogReader log() const { return events::LogReader::open(folder_ / "log").value(); }
  Fleet fleet(unsigned threads = 1) const {
    const events::LogReader opened = log();
    const auto fleet = sim::count_fleet(opened, threads, sim::Fates::wanted);
    if (!fleet) FAIL(fleet.error().what);
    return *fleet;
  }
  const sim::SpellTally& tally() const { return result_->tally.spells; }

 private:
  TemporaryFolder folder_;
  std::optional<sim::RunResult> result_;
};

template <class Enum>
std::size_t index(Enum value) {
  return static_cast<std::size_t>(value);
}

}  // namespace

TEST_CASE("stretches of time begin where a clock's do, and are as fine as so many can be") {
  events::LogHeader header;
  header.start_unix_seconds = 90 * 60;  // 01:30
  header.tick = std::chrono::minutes{1};
  header.duration = std::chrono::hours{24};
  const Duration widths[] = {1min, 1h, 6h, days{1}};
  const sim::Grid minutes = sim::grid_of(header, 1'500, widths);
  CHECK(minutes.width == std::chrono::minutes{1});
  CHECK(minutes.first == 5'400);
  CHECK(minutes.count == 1'440);
  const sim::Grid hours = sim::grid_of(header, 800, widths);
  CHECK(hours.width == std::chrono::hours{1});
  CHECK(hours.first == 3'600);
  CHECK(hours.count == 25);
  header.duration = std::chrono::days{365};
  CHECK(sim::grid_of(header, 1'500, widths).width == std::chrono::hours{6});
  CHECK(sim::grid_of(header, 800, widths).width == std::chrono::days{1});
  CHECK(sim::grid_of(header, 300, widths).width == days{1});  // the last there is
  header.tick = days{1};
  CHECK(sim::grid_of(header, 10'000, widths).width == days{1});
  header.start_unix_seconds = -1;
  CHECK(sim::grid_of(header, 800, widths).first == -86'400);
}

TEST_CASE("a report counts who is in which state, and who is stranded, over time") {
  const Fleet fleet = WrittenLog(kScenario).fleet();
  CHECK(fleet.levels.width == std::chrono::hours{3});
  REQUIRE(fleet.states.size() == 800);
  const auto states_on = [&](std::size_t day) { return fleet.states[day * 8]; };
  using States = std::array<std::uint64_t, kCount<LifecycleState>>;
  CHECK(states_on(0) == States{0, 1, 3, 0, 0, 0, 0});
  CHECK(states_on(11) == States{0, 1, 2, 1, 0, 0, 0});
  CHECK(states_on(91) == States{0, 1, 2, 0, 0, 1, 0});
  CHECK(fleet.stranded[0] == 1);
  CHECK(fleet.stranded[720 + 8] == 2);
  CHECK(fleet.stranded_peak.count == 2);
  CHECK(fleet.stranded_peak.at == at(std::chrono::hours{90 * 24}));
  CHECK(fleet.out_of_service[799] == 2);
}

TEST_CASE("a report counts what became of spells, tokens and clients") {
  const Fleet fleet = WrittenLog(kScenario).fleet();
  const sim::SpellCount& enrolment = fleet.spells[index(SpellCause::not_enrolled)];
  CHECK(enrolment.by_itself == 3);
  CHECK(enrolment.not_at_all == 1);
  CHECK(fleet.spells[index(SpellCause::endpoint_down)].not_at_all == 1);
  CHECK(fleet.end.clients == 4);
  CHECK(fleet.end.stranded == 2);
  CHECK(fleet.cohorts[1].stranded_causes[index(SpellCause::endpoint_down)] == 1);
  REQUIRE(fleet.stranded_now.size() == 2);
  CHECK(fleet.stranded_now[0].number == ClientNumber{2});
  CHECK(fleet.stranded_now[1].number == ClientNumber{3});
  CHECK(fleet.fates[2].is_stranded());
  CHECK_FALSE(fleet.fates[0].is_stranded());
  // It was told an hour after its issue, and expired after ninety days.
  REQUIRE(fleet.tokens.size() == 2'160);
  CHECK(fleet.tokens[2'159].ended[index(sim::TokenEnd::expired)] == 1);
  const auto arrow = [&](LifecycleState from, LifecycleState to) {
    return fleet.arrows[index(from)][index(to)];
  };
  CHECK(arrow(LifecycleState::not_installed, LifecycleState::installed) == 4);
  CHECK(arrow(LifecycleState::installed, LifecycleState::registered) == 3);
  CHECK(arrow(LifecycleState::registered, LifecycleState::roaming) == 1);
  CHECK(arrow(LifecycleState::expired, LifecycleState::registered) == 0);
}

TEST_CASE("a report counts what the run's own summary counts, with any number of threads") {
  const WrittenLog written(
      "[run]\nduration = \"200d\"\n[[cohort]]\nname = \"a\"\nclients = 3000\n"
      "agent-restart-every = \"9d\"\n[cohort.network]\nmodel = \"dwell\"\nstart = "
      "\"intranet\"\n[cohort.network.intranet]\nmean = \"20d\"\nto = {offline = 1}\n"
      "[cohort.network.offline]\nmean = \"60d\"\nto = {intranet = 0.5, internet = 0.5}\n"
      "[cohort.network.internet]\nmean = \"30d\"\nto = {offline = 1}\n");
  const Fleet fleet = written.fleet();
  const sim::SpellTally& tally = written.tally();
  for (std::size_t cause = 0; cause < kCount<SpellCause>; ++cause) {
    CHECK(fleet.spells[cause].count() == tally.spells[cause].count());
    CHECK(fleet.spells[cause].lengths == tally.spells[cause].lengths);
    CHECK(fleet.end.stranded_causes[cause] == tally.stranded_at_end[0][cause]);
  }
  CHECK(fleet.end.stranded > 100);
  CHECK(fleet.stranded_peak.count == tally.stranded.peak().count);
  CHECK(fleet.stranded_peak.at == tally.stranded.peak().at);
  CHECK(fleet.end.out_of_service == tally.out_of_service_at_end[0]);
  std::uint64_t renewals = 0;
  std::uint64_t renewed = 0;
  for (const auto& done : fleet.done) renewals += done[1];
  for (const std::uint64_t count : fleet.renewed_at) renewed += count;
  CHECK(renewals > 3'000);
  CHECK(renewals == renewed);

  const Fleet again = written.fleet(3);
  CHECK(again.states == fleet.states);
  CHECK(again.stranded == fleet.stranded);
  CHECK(again.done == fleet.done);
  CHECK(again.arrows == fleet.arrows);
  CHECK(again.renewed_at == fleet.renewed_at);
  REQUIRE(again.stranded_now.size() == fleet.stranded_now.size());
  CHECK(again.stranded_now.back().number == fleet.stranded_now.back().number);
}

}  // namespace tokenlife::test
