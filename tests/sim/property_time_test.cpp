// Outages, dates and names: what they lead to, to the minute, and what they do not.
#include <algorithm>
#include <type_traits>

#include "sim/engine/memory_run.hpp"
#include "support/event_text.hpp"
#include "support/property.hpp"
#include "support/scenario_case.hpp"

namespace tokenlife::test {
namespace {

using namespace sim;
using std::chrono::days;
using std::chrono::minutes;

// One client on the intranet that asks every minute, and registers at the run's start.
Scenario one_client(Duration duration) {
  Scenario scenario;
  scenario.start = std::chrono::sys_days{std::chrono::year{2026} / 1 / 1};
  scenario.duration = duration;
  scenario.policy.retry_after_failure = minutes{1};
  Cohort cohort;
  cohort.name = "a";
  cohort.clients = 1;
  cohort.contact_every = minutes{1};
  cohort.network = FixedNetwork{Network::intranet};
  scenario.cohorts.push_back(cohort);
  scenario.clients = 1;
  return scenario;
}

template <class Event>
std::vector<Instant> times_of(const EngineRun& run) {
  std::vector<Instant> times;
  for (const auto& recorded : run.clients[0]) {
    if (std::holds_alternative<Event>(recorded.event)) times.push_back(recorded.time);
  }
  return times;
}

// Ten minutes, in which the client asks once: 30 days are 4,320, 90 days 12,960.
using Contacts = std::chrono::duration<std::int64_t, std::ratio<600>>;

TEST_CASE("R56 R57: an outage leads to expiry if and only if it covers 30d to 90d after issue",
          "[slow]") {
  property(
      "outage arithmetic",
      [] {
        const std::int64_t begin =
            *rc::gen::oneOf(rc::gen::inRange<std::int64_t>(1, 6'000),
                            rc::gen::element<std::int64_t>(4'319, 4'320, 4'321));
        const std::int64_t end =
            *rc::gen::oneOf(rc::gen::inRange<std::int64_t>(begin + 1, 14'000),
                            rc::gen::element<std::int64_t>(12'958, 12'959, 12'960, 12'961));
        const auto down = *rc::gen::element(Endpoint::mp, Endpoint::sts);
        Scenario scenario = one_client(days{100});
        scenario.cohorts[0].contact_every = Contacts{1};
        scenario.policy.retry_after_failure = Contacts{1};
        scenario.actions.push_back({at(Contacts{begin}), Outage{down, Contacts{end - begin}}, 0});
        const EngineRun run = simulate(scenario);
        const bool covers_due = begin <= 4'320 && 4'320 < end;
        const bool lost = covers_due && end >= 12'960;
        RC_CLASSIFY(lost, "expires");
        RC_CLASSIFY(covers_due && !lost, "renews late");
        RC_CLASSIFY(!covers_due, "renews in time");
        const auto expired = times_of<TokenExpired>(run);
        const auto renewed = times_of<TokenRenewed>(run);
        if (lost) {
          RC_ASSERT(expired == std::vector<Instant>{at(Contacts{12'960})});
          RC_ASSERT(renewed.empty());
          return;
        }
        RC_ASSERT(expired.empty());
        RC_ASSERT(renewed.front() == at(Contacts{covers_due ? end : 4'320} + minutes{1}));
      },
      5, {{"expires", 0.05}, {"renews late", 0.1}, {"renews in time", 0.05}});
}

TEST_CASE("R56: an undisturbed client renews every 30 days, and one that is gone is silent") {
  property("undisturbed and dead", [] {
    const std::int64_t length = *rc::gen::inRange<std::int64_t>(31, 800);
    const std::int64_t install = *rc::gen::inRange<std::int64_t>(0, 1'440);
    const std::int64_t leaves = *rc::gen::inRange<std::int64_t>(1, length);
    Scenario scenario = one_client(days{length});
    scenario.cohorts[0].contact_every = std::chrono::hours{1};
    scenario.cohorts[0].install_at = at(minutes{install});
    const EngineRun alive = simulate(scenario);
    std::vector<Instant> due;
    for (std::int64_t d = 30; minutes{install} + days{d} < days{length}; d += 30) {
      due.push_back(at(minutes{install} + days{d}));
    }
    RC_ASSERT(times_of<RenewalRequested>(alive) == due);
    RC_ASSERT(times_of<TokenExpired>(alive).empty());

    // For good, from the middle of a day on.
    const Instant gone = at(days{leaves} + minutes{install + 721});
    scenario.actions.push_back({gone, Move{{CohortNumber{0}, {}}, Network::offline, {}}, 0});
    const EngineRun dead = simulate(scenario);
    for (const auto& recorded : dead.clients[0]) {
      if (recorded.time <= gone) continue;
      RC_ASSERT(std::holds_alternative<TokenExpired>(recorded.event));
    }
    // Its last token was issued on the last day before that is a multiple of 30.
    const Instant over = at(minutes{install} + days{leaves / 30 * 30 + 90});
    std::vector<Instant> expected;
    if (over < at(scenario.duration)) expected.push_back(over);
    RC_ASSERT(times_of<TokenExpired>(dead) == expected);
  });
}

// By whole weeks: the model `week` knows what day it is. In local time it also knows the year.
TEST_CASE("other dates change nothing: leap days, 2^31 seconds, another century", "[slow]") {
  property("shifted dates", [] {
    ScenarioCase drawn = *scenario_case();
    for (Cohort& cohort : drawn.scenario.cohorts) {
      for_each_model(cohort.network, []<class Model>(Model& model) {
        if constexpr (std::is_same_v<Model, WeekNetwork>) {
          model.time_zone.clear();
          model.offsets = nullptr;
          model.holidays.clear();
        }
      });
    }
    const EngineRun run = simulate(drawn.scenario);
    const std::chrono::sys_days wanted[] = {
        std::chrono::year{1601} / 1 / 1,  std::chrono::year{1969} / 12 / 31,
        std::chrono::year{1970} / 1 / 8,  std::chrono::year{2024} / 2 / 28,
        std::chrono::year{2028} / 2 / 29, std::chrono::year{2038} / 1 / 18,
        std::chrono::year{2100} / 2 / 27, std::chrono::year{2199} / 12 / 31};
    for (const std::chrono::sys_days day : wanted) {
      Scenario shifted = drawn.scenario;
      const auto weeks = std::chrono::floor<std::chrono::weeks>(day - shifted.start);
      shifted.start += weeks;
      const EngineRun then = simulate(shifted);
      RC_ASSERT(then.site == run.site);
      RC_ASSERT(then.clients == run.clients);
    }
  });
}

TEST_CASE("renaming a cohort changes no client of another") {
  property("names do not matter to others",
           [] {
             const ScenarioCase drawn = *scenario_case();
             const Scenario& scenario = drawn.scenario;
             RC_PRE(!has_capacity(scenario));
             RC_CLASSIFY(scenario.cohorts.size() > 1, "has others");
             const EngineRun run = simulate(scenario);
             Scenario renamed = scenario;
             renamed.cohorts[0].name = "renamed";
             const EngineRun then = simulate(renamed);
             for (std::size_t i = scenario.cohorts[0].clients; i < run.clients.size(); ++i) {
               RC_ASSERT(then.clients[i] == run.clients[i]);
             }
           },
           1, {{"has others", 0.2}});
}

// An outage at a time at which nobody asks for a token is no event of any client's.
TEST_CASE("an outage in which nobody asks for a token is inert") {
  property(
      "outages are inert",
      [] {
        const ScenarioCase drawn = *scenario_case();
        const Scenario& scenario = drawn.scenario;
        RC_PRE(!has_capacity(scenario));  // Who waits asks nothing, and fails.
        const EngineRun run = simulate(scenario);
        std::vector<Instant> asked{at(Duration{0})};
        for (const auto& stream : run.clients) {
          for (const auto& recorded : stream) {
            if (recorded.cause.kind == CauseKind::contact) asked.push_back(recorded.time);
          }
        }
        std::sort(asked.begin(), asked.end());
        asked.push_back(at(scenario.duration));
        // The longest time without a request.
        std::size_t best = 1;
        for (std::size_t i = 1; i < asked.size(); ++i) {
          if (asked[i] - asked[i - 1] > asked[best] - asked[best - 1]) best = i;
        }
        const Duration length = asked[best] - asked[best - 1] - scenario.tick;
        RC_CLASSIFY(length > Duration{0}, "there is time for one");
        if (length <= Duration{0}) return;
        Scenario with = scenario;
        with.actions.push_back({asked[best - 1] + scenario.tick, Outage{Endpoint::sts, length}, 0});
        RC_ASSERT(simulate(with).clients == run.clients);
      },
      1, {{"there is time for one", 0.8}});
}

}  // namespace
}  // namespace tokenlife::test
