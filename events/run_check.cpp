#include "events/run_check.hpp"

#include <algorithm>

#include "core/bulk_lifetime.hpp"
#include "core/bulk_token.hpp"
#include "core/policy.hpp"
#include "events/log.hpp"

namespace tokenlife::events {

bool was_asked(const RenewalTerms& terms, Instant issued, Instant now) {
  return std::any_of(terms.asked.begin(), terms.asked.end(), [&](const RenewalAsked& asked) {
    if (now < asked.at) return false;
    const std::int64_t passed = asked.every > Duration{0} ? (now - asked.at) / asked.every : 0;
    const Instant latest =
        asked.at + asked.every * std::min<std::int64_t>(passed, std::int64_t{asked.times} - 1);
    const Instant moment = std::min(now, latest + asked.over - std::min(asked.over, Duration{1}));
    return issued < moment;
  });
}

BrokenRule RunCheck::on(const Recorded<SiteEvent>& recorded) const {
  if (const BrokenRule broken = time(recorded.time)) return broken;
  const auto* issued = std::get_if<BulkTokenIssued>(&recorded.event);
  if (issued == nullptr) return nullptr;
  if (issued->not_before != recorded.time) return "it is not good from the time of its issue (D3)";
  const Duration length = issued->expires - issued->not_before;
  const bool is_lifetime = length >= std::chrono::minutes{kBulkLifetimeMinutesMin} &&
                           length <= std::chrono::minutes{kBulkLifetimeMinutesMax} &&
                           length % std::chrono::minutes{1} == Duration{0};
  return is_lifetime ? nullptr : "it has no lifetime that a bulk token can have (D3)";
}

// What it comes with was issued before the run, by whatever policy.
BrokenRule RunCheck::rule(const Envelope& when, const ClientAdopted& event, const Client&) {
  if (event.token.exists()) {
    if (event.token.not_before > when.time) return "its token is not good yet (A5)";
    if (!is_of_client(*header_) && event.token.signer.value >= site_->keys())
      return "the site has no such signer (A9)";
  }
  return bulk_token(event.bulk);
}

// A1, A6: jitter moves it later, and a clock that goes before the site's earlier.
BrokenRule RunCheck::rule(const Envelope& when, const RenewalRequested&, const Client& client) {
  asked_at_ = when.time;
  if (!renew_after_) return nullptr;
  const Instant issued = client.token.not_before;
  const bool is_due = when.time >= issued + *renew_after_ - skew_;
  return is_due || was_asked(*terms_, issued, when.time)
             ? nullptr
             : "its token was not due for renewal yet (R56, A1)";
}

BrokenRule RunCheck::issued(Instant now, Endpoint via, const ClientToken& token) const {
  if (is_of_client(*header_)) return nullptr;
  // A request that waited was judged when it was served, which is a latency before its answer.
  const bool may_wait = site_->is_limited(via) && token.not_before >= asked_at_;
  const Instant judged = may_wait ? now - site_->policy(now).latency : asked_at_;
  if (token.not_before != judged) {
    return "its token is not good from the moment at which the site judged the request (D7)";
  }
  if (token.expires != expiry(site_->policy(token.not_before), token.not_before)) {
    return "its token does not expire when the site's policy says (R57, D7)";
  }
  if (token.signer != site_->signer(token.not_before)) {
    return "its token is not by the certificate with which the site signed then (A9)";
  }
  return nullptr;
}

BrokenRule RunCheck::bulk_token(Guid guid) const {
  if (guid.is_nil() || is_of_client(*header_) || site_->bulk_token(guid, kNever)) return nullptr;
  return "the site never issued that bulk token (R41)";
}

}  // namespace tokenlife::events
