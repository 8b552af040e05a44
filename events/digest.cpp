#include "events/digest.hpp"

#include <openssl/evp.h>

#include "core/ensure.hpp"

namespace tokenlife::events {

std::string to_string(const Digest& digest) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(2 * digest.size());
  for (const unsigned char byte : digest) {
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

// Fetching the algorithm and making a context cost more than hashing a small frame, so both are
// kept.
struct ChainHasher::Impl {
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

ChainHasher::ChainHasher() : impl_(std::make_unique<Impl>()) {}
ChainHasher::ChainHasher(ChainHasher&&) noexcept = default;
ChainHasher& ChainHasher::operator=(ChainHasher&&) noexcept = default;
ChainHasher::~ChainHasher() = default;

Digest ChainHasher::next(const Digest& previous, std::span<const std::byte> bytes) {
  Digest digest{};
  const bool hashed = EVP_DigestInit_ex2(impl_->context, impl_->algorithm, nullptr) == 1 &&
                      EVP_DigestUpdate(impl_->context, previous.data(), previous.size()) == 1 &&
                      EVP_DigestUpdate(impl_->context, bytes.data(), bytes.size()) == 1 &&
                      EVP_DigestFinal_ex(impl_->context, digest.data(), nullptr) == 1;
  ensure(hashed, "SHA-256 to be computed");
  return digest;
}

Digest sha256(std::string_view bytes) {
  Digest digest{};
  ensure(EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_sha256(), nullptr) == 1,
         "SHA-256 to be computed");
  return digest;
}

}  // namespace tokenlife::events
