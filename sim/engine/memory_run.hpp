// The engine's events in memory, without a log: for whoever looks at them one by one.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "core/event.hpp"
#include "sim/engine/outlook.hpp"
#include "sim/scenario/scenario.hpp"

namespace tokenlife::sim {

class ClientSchedule;
class SiteTimeline;
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

// ---- One client alone --------------------------------------------------------------------------

// Runs one client again and again, as in a run of all: the same numbers, the same draws. For one
// thread.
class LoneClient {
 public:
  // The client is one of the scenario's.
  LoneClient(const Scenario& scenario, ClientNumber client);
  ~LoneClient();
  LoneClient(const LoneClient&) = delete;
  LoneClient& operator=(const LoneClient&) = delete;

  // The client's life in a scenario that differs in anything but cohorts, their names and numbers
  // of clients: to its end, of which the outlook is. `site` is that scenario's. The events are good
  // until the next call.
  struct Life {
    const std::vector<Recorded<ClientEvent>>& events;
    Outlook outlook;
  };
  Life live(const Scenario& scenario, const SiteTimeline& site);
  // The same without keeping the events, with other draws (see Reseed).
  Outlook end_of(const Scenario& scenario, const SiteTimeline& site, const ClientSchedule& schedule,
                 const Reseed& other);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

// ---- Many futures ------------------------------------------------------------------------------

// Runs clients without keeping what happens, each as in a run of all. For one thread.
class ClientFates {
 public:
  // The scenario, its site and schedule must outlive it.
  ClientFates(const Scenario& scenario, const SiteTimeline& site, const ClientSchedule& schedule);
  ~ClientFates();
  ClientFates(const ClientFates&) = delete;
  ClientFates& operator=(const ClientFates&) = delete;

  // How the client is, and what is known of it, at the scenario's end.
  EndOfLife end_of(ClientNumber client);

  // When it is stranded for the first time at or after `other.at`, with other draws from there on.
  struct Fate {
    std::optional<Instant> stranded;
    SpellCause cause = SpellCause::not_recorded;
    bool is_stranded_at_end = false;
  };
  // `site`: where an endpoint has a limit, timeline_of() that future.
  Fate fate_of(ClientNumber client, const Reseed& other, const SiteTimeline* site = nullptr);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace tokenlife::sim
