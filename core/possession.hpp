// Proof of possession (R15, D6): a client shows that it holds its certificate's private key by
// signing what the site asks it to, once for each request. A token, or a certificate, that somebody
// copied is worth nothing without it.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "core/certificate.hpp"
#include "core/decide.hpp"

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
  friend bool possesses(const Certificate& certificate, Challenge& challenge,
                        const Request& request, std::string_view token, std::string_view proof);
  Bytes bytes_;
  bool spent_ = false;
};

// The client's side. `token` is what goes with the request: its own, a bulk token, or nothing.
std::string prove_possession(const PrivateKey& key, const Challenge& challenge,
                             const Request& request, std::string_view token);

// The site's side. False for a challenge that was checked before, too.
bool possesses(const Certificate& certificate, Challenge& challenge, const Request& request,
               std::string_view token, std::string_view proof);

}  // namespace tokenlife
