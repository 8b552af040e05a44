// What fails is made as small as it can be, and still fails.
#include "sim/shrink.hpp"

#include <chrono>
#include <set>

#include "sim/engine_run.hpp"
#include "sim/random_scenario.hpp"
#include "sim/scenario_toml.hpp"
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

// A history of 1,000 client events of which two matter: a block, and a renewal that follows.
TEST_CASE("a history of a thousand events is shrunk to its minimum in less than a second") {
  std::vector<ClientEvent> history;
  for (int i = 0; i < 1'000; ++i) {
    history.push_back(AgentRestarted{});
    if (i % 3 == 0) history.back() = CmgAllowedChanged{i % 2 == 0};
  }
  history[313] = ClientBlocked{};
  history[707] = ClientUnblocked{};
  const auto fails = [](const std::vector<ClientEvent>& events) {
    bool blocked = false;
    for (const ClientEvent& event : events) {
      blocked = blocked || std::holds_alternative<ClientBlocked>(event);
      if (blocked && std::holds_alternative<ClientUnblocked>(event)) return true;
    }
    return false;
  };
  const auto begin = std::chrono::steady_clock::now();
  const auto least = shrink_list(history, fails);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  CHECK(least == std::vector<ClientEvent>{ClientBlocked{}, ClientUnblocked{}});
  CHECK(took.count() < 1);
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
  CHECK(least.actions.size() == 2);  // issue and block
  CHECK(least.cohorts[0].name == "a");
  CHECK(std::holds_alternative<FixedNetwork>(least.cohorts[0].network));
  CHECK(least.tick == std::chrono::minutes{1});
  CHECK(parse_scenario(to_toml(least), "least.toml", {}));
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

TEST_CASE("shrinking asks no more often than it may") {
  std::size_t asked = 0;
  const StillFails fails = [&asked](const Scenario&) {
    ++asked;
    return true;
  };
  shrink(random_scenario(3, 2'000), fails, {5});
  CHECK(asked <= 5);
}

}  // namespace
}  // namespace tokenlife::test
