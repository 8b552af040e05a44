// What a client's run is given: the world that it lives in, and who writes it down.
#pragma once

#include "events/client_batch.hpp"
#include "sim/engine/client_schedule.hpp"
#include "sim/engine/tally.hpp"
#include "sim/scenario/random.hpp"
#include "sim/scenario/scenario.hpp"

namespace tokenlife::sim {

class SiteTimeline;  // site_timeline.hpp
class TokenClient;   // token_client.hpp
class TokenSite;     // token_site.hpp

// Of the draws of a cohort's clients.
inline DrawKeys keys_of(const Scenario& scenario, const Cohort& cohort) {
  const std::uint64_t first = mix(scenario.seed, cohort.name);
  if (!scenario.reseed) return {first, first};
  return {first, mix(scenario.reseed->seed, cohort.name), scenario.reseed->at};
}

inline DrawKeys keys_of(const Scenario& scenario, const Cohort& cohort, const Reseed& other) {
  return {mix(scenario.seed, cohort.name), mix(other.seed, cohort.name), other.at};
}

// What all clients of a run share. Read only.
struct World {
  const Scenario* scenario;
  const SiteTimeline* site;
  const ClientSchedule* schedule;
  const TokenSite* real = nullptr;  // null: tokens are modelled
  SpellTally::Wanted wanted{};      // what is counted besides
};

// What the thread that simulates a client owns. Without a batch nothing is written or counted.
struct Recorder {
  events::ClientBatch* batch = nullptr;
  RunStatistics* tally = nullptr;
  // Makes room in the batch when it is full.
  void (*flush)(void* context) = nullptr;
  void* context = nullptr;
  TokenClient* tokens = nullptr;  // what its clients carry, one after the other; null: modelled
};

}  // namespace tokenlife::sim
