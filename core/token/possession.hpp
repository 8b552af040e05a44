// Proof of possession (R15, D6): a client shows that it holds its certificate's private key by
// signing what the site asks it to, once for each request. A token, or a certificate, that was
// copied is worth nothing without it.
//
// And the whole of what the site checks of a client before it judges: token, certificate and proof.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "certificate.hpp"
#include "pki_chain.hpp"

namespace tokenlife {

class PrivateKey;                        // key.hpp
struct EntraIssuer;                      // entra_token.hpp
struct Request;                          // ../request.hpp
struct TokenChecks;                      // token_verify.hpp
enum class TokenFault : std::uint8_t;    // token_fault.hpp
enum class TokenProfile : std::uint8_t;  // token_verify.hpp

// What the site makes up for one request, from chance. It is spent by being checked, so that no
// proof is good for two requests.
class Challenge {
 public:
  using Bytes = std::array<unsigned char, 32>;

  // From OpenSSL's generator. No event depends on it.
  static Challenge fresh();
  explicit Challenge(const Bytes& bytes) : bytes_(bytes) {}
  Challenge(const Challenge&) = delete;
  Challenge& operator=(const Challenge&) = delete;

  const Bytes& bytes() const { return bytes_; }

 private:
  friend bool verify_proof(const Certificate& certificate, Challenge& challenge,
                           const Request& request, std::string_view token, std::string_view proof);
  Bytes bytes_;
  bool spent_ = false;
};

// The client's side. `token` is what goes with the request: its own, a bulk token, or nothing.
std::string prove_possession(const PrivateKey& key, const Challenge& challenge,
                             const Request& request, std::string_view token);

// The site's side. False for a challenge that was checked before, too.
bool verify_proof(const Certificate& certificate, Challenge& challenge, const Request& request,
                  std::string_view token, std::string_view proof);

// A11: a PKI certificate that a client shows beside its own, to register.
struct PkiEvidence {
  const Certificate& certificate;
  std::span<const Certificate> between;  // it and a CA
  std::string_view proof;                // of prove_pki()
};

// What a client puts before the site, besides its request.
struct Evidence {
  const Certificate& certificate;
  std::string_view token;  // its own, a bulk token, an Entra token, or nothing
  std::string_view proof;
  const PkiEvidence* pki = nullptr;  // if the request says that it shows one
};

// The proof that a client holds a PKI certificate's key, which is good for its own certificate
// alone.
std::string prove_pki(const PrivateKey& key, const Challenge& challenge, const Request& request,
                      const Certificate& own);

// Whose word the site takes for PKI and Entra clients.
struct CredentialChecks {
  std::span<const Authority> authorities;
  const EntraIssuer* entra = nullptr;  // null: no one's
  std::chrono::sys_seconds now;
  std::chrono::seconds leeway{0};  // of Entra tokens (A6)
};

// R18, A11: what there is against the PKI certificate or Entra token that a registration shows;
// nothing for one that shows neither. Comes before fault_of(), which spends the challenge, and says
// whether the client is the one that shows it.
std::optional<TokenFault> fault_of_credential(const Evidence& evidence, const Request& request,
                                              const CredentialChecks& checks,
                                              const Challenge& challenge);

// R24, R61: the kind of token that belongs to a request. Nothing: its certificate alone.
std::optional<TokenProfile> token_wanted(const Request& request);

// R15, D2, D6: what there is against the evidence. `checks` are those of the site, without profile
// and certificate. Spends the challenge.
std::optional<TokenFault> fault_of(const Evidence& evidence, const Request& request,
                                   TokenChecks checks, Challenge& challenge);

}  // namespace tokenlife
