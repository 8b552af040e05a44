// What a client's run is given: the world that it lives in, and who writes it down.
#pragma once

#include "events/client_batch.hpp"
#include "sim/engine/client_schedule.hpp"
#include "sim/engine/site_timeline.hpp"
#include "sim/engine/tally.hpp"
#include "sim/engine/token_client.hpp"
#include "sim/engine/token_site.hpp"
#include "sim/scenario/scenario.hpp"

namespace tokenlife::sim {

// What all clients of a run share. Read only.
struct World {
  const Scenario* scenario;
  const SiteTimeline* site;
  const ClientSchedule* schedule;
  const TokenSite* real = nullptr;  // null: tokens are modelled
};

// What the thread that simulates a client owns.
struct Recorder {
  events::ClientBatch* batch;
  RunStatistics* tally;
  // Makes room in the batch when it is full.
  void (*flush)(void* context);
  void* context;
  TokenClient* tokens = nullptr;  // what its clients carry, one after the other; null: modelled
};

}  // namespace tokenlife::sim
