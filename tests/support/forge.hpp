// A forger of tokens: makes any token, key and certificate, right or wrong, with OpenSSL alone.
// Nothing here uses what it is there to test: core's encoder, JSON, keys and signer.
#pragma once

#include <openssl/evp.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace tokenlife::test {

// Strictly as RFC 7515, appendix C.
std::string base64url_of(std::string_view bytes);
std::string sha1_of(std::string_view bytes);
std::string sha256_of(std::string_view bytes);
std::string hmac_sha256(std::string_view key, std::string_view message);

class ForgedKey {
 public:
  static ForgedKey rsa(unsigned bits);
  static ForgedKey rsa_pss();
  static ForgedKey ec(const char* group);
  static ForgedKey ed25519();
  static ForgedKey of_pem(std::string_view private_key);
  // A public key alone: an odd modulus of so many bits that nobody knows the factors of.
  static ForgedKey rsa_public(unsigned bits, std::uint64_t exponent);
  // The public key with the modulus of `key` and another exponent.
  static ForgedKey with_exponent(const ForgedKey& key, std::uint64_t exponent);

  std::string public_pem() const;
  std::string public_der() const;
  std::string private_pem() const;
  std::string encrypted_private_pem() const;

  std::string rs256(std::string_view message) const;  // of an EC key: ECDSA in DER
  std::string ps256(std::string_view message) const;
  std::string es256(std::string_view message) const;  // as JWS has it: r and s, 64 bytes

  EVP_PKEY* get() const { return key_.get(); }

 private:
  explicit ForgedKey(EVP_PKEY* key);
  std::shared_ptr<EVP_PKEY> key_;
};

// Published with their private halves in RFC 7515, appendices A.2 and A.3: they guard nothing.
const ForgedKey& rfc7515_rsa();
const ForgedKey& rfc7515_ec();
// Made once a run, and nobody's.
const ForgedKey& strangers_rsa();

struct ForgedCertificate {
  std::string der;
  std::string pem() const;
  std::string x5t() const { return base64url_of(sha1_of(der)); }
  std::string x5t_s256() const { return base64url_of(sha256_of(der)); }
};
// For `key`, signed by `signer`, as X.509 of version 3 with the serial number 1.
ForgedCertificate forge_certificate(const ForgedKey& key, const ForgedKey& signer,
                                    const char* common_name, std::chrono::sys_seconds from,
                                    std::chrono::sys_seconds to);

std::string pem_of(std::string_view label, std::string_view der);

// Header, payload and signature as they are.
std::string compact(std::string_view header, std::string_view payload, std::string_view signature);
// The same, signed with RS256.
std::string forge(std::string_view header, std::string_view payload, const ForgedKey& key);

}  // namespace tokenlife::test
