// How long a client is silent after a failure or refusal.
#include <catch2/catch.hpp>

#include <chrono>
#include <vector>

#include "core/retry.hpp"
#include "core/site_policy.hpp"

namespace tokenlife::test {
namespace {

using namespace std::chrono_literals;

// After the first, second, ... failure in a row.
std::vector<Duration> waits(const Policy& policy, std::uint32_t failures, Duration tick = 1min) {
  std::vector<Duration> all;
  for (std::uint32_t n = 1; n <= failures; ++n) {
    all.push_back(wait_after_failure(policy, {n, tick, 0}));
  }
  return all;
}

TEST_CASE("without a backoff each wait is as long as the first") {
  CHECK(waits(Policy{}, 3) == std::vector<Duration>{1h, 1h, 1h});
  CHECK(wait_after_failure(Policy{}, {4'000'000'000, 1min, 0}) == 1h);
}

TEST_CASE("waits grow by the backoff, to a maximum") {
  Policy policy;
  policy.retry_backoff = {2000};
  CHECK(waits(policy, 4) == std::vector<Duration>{1h, 2h, 4h, 8h});
  policy.retry_max = 5h;
  CHECK(waits(policy, 5) == std::vector<Duration>{1h, 2h, 4h, 5h, 5h});
  // The first wait has it too.
  policy.retry_max = 30min;
  CHECK(waits(policy, 2) == std::vector<Duration>{30min, 30min});
}

TEST_CASE("each wait is rounded up to a tick before it grows again") {
  Policy policy;
  policy.retry_after_failure = 1min;
  policy.retry_backoff = {1500};
  // 1.5 is 2, then 3, then 4.5 is 5, then 7.5 is 8.
  CHECK(waits(policy, 5) == std::vector<Duration>{1min, 2min, 3min, 5min, 8min});
  policy.retry_backoff = {1001};
  CHECK(waits(policy, 3) == std::vector<Duration>{1min, 2min, 3min});
}

TEST_CASE("a wait without a maximum ends beyond any run, and does not overflow") {
  Policy policy;
  policy.retry_backoff = {1'000'000};
  CHECK(wait_after_failure(policy, {4'000'000'000, 1s, 0}) == kWaitMax);
  policy.retry_jitter = {1000};
  CHECK(wait_after_failure(policy, {4'000'000'000, 1s, UINT64_MAX}) == kWaitMax);
}

TEST_CASE("a jitter makes waits shorter or longer by its share, rounded up to a tick") {
  Policy policy;
  policy.retry_jitter = {200};
  const auto with = [&](std::uint64_t bits) { return wait_after_failure(policy, {1, 1min, bits}); };
  CHECK(with(0) == 48min);                             // 0.8 of an hour
  CHECK(with(std::uint64_t{1} << 63) == 60min);        // the middle
  CHECK(with((std::uint64_t{1} << 63) + 1) == 61min);  // a little more
  CHECK(with(UINT64_MAX) == 72min);                    // all but 1.2
  // That may pass the maximum.
  policy.retry_max = 1h;
  CHECK(with(UINT64_MAX) == 72min);
}

TEST_CASE("a refusal's wait does not grow, and has a jitter") {
  Policy policy;
  policy.retry_backoff = {3000};
  policy.retry_max = 1h;
  CHECK(wait_after_refusal(policy, {5, 1min, 0}) == 24h);
  policy.retry_jitter = {500};
  CHECK(wait_after_refusal(policy, {5, 1min, 0}) == 12h);
}

}  // namespace
}  // namespace tokenlife::test
