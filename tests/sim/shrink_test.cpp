// What fails is made as small as it can be, and still fails.
#include "sim/soak/shrink.hpp"

#include <algorithm>
#include <chrono>
#include <set>

#include "sim/engine/memory_run.hpp"
#include "sim/scenario/to_toml.hpp"
#include "sim/soak/random_scenario.hpp"
#include "support/print.hpp"

namespace tokenlife::test {
namespace {

using namespace sim;

TEST_CASE("a list is shrunk to what it takes to fail") {
  std::vector<int> numbers;
  for (int i = 0; i < 1'000; ++i) numbers.push_back(i);
  int asked = 0;
  const auto fails = [&asked](const std::vector<int>& list) {
    ++asked;
    const std::set<int> in(list.begin(), list.end());
    return in.contains(17) && in.contains(500) && in.contains(983);
  };
  CHECK(shrink_list(numbers, fails) == std::vector<int>{17, 500, 983});
  CHECK(asked < 500);
  CHECK(shrink_list(numbers, [](const auto& list) { return list.size() >= 7; }).size() == 7);
  CHECK(shrink_list(numbers, [](const auto&) { return true; }).empty());
  CHECK(shrink_list(std::vector<int>{}, [](const auto&) { return true; }).empty());
}

TEST_CASE("a number is shrunk to the least that fails") {
  CHECK(shrink_number(1, 1'000'000, [](std::int64_t n) { return n >= 4'711; }) == 4'711);
  CHECK(shrink_number(1, 5, [](std::int64_t) { return true; }) == 1);
  CHECK(shrink_number(1, 5, [](std::int64_t) { return false; }) == 5);
}

bool has_event(const Scenario& scenario, EventKind kind, RefusalReason reason) {
  for (const auto& stream : simulate(scenario).clients) {
    for (const auto& recorded : stream) {
      if (kind_of(recorded.event) != kind) continue;
      const auto* refused = std::get_if<RegistrationRefused>(&recorded.event);
      const auto* ended = std::get_if<ReRegistrationRequired>(&recorded.event);
      if (refused != nullptr && refused->reason == reason) return true;
      if (ended != nullptr && ended->reason == reason) return true;
    }
  }
  return false;
}

Scenario first_with(const StillFails& fails) {
  for (std::uint64_t seed = 0;; ++seed) {
    Scenario scenario = random_scenario(seed, 2'000);
    const bool has_inventory =
        std::any_of(scenario.cohorts.begin(), scenario.cohorts.end(),
                    [](const Cohort& cohort) { return cohort.inventory != nullptr; });
    if (has_inventory) continue;           // A file of its own.
    if (has_capacity(scenario)) continue;  // Many clients, of whom the last may be the one.
    if (scenario.cohorts.size() == 3 && scenario.actions.size() > 8 && fails(scenario)) {
      return scenario;
    }
  }
}

TEST_CASE("a scenario is shrunk to what leads to the event that it is about") {
  const StillFails refused = [](const Scenario& scenario) {
    return has_event(scenario, EventKind::registration_refused, RefusalReason::bulk_token_blocked);
  };
  const Scenario least = shrink(first_with(refused), refused);
  INFO(to_toml(least));
  CHECK(refused(least));
  CHECK(least.clients == 1);
  CHECK(least.actions.size() <= 3);  // issue and block, or also a reinstallation with it
  CHECK(least.cohorts[0].name == "a");
  CHECK(std::holds_alternative<FixedNetwork>(least.cohorts[0].network));
  CHECK(least.tick == std::chrono::minutes{1});
  CHECK(parse_scenario(to_toml(least), "least.toml", {}));
}

TEST_CASE("of an inventory those devices are left that it takes") {
  Scenario fleet;
  fleet.duration = std::chrono::days{1};
  fleet.clients = 40;
  Inventory inventory;
  for (int i = 0; i < 40; ++i) {
    AdoptedClient device;
    device.device = "PC-" + std::to_string(i);
    device.state = LifecycleState::expired;
    device.last_connected = Network::internet;
    device.token = {Instant{} - std::chrono::days{100}, Instant{} - std::chrono::days{10}};
    inventory.clients.push_back(device);
  }
  Cohort cohort;
  cohort.name = "laptops";
  cohort.clients = 40;
  cohort.inventory = std::make_shared<const Inventory>(inventory);
  cohort.network = FixedNetwork{Network::intranet};
  fleet.cohorts.push_back(cohort);
  // Fails while the two are there, and find the way back.
  const StillFails two = [](const Scenario& scenario) {
    if (scenario.cohorts[0].inventory == nullptr) return false;
    const EngineRun run = simulate(scenario);
    int back = 0;
    for (std::size_t i = 0; i < run.clients.size(); ++i) {
      const std::string& device = scenario.cohorts[0].inventory->clients[i].device;
      if (device != "PC-3" && device != "PC-31") continue;
      if (kind_of(run.clients[i].back().event) == EventKind::registration_completed) ++back;
    }
    return back == 2;
  };
  REQUIRE(two(fleet));
  const Scenario least = shrink(fleet, two);
  REQUIRE(least.cohorts[0].inventory->clients.size() == 2);
  CHECK(least.clients == 2);
  CHECK(least.cohorts[0].inventory->clients[0].device == "PC-3");
  CHECK(least.cohorts[0].inventory->clients[1].device == "PC-31");
}

TEST_CASE("a shrunk scenario is the same every time, and simple however it came about") {
  const StillFails ended = [](const Scenario& scenario) {
    return has_event(scenario, EventKind::re_registration_required, RefusalReason::expired);
  };
  const Scenario drawn = first_with(ended);
  const Scenario least = shrink(drawn, ended);
  INFO(to_toml(least));
  CHECK(to_toml(shrink(drawn, ended)) == to_toml(least));
  CHECK(ended(least));
  CHECK(least.clients == 1);
  CHECK(least.actions.size() <= 1);
  CHECK(to_toml(least).size() < 600);
}

Scenario parsed(const std::string& rest) {
  return parse_scenario("format = 1\n[run]\nduration = \"2d\"\n" + rest, "test.toml", {}).value();
}
std::string cohort(const std::string& name, const std::string& keys = "") {
  return "[[cohort]]\nname = \"" + name + "\"\nclients = 1\n" + keys +
         "[cohort.network]\nmodel = \"fixed\"\non = \"internet\"\n";
}
std::string block(const std::string& at) {
  return "[[action]]\nat = \"" + at + "\"\ndo = \"block-client\"\ncohort = \"b\"\n";
}

TEST_CASE("ticks are merged where no number can get smaller by itself") {
  const Scenario scenario = parsed(cohort("b", "install = { at = \"100m\" }\n") + block("100m"));
  // At once, and later than the run's start.
  const StillFails fails = [](const Scenario& s) {
    return !s.actions.empty() && s.actions[0].at == s.cohorts[0].install_at &&
           s.actions[0].at > Instant{};
  };
  const Scenario least = shrink(scenario, fails);
  INFO(to_toml(least));
  CHECK(fails(least));
  CHECK(least.actions[0].at == Instant{} + std::chrono::minutes{1});
}

TEST_CASE("a moment is that of another where it can be") {
  const Scenario scenario = parsed(cohort("b") + block("70m") + block("700m"));
  const StillFails fails = [](const Scenario& s) {
    return s.actions.size() == 2 &&
           std::all_of(s.actions.begin(), s.actions.end(), [](const Action& action) {
             const Duration at = action.at.time_since_epoch();
             return at > Duration{0} && at % std::chrono::minutes{70} == Duration{0};
           });
  };
  for (const Action& action : shrink(scenario, fails).actions) {
    CHECK(action.at == Instant{} + std::chrono::minutes{70});
  }
}

TEST_CASE("cohorts of a shrunk scenario are named through, whatever they were called") {
  const StillFails both = [](const Scenario& s) { return s.cohorts.size() == 2; };
  const Scenario swapped = shrink(parsed(cohort("b") + cohort("a")), both);
  CHECK(swapped.cohorts[0].name == "a");
  CHECK(swapped.cohorts[1].name == "b");
  const StillFails odd = [](const Scenario& s) {
    return s.cohorts.size() == 2 && s.cohorts[0].name == "odd";
  };
  const Scenario kept = shrink(parsed(cohort("odd") + cohort("even")), odd);
  CHECK(kept.cohorts[0].name == "odd");
  CHECK(kept.cohorts[1].name == "b");
}

TEST_CASE("a shrunk network of chance is the steps that it took, and bulk tokens live no longer") {
  const std::string dwell =
      "[[action]]\nat = \"0d\"\ndo = \"issue-bulk-token\"\nname = \"t\"\nlifetime = 600\n"
      "[[cohort]]\nname = \"b\"\nclients = 3\n[cohort.network]\nmodel = \"dwell\"\n"
      "start = \"internet\"\nintranet = { mean = \"2h\", to = { internet = 1.0 } }\n"
      "internet = { mean = \"2h\", to = { intranet = 1.0 } }\n"
      "offline = { mean = \"2h\", to = { intranet = 1.0 } }\n";
  const StillFails moves = [](const Scenario& s) {
    return !std::holds_alternative<FixedNetwork>(s.cohorts[0].network) && !s.actions.empty() &&
           s.bulk_tokens[0].lifetime_minutes >= 7;
  };
  const Scenario least = shrink(parsed(dwell), moves);
  INFO(to_toml(least));
  CHECK(std::holds_alternative<TimelineNetwork>(least.cohorts[0].network));
  CHECK(least.bulk_tokens[0].lifetime_minutes == 7);
}

TEST_CASE("shrinking asks no more often than it may") {
  std::size_t asked = 0;
  const StillFails fails = [&asked](const Scenario&) {
    ++asked;
    return true;
  };
  ShrinkLimits limits;
  limits.tries_max = 5;
  shrink(random_scenario(3, 2'000), fails, limits);
  CHECK(asked <= 5);
  limits.stop = [] { return true; };
  asked = 0;
  CHECK(to_toml(shrink(random_scenario(3, 2'000), fails, limits)) ==
        to_toml(random_scenario(3, 2'000)));
  CHECK(asked == 0);
}

}  // namespace
}  // namespace tokenlife::test
