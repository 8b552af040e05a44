#include "support/forge.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/hmac.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <stdexcept>
#include <vector>

namespace tokenlife::test {
namespace {

using Bytes = std::vector<unsigned char>;

void must(bool worked, const char* what) {
  if (!worked) throw std::runtime_error(std::string("the forger failed: ") + what);
}

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
std::string text_of(const Bytes& bytes) { return {bytes.begin(), bytes.end()}; }

std::string digest(std::string_view bytes, const EVP_MD* kind) {
  Bytes hash(static_cast<std::size_t>(EVP_MD_get_size(kind)));
  must(EVP_Digest(bytes.data(), bytes.size(), hash.data(), nullptr, kind, nullptr) == 1, "digest");
  return text_of(hash);
}

// What `write` writes to a BIO.
template <class Write>
std::string written(Write write) {
  BIO* bio = BIO_new(BIO_s_mem());
  must(write(bio) == 1, "to write");
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  std::string text(data, static_cast<std::size_t>(size));
  BIO_free(bio);
  return text;
}

// What an i2d function makes of `object`.
template <class Object, class ToDer>
std::string der_of(Object* object, ToDer to_der) {
  unsigned char* der = nullptr;
  const int size = to_der(object, &der);
  must(size > 0, "DER");
  std::string text(reinterpret_cast<char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return text;
}

EVP_PKEY* rsa_of_numbers(const BIGNUM* modulus, std::uint64_t exponent) {
  BIGNUM* e = BN_new();
  BN_set_word(e, exponent);
  OSSL_PARAM_BLD* builder = OSSL_PARAM_BLD_new();
  OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, modulus);
  OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, e);
  OSSL_PARAM* parameters = OSSL_PARAM_BLD_to_param(builder);
  EVP_PKEY_CTX* context = EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr);
  EVP_PKEY* key = nullptr;
  must(EVP_PKEY_fromdata_init(context) == 1 &&
           EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, parameters) == 1,
       "a key of numbers");
  EVP_PKEY_CTX_free(context);
  OSSL_PARAM_free(parameters);
  OSSL_PARAM_BLD_free(builder);
  BN_free(e);
  return key;
}

std::string sign(EVP_PKEY* key, std::string_view message, int padding) {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  EVP_PKEY_CTX* settings = nullptr;
  must(EVP_DigestSignInit(context, &settings, EVP_sha256(), nullptr, key) == 1, "to sign");
  if (padding != 0) must(EVP_PKEY_CTX_set_rsa_padding(settings, padding) == 1, "padding");
  std::size_t size = 0;
  EVP_DigestSign(context, nullptr, &size, bytes_of(message), message.size());
  Bytes signature(size);
  must(EVP_DigestSign(context, signature.data(), &size, bytes_of(message), message.size()) == 1,
       "to sign");
  EVP_MD_CTX_free(context);
  signature.resize(size);
  return text_of(signature);
}

