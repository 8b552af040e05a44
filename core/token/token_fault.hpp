// What can be wrong with a token, in the order in which the verifier looks. Each fault is one check
// of verify(), so that a test, a log of the site's and `token verify` can say which it was.
#pragma once

#include <cstdint>
#include <span>

#include "../names.hpp"
#include "../refusal.hpp"

namespace tokenlife {

enum class TokenFault : std::uint8_t {
  // Form: RFC 7515.
  too_long,            // more than kTokenBytesMax
  not_three_segments,  // header, payload and signature with dots between
  empty_segment,
  not_base64url,           // strictly: see base64url.hpp
  header_not_strict_json,  // see strict_json.hpp
  algorithm_not_rs256,     // "none" and HS256 with the public key as the secret are the classics
  critical_header,         // `crit`, `b64` or `zip`: what they ask for is not understood
  wrong_header_type,       // `typ` is something else than JWT
  bad_thumbprint,          // `x5t` is there and is no SHA-1 in base64url
  bad_key_id,              // `kid` is there and is no string
  // Signature.
  signer_not_named,      // no `x5t`
  unknown_signer,        // not a certificate of the site's
  signer_retired,        // A9
  bad_signature_length,  // not that of the key
  bad_signature,
  // Claims: RFC 7519.
  payload_not_strict_json,
  bad_dates,  // `nbf` or `exp` is missing or no integer from 0 to 253402300799, or nbf >= exp;
              // or `iat` is there and no such integer
  wrong_issuer,
  wrong_audience,
  wrong_type,         // R24: another kind than asked for, or half of one and half of another
  bad_claims,         // one that the kind must have is missing, or not of its form
  lifetime_too_long,  // R46
  // What the site knows, and what time it is: D2.
  bulk_token_unknown,
  bulk_token_not_yet_valid,
  bulk_token_expired,
  bulk_token_blocked,
  not_yet_valid,
  expired,
  // Whose it is: D6, R15.
  certificate_mismatch,   // the token is bound to another certificate
  certificate_not_valid,  // outside its dates
  not_possessed,          // no fresh proof that the client holds the certificate's key
  // PKI certificates and Entra tokens: R18, A11. What is wrong with an Entra token's form is above.
  authority_not_trusted,     // the site trusts no issuer of such credentials
  unknown_key,               // `kid` names no key of the Entra issuer's
  no_device,                 // `deviceid` is missing, or no GUID: it is no device's token
  chain_not_trusted,         // no chain of signatures leads to a CA that the site trusts
  wrong_key_usage,           // not for client authentication, or a CA's that is not for signing
  weak_chain,                // a key or digest that can be forged
  revoked,                   // by its CA's list
  revocation_unknown,        // no list of a CA in the chain, or one that is out of date
  credential_not_yet_valid,  // the certificate, one of its chain, or the Entra token
  credential_expired,        // A14: so is that
  credential_not_possessed,  // no proof that the client holds the PKI certificate's key
};
template <>
struct Names<TokenFault> {
  static constexpr std::array<std::string_view, 42> values{"too-long",
                                                           "not-three-segments",
                                                           "empty-segment",
                                                           "not-base64url",
                                                           "header-not-strict-json",
                                                           "algorithm-not-rs256",
                                                           "critical-header",
                                                           "wrong-header-type",
                                                           "bad-thumbprint",
                                                           "bad-key-id",
                                                           "signer-not-named",
                                                           "unknown-signer",
                                                           "signer-retired",
                                                           "bad-signature-length",
                                                           "bad-signature",
                                                           "payload-not-strict-json",
                                                           "bad-dates",
                                                           "wrong-issuer",
                                                           "wrong-audience",
                                                           "wrong-type",
                                                           "bad-claims",
                                                           "lifetime-too-long",
                                                           "bulk-token-unknown",
                                                           "bulk-token-not-yet-valid",
                                                           "bulk-token-expired",
                                                           "bulk-token-blocked",
                                                           "not-yet-valid",
                                                           "expired",
                                                           "certificate-mismatch",
                                                           "certificate-not-valid",
                                                           "not-possessed",
                                                           "authority-not-trusted",
                                                           "unknown-key",
                                                           "no-device",
                                                           "chain-not-trusted",
                                                           "wrong-key-usage",
                                                           "weak-chain",
                                                           "revoked",
                                                           "revocation-unknown",
                                                           "credential-not-yet-valid",
                                                           "credential-expired",
                                                           "credential-not-possessed"};
};

// The reason that the client and the logs are given.
RefusalReason reason_of(TokenFault fault);

// The rules behind the fault: those of its reason, and where it has one of its own, that one.
std::span<const std::string_view> rules_behind(TokenFault fault);

// One sentence for people, no full stop.
std::string_view explanation_of(TokenFault fault);

}  // namespace tokenlife
