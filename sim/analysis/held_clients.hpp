// Which clients a log holds: that of an interrupted run does not hold all of them.
#pragma once

#include <cstdint>

#include "events/log_reader.hpp"

namespace tokenlife::sim {

inline bool holds_client(const events::LogReader& log, ClientNumber client) {
  const events::PartitionSummary* partition = log.partition_of(client);
  return partition != nullptr && client.value % events::kPartitionClients < partition->clients;
}

inline std::uint32_t held_clients(const events::LogReader& log) {
  std::uint32_t count = 0;
  for (const events::PartitionSummary& partition : log.partitions()) count += partition.clients;
  return count;
}

}  // namespace tokenlife::sim
