// Walks go from change to change; a model is a function of time. They say the same.
#include "sim/engine/network_walk.hpp"

#include <map>

#include "sim/engine/walk_of.hpp"
#include "sim/naive/simulation.hpp"
#include "sim/scenario/to_toml.hpp"
#include "sim/soak/random_scenario.hpp"
#include "support/print.hpp"
#include "support/property.hpp"

namespace tokenlife::test {
namespace {

using namespace sim;
using namespace naive;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

struct WalkCase {
  Scenario scenario;
  std::uint32_t client = 0;
  Instant installed;
};

WalkCase random_walk(std::uint64_t seed) {
  Dice dice(seed);
  WalkCase drawn;
  drawn.scenario = random_scenario(seed, 2'000);
  drawn.scenario.cohorts.resize(1);
  Cohort& cohort = drawn.scenario.cohorts[0];
  cohort.network = random_network(dice, drawn.scenario, Models::functions_of_time);
  drawn.client = static_cast<std::uint32_t>(dice.between(0, 3));
  const std::int64_t ticks = drawn.scenario.duration / drawn.scenario.tick;
  drawn.installed = Instant{} + drawn.scenario.tick * dice.between(0, ticks - 1);
  return drawn;
}

// The walk's network at each tick from the installation on. A walk names only moments to come.
template <class Walk, class Model>
std::vector<Network> walked(const Model& model, const WalkCase& drawn) {
  const Scenario& scenario = drawn.scenario;
  const Draws draws(scenario.seed, scenario.cohorts[0].name, drawn.client);
  const Instant end = Instant{} + scenario.duration;
  Walk walk(model,
            {&draws, drawn.client, scenario.tick, scenario.start.time_since_epoch().count(), end});
  std::vector<Network> networks;
  Network on = walk.start(drawn.installed);
  for (Instant now = drawn.installed; now < end; now += scenario.tick) {
    if (now > drawn.installed && walk.next() == now) on = walk.advance();
    RC_ASSERT(walk.next() > now);
    networks.push_back(on);
  }
  return networks;
}

TEST_CASE("a walk is on its model's network at every tick") {
  property(
      "walks follow their models",
      [] {
        const auto seed = *rc::gen::noShrink(rc::gen::arbitrary<std::uint64_t>());
        const WalkCase drawn = random_walk(seed);
        const Cohort& cohort = drawn.scenario.cohorts[0];
        const auto networks = std::visit(
            [&]<class Model>(const Model& model) {
              return walked<typename WalkOf<Model>::type>(model, drawn);
            },
            cohort.network);
        Instant now = drawn.installed;
        for (const Network on : networks) {
          const Network expected =
              network_by_definition(cohort.network, drawn.scenario, cohort, drawn.client, now);
          if (on != expected) {
            RC_FAIL("at " + std::to_string(now.time_since_epoch().count()) + "s of client " +
                    std::to_string(drawn.client) + "\n" + to_toml(drawn.scenario));
          }
          now += drawn.scenario.tick;
        }
      },
      5);
}

// ---- Known answers -----------------------------------------------------------------------------

struct Change {
  Duration at;
  Network to;
  friend bool operator==(const Change&, const Change&) = default;
};

// What a walk does in its first days, from an installation at 0d.
template <class Walk, class Model>
std::vector<Change> changes(const Model& model, days length, std::uint32_t client = 0,
                            std::chrono::sys_seconds start = std::chrono::sys_days{
                                std::chrono::year{2026} / 1 / 1}) {
  const Draws draws(1, "cohort", client);
  Walk walk(model, {&draws, client, minutes{1}, start.time_since_epoch().count(), at(length)});
  std::vector<Change> changes{{Duration{0}, walk.start(Instant{})}};
  while (walk.next() < at(length)) {
    const Duration when = walk.next().time_since_epoch();
    changes.push_back({when, walk.advance()});
  }
  return changes;
}

TEST_CASE("a timeline starts over when it is told to") {
  const TimelineNetwork timeline{{{days{0}, Network::intranet}, {days{10}, Network::internet}},
                                 days{14}};
  CHECK(changes<TimelineWalk>(timeline, days{30}) ==
        std::vector<Change>{{days{0}, Network::intranet},
                            {days{10}, Network::internet},
                            {days{14}, Network::intranet},
                            {days{24}, Network::internet},
                            {days{28}, Network::intranet}});
}

TEST_CASE("office hours are those of the office days, in UTC") {
  WeekNetwork week;
  week.office_days = {true, false, false, false, true, false, false};  // Monday, Friday
  week.opens = hours{9};
  week.closes = hours{17};
  week.otherwise = Network::internet;
  // The run starts on a Thursday.
  CHECK(changes<WeekWalk>(week, days{7}) == std::vector<Change>{{hours{0}, Network::internet},
                                                                {hours{33}, Network::intranet},
                                                                {hours{41}, Network::internet},
                                                                {hours{105}, Network::intranet},
                                                                {hours{113}, Network::internet}});
}

// 1969-12-29 was a Monday.
TEST_CASE("office hours are those of the office days before 1970, too, and over midnight") {
  WeekNetwork week;
  week.office_days = {true, false, false, false, false, false, false};  // Monday night
  week.opens = hours{22};
  week.closes = hours{30};
  week.otherwise = Network::internet;
  const std::chrono::sys_seconds monday = std::chrono::sys_days{std::chrono::year{1969} / 12 / 29};
  using Changes = std::vector<Change>;
  CHECK(changes<WeekWalk>(week, days{8}, 0, monday + hours{20}) ==
        Changes{{hours{0}, Network::internet},
                {hours{2}, Network::intranet},
                {hours{10}, Network::internet},
                {hours{170}, Network::intranet},
                {hours{178}, Network::internet}});
  // In the middle of the night, and in its last and first second.
  CHECK(changes<WeekWalk>(week, days{1}, 0, monday + hours{27}) ==
        Changes{{hours{0}, Network::intranet}, {hours{3}, Network::internet}});
  CHECK(changes<WeekWalk>(week, days{1}, 0, monday + hours{30} - std::chrono::seconds{1}) ==
        Changes{{hours{0}, Network::intranet}, {std::chrono::seconds{1}, Network::internet}});
  CHECK(changes<WeekWalk>(week, days{1}, 0, monday + hours{30}) ==
        Changes{{hours{0}, Network::internet}});
  CHECK(changes<WeekWalk>(week, days{1}, 0, monday + hours{22}) ==
        Changes{{hours{0}, Network::intranet}, {hours{8}, Network::internet}});
  // From one side of 1970 to the other: the Monday after it is the 5th.
  CHECK(changes<WeekWalk>(week, days{8}, 0, monday + days{2} + hours{23}) ==
        Changes{{hours{0}, Network::internet},
                {hours{119}, Network::intranet},
                {hours{127}, Network::internet}});
}

TEST_CASE("a client attends as often as its model says") {
  WeekNetwork week;
  week.office_days.fill(true);
  week.opens = hours{9};
  week.closes = hours{17};
  week.attendance = {Share::kWhole / 4 * 3};
  week.otherwise = Network::offline;
  std::size_t attended = 0;
  for (std::uint32_t client = 0; client < 100; ++client) {
    attended += changes<WeekWalk>(week, days{400}, client).size() / 2;
  }
  CHECK(static_cast<double>(attended) == Approx(30'000).epsilon(0.01));
}

TEST_CASE("a chain dwells on each network for its share of the time") {
  constexpr std::uint64_t tenth = Share::kWhole / 10;
  DwellNetwork dwell;
  dwell.start = Network::intranet;
  // By Network: offline, intranet, internet.
  dwell.stays[0] = {hours{12}, {0, tenth * 5, Share::kWhole}};
  dwell.stays[1] = {hours{9}, {tenth * 5, tenth * 5, Share::kWhole}};
  dwell.stays[2] = {hours{5}, {tenth * 6, Share::kWhole, Share::kWhole}};
  constexpr days length{365};
  std::map<Network, double> spent;
  for (std::uint32_t client = 0; client < 200; ++client) {
    auto course = changes<DwellWalk>(dwell, length, client);
    course.push_back({length, Network::offline});
    for (std::size_t i = 0; i + 1 < course.size(); ++i) {
      spent[course[i].to] += static_cast<double>((course[i + 1].at - course[i].at).count());
    }
  }
  const double all = 200.0 * static_cast<double>(Duration{length}.count());
  // The chain is balanced at 28 visits of the intranet, 30 of the internet and 32 offline, which
  // take 252, 150 and 384 hours.
  CHECK(spent[Network::intranet] / all == Approx(252.0 / 786).margin(0.005));
  CHECK(spent[Network::internet] / all == Approx(150.0 / 786).margin(0.005));
  CHECK(spent[Network::offline] / all == Approx(384.0 / 786).margin(0.005));
}

}  // namespace
}  // namespace tokenlife::test
