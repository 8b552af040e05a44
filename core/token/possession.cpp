#include "core/token/possession.hpp"

#include <openssl/rand.h>

#include "core/ensure.hpp"
#include "core/request.hpp"
#include "core/token/entra_token.hpp"
#include "core/token/key.hpp"
#include "core/token/secret.hpp"
#include "core/token/token_fault.hpp"
#include "core/token/token_verify.hpp"

namespace tokenlife {
namespace {

// All that a proof stands for, so that it fits to no other request. The fields before the token
// have a fixed length.
std::string message(const Challenge::Bytes& challenge, const Request& request,
                    std::string_view token) {
  std::string text = "tokenlife proof of possession 1\n";
  text += static_cast<char>(request.kind);
  text += static_cast<char>(request.via);
  text += static_cast<char>(request.credential);
  text += static_cast<char>(request.scope);
  text += to_string(request.bulk);
  text.append(reinterpret_cast<const char*>(challenge.data()), challenge.size());
  text += token;
  return text;
}

}  // namespace

Challenge Challenge::fresh() {
  Bytes bytes;
  ensure(RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) == 1,
         "OpenSSL to have random bytes");
  return Challenge(bytes);
}

std::string prove_possession(const PrivateKey& key, const Challenge& challenge,
                             const Request& request, std::string_view token) {
  std::string signed_text = message(challenge.bytes(), request, token);
  std::string proof = key.sign(signed_text);
  wipe(signed_text);
  return proof;
}

bool verify_proof(const Certificate& certificate, Challenge& challenge, const Request& request,
                  std::string_view token, std::string_view proof) {
  if (challenge.spent_) return false;
  challenge.spent_ = true;
  std::string signed_text = message(challenge.bytes_, request, token);
  const bool holds = certificate.key().verifies(signed_text, proof);
  wipe(signed_text);
  return holds;
}

namespace {

// In the place of a token: what makes the proof good for one client alone.
std::string bound_to(const Certificate& own) { return "PKI " + to_string(own.sha256()); }

std::optional<TokenFault> fault_of_pki(const Evidence& evidence, const Request& request,
                                       const CredentialChecks& checks, const Challenge& challenge) {
  const PkiEvidence* pki = evidence.pki;
  const bool holds =
      pki != nullptr &&
      pki->certificate.key().verifies(
          message(challenge.bytes(), request, bound_to(evidence.certificate)), pki->proof);
  if (!holds) return TokenFault::credential_not_possessed;
  return fault_of_chain(pki->certificate, pki->between, checks.authorities, checks.now);
}

}  // namespace

std::string prove_pki(const PrivateKey& key, const Challenge& challenge, const Request& request,
                      const Certificate& own) {
  return prove_possession(key, challenge, request, bound_to(own));
}

std::optional<TokenFault> fault_of_credential(const Evidence& evidence, const Request& request,
                                              const CredentialChecks& checks,
                                              const Challenge& challenge) {
  if (request.kind != RequestKind::registration) return std::nullopt;
  if (request.credential == Credential::pki) {
    return fault_of_pki(evidence, request, checks, challenge);
  }
  if (request.credential != Credential::entra) return std::nullopt;
  if (checks.entra == nullptr) return TokenFault::authority_not_trusted;
  const auto claims = verify_entra(evidence.token, *checks.entra, checks.now, checks.leeway);
  return claims ? std::nullopt : std::optional(claims.error());
}

std::optional<TokenProfile> token_wanted(const Request& request) {
  if (request.kind != RequestKind::registration) return TokenProfile::client;
  if (request.credential == Credential::bulk) return TokenProfile::bulk;
  return std::nullopt;
}

std::optional<TokenFault> fault_of(const Evidence& evidence, const Request& request,
                                   TokenChecks checks, Challenge& challenge) {
  const bool holds =
      verify_proof(evidence.certificate, challenge, request, evidence.token, evidence.proof);
  if (const auto profile = token_wanted(request)) {
    checks.profile = *profile;
    checks.certificate = &evidence.certificate;
    const auto verified = verify(evidence.token, checks);
    if (!verified) return verified.error();
  }
  if (!evidence.certificate.valid_at(checks.now)) return TokenFault::certificate_not_valid;
  if (!holds) return TokenFault::not_possessed;
  return std::nullopt;
}

}  // namespace tokenlife
