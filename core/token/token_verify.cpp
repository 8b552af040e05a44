// The verifier. Its steps are in the order of the rules (D2): well-formed, signature good, issuer,
// audience and type right, known to the site, in its time, not blocked, and shown by its owner.
#include <algorithm>

#include "core/bulk_token_terms.hpp"
#include "core/ensure.hpp"
#include "core/token/certificate.hpp"
#include "core/token/key.hpp"
#include "core/token/secret.hpp"
#include "core/token/token.hpp"
#include "core/token/token_fault.hpp"
#include "core/token/token_form.hpp"
#include "core/token/token_verify.hpp"
#include "core/utf8.hpp"

namespace tokenlife {
namespace {

Failed<TokenFault> refuse(TokenFault fault) { return Failed<TokenFault>(fault); }

struct SignedToken {
  TokenSegments segments;
  KeyNumber signer;
};

// The one that the token names. Only if there is none, one that has no thumbprint.
const Signer* signer_of(const TokenHeader& header, std::span<const Signer> signers) {
  const Signer* nameless = nullptr;
  for (const Signer& signer : signers) {
    if (signer.thumbprint && signer.thumbprint == header.thumbprint) return &signer;
    if (!signer.thumbprint && nameless == nullptr) nameless = &signer;
  }
  return nameless;
}

// The signature's faults, where the header is sound.
std::optional<TokenFault> fault_of_signature(const TokenSegments& segments,
                                             const TokenHeader& header, const Signer* signer) {
  if (signer == nullptr) {
    return header.thumbprint ? TokenFault::unknown_signer : TokenFault::signer_not_named;
  }
  if (signer->retired) return TokenFault::signer_retired;
  if (signer->key.kind() != KeyKind::rsa) return TokenFault::algorithm_not_rs256;
  if (segments.signature.size() != signer->key.signature_bytes_max()) {
    return TokenFault::bad_signature_length;
  }
  if (!signer->key.verifies(segments.signed_part, segments.signature)) {
    return TokenFault::bad_signature;
  }
  return std::nullopt;
}

Result<SignedToken, TokenFault> check_signature(std::string_view token,
                                                std::span<const Signer> signers,
                                                bool payload_matters) {
  auto segments = split_token(token);
  if (!segments) return refuse(segments.error());
  const auto header_members = parse_strict_json(segments->header);
  if (!header_members) return refuse(TokenFault::header_not_strict_json);
  const auto header = read_header(*header_members);
  if (!header) return refuse(header.error());
  // A damaged token is called malformed (D2), not the work of a stranger. What its characters say
  // is read by nobody before the signature is.
  if (payload_matters && !is_utf8(segments->payload)) {
    return refuse(TokenFault::payload_not_strict_json);
  }
  const Signer* signer = signer_of(*header, signers);
  if (const auto fault = fault_of_signature(*segments, *header, signer)) return refuse(*fault);
  return SignedToken{std::move(*segments), signer->number};
}

bool is_text(const JsonMember* member, std::string_view text) {
  return member != nullptr && member->kind == JsonKind::string && member->text == text;
}

Result<TokenClaims, TokenFault> check_claims(const std::string& payload,
                                             const TokenChecks& checks) {
  const auto members = parse_strict_json(payload);
  if (!members) return refuse(TokenFault::payload_not_strict_json);
  if (const auto dates = read_dates(*members); !dates) return refuse(dates.error());
  if (checks.issuer && !is_text(find(*members, "iss"), *checks.issuer)) {
    return refuse(TokenFault::wrong_issuer);
  }
  if (!is_text(find(*members, "aud"), checks.audience)) return refuse(TokenFault::wrong_audience);
  const auto profile = read_profile(*members);
  if (!profile) return refuse(profile.error());
  if (checks.profile != TokenProfile::any && *profile != checks.profile) {
    return refuse(TokenFault::wrong_type);
  }
  return read_claims(*members, *profile);
}

bool not_yet(const TokenDates& dates, const TokenChecks& checks) {
  return is_not_yet_good(dates, checks.now, checks.leeway);
}
bool over(const TokenDates& dates, const TokenChecks& checks) {
  return is_over(dates, checks.now, checks.leeway);
}
std::chrono::seconds leeway_of_bulk(const TokenChecks& checks) {
  return checks.bulk_leeway.value_or(checks.leeway);
}

// D2, from "GUID known to the site" on.
std::optional<TokenFault> fault_now(const BulkClaims& claims, const TokenChecks& checks) {
  std::optional<BulkTokenTerms> known;
  if (checks.issued) {
    known = checks.issued(claims.unique_id);
    if (!known) return TokenFault::bulk_token_unknown;
  }
  const std::chrono::seconds leeway = leeway_of_bulk(checks);
  if (is_not_yet_good(claims.dates, checks.now, leeway)) {
    return TokenFault::bulk_token_not_yet_valid;
  }
  if (is_over(claims.dates, checks.now, leeway)) return TokenFault::bulk_token_expired;
  if (known && known->blocked) return TokenFault::bulk_token_blocked;
  return std::nullopt;
}

std::optional<TokenFault> fault_now(const ClientClaims& claims, const TokenChecks& checks) {
  if (not_yet(claims.dates, checks)) return TokenFault::not_yet_valid;
  if (over(claims.dates, checks)) return TokenFault::expired;
  if (checks.certificate == nullptr) return std::nullopt;
  const auto bytes = [](const Sha256Thumbprint& thumbprint) {
    return std::string_view(reinterpret_cast<const char*>(thumbprint.bytes.data()),
                            thumbprint.bytes.size());
  };
  if (!equal_in_constant_time(bytes(claims.certificate), bytes(checks.certificate->sha256()))) {
    return TokenFault::certificate_mismatch;
  }
  if (!checks.certificate->valid_at(checks.now)) return TokenFault::certificate_not_valid;
  return std::nullopt;
}

std::optional<TokenFault> fault_now(const OtherClaims& claims, const TokenChecks& checks) {
  if (not_yet(claims.dates, checks)) return TokenFault::not_yet_valid;
  if (over(claims.dates, checks)) return TokenFault::expired;
  return std::nullopt;
}

}  // namespace

Result<VerifiedToken, TokenFault> verify(std::string_view token, const TokenChecks& checks) {
  const auto least = std::min(checks.leeway, leeway_of_bulk(checks));
  ensure(least >= std::chrono::seconds{0}, "a leeway that is not negative");
  const auto signed_token = check_signature(token, checks.signers, true);
  if (!signed_token) return refuse(signed_token.error());
  auto claims = check_claims(signed_token->segments.payload, checks);
  if (!claims) return refuse(claims.error());
  const auto fault =
      std::visit([&checks](const auto& kind) { return fault_now(kind, checks); }, *claims);
  if (fault) return refuse(*fault);
  return VerifiedToken(std::move(*claims), signed_token->signer);
}

Result<KeyNumber, TokenFault> verify_signature(std::string_view token,
                                               std::span<const Signer> signers) {
  const auto signed_token = check_signature(token, signers, false);
  if (!signed_token) return refuse(signed_token.error());
  return signed_token->signer;
}

}  // namespace tokenlife
