#include "core/retry.hpp"

#include <algorithm>

namespace tokenlife {
namespace {

__extension__ using Wide = unsigned __int128;

// Rounded up to a tick; no more than kWaitMax. Precondition: the divisor is above 0.
Duration in_ticks(Wide seconds, Wide divisor, Duration tick) {
  const Wide unit = divisor * static_cast<std::uint64_t>(tick.count());
  const Wide ticks = (seconds + unit - 1) / unit;
  const auto most = static_cast<Wide>(kWaitMax / tick);
  return tick * static_cast<std::int64_t>(std::min(ticks, most));
}

// Times a uniform number from [1 - jitter, 1 + jitter).
Duration jittered(Duration wait, const Policy& policy, const Retry& retry) {
  const std::uint64_t jitter = policy.retry_jitter.value;
  if (jitter == 0) return wait;
  const Wide seconds = static_cast<std::uint64_t>(std::min(wait, kWaitMax).count());
  // In 2^64ths of a thousandth: at most 2000 x 2^64, and kWaitMax is 2^40.
  const Wide factor = (Wide{1000 - jitter} << 64) + Wide{2 * jitter} * retry.bits;
  return in_ticks(seconds * factor, Wide{1000} << 64, retry.tick);
}

}  // namespace

Duration wait_after_failure(const Policy& policy, const Retry& retry) {
  const auto bounded = [&](Duration wait) {
    return policy.retry_max ? std::min(wait, *policy.retry_max) : wait;
  };
  Duration wait = bounded(policy.retry_after_failure);
  for (std::uint32_t n = 1; n < retry.failures; ++n) {
    const Wide seconds = static_cast<std::uint64_t>(wait.count());
    const Duration longer =
        bounded(in_ticks(seconds * policy.retry_backoff.value, Wide{1000}, retry.tick));
    if (longer == wait) break;  // It has stopped growing.
    wait = longer;
  }
  return jittered(wait, policy, retry);
}

Duration wait_after_refusal(const Policy& policy, const Retry& retry) {
  return jittered(policy.retry_after_refusal, policy, retry);
}

}  // namespace tokenlife
