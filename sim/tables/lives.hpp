// Follows the lives of the clients that tables are of.
#pragma once

#include "sim/analysis/lives.hpp"
#include "sim/tables/source.hpp"

namespace tokenlife::sim {

// All of them that are in the partition.
template <class Listener>
Result<void, events::LogError> follow_lives(SqlSource& source,
                                            const events::PartitionSummary& partition,
                                            ClientSpan wanted, Listener& listener) {
  const auto site = source.history();
  if (!site) return Failed<events::LogError>(site.error());
  return follow_lives(*source.log(), **site, partition, wanted, listener);
}

}  // namespace tokenlife::sim
