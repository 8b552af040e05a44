// How long a client's token lives by its site's policy: from the request that is granted to the
// moment at which the site refuses it.
#pragma once

#include "client.hpp"
#include "policy.hpp"

namespace tokenlife {

// R14, R57, D7: the token that a granted request brings.
constexpr ClientToken issue(const Policy& policy, TokenSerial serial, KeyNumber signer,
                            Instant now) {
  return {serial, now, expiry(policy, now), signer};
}

// R57, A6: when the token that the client holds expires by the site's clock; never if there is none
// or its expiry has been recorded.
constexpr Instant next_expiry(const Client& client, const Policy& policy) {
  const bool live = client.state == LifecycleState::registered ||
                    client.state == LifecycleState::roaming ||
                    client.state == LifecycleState::renewing;
  return live ? refused_from(policy, client.token.expires) : kNever;
}

}  // namespace tokenlife
