// Proof of possession (R15, D6): a client shows that it holds its certificate's private key by
// signing what the site asks it to, once for each request. A token, or a certificate, that was
// copied is worth nothing without it.
//
// And the whole of what the site checks of a client before it judges: token, certificate and proof.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "../request.hpp"
#include "certificate.hpp"
#include "token.hpp"

namespace tokenlife {

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

// What a client puts before the site, besides its request.
struct Evidence {
  const Certificate& certificate;
  std::string_view token;  // its own, a bulk token, or nothing
  std::string_view proof;
};

// R24, R61: the kind of token that belongs to a request. Nothing: its certificate alone.
std::optional<TokenProfile> token_wanted(const Request& request);

// R15, D2, D6: what there is against the evidence. `checks` are those of the site, without profile
// and certificate. Spends the challenge.
std::optional<TokenFault> fault_of(const Evidence& evidence, const Request& request,
                                   TokenChecks checks, Challenge& challenge);

}  // namespace tokenlife
