// Every number of the rules, once; a bulk token's are in bulk_lifetime.hpp. A client token's life:
//
//   not-before ............. renewal due .................. expires ......... refused from
//              renew_after + jitter                                  leeway
//              |<----------------- token_validity ---------------->|
//
// "Expires" is the first moment at which the token is no longer good (A5: half-open).
#pragma once

#include <cstdint>

#include "site_policy.hpp"
#include "time.hpp"

namespace tokenlife {

// ---- The product's policy: a site's, unless it says otherwise ----------------------------------

// R57: a client token is valid for 90 days.
inline constexpr Duration kTokenValidity = std::chrono::days{90};
// R56, A1: renewed once a month, which is 30 days after issue.
inline constexpr Duration kRenewAfter = std::chrono::days{30};
// A2: any contact renews.
inline constexpr RenewOn kRenewOn = RenewOn::contact;
// A6: none.
inline constexpr Duration kLeeway{0};
inline constexpr Duration kLatency = std::chrono::minutes{1};
inline constexpr Duration kRetryAfterFailure = std::chrono::hours{1};
inline constexpr Duration kRetryAfterRefusal = std::chrono::hours{24};

// ---- What follows from a policy ----------------------------------------------------------------

// R57, D7: the first moment at which a token issued at `not_before` is no longer valid.
constexpr Instant expiry(const Policy& policy, Instant not_before) {
  return not_before + policy.token_validity;
}

// A6: the first moment at which the site refuses a token that expires at `expires`.
constexpr Instant refused_from(const Policy& policy, Instant expires) {
  return expires > kNever - policy.leeway ? kNever : expires + policy.leeway;
}

// A6: the same of a bulk token.
constexpr Instant bulk_refused_from(const Policy& policy, Instant expires) {
  const Duration leeway = policy.bulk_leeway.value_or(policy.leeway);
  return expires > kNever - leeway ? kNever : expires + leeway;
}

// R56, A1: the client renews at its first fitting contact from this moment on.
constexpr Instant renewal_due(const Policy& policy, Instant not_before, Duration jitter) {
  return not_before + policy.renew_after + jitter;
}

}  // namespace tokenlife
