// The engine skips what cannot happen; the naive simulation visits every tick. They say the same.
#include <sstream>

#include "support/engine_run.hpp"
#include "support/event_text.hpp"
#include "support/naive_simulation.hpp"
#include "support/property.hpp"
#include "support/scenario_case.hpp"

namespace tokenlife::test {
namespace {

// Where two streams part, with what went before; empty if they are equal.
template <class Event>
std::string difference(const std::string& whose, const std::vector<Recorded<Event>>& naive,
                       const std::vector<Recorded<Event>>& engine) {
  if (naive == engine) return "";
  std::size_t at = 0;
  while (at < naive.size() && at < engine.size() && naive[at] == engine[at]) ++at;
  std::ostringstream out;
  out << whose << " parts at event " << at << "\n";
  for (std::size_t i = at < 8 ? 0 : at - 8; i < at; ++i)
    out << "  both    " << to_text(naive[i]) << "\n";
  for (std::size_t i = at; i < at + 3; ++i) {
    out << "  naive   " << (i < naive.size() ? to_text(naive[i]) : "nothing") << "\n";
  }
  for (std::size_t i = at; i < at + 3; ++i) {
    out << "  engine  " << (i < engine.size() ? to_text(engine[i]) : "nothing") << "\n";
  }
  return out.str();
}

std::string difference(const NaiveRun& naive, const EngineRun& engine) {
  std::string all = difference("the site", naive.site, engine.site);
  for (std::size_t i = 0; i < naive.clients.size(); ++i) {
    all += difference("client " + std::to_string(i), naive.clients[i], engine.clients[i]);
  }
  return all;
}

TEST_CASE("the engine records what the naive simulation does, event for event") {
  property(
      "engine equals naive simulation",
      [] {
        const ScenarioCase drawn = *scenario_case();
        const std::string found =
            difference(simulate_naively(drawn.scenario), simulate(drawn.scenario));
        if (!found.empty()) RC_FAIL(found);
      },
      5);
}

}  // namespace
}  // namespace tokenlife::test
