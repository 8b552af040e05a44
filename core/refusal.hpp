// Why the site says no, and why an answer never came.
#pragma once

#include <cstdint>
#include <span>

#include "core/names.hpp"

namespace tokenlife {

// A refusal is an ordinary answer of the site. Logs hold these numbers: append only.
enum class RefusalReason : std::uint8_t {
  client_blocked,
  client_outdated,
  user_centric,
  internal_registration_off,
  credential_required,
  bulk_token_unknown,
  bulk_token_not_yet_valid,
  bulk_token_expired,
  bulk_token_blocked,
  unknown_signer,
  expired,
};

template <>
struct Names<RefusalReason> {
  static constexpr std::array<std::string_view, 11> values{"client-blocked",
                                                           "client-outdated",
                                                           "user-centric",
                                                           "internal-registration-off",
                                                           "credential-required",
                                                           "bulk-token-unknown",
                                                           "bulk-token-not-yet-valid",
                                                           "bulk-token-expired",
                                                           "bulk-token-blocked",
                                                           "unknown-signer",
                                                           "expired"};
};

// The ids of the rules behind a refusal. A reason always stands for the same rules.
std::span<const std::string_view> rules_behind(RefusalReason reason);

// Whether a client whose token is refused for this reason drops it and must register again.
constexpr bool ends_client_token(RefusalReason reason) {
  return reason == RefusalReason::client_blocked || reason == RefusalReason::unknown_signer ||
         reason == RefusalReason::expired;
}

// A failure is no answer at all; nothing follows from it but a later attempt. Append only.
enum class FailureReason : std::uint8_t { endpoint_down, sts_down, answer_lost };

template <>
struct Names<FailureReason> {
  static constexpr std::array<std::string_view, 3> values{"endpoint-down", "sts-down",
                                                          "answer-lost"};
};

}  // namespace tokenlife
