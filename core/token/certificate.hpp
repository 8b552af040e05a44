// X.509 certificates: the site's, which sign tokens, and clients', which prove who holds one (R15).
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "../id.hpp"
#include "../result.hpp"

namespace tokenlife {

class PrivateKey;                    // key.hpp, as are
class PublicKey;                     // this one
enum class KeyFault : std::uint8_t;  // and this

struct CertificateContent {
  std::string common_name;  // of subject and issuer; 1 to 64 bytes of UTF-8
  std::chrono::sys_seconds not_before;
  std::chrono::sys_seconds not_after;  // the last second at which it is valid, as X.509 has it
};

class Certificate {
 public:
  // For the key's own use, signed by itself. The serial number is made from key and name.
  static Certificate self_signed(const PrivateKey& key, const CertificateContent& content);
  // "CERTIFICATE" in PEM.
  static Result<Certificate, KeyFault> from_pem(std::string_view pem);

  std::string to_pem() const;
  const std::string& der() const;
  const PublicKey& key() const;
  const Sha1Thumbprint& sha1() const;
  const Sha256Thumbprint& sha256() const;
  const std::string& common_name() const;  // empty if it has none
  std::chrono::sys_seconds not_before() const;
  std::chrono::sys_seconds not_after() const;
  bool valid_at(std::chrono::sys_seconds now) const;
  bool signed_itself() const;

 private:
  struct Impl;
  explicit Certificate(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  static Result<Certificate, KeyFault> of(std::string der);
  std::shared_ptr<const Impl> impl_;
};

}  // namespace tokenlife
