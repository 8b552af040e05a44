// The actions that concern clients, as each client meets them.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "core/time.hpp"
#include "sim/scenario/scenario.hpp"

namespace tokenlife::sim {

// Ordered as a tick takes them: what ends, then what begins in file order.
struct ClientStep {
  Instant at;
  bool begins;  // false: the action's time is over
  std::uint32_t action;
  friend auto operator<=>(const ClientStep&, const ClientStep&) = default;
};

class ClientSchedule {
 public:
  explicit ClientSchedule(const Scenario& scenario);

  // The steps of one client, in order. `scratch` holds them where they are this client's alone.
  std::span<const ClientStep> of(CohortNumber cohort, std::uint32_t client_in_cohort,
                                 std::vector<ClientStep>& scratch) const;

 private:
  std::vector<std::vector<ClientStep>> for_all_;  // by cohort
  std::map<std::pair<CohortNumber, std::uint32_t>, std::vector<ClientStep>> for_one_;
};

}  // namespace tokenlife::sim
