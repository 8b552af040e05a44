// What a site knows of a request, and says to it. The rules are in decide.hpp.
#pragma once

#include <cstdint>
#include <optional>

#include "bulk_token_terms.hpp"
#include "client.hpp"
#include "refusal.hpp"

namespace tokenlife {

// What verify() and verify_proof() made of what a client showed.
struct TokenVerdict {
  std::optional<RefusalReason> refusal;  // nothing if it is good
};

// What the site knows that bears on one request.
struct SiteView {
  bool endpoint_up = true;  // the endpoint that was asked
  bool sts_up = true;
  KeyNumber signer;                  // signs now
  bool token_signer_trusted = true;  // the signer of the client's token has not been retired
  std::optional<BulkTokenTerms> bulk_token;  // if it knows the GUID
  bool bulk_signer_trusted = true;           // so is the signer of that one
  // Of a real token and proof of possession: what the verifier said. Absent: tokens are modelled,
  // and judged by what is known of them.
  std::optional<TokenVerdict> verified;
};

struct Verdict {
  enum class Kind : std::uint8_t { granted, refused, failed };
  Kind kind = Kind::granted;
  RefusalReason refusal{};  // if refused
  FailureReason failure{};  // if failed
  friend bool operator==(const Verdict&, const Verdict&) = default;
};

}  // namespace tokenlife
