// Which clients a log holds: that of an interrupted run does not hold all of them.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

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

// The first and the last of each range of clients that the log holds.
inline std::vector<std::pair<std::uint32_t, std::uint32_t>> held_ranges(
    const events::LogReader& log) {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> ranges;
  for (const events::PartitionSummary& partition : log.partitions()) {
    if (partition.clients == 0) continue;
    const std::uint32_t first = partition.partition * events::kPartitionClients;
    const std::uint32_t last = first + partition.clients - 1;
    if (!ranges.empty() && ranges.back().second + 1 == first) {
      ranges.back().second = last;
    } else {
      ranges.emplace_back(first, last);
    }
  }
  return ranges;
}

}  // namespace tokenlife::sim
