// Every number of the rules, once. A client token's life:
//
//   not-before ............. renewal due .................. expires ......... refused from
//              renew_after + jitter                                  leeway
//              |<----------------- token_validity ---------------->|
//
// "Expires" is the first moment at which the token is no longer good (A5: half-open).
#pragma once

#include <cstdint>

#include "core/names.hpp"
#include "core/time.hpp"

namespace tokenlife {

enum class MpMode : std::uint8_t { enhanced_http, https };
template <>
struct Names<MpMode> {
  static constexpr std::array<std::string_view, 2> values{"enhanced-http", "https"};
};

enum class RenewOn : std::uint8_t { contact, agent_start };
template <>
struct Names<RenewOn> {
  static constexpr std::array<std::string_view, 2> values{"contact", "agent-start"};
};

struct Policy {
  // R57: a client token is valid for 90 days.
  Duration token_validity = std::chrono::days{90};
  // R56, A1: renewed once a month, which is 30 days after issue.
  Duration renew_after = std::chrono::days{30};
  // Each token's due time is moved later by a draw from [0, renew_jitter).
  Duration renew_jitter{0};
  // A2: which contacts renew.
  RenewOn renew_on = RenewOn::contact;
  // R16: MPs register self-signed clients.
  bool internal_registration = true;
  // R17, R18: what an MP asks of a client that registers.
  MpMode mp = MpMode::enhanced_http;
  // A6: how long after its expiry the site still takes a token.
  Duration leeway{0};
  // From a request to its answer; at least one tick.
  Duration latency = std::chrono::minutes{1};
  // Silence after an endpoint was down or an answer was lost, from the request on.
  Duration retry_after_failure = std::chrono::hours{1};
  // Silence after the site said no, from the request on.
  Duration retry_after_refusal = std::chrono::hours{24};

  friend bool operator==(const Policy&, const Policy&) = default;
};

// R44-R46: the lifetime of a bulk token, in whole minutes.
inline constexpr std::int64_t kBulkLifetimeMinutesDefault = 4'320;
inline constexpr std::int64_t kBulkLifetimeMinutesMin = 1;
inline constexpr std::int64_t kBulkLifetimeMinutesMax = 10'080;

// R57, D7: the first moment at which a token issued at `not_before` is no longer valid.
constexpr Instant expiry(const Policy& policy, Instant not_before) {
  return not_before + policy.token_validity;
}

// A6: the first moment at which the site refuses a token that expires at `expires`.
constexpr Instant refused_from(const Policy& policy, Instant expires) {
  return expires > kNever - policy.leeway ? kNever : expires + policy.leeway;
}

// R56, A1: the client renews at its first fitting contact from this moment on.
constexpr Instant renewal_due(const Policy& policy, Instant not_before, Duration jitter) {
  return not_before + policy.renew_after + jitter;
}

}  // namespace tokenlife
