#include "core/policy.hpp"

namespace tokenlife {

Policy::Policy()
    : token_validity(kTokenValidity),
      renew_after(kRenewAfter),
      renew_jitter(0),
      renew_on(kRenewOn),
      internal_registration(true),  // R16
      mp(MpMode::enhanced_http),
      leeway(kLeeway),
      latency(kLatency),
      retry_after_failure(kRetryAfterFailure),
      retry_after_refusal(kRetryAfterRefusal) {}

}  // namespace tokenlife
