// Walks go from change to change; a model is a function of time. They say the same.
#include "sim/engine/network_walk.hpp"

#include <algorithm>
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
  drawn.scenario.reseed.reset();
  Cohort& cohort = drawn.scenario.cohorts[0];
  cohort.inventory = nullptr;
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
  dwell.stays[0] = {hours{12}, {}, {0, tenth * 5, Share::kWhole}};
  dwell.stays[1] = {hours{9}, {}, {tenth * 5, tenth * 5, Share::kWhole}};
  dwell.stays[2] = {hours{5}, {}, {tenth * 6, Share::kWhole, Share::kWhole}};
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

std::vector<Change> first_of(std::vector<Change> changes, std::size_t count) {
  changes.resize(std::min(count, changes.size()));
  return changes;
}

TraceNetwork recorded(std::string_view rows, TraceAlign align) {
  const auto trace =
      parse_trace("device,time,network\n" + std::string(rows), "t.csv", align, minutes{1},
                  std::chrono::sys_days{std::chrono::year{2026} / 1 / 1});
  if (!trace) FAIL(to_string(trace.error()));
  return {"t.csv", std::make_shared<const Trace>(*trace), true, align, std::nullopt};
}

TEST_CASE("times of an absolute trace mean what they say, also before the run's start") {
  TraceNetwork network = recorded(
      "x,2026-01-01T05:59:30Z,intranet\nx,2026-01-01T08:00:00Z,internet\n"
      "x,2026-01-01T10:00:00Z,intranet\n"
      "y,2025-12-31T19:59:01Z,internet\ny,2025-12-31T21:00:00Z,offline\n"
      "y,2026-01-01T00:00:00Z,intranet\n",
      TraceAlign::absolute);
  using Changes = std::vector<Change>;
  // From 06:00 on every four hours, to its last row; offline before that.
  CHECK(changes<TraceWalk>(network, days{1}).front() == Change{hours{0}, Network::offline});
  CHECK(first_of(changes<TraceWalk>(network, days{1}), 4) ==
        Changes{{hours{0}, Network::offline},
                {hours{6}, Network::intranet},
                {hours{8}, Network::internet},
                {hours{10}, Network::intranet}});
  // From 20:00 of the day before on, to midnight: 20 to 21 online, 21 to 24 offline.
  CHECK(first_of(changes<TraceWalk>(network, days{1}, 1), 3) ==
        Changes{{hours{0}, Network::internet},
                {hours{1}, Network::offline},
                {hours{4}, Network::internet}});
  network.period = hours{5};
  CHECK(first_of(changes<TraceWalk>(network, days{1}, 1), 3) ==
        Changes{{hours{0}, Network::intranet},
                {hours{1}, Network::internet},
                {hours{2}, Network::offline}});
  network.loop = false;
  CHECK(changes<TraceWalk>(network, days{1}, 1) == Changes{{hours{0}, Network::intranet}});
}

TEST_CASE("rows beyond the period never happen") {
  TraceNetwork network = recorded(
      "x,2026-05-01T00:00:00Z,intranet\nx,2026-05-01T08:00:00Z,internet\n"
      "x,2026-05-03T00:00:00Z,offline\n",
      TraceAlign::device);
  network.period = days{1};
  using Changes = std::vector<Change>;
  CHECK(changes<TraceWalk>(network, days{2}) == Changes{{hours{0}, Network::intranet},
                                                        {hours{8}, Network::internet},
                                                        {hours{24}, Network::intranet},
                                                        {hours{32}, Network::internet}});
}

TEST_CASE("networks follow each other, each as if it had always run") {
  PhasedNetwork network;
  network.phases.push_back({FixedNetwork{Network::offline}, Instant{} + days{1}});
  network.phases.push_back(
      {TimelineNetwork{{{days{0}, Network::intranet}, {hours{18}, Network::internet}}, days{1}},
       Instant{} + days{2}});
  network.phases.push_back({FixedNetwork{Network::intranet}, kNever});
  CHECK(changes<PhasedWalk>(network, days{9}) == std::vector<Change>{{days{0}, Network::offline},
                                                                     {days{1}, Network::intranet},
                                                                     {hours{42}, Network::internet},
                                                                     {days{2}, Network::intranet}});
}