// The RFC prints these two keys, and they guard nothing. RFC 7515, appendix A.2.
constexpr std::string_view kRfcRsa =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQCh+BYK4uPJtGXO\n"
    "jS1lYmM2K5J9vinh8CR3/BYlzJChNuOL2TSXxbbqY913EeZ8dCn5VrD7io8ImtxL\n"
    "aYk8wTM/U+3QGbh3hCUv7JFP5IV3aVlL6kKA0ywPVb9ilE8TA5a8bpvfbr3SvaNn\n"
    "juygxmj3AbONv/s4yDQs4v5tJ/reSlpIdJed1LnPmt7Ex1sFhSwsD174pcF1A5L5\n"
    "ROjtZMEQxrZHYJqkeDrrnGya11UxMFBji4NmXG9veoKjlnAqH2QbgtPr8jkiGUkf\n"
    "toaHLFcW9Qr4NY2ai50Xw0Byj3+H2JoY2PyrZ62EWQwuz3WTOTY8BwNNb2BvniHg\n"
    "VFbK5emhAgMBAAECggEAEq5xpGnNCivDflJsRQBXHx1hdR1k6Ulwe2JZD50LpXyW\n"
    "PEAeP88vLNO97IjlA7/GQ5sLKMgvfTeXZx9SE+7YwVol2NXOoAJe46sui395IW/G\n"
    "O+pWJ1O0BkTGoVEn2bKVRUCgu+GjBVaYLU6f3l9kJfFNS3E0QbVdxzubSu3Mkqzj\n"
    "kn439X0M/V51gfpRLI9JYanrC4D4qAdGcopV/0ZHHzQlBjudU2QvXt4ehNYTCBr6\n"
    "XCLQUShb1juUO1ZdiYoFaFQT5Tw8bGUl/x/jTj3ccPDVZFD9pIuhLhBOneufuBiB\n"
    "4cS98l2SR/RQyGWSeWjnczT0QU91p1DhOVRuOopznQKBgQDgHMQQ60imZV1URk0K\n"
    "pLttoLhyt3SmqdEf/kgHePDdtzEafpAu+cS191R2JiuoF2yzWXnwFDcqGigp5BNr\n"
    "0AHQfD8/Lk8l1Mk09jxxCfui5nYooNyac8YFjm3vItzVCVDnEd3BbVWG8qf6deqE\n"
    "lMGAg+C2V0L4oNXnP7LZcPAZRwKBgQC5A8R+CZW2MvRTLLHzwZkUXV866cff7tx6\n"
    "kqa0finGG0KgeqlaZPxgCZnFp7AeAcCMtiynVlJ7vMVgePsLq6XtON4tB5kP9jAP\n"
    "rq3rbAOal78eUH5OcED6eNuCV8ixEu1eWcPNCS/l1OW1EnXUEoEHKl54Xrrz2uNw\n"
    "kgMTP1FZ1wKBgAcCn1dwJKufzBWQxWQp1vsM5fggqPN1qGb5y0MAk3g7/Ls5bkUp\n"
    "5u9SN0Ai3Ya6hNnvWJMb7sXQX6U/zyO2M/hTip7tUeh7CXgwo59dkpN75gJLVds2\n"
    "9+DAncu3KXU4f2Fa+7bLNrur53k8KwPOq2bbuTG69QtV7Jr5MR0AHWKNAoGBAIf/\n"
    "evpitUf+4JYbLpvNXWcY052Mpz22aR84mY3nh3F2LF2mjMJDpTg7FmuyPcVw6EcG\n"
    "yoAe9fa65iNqCq+jdw6PVNGo2hxfjSiZ8IIzHdsPXI89//pMjZcQK9r+CCoRjaZj\n"
    "OYiIDktVWZzmevJuv6WywUqd57LE3Zar3dLSIkx1AoGAIYd7DHOhrWvxkwPQsRM2\n"
    "tOgrjbcrfvtQJipd+DlcxyVuuM9sQLdgjVk2oy26F0EmpScGLq2MowX7fhd/QJQ3\n"
    "ydy5cY7YIBi87w93IKLEdfnbJtoOPLUW0ITrJReOgo1cq9SbsxYawBgfp/gh6A56\n"
    "03k2+ZQwVK0JKSHuLFkuQ3U=\n"
    "-----END PRIVATE KEY-----\n";

// RFC 7515, appendix A.3.
constexpr std::string_view kRfcEc =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgjpsQnnGQmL+YBIff\n"
    "H1136cspYG6+0iY7X1fCE9+E9LKhRANCAAR/zc4ncPbEXUGDy+5v20t7WAczNXvp\n"
    "7xO6z248e9FURcfxRM0bvZt+hyzf7bnuufSzaV1uqQskrYpGIyiFiOWt\n"
    "-----END PRIVATE KEY-----\n";

}  // namespace

std::string base64url_of(std::string_view bytes) {
  // By OpenSSL's encoder of the other alphabet.
  Bytes padded(4 * ((bytes.size() + 2) / 3) + 1);
  const int size = EVP_EncodeBlock(padded.data(), bytes_of(bytes), static_cast<int>(bytes.size()));
  std::string text(padded.begin(), padded.begin() + size);
  for (char& c : text) {
    if (c == '+') c = '-';
    if (c == '/') c = '_';
  }
  while (!text.empty() && text.back() == '=') text.pop_back();
  return text;
}

std::string sha1_of(std::string_view bytes) { return digest(bytes, EVP_sha1()); }
std::string sha256_of(std::string_view bytes) { return digest(bytes, EVP_sha256()); }

std::string hmac_sha256(std::string_view key, std::string_view message) {
  Bytes mac(32);
  must(HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes_of(message),
            message.size(), mac.data(), nullptr) != nullptr,
       "HMAC");
  return text_of(mac);
}

ForgedKey::ForgedKey(EVP_PKEY* key) : key_(key, EVP_PKEY_free) {
  must(key != nullptr, "to make a key");
}

ForgedKey ForgedKey::rsa(unsigned bits) { return ForgedKey(EVP_RSA_gen(bits)); }

ForgedKey ForgedKey::rsa_pss() {
  EVP_PKEY_CTX* context = EVP_PKEY_CTX_new_id(EVP_PKEY_RSA_PSS, nullptr);
  EVP_PKEY* key = nullptr;
  must(EVP_PKEY_keygen_init(context) == 1 && EVP_PKEY_CTX_set_rsa_keygen_bits(context, 2048) == 1 &&
           EVP_PKEY_keygen(context, &key) == 1,
       "RSA-PSS");
  EVP_PKEY_CTX_free(context);
  return ForgedKey(key);
}

