// How long a client is silent after a request that failed or was refused.
#pragma once

#include <cstdint>
#include <optional>

#include "site_policy.hpp"
#include "time.hpp"

namespace tokenlife {

// What the length of a wait depends on besides the policy.
struct Retry {
  std::uint32_t failures = 1;  // in a row, with this one; at least 1
  Duration tick{1};            // waits are rounded up to it
  std::uint64_t bits = 0;      // 64 random ones, for `retry_jitter`
};

// Longer than any run: what a wait grows to that nothing bounds.
inline constexpr Duration kWaitMax{std::int64_t{1} << 40};

// After the n-th failure in a row: w(1) is `retry_after_failure`, w(n + 1) is w(n) times
// `retry_backoff`, rounded up to a tick, and none is more than `retry_max`; then the jitter.
Duration wait_after_failure(const Policy& policy, const Retry& retry);
// It neither grows nor has a maximum.
Duration wait_after_refusal(const Policy& policy, const Retry& retry);

}  // namespace tokenlife