TEST_CASE("a chain takes clients over where they are, and its draws go on") {
  DwellNetwork chain;
  chain.start = Network::intranet;
  chain.stays[1] = {hours{9}, {}, {0, 0, Share::kWhole}};
  chain.stays[2] = {hours{5}, {}, {0, Share::kWhole, Share::kWhole}};
  PhasedNetwork network;
  network.phases.push_back({chain, Instant{} + days{1}});
  network.phases.push_back({FixedNetwork{Network::internet}, Instant{} + days{2}});
  network.phases.push_back({chain, kNever});
  const auto course = changes<PhasedWalk>(network, days{9});
  const Draws draws(1, "cohort", 0);
  const auto last_fixed = std::find_if(course.begin(), course.end(),
                                       [](const Change& change) { return change.at == days{2}; });
  REQUIRE(last_fixed != course.end());
  CHECK(last_fixed->to == Network::internet);
  // One draw for each stay that began in the first day.
  const auto before = static_cast<std::uint64_t>(std::count_if(
      course.begin(), course.end(), [](const Change& change) { return change.at < days{1}; }));
  const Duration length = std::next(last_fixed)->at - last_fixed->at;
  CHECK(length / minutes{1} ==
        exponential_ticks(draws.at(Purpose::network_stay, before)[0], 5 * 60.0));
}

// From the run's start a day's stretches begin at -2d, -1d and 0d: the device is recorded from
// -2d to 1d12h. Each is on the intranet from another hour on.
TEST_CASE("a block of a resampled network is a whole stretch of the recording") {
  const TraceNetwork trace = recorded(
      "x,2025-12-30T00:00:00Z,offline\nx,2025-12-30T01:00:00Z,intranet\n"
      "x,2025-12-31T00:00:00Z,offline\nx,2025-12-31T02:00:30Z,intranet\n"
      "x,2026-01-01T00:00:00Z,offline\nx,2026-01-01T03:00:00Z,intranet\n"
      "x,2026-01-01T12:00:00Z,internet\nx,2026-01-02T12:00:00Z,intranet\n",
      TraceAlign::absolute);
  const ResampleNetwork network{"t.csv", trace.trace, days{1}, false, {0}};
  CHECK(stretches_of(trace.trace->devices[0], days{1}).first == -days{2});
  CHECK(stretches_of(trace.trace->devices[0], days{1}).count == 3);
  const Draws draws(1, "cohort", 0);
  std::vector<Change> expected;
  for (std::int64_t k = 0; k < 20; ++k) {
    const auto bits = draws.at(Purpose::resampled_block, static_cast<std::uint64_t>(k))[0];
    const Duration begins = days{k};
    const auto drawn = below(bits, 3);
    expected.push_back({begins, Network::offline});
    const Duration rises[] = {hours{1}, hours{2} + minutes{1}, hours{3}};
    expected.push_back({begins + rises[drawn], Network::intranet});
    if (drawn == 2) expected.push_back({begins + hours{12}, Network::internet});
  }
  CHECK(changes<ResampleWalk>(network, days{20}) == expected);
}

// b n / 2^64 is exact in these: a quarter of the way is half of the way to the median.
TEST_CASE("a stay's length is on a straight line between its quantiles, rounded up") {
  const std::vector<Duration> quantiles{minutes{10}, hours{1}, hours{3}};
  const auto stay = [&](std::uint64_t bits) {
    return stay_by_quantiles(quantiles, bits, minutes{1}) / minutes{1};
  };
  constexpr std::uint64_t quarter = std::uint64_t{1} << 62;
  CHECK(stay(0) == 10);
  CHECK(stay(1) == 11);
  CHECK(stay(quarter) == 35);
  CHECK(stay(quarter + 1) == 36);
  CHECK(stay(2 * quarter) == 60);
  CHECK(stay(3 * quarter) == 120);
  CHECK(stay(~std::uint64_t{0}) == 180);
  CHECK(stay_by_quantiles({Duration{0}, Duration{0}}, quarter, minutes{1}) == minutes{1});
  CHECK(stay_by_quantiles({hours{2}, hours{2}}, quarter, minutes{1}) == hours{2});
}

TEST_CASE("stays have the quantiles that are given") {
  DwellNetwork dwell;
  dwell.start = Network::intranet;
  dwell.stays[1] = {Duration{0}, {hours{1}, hours{3}, hours{11}}, {0, 0, Share::kWhole}};
  dwell.stays[2] = {hours{5}, {}, {0, Share::kWhole, Share::kWhole}};
  std::vector<Duration> stays;
  for (std::uint32_t client = 0; client < 100; ++client) {
    const auto course = changes<DwellWalk>(dwell, days{365}, client);
    for (std::size_t i = 0; i + 1 < course.size(); i += 2) {
      stays.push_back(course[i + 1].at - course[i].at);
    }
  }
  std::sort(stays.begin(), stays.end());
  const auto share = [&](Duration length) {
    return static_cast<double>(std::upper_bound(stays.begin(), stays.end(), length) -
                               stays.begin()) /
           static_cast<double>(stays.size());
  };
  CHECK(stays.front() > hours{1} - minutes{1});
  CHECK(stays.back() <= hours{11});
  CHECK(share(hours{2}) == Approx(0.25).margin(0.01));
  CHECK(share(hours{3}) == Approx(0.5).margin(0.01));
  CHECK(share(hours{7}) == Approx(0.75).margin(0.01));
}

}  // namespace
}  // namespace tokenlife::test
