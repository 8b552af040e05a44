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

namespace {

template <class T>
std::optional<T> new_to(const T& present, const std::optional<T>& value) {
  return value && *value != present ? value : std::nullopt;
}
template <class T>
void set(T& place, const std::optional<T>& value) {
  if (value) place = *value;
}

}  // namespace

SitePolicyChange news(const Policy& policy, const SitePolicyChange& change) {
  return {new_to(policy.token_validity, change.token_validity),
          new_to(policy.internal_registration, change.internal_registration),
          new_to(policy.mp, change.mp), new_to(policy.leeway, change.leeway),
          change.bulk_leeway != policy.bulk_leeway ? change.bulk_leeway : std::nullopt};
}
ClientPolicyChange news(const Policy& policy, const ClientPolicyChange& change) {
  return {new_to(policy.renew_after, change.renew_after),
          new_to(policy.renew_jitter, change.renew_jitter),
          new_to(policy.renew_on, change.renew_on),
          new_to(policy.retry_after_failure, change.retry_after_failure),
          new_to(policy.retry_after_refusal, change.retry_after_refusal),
          new_to(policy.retry_backoff, change.retry_backoff),
          change.retry_max != policy.retry_max ? change.retry_max : std::nullopt,
          new_to(policy.retry_jitter, change.retry_jitter)};
}

void apply(Policy& policy, const SitePolicyChange& change) {
  set(policy.token_validity, change.token_validity);
  set(policy.internal_registration, change.internal_registration);
  set(policy.mp, change.mp);
  set(policy.leeway, change.leeway);
  if (change.bulk_leeway) policy.bulk_leeway = change.bulk_leeway;
}
void apply(Policy& policy, const ClientPolicyChange& change) {
  set(policy.renew_after, change.renew_after);
  set(policy.renew_jitter, change.renew_jitter);
  set(policy.renew_on, change.renew_on);
  set(policy.retry_after_failure, change.retry_after_failure);
  set(policy.retry_after_refusal, change.retry_after_refusal);
  set(policy.retry_backoff, change.retry_backoff);
  if (change.retry_max) policy.retry_max = change.retry_max;
  set(policy.retry_jitter, change.retry_jitter);
}

}  // namespace tokenlife
