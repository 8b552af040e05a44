// The engine's events in memory, without a log.
#pragma once

#include <vector>

#include "core/event.hpp"
#include "sim/scenario.hpp"

namespace tokenlife::test {

struct EngineRun {
  std::vector<Recorded<SiteEvent>> site;
  std::vector<std::vector<Recorded<ClientEvent>>> clients;  // by client number
};

EngineRun simulate(const sim::Scenario& scenario);

}  // namespace tokenlife::test
