// The engine skips what cannot happen; the naive simulation visits every tick. They say the same.
#include <set>
#include <string>
#include <vector>

#include "sim/engine/memory_run.hpp"
#include "sim/naive/simulation.hpp"
#include "support/event_text.hpp"
#include "support/property.hpp"
#include "support/scenario_case.hpp"

namespace tokenlife::test {
namespace {

using namespace sim;
using namespace naive;

TEST_CASE("the engine records what the naive simulation does, event for event", "[slow]") {
  property(
      "engine equals naive simulation",
      [] {
        const ScenarioCase drawn = *scenario_case();
        const NaiveRun naive = simulate_naively(drawn.scenario);
        const EngineRun engine = simulate(drawn.scenario);
        const std::string found = difference("the site", naive.site, engine.site) +
                                  difference(naive.clients, engine.clients);
        if (!found.empty()) RC_FAIL(found);
      },
      50);
}

// The bulk token ends half an hour before the second contact, for which it is not needed.
TEST_CASE("a client that holds a bulk token is in contact on time, whenever that ends") {
  const auto scenario = parse_scenario(R"(format = 1
[run]
tick = "1h"
duration = "3d"
[[cohort]]
name = "a"
clients = 1
bulk-token = "k"
contact-every = "24h"
network = { model = "fixed", on = "intranet" }
[[action]]
at = "0s"
do = "issue-bulk-token"
name = "k"
lifetime = 1410
[[action]]
at = "0s"
do = "outage"
endpoint = "mp"
for = "10h"
)",
                                       "s.toml", {});
  REQUIRE(scenario);
  std::vector<Duration> asked;
  const EngineRun run = simulate(*scenario);
  for (const auto& recorded : run.clients[0]) {
    const bool asks = std::holds_alternative<RegistrationRequested>(recorded.event);
    if (asks) asked.push_back(recorded.time.time_since_epoch());
  }
  CHECK(asked == std::vector<Duration>{Duration{0}, Duration{86'400}});
}

// Cases that never lead to a thing test nothing of it.
TEST_CASE("random scenarios lead to every event, every reason and every cause", "[slow]") {
  std::set<std::string> met;
  for (std::uint64_t seed = 0; seed < 2'000; ++seed) {
    const NaiveRun run = simulate_naively(random_scenario(seed, 2'000));
    const auto meet = [&met](const auto& recorded) {
      met.emplace(name(kind_of(recorded.event)));
      met.emplace(name(recorded.cause.kind));
      std::visit(
          [&met]<class Event>(const Event& event) {
            if constexpr (HasReason<Event>) {
              met.insert(std::string(event.kind_name) + " " + std::string(name(event.reason)));
            }
          },
          recorded.event);
    };
    for (const auto& recorded : run.site) meet(recorded);
    for (const auto& client : run.clients) {
      for (const auto& recorded : client) meet(recorded);
    }
  }
  std::set<std::string> missed;
  const auto want = [&](std::string what) {
    if (!met.contains(what)) missed.insert(std::move(what));
  };
  for (std::size_t kind = 0; kind < kEventKinds; ++kind) {
    if (is_of_runs(static_cast<EventKind>(kind))) want(std::string(Names<EventKind>::values[kind]));
  }
  for (const std::string_view cause : Names<CauseKind>::values) want(std::string(cause));
  for (const std::string_view reason : Names<FailureReason>::values) {
    want("registration-failed " + std::string(reason));
    want("renewal-failed " + std::string(reason));
  }
  for (const std::string_view reason :
       {"client-blocked", "client-outdated", "internal-registration-off", "credential-required",
        "bulk-token-unknown", "bulk-token-expired", "bulk-token-blocked"}) {
    want("registration-refused " + std::string(reason));
  }
  for (const std::string_view reason : {"client-blocked", "unknown-signer"}) {
    want("renewal-refused " + std::string(reason));
    want("re-registration-required " + std::string(reason));
  }
  want("re-registration-required expired");
  CHECK(missed == std::set<std::string>{});
}

}  // namespace
}  // namespace tokenlife::test
