#include "sim/cli/client_advice.hpp"

#include <fmt/format.h>

#include "core/refusal.hpp"
#include "core/token/token_fault.hpp"
#include "sim/text/time.hpp"

namespace tokenlife::sim {
namespace {

constexpr std::string_view kWait = "wait until it is, or set the clock right\n";

// Of a client that has registered before. An HTTPS MP does not accept it again as a self-signed
// one (D8).
std::string must_register_again(const Policy& policy) {
  const bool is_https = policy.mp == MpMode::https;
  return fmt::format(
      "it has to register again: run `tokenlife client register` {}with --pki and --pki-key or "
      "--entra-token -; a bulk token is only for a client that has never registered: make a new "
      "client with `tokenlife client new --dir NEW --site SITE`{} (R60, D8, A7, A11)",
      is_https ? "" : "on the intranet (--network intranet), or ",
      is_https ? "; or make the site's management points accept self-signed clients with "
                 "`tokenlife site set-mp DIR enhanced-http`, and register on the intranet "
                 "(--network intranet)"
               : "");
}

bool is_registration(const VisitResult& result) {
  return result.request && result.request->kind == RequestKind::registration;
}

// What helps a client whose bulk token is refused. Precondition: there is a fault.
std::string_view advice_on_bulk(const VisitResult& result) {
  switch (*result.fault) {
    case TokenFault::bulk_token_blocked:
      return "unblock it with `tokenlife token unblock GUID --site DIR`, or make another with "
             "`tokenlife\n"
             "token new --site DIR`\n";
    case TokenFault::bulk_token_expired:
    case TokenFault::signer_retired:
      return "make a new one with `tokenlife token new --site DIR`\n";
    case TokenFault::bulk_token_not_yet_valid: return kWait;
    default: break;
  }
  if (result.fault == TokenFault::unknown_signer) {
    return "was the token made with `tokenlife token new --site` for this same site?\n";
  }
  if (result.refusal == RefusalReason::malformed && result.fault != TokenFault::lifetime_too_long) {
    return "give the whole token, and nothing else, as `tokenlife token new` printed it\n";
  }
  return "";
}

// What helps a client whose PKI certificate or Entra token is refused.
std::string_view advice_on_credential(TokenFault fault) {
  switch (fault) {
    case TokenFault::authority_not_trusted:
      return "make the site trust whoever issued it: `tokenlife site trust-ca DIR CERT`, or for an "
             "Entra\n"
             "token `tokenlife site trust-entra DIR --issuer URL --audience ID --jwks FILE`\n";
    case TokenFault::unknown_key:
      return "if its issuer has new keys, give them to the site: `tokenlife site trust-entra DIR\n"
             "--issuer URL --audience ID --jwks FILE`\n";
    case TokenFault::wrong_issuer:
    case TokenFault::wrong_audience:
      return "give an Entra token of the issuer, and for the audience, that `tokenlife site show "
             "DIR` names\n";
    case TokenFault::no_device: return "give the Entra token of a device, not of a user\n";
    case TokenFault::wrong_key_usage:
      return "give a certificate with the extended key usage clientAuth; those above it have to be "
             "CAs'\n";
    case TokenFault::chain_not_trusted:
      return "give the CA certificates between it and the root with --chain FILE, or trust its "
             "root:\n"
             "`tokenlife site trust-ca DIR CERT`\n";
    case TokenFault::weak_chain:
      return "give a certificate whose chain has RSA keys of 2048 bits or more, or P-256 keys, and "
             "no SHA-1\n";
    case TokenFault::revoked: return "give a certificate that is not revoked\n";
    case TokenFault::revocation_unknown:
      return "give a file with a current list for every CA of the chain: `tokenlife site trust-ca "
             "DIR\n"
             "CERT --crl FILE`; or stop checking revocation: `tokenlife site trust-ca DIR CERT "
             "--no-crl`\n";
    case TokenFault::credential_not_possessed:
      return "use --pki-key to give the private key that belongs to the certificate\n";
    case TokenFault::credential_not_yet_valid: return kWait;
    case TokenFault::credential_expired:
      return "give a certificate or Entra token that is valid now; if the CA has expired, trust "
             "its\n"
             "successor: `tokenlife site trust-ca DIR CERT`\n";
    default: break;
  }
  const bool is_damaged = reason_of(fault) == RefusalReason::malformed;
  return is_damaged ? "give the whole Entra token, and nothing else\n" : "";
}

std::string advice_on_registration(const VisitResult& result, const Client& client,
                                   const Policy& policy) {
  if (result.fault) {
    const bool is_bulk = result.request->credential == Credential::bulk;
    return std::string(is_bulk ? advice_on_bulk(result) : advice_on_credential(*result.fault));
  }
  if (result.refusal != RefusalReason::credential_required) return "";
  if (client.state != LifecycleState::installed) return must_register_again(policy) + "\n";
  return "give --pki and --pki-key, --entra-token - or --bulk-token -; or make the site's "
         "management\n"
         "points accept self-signed clients: `tokenlife site set-mp DIR enhanced-http`\n";
}

}  // namespace

std::string why_silent(NoRequest silence, Wish wish, const Policy& policy) {
  switch (silence) {
    case NoRequest::not_installed: return "it is not installed";
    case NoRequest::offline: return "it is offline; give --network intranet or --network internet";
    case NoRequest::cmg_not_allowed: return "its settings do not let it use the CMG (R10, R11)";
    case NoRequest::no_credential:
      if (wish == Wish::renewal) return std::string(kNothingToRenew);
      return fmt::format(
          "no credential that the CMG accepts: give --bulk-token -, --pki and --pki-key, or "
          "--entra-token -{} (R19, R20)",
          policy.mp == MpMode::https ? "" : "; or take it to the intranet with --network intranet");
    case NoRequest::waits_for_intranet: return must_register_again(policy);
    case NoRequest::answer_under_way: return "an answer is under way";
  }
  return "";
}

std::span<const std::string_view> rules_to_tell(const VisitResult& result) {
  static constexpr std::string_view at_cmg[] = {"A11"};
  if (!is_registration(result)) return rules_behind_client_token(result.refusal);
  // R18 is of HTTPS MPs.
  const bool is_at_cmg = result.request->via == Endpoint::cmg;
  return is_at_cmg && result.refusal == RefusalReason::credential_required
             ? at_cmg
             : rules_behind(result.refusal);
}

std::string advice_on_refusal(const VisitResult& result, const ClientFolder& folder,
                              const Policy& policy) {
  const Client& client = folder.client();
  std::string text;
  if (result.refusal == RefusalReason::client_blocked) {
    text = "`tokenlife site unblock-client DIR CLIENT` makes the site accept it again\n";
  }
  if (is_registration(result)) return text + advice_on_registration(result, client, policy);
  if (client.state == LifecycleState::re_registration_required) {
    return text + must_register_again(policy) + "\n";
  }
  if (result.fault == TokenFault::not_yet_valid && client.token.exists()) {
    text += fmt::format("it is good from {} on: wait until then, or set the clock right\n",
                        rfc3339(folder.time_of(client.token.not_before)));
  }
  return text;
}

}  // namespace tokenlife::sim
