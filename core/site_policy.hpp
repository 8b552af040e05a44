// What a site's policy says, as its first event holds it. What the product's own policy is, and
// what follows from one, is in policy.hpp.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>

#include "client.hpp"
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

// When the jitter of a renewal's due time is drawn.
enum class RenewDraw : std::uint8_t {
  per_token,    // once for each token
  per_contact,  // anew at each contact at which the client would ask
};
template <>
struct Names<RenewDraw> {
  static constexpr std::array<std::string_view, 2> values{"per-token", "per-contact"};
};

// A factor or a share with three decimals, exactly: so many thousandths.
struct Thousandths {
  std::uint32_t value = 0;
  friend auto operator<=>(const Thousandths&, const Thousandths&) = default;
};

// What an endpoint can do: registrations and renewals.
struct Capacity {
  std::uint64_t per_minute = 0;  // that it serves
  std::uint64_t queue = 0;       // that wait at most
  friend bool operator==(const Capacity&, const Capacity&) = default;
};
// Of the MP and the CMG; absent: without a limit.
struct Capacities {
  std::optional<Capacity> mp;
  std::optional<Capacity> cmg;

  // Precondition: the endpoint is one of the two.
  std::optional<Capacity>& of(Endpoint endpoint) { return endpoint == Endpoint::mp ? mp : cmg; }
  const std::optional<Capacity>& of(Endpoint endpoint) const {
    return endpoint == Endpoint::mp ? mp : cmg;
  }
  bool any() const { return mp || cmg; }
  friend bool operator==(const Capacities&, const Capacities&) = default;
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

  // By what the wait grows after each failure in a row: 1.000 or more.
  Thousandths retry_backoff{1000};
  // What it does not grow beyond.
  std::optional<Duration> retry_max{};
  // Each wait is multiplied by a draw from [1 - retry_jitter, 1 + retry_jitter).
  Thousandths retry_jitter{0};
  // After so long without an answer a client takes its request for failed. Absent: it waits.
  std::optional<Duration> request_timeout{};
  RenewDraw renew_draw = RenewDraw::per_token;

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
  std::optional<Thousandths> retry_backoff{};
  std::optional<Duration> retry_max{};
  std::optional<Thousandths> retry_jitter{};

  constexpr bool empty() const { return *this == ClientPolicyChange{}; }
  friend bool operator==(const ClientPolicyChange&, const ClientPolicyChange&) = default;
};

// What of the change is new to the policy.
SitePolicyChange news(const Policy& policy, const SitePolicyChange& change);
ClientPolicyChange news(const Policy& policy, const ClientPolicyChange& change);
void apply(Policy& policy, const SitePolicyChange& change);
void apply(Policy& policy, const ClientPolicyChange& change);

}  // namespace tokenlife
