#include "support/pki.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <stdexcept>

namespace tokenlife::test {
namespace {

void worked(bool holds, const char* what) {
  if (!holds) throw std::runtime_error(std::string("the authority failed: ") + what);
}

template <class Object, class Write>
std::string pem_text(Object* object, Write write) {
  BIO* bio = BIO_new(BIO_s_mem());
  worked(write(bio, object) == 1, "to write");
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  std::string text(data, static_cast<std::size_t>(size));
  BIO_free(bio);
  return text;
}

void set_common_name(X509_NAME* name, const char* common_name) {
  worked(X509_NAME_add_entry_by_NID(name, NID_commonName, MBSTRING_UTF8,
                                    reinterpret_cast<const unsigned char*>(common_name), -1, -1,
                                    0) == 1,
         "a name");
}

void add_extension(X509* made, int nid, const char* value) {
  if (value == nullptr) return;
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, nid, value);
  worked(extension != nullptr && X509_add_ext(made, extension, -1) == 1, value);
  X509_EXTENSION_free(extension);
}

std::string base64url_number(const ForgedKey& key, const char* what) {
  BIGNUM* number = nullptr;
  worked(EVP_PKEY_get_bn_param(key.get(), what, &number) == 1, what);
  std::string bytes(static_cast<std::size_t>(BN_num_bytes(number)), '\0');
  BN_bn2bin(number, reinterpret_cast<unsigned char*>(bytes.data()));
  BN_free(number);
  return base64url_of(bytes);
}

}  // namespace

std::string pki_certificate(const ForgedKey& key, const ForgedKey& signer,
                            const CertificateForm& form) {
  X509* made = X509_new();
  X509_set_version(made, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(made), form.serial);
  ASN1_TIME_set(X509_getm_notBefore(made), form.from.time_since_epoch().count());
  ASN1_TIME_set(X509_getm_notAfter(made), form.to.time_since_epoch().count());
  set_common_name(X509_get_subject_name(made), form.subject);
  set_common_name(X509_get_issuer_name(made), form.issuer);
  X509_set_pubkey(made, key.get());
  add_extension(made, NID_basic_constraints, form.constraints);
  add_extension(made, NID_key_usage, form.usage);
  add_extension(made, NID_ext_key_usage, form.purposes);
  worked(X509_sign(made, signer.get(), form.by_sha1 ? EVP_sha1() : EVP_sha256()) > 0, "to sign");
  std::string pem =
      pem_text(made, [](BIO* bio, X509* one) { return PEM_write_bio_X509(bio, one); });
  X509_free(made);
  return pem;
}

std::string pki_crl(const ForgedKey& signer, const char* issuer, std::chrono::sys_seconds from,
                    std::chrono::sys_seconds next, const std::vector<long>& revoked) {
  X509_CRL* made = X509_CRL_new();
  X509_CRL_set_version(made, X509_CRL_VERSION_2);
  X509_NAME* name = X509_NAME_new();
  set_common_name(name, issuer);
  X509_CRL_set_issuer_name(made, name);
  X509_NAME_free(name);
  ASN1_TIME* time = ASN1_TIME_set(nullptr, from.time_since_epoch().count());
  X509_CRL_set1_lastUpdate(made, time);
  for (const long serial : revoked) {
    X509_REVOKED* one = X509_REVOKED_new();
    ASN1_INTEGER* number = ASN1_INTEGER_new();
    ASN1_INTEGER_set(number, serial);
    X509_REVOKED_set_serialNumber(one, number);
    X509_REVOKED_set_revocationDate(one, time);
    worked(X509_CRL_add0_revoked(made, one) == 1, "to revoke");
    ASN1_INTEGER_free(number);
  }
  ASN1_TIME_set(time, next.time_since_epoch().count());
  X509_CRL_set1_nextUpdate(made, time);
  ASN1_TIME_free(time);
  X509_CRL_sort(made);
  worked(X509_CRL_sign(made, signer.get(), EVP_sha256()) > 0, "to sign a list");
  std::string pem =
      pem_text(made, [](BIO* bio, X509_CRL* one) { return PEM_write_bio_X509_CRL(bio, one); });
  X509_CRL_free(made);
  return pem;
}

std::string jwk_members(const ForgedKey& key, const std::string& kid) {
  return R"("kty":"RSA","use":"sig","kid":")" + kid + R"(","n":")" +
         base64url_number(key, OSSL_PKEY_PARAM_RSA_N) + R"(","e":")" +
         base64url_number(key, OSSL_PKEY_PARAM_RSA_E) + '"';
}

std::string jwks_of(const ForgedKey& key, const std::string& kid) {
  return "{\"keys\":[{" + jwk_members(key, kid) + "}]}";
}

TestPki::TestPki(std::chrono::sys_seconds now) {
  using std::chrono::days;
  form.from = now - days{1};
  form.to = now + days{365};
  root = pki_certificate(root_key, root_key, form.as_ca("root", "root"));
  issuing = pki_certificate(issuing_key, root_key, form.as_ca("issuing", "root"));
  client = pki_certificate(client_key, issuing_key, form);
}

}  // namespace tokenlife::test
