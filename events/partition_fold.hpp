// Folds something over all partitions of a log, on several threads where that is wanted.
#pragma once

#include <algorithm>
#include <optional>
#include <vector>

#include "core/result.hpp"
#include "events/log_reader.hpp"
#include "events/run_on_threads.hpp"

namespace tokenlife::events {

// A Fold is copied for each thread and has
//   Result<void, LogError> add(const LogReader&, const PartitionSummary&)
//   void merge(const Fold&)
// Both must be commutative: the result depends neither on the threads nor on their order. Of
// several errors the one in the first partition is returned.
template <class Fold>
Result<Fold, LogError> fold_partitions(const LogReader& log, unsigned threads, const Fold& empty) {
  const std::vector<PartitionSummary>& partitions = log.partitions();
  struct Share {
    Fold fold;
    std::size_t failed_at;
    std::optional<LogError> error;
  };
  const std::size_t count = std::clamp<std::size_t>(threads, 1, partitions.size() + 1);
  std::vector<Share> shares(count, Share{empty, partitions.size(), {}});
  run_on_threads(threads, partitions.size(), [&](Worker& worker) {
    Share& share = shares[worker.number()];
    while (const auto i = worker.next()) {
      const auto added = share.fold.add(log, partitions[*i]);
      if (added) continue;
      share.error = added.error();
      share.failed_at = *i;
      return;
    }
  });

  const Share* first_failed = nullptr;
  for (const Share& share : shares) {
    const bool failed_earlier =
        share.error && (first_failed == nullptr || share.failed_at < first_failed->failed_at);
    if (failed_earlier) first_failed = &share;
  }
  if (first_failed != nullptr) return Failed<LogError>(*first_failed->error);
  Fold all = shares[0].fold;
  for (std::size_t i = 1; i < count; ++i) all.merge(shares[i].fold);
  return all;
}

}  // namespace tokenlife::events
