// Which client's events differ first between two logs, in whatever order each has its clients.
#pragma once

#include <optional>
#include <vector>

#include "core/result.hpp"
#include "sim/analysis/log_diff.hpp"

namespace tokenlife::sim {

// Of those clients the one with the first event that is another, in the order of time; of several
// with one at the same time the first in A. Nothing: they have the same events, as far as they
// are told apart by the clients' and cohorts' numbers in each log, which may differ.
//
// Each log is read once, and some of it twice more: sums over events, which depend on no order, say
// in which time the logs part. That different events give the same sum is as likely as a guess of
// 64 bits, and cannot be arranged: what goes into each event's is taken from both logs' digests.
Result<std::optional<MatchedClient>, events::LogError> first_differing(
    const events::LogReader& a, const events::LogReader& b,
    const std::vector<MatchedClient>& clients, unsigned threads);

}  // namespace tokenlife::sim
