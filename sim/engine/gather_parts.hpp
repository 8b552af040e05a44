// What all processes of a run have done, at the first of them.
#pragma once

#include <optional>
#include <vector>

#include "events/log.hpp"
#include "sim/engine/run_ranks.hpp"
#include "sim/engine/tally.hpp"
#include "sim/scenario/scenario.hpp"

namespace tokenlife::sim {

struct PartDone {
  RunStatistics total;
  std::vector<events::WrittenPartition> partitions;  // in order
  std::optional<Error> error;                        // why it was not done to its end
};

// At rank 0 it becomes that of all; elsewhere it stays.
void gather_parts(RunRanks& ranks, const Scenario& scenario, PartDone& own);

}  // namespace tokenlife::sim
