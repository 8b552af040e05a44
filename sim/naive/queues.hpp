// The queues of the endpoints in the naive simulation: all requests stand in them, be it for no
// time.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "sim/naive/client.hpp"
#include "sim/naive/simulation.hpp"
#include "sim/naive/site.hpp"

namespace tokenlife::naive {

class NaiveQueues {
 public:
  // All must outlive it.
  NaiveQueues(const sim::Scenario& scenario, const NaiveSite& site,
              std::vector<NaiveClient>& clients)
      : scenario_(&scenario), site_(&site), clients_(&clients) {}

  // Step 1: who waits at an endpoint that goes down now has failed.
  void drop(Instant now);
  // After step 5.
  void serve(Instant now);

  const std::array<NaiveLoad, 2>& loads() const { return loads_; }

 private:
  struct Waiting {
    std::uint32_t client;
    std::uint32_t number;
    std::uint64_t place;
    Instant sent;
  };
  void serve(Endpoint endpoint, const std::vector<Waiting>& arrived, Instant now);

  const sim::Scenario* scenario_;
  const NaiveSite* site_;
  std::vector<NaiveClient>* clients_;
  std::array<std::vector<Waiting>, 2> lines_;  // by Endpoint: MP and CMG
  std::vector<Waiting> served_;                // in this tick
  std::array<NaiveLoad, 2> loads_;
};

}  // namespace tokenlife::naive
