// One past, many futures: what begins at or after a moment is drawn from another seed.
#include <catch2/catch.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "sim/engine/draws_ahead.hpp"
#include "sim/engine/memory_run.hpp"
#include "sim/scenario/random.hpp"
#include "sim/scenario/scenario.hpp"
#include "sim/scenario/to_toml.hpp"
#include "sim/soak/random_scenario.hpp"
#include "support/print.hpp"
#include "support/property.hpp"

namespace tokenlife::test {
namespace {

using namespace sim;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

Scenario reseeded(const std::string& reseed, const std::string& cohort,
                  const std::string& rest = "") {
  auto scenario = parse_scenario("format = 1\n[run]\nduration = \"100d\"\nseed = 5\n" + reseed +
                                     "[[cohort]]\nname = \"a\"\nclients = 20\n" + cohort + rest,
                                 "s.toml", {});
  if (!scenario) FAIL(to_string(scenario.error()));
  return std::move(*scenario);
}
const std::string kFixed = "network = { model = \"fixed\", on = \"intranet\" }\n";
const std::string kAt50 = "reseed = { at = \"50d\", seed = 7 }\n";

std::vector<Instant> times_of(const EngineRun& run, std::uint32_t client, EventKind kind) {
  std::vector<Instant> times;
  for (const auto& recorded : run.clients[client]) {
    if (kind_of(recorded.event) == kind) times.push_back(recorded.time);
  }
  return times;
}

TEST_CASE("all before the moment of a new seed is the same run", "[slow]") {
  property(
      "a reseeded run has the past of the other",
      [] {
        Scenario scenario = random_scenario(*rc::gen::arbitrary<std::uint64_t>(), 2'000);
        const std::int64_t ticks = scenario.duration / scenario.tick;
        const Instant at = Instant{} + scenario.tick * *rc::gen::inRange<std::int64_t>(0, ticks);
        scenario.reseed.reset();
        const EngineRun plain = simulate(scenario);
        scenario.reseed = Reseed{at, scenario.seed + 1};
        const EngineRun other = simulate(scenario);
        for (std::size_t i = 0; i < plain.clients.size(); ++i) {
          for (std::size_t k = 0; k < plain.clients[i].size(); ++k) {
            if (plain.clients[i][k].time >= at) break;
            if (k < other.clients[i].size() && plain.clients[i][k] == other.clients[i][k]) continue;
            RC_FAIL("event " + std::to_string(k) + " of client " + std::to_string(i) + "\n" +
                    to_toml(scenario));
          }
        }
        // From its own seed the run is itself.
        scenario.reseed = Reseed{at, scenario.seed};
        RC_ASSERT(simulate(scenario).clients == plain.clients);
      },
      5);
}

TEST_CASE("a gap that has begun keeps its end, and draw numbers go on") {
  const EngineRun run = simulate(reseeded(kAt50, "agent-restart-every = \"3d\"\n" + kFixed));
  for (std::uint32_t i = 0; i < 20; ++i) {
    std::vector<Instant> expected;
    Instant now{};
    for (std::uint64_t number = 0;; ++number) {
      const std::uint64_t seed = now >= Instant{} + days{50} ? 7 : 5;
      const auto bits = Draws(seed, "a", i).at(Purpose::agent_restart, number)[0];
      now += minutes{exponential_ticks(bits, 3 * 1440.0)};
      if (now >= Instant{} + days{100}) break;
      expected.push_back(now);
    }
    CHECK(times_of(run, i, EventKind::agent_restarted) == expected);
  }
}

// Tokens of 10 days of which the jitter is up to a day: whichever way the due date is reckoned.
TEST_CASE("a jitter is drawn when its token is issued") {
  const std::string site =
      "[site]\ntoken-validity = \"20d\"\nrenew-after = \"10d\"\nrenew-jitter = \"1d\"\n";
  const std::string contacts =
      "contact-every = \"1m\"\nclock-skew = { from = \"-5m\", to = \"5m\" }\n";
  const EngineRun run = simulate(reseeded(kAt50, contacts + kFixed, site));
  for (std::uint32_t i = 0; i < 20; ++i) {
    const auto asked = times_of(run, i, EventKind::renewal_requested);
    Instant issued{};
    const auto skew =
        minutes{-5 + static_cast<int>(below(Draws(5, "a", i).at(Purpose::clock_skew, 0)[0], 11))};
    for (std::size_t k = 0; k < asked.size(); ++k) {
      const std::uint64_t seed = issued >= Instant{} + days{50} ? 7 : 5;
      const auto bits = Draws(seed, "a", i).at(Purpose::renewal_jitter, k + 1)[0];
      issued += days{10} + minutes{below(bits, 1440)} - skew;
      CHECK(asked[k] == issued);
    }
    CHECK(asked.size() >= 9);
  }
}

TEST_CASE("identifiers, installation times and skews keep the first seed") {
  const std::string cohort =
      "install = { over = \"50d\" }\nclock-skew = { from = \"-1h\", to = \"1h\" }\n" + kFixed;
  const Scenario plain = reseeded("", cohort);
  const Scenario other = reseeded("reseed = { at = \"0d\", seed = 7 }\n", cohort);
  CHECK(simulate(plain).clients == simulate(other).clients);
  CHECK(plain.tenant == other.tenant);
}

TEST_CASE("an action draws at the beginning of its repetition, an answer is lost when it is sent") {
  const std::string restarts =
      "[[action]]\nat = \"10d\"\ndo = \"restart-agents\"\ncohort = \"a\"\nshare = 0.5\n"
      "over = \"20d\"\nrepeat-every = \"20d\"\n";
  const EngineRun run = simulate(reseeded(kAt50, kFixed, restarts));
  for (std::uint32_t i = 0; i < 20; ++i) {
    std::vector<Instant> expected;
    for (std::uint64_t k = 0; k < 5; ++k) {
      const Instant at = Instant{} + days{10 + 20 * static_cast<int>(k)};
      const Draws draws(k < 2 ? 5 : 7, "a", i);  // at 10d and 30d, and from 50d on
      if (draws.at(Purpose::selection_share, k)[0] >> 63 != 0) continue;
      const auto later = below(draws.at(Purpose::selection_moment, k)[0], 20 * 1440);
      const Instant moment = at + minutes{later};
      if (moment < Instant{} + days{100}) expected.push_back(moment);
    }
    CHECK(times_of(run, i, EventKind::agent_restarted) == expected);
  }

  // Half of the answers are lost: of each client's first request at 0d, and its 13 days later ones.
  const std::string losses =
      "[site]\nretry-after-failure = \"1d\"\n[[action]]\nat = \"0d\"\ndo = \"lose-answers\"\n"
      "endpoint = \"mp\"\nfor = \"100d\"\nshare = 0.5\n";
  const EngineRun lossy =
      simulate(reseeded("reseed = { at = \"1d\", seed = 7 }\n", kFixed, losses));
  for (std::uint32_t i = 0; i < 20; ++i) {
    std::uint64_t lost = 0;
    while (Draws(lost == 0 ? 5 : 7, "a", i).at(Purpose::lost_answer, lost)[0] >> 63 == 0) ++lost;
    const auto registered = times_of(lossy, i, EventKind::registration_completed);
    REQUIRE(!registered.empty());
    CHECK(registered[0] == Instant{} + days{lost} + minutes{1});
  }
}

TEST_CASE("attendance is drawn by when office hours begin") {
  const std::string week =
      "network = { model = \"week\", office-days = [\"thu\", \"fri\"], hours = \"09:00-17:00\", "
      "attendance = 0.5, otherwise = \"internet\" }\n";
  // 2026-01-01 is a Thursday, and day 1.
  for (const auto& [at, friday] : {std::pair{"1d9h", 7}, std::pair{"1d9h1m", 5}}) {
    const EngineRun run =
        simulate(reseeded("reseed = { at = \"" + std::string(at) + "\", seed = 7 }\n", week));
    for (std::uint32_t i = 0; i < 20; ++i) {
      std::vector<Instant> expected;
      for (std::uint64_t day = 1; day < 101; ++day) {
        if (day % 7 != 1 && day % 7 != 2) continue;
        const std::uint64_t seed = day == 1 ? 5 : day == 2 ? static_cast<std::uint64_t>(friday) : 7;
        if (Draws(seed, "a", i).at(Purpose::attendance, day)[0] >> 63 != 0) continue;
        const Instant midnight = Instant{} + days{day - 1};
        expected.insert(expected.end(), {midnight + hours{9}, midnight + hours{17}});
      }
      CHECK(times_of(run, i, EventKind::network_changed) == expected);
    }
  }
}

TEST_CASE("draws made ahead turn to the other key with whatever draw it is") {
  const std::uint64_t first = mix(5, "a");
  const std::uint64_t later = mix(7, "a");
  for (std::uint64_t turn = 0; turn < 40; ++turn) {
    const Draws draws(DrawKeys{first, later, Instant{} + days{turn}}, 3);
    ExponentialDraws ahead(draws, Purpose::agent_restart);
    ShareDraws shares(draws, Purpose::attendance, {Share::kWhole / 2});
    shares.turn_at(turn);
    for (std::uint64_t number = 0; number < 60; ++number) {
      CAPTURE(turn, number);
      const Draws expected(number < turn ? first : later, 3);
      CHECK(ahead.number() == number);
      REQUIRE(ahead.next(Instant{} + days{number}).first ==
              expected.at(Purpose::agent_restart, number)[0]);
      REQUIRE(shares.below_share(number) ==
              (expected.at(Purpose::attendance, number)[0] >> 63 == 0));
    }
  }
}

TEST_CASE("a new seed has a moment and a number") {
  const auto said_of_reseed = [](const std::string& reseed) {
    const auto scenario =
        parse_scenario("format = 1\n[run]\nduration = \"100d\"\nreseed = " + reseed +
                           "\n[[cohort]]\nname = \"a\"\nclients = 1\n" + kFixed,
                       "s.toml", {});
    if (!scenario) CHECK(scenario.error().others.empty());
    if (!scenario) return to_string(scenario.error());
    return scenario->warnings.empty() ? "no mistake" : to_string(scenario->warnings[0]);
  };
  CHECK(said_of_reseed("{ at = \"99d\", seed = 7 }") == "no mistake");
  CHECK(said_of_reseed("{ at = 2026-01-02T00:00:00Z, seed = 0 }") == "no mistake");
  CHECK(said_of_reseed("7") ==
        "s.toml:4:10: `reseed` in [run] must be a table, not an integer; write reseed "
        "= { at = \"30d\", seed = 2 }");
  CHECK(said_of_reseed("{ seed = 7 }") ==
        "s.toml:4:10: the key `at` is missing from `reseed`; add at = \"10d\"");
  CHECK(said_of_reseed("{ at = \"9d\" }") ==
        "s.toml:4:10: the key `seed` is missing from `reseed`; add seed = 1");
  CHECK(said_of_reseed("{ at = \"9d\", seeds = 7 }") ==
        "s.toml:4:23: unknown key `seeds` in `reseed`; did you mean `seed`?");
  CHECK(said_of_reseed("{ at = \"9d\", seed = -7 }") ==
        "s.toml:4:30: `seed` in `reseed` is -7, which is not an integer of at least 0");
  CHECK(said_of_reseed("{ at = 2025-12-31T00:00:00Z, seed = 7 }") ==
        "s.toml:4:17: `at` in `reseed` is before the run's start; choose a time at or after "
        "`start`");
  CHECK(said_of_reseed("{ at = \"100d\", seed = 7 }") ==
        "s.toml:4:17: `reseed` is at 100d, but the run is over after 100d: nothing is drawn from "
        "its seed; choose an earlier time, or leave it out");
}

}  // namespace
}  // namespace tokenlife::test
