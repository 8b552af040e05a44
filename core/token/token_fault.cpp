#include "core/token/token_fault.hpp"

#include <string>

#include "core/bulk_lifetime.hpp"
#include "core/token/token.hpp"

namespace tokenlife {

RefusalReason reason_of(TokenFault fault) {
  switch (fault) {
    case TokenFault::too_long:
    case TokenFault::not_three_segments:
    case TokenFault::empty_segment:
    case TokenFault::not_base64url:
    case TokenFault::header_not_strict_json:
    case TokenFault::algorithm_not_rs256:
    case TokenFault::critical_header:
    case TokenFault::wrong_header_type:
    case TokenFault::bad_thumbprint:
    case TokenFault::bad_key_id:
    case TokenFault::payload_not_strict_json:
    case TokenFault::bad_dates:
    case TokenFault::bad_claims:
    case TokenFault::lifetime_too_long: return RefusalReason::malformed;
    case TokenFault::signer_not_named:
    case TokenFault::unknown_signer:
    case TokenFault::signer_retired: return RefusalReason::unknown_signer;
    case TokenFault::bad_signature_length:
    case TokenFault::bad_signature: return RefusalReason::bad_signature;
    case TokenFault::wrong_issuer: return RefusalReason::wrong_issuer;
    case TokenFault::wrong_audience: return RefusalReason::wrong_audience;
    case TokenFault::wrong_type: return RefusalReason::wrong_type;
    case TokenFault::bulk_token_unknown: return RefusalReason::bulk_token_unknown;
    case TokenFault::bulk_token_not_yet_valid: return RefusalReason::bulk_token_not_yet_valid;
    case TokenFault::bulk_token_expired: return RefusalReason::bulk_token_expired;
    case TokenFault::bulk_token_blocked: return RefusalReason::bulk_token_blocked;
    case TokenFault::not_yet_valid: return RefusalReason::not_yet_valid;
    case TokenFault::expired: return RefusalReason::expired;
    case TokenFault::certificate_mismatch:
    case TokenFault::certificate_not_valid:
    case TokenFault::not_possessed: return RefusalReason::certificate_mismatch;
    case TokenFault::authority_not_trusted:
    case TokenFault::unknown_key:
    case TokenFault::no_device:
    case TokenFault::chain_not_trusted:
    case TokenFault::wrong_key_usage:
    case TokenFault::weak_chain:
    case TokenFault::revoked:
    case TokenFault::revocation_unknown:
    case TokenFault::credential_not_yet_valid:
    case TokenFault::credential_expired:
    case TokenFault::credential_not_possessed: return RefusalReason::credential_required;
  }
  return RefusalReason::malformed;
}

std::span<const std::string_view> rules_behind(TokenFault fault) {
  static constexpr std::string_view lifetime[] = {"R46", "D2", "D3"};
  if (fault == TokenFault::lifetime_too_long) return lifetime;
  return rules_behind(reason_of(fault));
}

namespace {

// Limits as the verifier has them.
const std::string kTooLong = "it has more than " + std::to_string(kTokenBytesMax) + " bytes";
const std::string kBadDates = "nbf and exp are not two integers from 0 to " +
                              std::to_string(kTokenDateMax) +
                              " with nbf before exp, or iat is not such an integer";
const std::string kLifetimeTooLong =
    "it is good for more than " + std::to_string(kBulkLifetimeMinutesMax) + " minutes";

}  // namespace

std::string_view explanation_of(TokenFault fault) {
  switch (fault) {
    case TokenFault::too_long: return kTooLong;
    case TokenFault::not_three_segments: return "it is not three segments with dots between them";
    case TokenFault::empty_segment: return "a segment is empty";
    case TokenFault::not_base64url:
      return "a segment is not valid base64url: perhaps it was cut off or changed";
    case TokenFault::header_not_strict_json: return "its header is not one strict JSON object";
    case TokenFault::algorithm_not_rs256: return "its algorithm is not RS256";
    case TokenFault::critical_header: return "its header has crit, b64 or zip";
    case TokenFault::wrong_header_type: return "its header's typ is not JWT";
    case TokenFault::bad_thumbprint: return "its header's x5t is not a SHA-1 thumbprint";
    case TokenFault::bad_key_id: return "its header's kid is not a string";
    case TokenFault::signer_not_named: return "its header does not name the signer (x5t)";
    case TokenFault::unknown_signer: return "its signer is not a certificate of this site";
    case TokenFault::signer_retired: return "the certificate that signed it has been retired";
    case TokenFault::bad_signature_length: return "its signature is not as long as the key";
    case TokenFault::bad_signature: return "its signature is not the signer's";
    case TokenFault::payload_not_strict_json: return "its payload is not one strict JSON object";
    case TokenFault::bad_dates: return kBadDates;
    case TokenFault::wrong_issuer: return "its issuer is not the one expected";
    case TokenFault::wrong_audience: return "its audience is not the one expected";
    case TokenFault::wrong_type: return "it is not of the type that was asked for";
    case TokenFault::bad_claims: return "a claim is missing or malformed";
    case TokenFault::lifetime_too_long: return kLifetimeTooLong;
    case TokenFault::bulk_token_unknown: return "the site has not issued a token with this GUID";
    case TokenFault::bulk_token_not_yet_valid:
    case TokenFault::not_yet_valid: return "it is not valid yet";
    case TokenFault::bulk_token_expired:
    case TokenFault::expired: return "it has expired";
    case TokenFault::bulk_token_blocked: return "it is blocked";
    case TokenFault::certificate_mismatch: return "it is bound to another certificate";
    case TokenFault::certificate_not_valid:
      return "the client's certificate is outside its validity period";
    case TokenFault::not_possessed:
      return "the client did not prove that it holds the certificate's key";
    case TokenFault::authority_not_trusted: return "the site trusts no issuer of such credentials";
    case TokenFault::unknown_key:
      return "its header's kid names no key of the issuer that the site trusts";
    case TokenFault::no_device:
      return "it is not a device's: its deviceid is missing, or is not a GUID";
    case TokenFault::chain_not_trusted:
      return "no chain leads from the certificate to a CA that the site trusts";
    case TokenFault::wrong_key_usage:
      return "the certificate is not for client authentication, or one above it is not a CA's";
    case TokenFault::weak_chain: return "its chain has a key or digest that is too weak";
    case TokenFault::revoked: return "its CA has revoked it, or one in its chain";
    case TokenFault::revocation_unknown:
      return "the site lacks an up-to-date list of revoked certificates for a CA of its chain";
    case TokenFault::credential_not_yet_valid:
      return "what the client shows, or a CA above it, is not valid yet";
    case TokenFault::credential_expired:
      return "what the client shows, or a CA above it, has expired";
    case TokenFault::credential_not_possessed:
      return "the client did not prove that it holds the PKI certificate's key";
  }
  return "";
}

}  // namespace tokenlife
