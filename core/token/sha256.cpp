#include "core/token/sha256.hpp"

#include <openssl/evp.h>

#include "core/ensure.hpp"

namespace tokenlife {

Sha256Bytes sha256(std::string_view bytes) {
  Sha256Bytes hash{};
  ensure(EVP_Digest(bytes.data(), bytes.size(), hash.data(), nullptr, EVP_sha256(), nullptr) == 1,
         "SHA-256 to be computed");
  return hash;
}

struct Sha256Hasher::Impl {
  EVP_MD* algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  EVP_MD_CTX* context = EVP_MD_CTX_new();

  Impl() { ensure(algorithm != nullptr && context != nullptr, "OpenSSL to offer SHA-256"); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() {
    EVP_MD_CTX_free(context);
    EVP_MD_free(algorithm);
  }
};

Sha256Hasher::Sha256Hasher() : impl_(std::make_unique<Impl>()) {}
Sha256Hasher::Sha256Hasher(Sha256Hasher&&) noexcept = default;
Sha256Hasher& Sha256Hasher::operator=(Sha256Hasher&&) noexcept = default;
Sha256Hasher::~Sha256Hasher() = default;

Sha256Bytes Sha256Hasher::hash(std::span<const std::byte> first,
                               std::span<const std::byte> second) {
  Sha256Bytes hash{};
  const bool hashed = EVP_DigestInit_ex2(impl_->context, impl_->algorithm, nullptr) == 1 &&
                      EVP_DigestUpdate(impl_->context, first.data(), first.size()) == 1 &&
                      EVP_DigestUpdate(impl_->context, second.data(), second.size()) == 1 &&
                      EVP_DigestFinal_ex(impl_->context, hash.data(), nullptr) == 1;
  ensure(hashed, "SHA-256 to be computed");
  return hash;
}

}  // namespace tokenlife
