// Keys that sign and verify: RSA (RS256: RSASSA-PKCS1-v1_5 with SHA-256), and for clients' proofs
// of possession also P-256 (ECDSA with SHA-256). Handles are cheap to copy and safe to use from
// several threads at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "../names.hpp"
#include "../result.hpp"

namespace tokenlife {

class Secret;  // secret.hpp

enum class KeyKind : std::uint8_t { rsa, ec_p256 };
template <>
struct Names<KeyKind> {
  static constexpr std::array<std::string_view, 2> values{"rsa", "ec-p256"};
};

inline constexpr int kRsaBitsMin = 2048;
inline constexpr int kRsaBitsMax = 8192;

// Why a text is no key or certificate that can be used.
enum class KeyFault : std::uint8_t {
  not_pem,          // there is none of the kind that was asked for, or more than one, or damaged
  wrong_kind,       // neither RSA nor P-256
  wrong_size,       // RSA of less than 2048 or more than 8192 bits
  not_a_good_key,   // an exponent of 1, say
  bad_certificate,  // dates that cannot be read, a certificate that did not sign itself
};
template <>
struct Names<KeyFault> {
  static constexpr std::array<std::string_view, 5> values{"not-pem", "wrong-kind", "wrong-size",
                                                          "not-a-good-key", "bad-certificate"};
};

class PublicKey {
 public:
  struct Impl;
  // "PUBLIC KEY" in PEM.
  static Result<PublicKey, KeyFault> from_pem(std::string_view pem);
  // Of RSA: both numbers big-endian, as a JWK has them (RFC 7518, 6.3.1).
  static Result<PublicKey, KeyFault> from_rsa(std::string_view modulus, std::string_view exponent);

  KeyKind kind() const;
  int bits() const;
  // Of RSA: exactly as many bytes as the modulus has.
  std::size_t signature_bytes_max() const;
  std::string to_pem() const;

  // Whether the signature is this key's, over the message's SHA-256.
  bool verifies(std::string_view message, std::string_view signature) const;

  friend bool operator==(const PublicKey& a, const PublicKey& b);

 private:
  friend class PrivateKey;
  friend class Certificate;
  explicit PublicKey(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<const Impl> impl_;
};

class PrivateKey {
 public:
  // A new key: RSA of 2048 bits, or P-256. The one thing in core that is left to chance, which is
  // OpenSSL's; no event depends on it.
  static PrivateKey generate(KeyKind kind);
  // "PRIVATE KEY" (PKCS #8) or "RSA PRIVATE KEY" in PEM, not encrypted. It has signed once, and its
  // public half has verified that. Of a key that comes from elsewhere OpenSSL is also asked whether
  // its halves belong together, which takes 60 ms for RSA, as its primes are tried.
  enum class Origin : std::uint8_t { elsewhere, own };
  static Result<PrivateKey, KeyFault> from_pem(std::string_view pem,
                                               Origin origin = Origin::elsewhere);

  Secret to_pem() const;
  const PublicKey& public_key() const { return public_; }

  // Over the message's SHA-256.
  std::string sign(std::string_view message) const;

 private:
  friend class Certificate;
  struct Impl;
  static Result<PrivateKey, KeyFault> of(std::shared_ptr<Impl> impl);
  bool halves_fit() const;
  bool works() const;
  std::optional<std::string> try_to_sign(std::string_view message) const;
  PrivateKey(std::shared_ptr<const Impl> impl, PublicKey public_key)
      : impl_(std::move(impl)), public_(std::move(public_key)) {}
  std::shared_ptr<const Impl> impl_;
  PublicKey public_;
};

}  // namespace tokenlife
