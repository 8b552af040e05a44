// The engine's events in memory, without a log: for whoever looks at them one by one.
#pragma once

#include <functional>
#include <vector>

#include "core/event.hpp"
#include "sim/scenario/scenario.hpp"

namespace tokenlife::sim {

class TokenSite;

struct EngineRun {
  std::vector<Recorded<SiteEvent>> site;
  std::vector<std::vector<Recorded<ClientEvent>>> clients;  // by client number
};

// Tokens are modelled, whatever the scenario says, unless there is a site that signs real ones: the
// events are the same.
EngineRun simulate(const Scenario& scenario, const TokenSite* real = nullptr);

// The same without keeping them: client after client, each one's events in their order.
using OnClientEvent = std::function<void(ClientNumber, Recorded<ClientEvent>&&)>;
std::vector<Recorded<SiteEvent>> simulate(const Scenario& scenario, const OnClientEvent& sink,
                                          const TokenSite* real = nullptr);

}  // namespace tokenlife::sim