ForgedKey ForgedKey::ec(const char* group) { return ForgedKey(EVP_EC_gen(group)); }
ForgedKey ForgedKey::ed25519() { return ForgedKey(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")); }

ForgedKey ForgedKey::of_pem(std::string_view private_key) {
  BIO* bio = BIO_new_mem_buf(private_key.data(), static_cast<int>(private_key.size()));
  EVP_PKEY* key = PEM_read_bio_PrivateKey(bio, nullptr, nullptr, nullptr);
  BIO_free(bio);
  return ForgedKey(key);
}

ForgedKey ForgedKey::rsa_public(unsigned bits, std::uint64_t exponent) {
  BIGNUM* modulus = BN_new();
  must(BN_rand(modulus, static_cast<int>(bits), BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ODD) == 1,
       "chance");
  ForgedKey key(rsa_of_numbers(modulus, exponent));
  BN_free(modulus);
  return key;
}

ForgedKey ForgedKey::with_exponent(const ForgedKey& key, std::uint64_t exponent) {
  BIGNUM* modulus = nullptr;
  must(EVP_PKEY_get_bn_param(key.get(), OSSL_PKEY_PARAM_RSA_N, &modulus) == 1, "a modulus");
  ForgedKey other(rsa_of_numbers(modulus, exponent));
  BN_free(modulus);
  return other;
}

std::string ForgedKey::public_pem() const {
  return written([this](BIO* bio) { return PEM_write_bio_PUBKEY(bio, get()); });
}
std::string ForgedKey::public_der() const { return der_of(get(), i2d_PUBKEY); }
std::string ForgedKey::private_pem() const {
  return written([this](BIO* bio) {
    return PEM_write_bio_PrivateKey(bio, get(), nullptr, nullptr, 0, nullptr, nullptr);
  });
}
std::string ForgedKey::encrypted_private_pem() const {
  return written([this](BIO* bio) {
    return PEM_write_bio_PrivateKey(bio, get(), EVP_aes_128_cbc(), bytes_of("1234"), 4, nullptr,
                                    nullptr);
  });
}

std::string ForgedKey::rs256(std::string_view message) const { return sign(get(), message, 0); }
std::string ForgedKey::ps256(std::string_view message) const {
  return sign(get(), message, RSA_PKCS1_PSS_PADDING);
}
std::string ForgedKey::es256(std::string_view message) const {
  const std::string der = sign(get(), message, 0);
  const unsigned char* at = bytes_of(der);
  ECDSA_SIG* signature = d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size()));
  Bytes raw(64);
  must(BN_bn2binpad(ECDSA_SIG_get0_r(signature), raw.data(), 32) == 32 &&
           BN_bn2binpad(ECDSA_SIG_get0_s(signature), raw.data() + 32, 32) == 32,
       "r and s");
  ECDSA_SIG_free(signature);
  return text_of(raw);
}

const ForgedKey& rfc7515_rsa() {
  static const ForgedKey key = ForgedKey::of_pem(kRfcRsa);
  return key;
}
const ForgedKey& rfc7515_ec() {
  static const ForgedKey key = ForgedKey::of_pem(kRfcEc);
  return key;
}
const ForgedKey& strangers_rsa() {
  static const ForgedKey key = ForgedKey::rsa(2048);
  return key;
}

std::string pem_of(std::string_view label, std::string_view der) {
  return written([&](BIO* bio) {
    return PEM_write_bio(bio, std::string(label).c_str(), "", bytes_of(der),
                         static_cast<long>(der.size())) > 0
               ? 1
               : 0;
  });
}

std::string ForgedCertificate::pem() const { return pem_of("CERTIFICATE", der); }

ForgedCertificate forge_certificate(const ForgedKey& key, const ForgedKey& signer,
                                    const char* common_name, std::chrono::sys_seconds from,
                                    std::chrono::sys_seconds to) {
  X509* made = X509_new();
  X509_set_version(made, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(made), 1);
  ASN1_TIME_set(X509_getm_notBefore(made), from.time_since_epoch().count());
  ASN1_TIME_set(X509_getm_notAfter(made), to.time_since_epoch().count());
  X509_NAME* name = X509_get_subject_name(made);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, bytes_of(common_name), -1, -1, 0);
  X509_set_issuer_name(made, name);
  X509_set_pubkey(made, key.get());
  must(X509_sign(made, signer.get(), EVP_sha256()) > 0, "to sign a certificate");
  ForgedCertificate certificate{der_of(made, i2d_X509)};
  X509_free(made);
  return certificate;
}

std::string compact(std::string_view header, std::string_view payload, std::string_view signature) {
  return base64url_of(header) + "." + base64url_of(payload) + "." + base64url_of(signature);
}

std::string forge(std::string_view header, std::string_view payload, const ForgedKey& key) {
  const std::string signed_part = base64url_of(header) + "." + base64url_of(payload);
  return signed_part + "." + base64url_of(key.rs256(signed_part));
}

}  // namespace tokenlife::test
