// An authority to test with: certificates with whatever extensions, lists of revoked ones, and keys
// as an issuer of tokens publishes them. With OpenSSL alone, as forge.hpp.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "support/forge.hpp"

namespace tokenlife::test {

struct CertificateForm {
  const char* subject = "client";
  const char* issuer = "issuing";
  std::chrono::sys_seconds from{};
  std::chrono::sys_seconds to{};
  long serial = 1;
  // As openssl.cnf writes them; null: the extension is left out.
  const char* constraints = nullptr;
  const char* usage = "critical,digitalSignature";
  const char* purposes = "clientAuth";
  bool by_sha1 = false;

  CertificateForm with(const char* CertificateForm::*field, const char* value) const {
    CertificateForm changed = *this;
    changed.*field = value;
    return changed;
  }
  CertificateForm dated(std::chrono::sys_seconds begins, std::chrono::sys_seconds ends) const {
    CertificateForm changed = *this;
    changed.from = begins;
    changed.to = ends;
    return changed;
  }
  // A CA's own.
  CertificateForm as_ca(const char* its_subject, const char* its_issuer) const {
    CertificateForm changed = *this;
    changed.subject = its_subject;
    changed.issuer = its_issuer;
    changed.constraints = "critical,CA:TRUE";
    changed.usage = "critical,keyCertSign,cRLSign";
    changed.purposes = nullptr;
    return changed;
  }
};

// In PEM.
std::string pki_certificate(const ForgedKey& key, const ForgedKey& signer,
                            const CertificateForm& form);

// A list, in PEM, of the certificates that `issuer` has revoked, by their serial numbers.
std::string pki_crl(const ForgedKey& signer, const char* issuer, std::chrono::sys_seconds from,
                    std::chrono::sys_seconds next, const std::vector<long>& revoked);

// The members of an RSA key's JWK: "kty":"RSA","kid":...,"n":...,"e":...
std::string jwk_members(const ForgedKey& key, const std::string& kid);
std::string jwks_of(const ForgedKey& key, const std::string& kid);

// A root, an authority below it, and a client's certificate from that one: dated from a day before
// `now` to a year behind it.
struct TestPki {
  explicit TestPki(std::chrono::sys_seconds now);

  CertificateForm form;  // of the client's
  ForgedKey root_key = ForgedKey::ec("P-256");
  ForgedKey issuing_key = ForgedKey::ec("P-256");
  ForgedKey client_key = ForgedKey::ec("P-256");
  std::string root;
  std::string issuing;
  std::string client;
};

}  // namespace tokenlife::test
