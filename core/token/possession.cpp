#include "core/token/possession.hpp"

#include <openssl/rand.h>

#include "core/ensure.hpp"

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
