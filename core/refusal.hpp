// Why the site says no, and why an answer never came.
#pragma once

#include <cstdint>
#include <span>

#include "names.hpp"

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
  // Of real tokens only: a modelled one is never damaged, foreign or another client's.
  malformed,
  bad_signature,
  wrong_issuer,
  wrong_audience,
  wrong_type,
  certificate_mismatch,
  not_yet_valid,
};

template <>
struct Names<RefusalReason> {
  static constexpr std::array<std::string_view, 18> values{"client-blocked",
                                                           "client-outdated",
                                                           "user-centric",
                                                           "internal-registration-off",
                                                           "credential-required",
                                                           "bulk-token-unknown",
                                                           "bulk-token-not-yet-valid",
                                                           "bulk-token-expired",
                                                           "bulk-token-blocked",
                                                           "unknown-signer",
                                                           "expired",
                                                           "malformed",
                                                           "bad-signature",
                                                           "wrong-issuer",
                                                           "wrong-audience",
                                                           "wrong-type",
                                                           "certificate-mismatch",
                                                           "not-yet-valid"};
};

// A simulated client with a modelled token never hears it.
constexpr bool needs_real_token(RefusalReason reason) { return reason > RefusalReason::expired; }

// The ids of the rules behind a refusal. A reason always stands for the same rules.
std::span<const std::string_view> rules_behind(RefusalReason reason);
// The same, of a client's own token. D2 is of bulk tokens: where it is all that there is, none.
std::span<const std::string_view> rules_behind_client_token(RefusalReason reason);

// Whether a client whose token is refused for this reason drops it and must register again: where
// the token is no good and waiting does not mend it.
constexpr bool ends_client_token(RefusalReason reason) {
  switch (reason) {
    case RefusalReason::client_blocked:
    case RefusalReason::unknown_signer:
    case RefusalReason::expired:
    case RefusalReason::malformed:
    case RefusalReason::bad_signature:
    case RefusalReason::wrong_issuer:
    case RefusalReason::wrong_audience:
    case RefusalReason::wrong_type:
    case RefusalReason::certificate_mismatch: return true;
    case RefusalReason::client_outdated:
    case RefusalReason::user_centric:
    case RefusalReason::internal_registration_off:
    case RefusalReason::credential_required:
    case RefusalReason::bulk_token_unknown:
    case RefusalReason::bulk_token_not_yet_valid:
    case RefusalReason::bulk_token_expired:
    case RefusalReason::bulk_token_blocked:
    case RefusalReason::not_yet_valid: return false;
  }
  return false;
}

// A failure is no answer at all; nothing follows from it but a later attempt. Append only.
enum class FailureReason : std::uint8_t {
  endpoint_down,
  sts_down,
  answer_lost,
  busy,       // the endpoint's queue was full
  timed_out,  // the client did not wait any longer
};

template <>
struct Names<FailureReason> {
  static constexpr std::array<std::string_view, 5> values{"endpoint-down", "sts-down",
                                                          "answer-lost", "busy", "timed-out"};
};

}  // namespace tokenlife
