// What a site's policy says, as its first event holds it. What the product's own policy is, and
// what follows from one, is in policy.hpp.
#pragma once

#include <cstdint>
#include <optional>

#include "names.hpp"
#include "time.hpp"

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
  // The product's. Not here, so that a change of its numbers compiles one file.
  Policy();

  // R57: how long a client token is valid.
  Duration token_validity;
  // R56, A1: from a token's issue to its renewal.
  Duration renew_after;
  // Each token's due time is moved later by a draw from [0, renew_jitter).
  Duration renew_jitter;
  // A2: which contacts renew.
  RenewOn renew_on;
  // R16: MPs register self-signed clients.
  bool internal_registration;
  // R17, R18: what an MP asks of a client that registers.
  MpMode mp;
  // A6: how long after its expiry the site still takes a token.
  Duration leeway;
  // From a request to its answer; at least one tick.
  Duration latency;
  // Silence after an endpoint was down or an answer was lost, from the request on.
  Duration retry_after_failure;
  // Silence after the site said no, from the request on.
  Duration retry_after_refusal;

  // A6: the leeway of bulk tokens, unless it is `leeway`.
  std::optional<Duration> bulk_leeway{};

  friend bool operator==(const Policy&, const Policy&) = default;
};

// What a policy's change says: absent is as it was. The site's part holds for the site at once,
// ...
struct SitePolicyChange {
  std::optional<Duration> token_validity;
  std::optional<bool> internal_registration;
  std::optional<MpMode> mp;
  std::optional<Duration> leeway;
  std::optional<Duration> bulk_leeway;

  constexpr bool empty() const { return *this == SitePolicyChange{}; }
  friend bool operator==(const SitePolicyChange&, const SitePolicyChange&) = default;
};
// ... the clients' for each client when it hears of it (A15).
struct ClientPolicyChange {
  std::optional<Duration> renew_after;
  std::optional<Duration> renew_jitter;
  std::optional<RenewOn> renew_on;
  std::optional<Duration> retry_after_failure;
  std::optional<Duration> retry_after_refusal;

  constexpr bool empty() const { return *this == ClientPolicyChange{}; }
  friend bool operator==(const ClientPolicyChange&, const ClientPolicyChange&) = default;
};

// What of the change is new to the policy.
SitePolicyChange news(const Policy& policy, const SitePolicyChange& change);
ClientPolicyChange news(const Policy& policy, const ClientPolicyChange& change);
void apply(Policy& policy, const SitePolicyChange& change);
void apply(Policy& policy, const ClientPolicyChange& change);

}  // namespace tokenlife
