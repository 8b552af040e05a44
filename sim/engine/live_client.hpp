// A client's life, at one go or tick by tick, for who need not see how it is lived: that is
// compiled once, in client_run.cpp.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "sim/engine/outlook.hpp"
#include "sim/engine/timetable.hpp"
#include "sim/engine/world.hpp"

namespace tokenlife::sim {

// From the start of the run to its end. `own_steps` is memory that the next client can have.
EndOfLife live_client(const World& world, const Recorder& recorder, CohortNumber cohort,
                      std::uint32_t client_in_cohort, const DrawKeys& keys,
                      std::vector<PlannedStep>& own_steps);

// ---- Tick by tick, for who finds out what becomes of requests; without a record ----------------

// What a client has sent in a tick to an endpoint that has a limit.
struct Arrival {
  Endpoint via;
  std::uint32_t request;  // of the client's, from 0
};

class SteppedClient {
 public:
  SteppedClient() = default;
  SteppedClient(const SteppedClient&) = delete;
  SteppedClient& operator=(const SteppedClient&) = delete;
  virtual ~SteppedClient() = default;

  // Lives until it has sent a request: when, or kNever if it never does.
  virtual Instant live_to_request() = 0;
  // The next tick at which it does anything, and that tick.
  virtual Instant upcoming() = 0;
  virtual void live(Instant now) = 0;

  // Once.
  virtual std::optional<Arrival> take_arrival() = 0;
  // What becomes of a request. Precondition: it has sent it, and been told of nothing else; it has
  // lived through the tick `now`, or if it is dropped, up to it.
  virtual void handle(std::uint32_t request, Handling handling, Instant now) = 0;
  // For the order of the requests of one tick.
  virtual std::uint64_t place_in_line(std::uint32_t request) const = 0;
};

// What it refers to has to last as long as it does.
std::unique_ptr<SteppedClient> begin_client(const World& world, const Recorder& nobody,
                                            CohortNumber cohort, std::uint32_t client_in_cohort,
                                            const DrawKeys& keys);

}  // namespace tokenlife::sim
