#include "core/token/certificate.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <optional>

#include "core/token/key_impl.hpp"
#include "core/token/pem.hpp"
#include "core/token/sha256.hpp"

namespace tokenlife {

struct Certificate::Impl {
  std::string der;
  PublicKey key;
  Sha1Thumbprint sha1;
  Sha256Thumbprint sha256;
  std::string common_name;
  std::chrono::sys_seconds not_before;
  std::chrono::sys_seconds not_after;
  bool signed_itself;
};

namespace {

using std::chrono::sys_seconds;

Sha1Thumbprint sha1_of(std::string_view der) {
  Sha1Thumbprint thumbprint;
  ensure(EVP_Digest(der.data(), der.size(), thumbprint.bytes.data(), nullptr, EVP_sha1(),
                    nullptr) == 1,
         "SHA-1 to be computed");
  return thumbprint;
}

// Any date that X.509 can write, which goes to the year 9999.
std::optional<sys_seconds> seconds_of(const ASN1_TIME* time) {
  const std::unique_ptr<ASN1_TIME, FreeWith<ASN1_TIME_free>> epoch(ASN1_TIME_set(nullptr, 0));
  ensure(epoch != nullptr, "memory for OpenSSL");
  int days = 0;
  int seconds = 0;
  if (ASN1_TIME_diff(&days, &seconds, epoch.get(), time) != 1) return std::nullopt;
  return sys_seconds{std::chrono::days{days} + std::chrono::seconds{seconds}};
}

void set_time(ASN1_TIME* time, sys_seconds moment) {
  ensure(ASN1_TIME_set(time, moment.time_since_epoch().count()) != nullptr,
         "a date that a certificate can hold");
}

// The last of them, as others read names.
std::string common_name_of(const X509* certificate) {
  const X509_NAME* name = X509_get_subject_name(certificate);
  const int at = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
  if (at < 0) return {};
  unsigned char* utf8 = nullptr;
  const int size =
      ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
  if (size < 0) return {};
  std::string text(reinterpret_cast<const char*>(utf8), static_cast<std::size_t>(size));
  OPENSSL_free(utf8);
  return text;
}

std::string der_of_key(EVP_PKEY* key) {
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(key, &der);
  ensure(size > 0, "a key to have a DER form");
  std::string text(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return text;
}

std::string der_of(X509* certificate) {
  unsigned char* der = nullptr;
  const int size = i2d_X509(certificate, &der);
  ensure(size > 0, "a certificate to have a DER form");
  std::string text(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return text;
}

X509Owner from_der(const std::string& der) {
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  return X509Owner(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
}

// Twenty bytes at most, positive: RFC 5280, 4.1.2.2.
void set_serial(X509* certificate, const std::string& from) {
  Sha256Bytes bytes = sha256(from);
  bytes[0] = static_cast<unsigned char>((bytes[0] & 0x7FU) | 0x40U);
  const std::unique_ptr<BIGNUM, FreeWith<BN_free>> number(BN_bin2bn(bytes.data(), 16, nullptr));
  ensure(number && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr,
         "memory for OpenSSL");
}

void set_name(X509* certificate, const std::string& common_name) {
  X509_NAME* name = X509_get_subject_name(certificate);
  ensure(X509_NAME_add_entry_by_NID(name, NID_commonName, MBSTRING_UTF8,
                                    reinterpret_cast<const unsigned char*>(common_name.data()),
                                    static_cast<int>(common_name.size()), -1, 0) == 1,
         "a name of 1 to 64 bytes of UTF-8");
  ensure(X509_set_issuer_name(certificate, name) == 1, "memory for OpenSSL");
}

void set_usage(X509* certificate) {
  const std::unique_ptr<X509_EXTENSION, FreeWith<X509_EXTENSION_free>> usage(
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_key_usage, "critical,digitalSignature"));
  ensure(usage && X509_add_ext(certificate, usage.get(), -1) == 1, "memory for OpenSSL");
}

}  // namespace

Certificate Certificate::self_signed(const PrivateKey& key, const CertificateContent& content) {
  const X509Owner made(X509_new());
  ensure(made != nullptr, "memory for OpenSSL");
  ensure(X509_set_version(made.get(), X509_VERSION_3) == 1, "a version to be set");
  set_serial(made.get(), der_of_key(key.impl_->key.get()) + content.common_name);
  set_time(X509_getm_notBefore(made.get()), content.not_before);
  set_time(X509_getm_notAfter(made.get()), content.not_after);
  set_name(made.get(), content.common_name);
  ensure(X509_set_pubkey(made.get(), key.impl_->key.get()) == 1, "a key to be set");
  set_usage(made.get());
  ensure(X509_sign(made.get(), key.impl_->key.get(), EVP_sha256()) > 0, "a checked key to sign");
  std::string der = der_of(made.get());
  const auto sha1 = sha1_of(der);
  const Sha256Thumbprint sha256{tokenlife::sha256(der)};
  // Nothing of it needs to be checked again: of() would take ten times as long as the signature.
  return Certificate(std::make_shared<const Impl>(
      Impl{std::move(der), key.public_key(), sha1, sha256, content.common_name, content.not_before,
           content.not_after, true}));
}

Result<Certificate, KeyFault> Certificate::of(std::string der) {
  const auto refuse = [](KeyFault fault) {
    ERR_clear_error();
    return Failed<KeyFault>(fault);
  };
  const X509Owner read = from_der(der);
  // Of two texts for one certificate the thumbprints would differ.
  if (!read || der_of(read.get()) != der) return refuse(KeyFault::not_pem);
  const auto not_before = seconds_of(X509_get0_notBefore(read.get()));
  const auto not_after = seconds_of(X509_get0_notAfter(read.get()));
  if (!not_before || !not_after) return refuse(KeyFault::bad_certificate);
  EvpKey key(X509_get_pubkey(read.get()));
  if (!key) return refuse(KeyFault::wrong_kind);
  // Before anything is verified with it: what a key of any size and kind costs is not bounded.
  auto checked_key = checked(std::move(key));
  if (!checked_key) return Failed<KeyFault>(checked_key.error());
  const bool signed_itself =
      X509_NAME_cmp(X509_get_subject_name(read.get()), X509_get_issuer_name(read.get())) == 0 &&
      X509_verify(read.get(), (*checked_key)->key.get()) == 1;
  ERR_clear_error();
  const auto sha1 = sha1_of(der);
  const Sha256Thumbprint sha256{tokenlife::sha256(der)};
  return Certificate(std::make_shared<const Impl>(
      Impl{std::move(der), PublicKey(std::move(*checked_key)), sha1, sha256,
           common_name_of(read.get()), *not_before, *not_after, signed_itself}));
}

Result<Certificate, KeyFault> Certificate::from_pem(std::string_view pem) {
  const auto der = pem_block(pem, {"CERTIFICATE"});
  if (!der) return Failed<KeyFault>(KeyFault::not_pem);
  return of(std::string(der->reveal()));
}

std::string Certificate::to_pem() const {
  const X509Owner certificate = from_der(impl_->der);
  const Bio bio = new_bio();
  ensure(PEM_write_bio_X509(bio.get(), certificate.get()) == 1, "a certificate to have a PEM form");
  return std::string(text_in(bio.get()));
}

const std::string& Certificate::der() const { return impl_->der; }
const PublicKey& Certificate::key() const { return impl_->key; }
const Sha1Thumbprint& Certificate::sha1() const { return impl_->sha1; }
const Sha256Thumbprint& Certificate::sha256() const { return impl_->sha256; }
const std::string& Certificate::common_name() const { return impl_->common_name; }
sys_seconds Certificate::not_before() const { return impl_->not_before; }
sys_seconds Certificate::not_after() const { return impl_->not_after; }
bool Certificate::valid_at(sys_seconds now) const {
  return impl_->not_before <= now && now <= impl_->not_after;
}
bool Certificate::signed_itself() const { return impl_->signed_itself; }

}  // namespace tokenlife
