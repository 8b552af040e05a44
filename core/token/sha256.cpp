#include "core/token/sha256.hpp"

#include <openssl/evp.h>

#include <algorithm>

#include "core/ensure.hpp"

#ifdef TOKENLIFE_HAS_IPSEC_MB
#include <intel-ipsec-mb.h>
#endif

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

#ifdef TOKENLIFE_HAS_IPSEC_MB
namespace {

// Intel's library hashes two messages side by side with the instructions for SHA, each of which
// has to wait for the one before. One for each thread: it takes a while to make.
class SideBySide {
 public:
  static constexpr std::size_t kBytesMax = 65'534;  // of a message, as it counts them in 16 bits

  SideBySide() : manager_(alloc_mb_mgr(0)) {
    if (manager_ != nullptr) init_mb_mgr_sse(manager_.get());
  }
  bool can() const { return manager_ != nullptr && (manager_->features & IMB_FEATURE_SHANI) != 0; }
  void hash(std::span<const std::span<const std::byte>> messages, std::span<Sha256Bytes> hashes) {
    IMB_MGR* const manager = manager_.get();
    std::size_t done = 0;
    const auto take = [&](const IMB_JOB* job) {
      if (job == nullptr) return false;
      ensure(job->status == IMB_STATUS_COMPLETED, "SHA-256 to be computed");
      ++done;
      return true;
    };
    for (std::size_t i = 0; i < messages.size(); ++i) {
      IMB_JOB* const job = IMB_GET_NEXT_JOB(manager);
      *job = IMB_JOB{};
      job->cipher_mode = IMB_CIPHER_NULL;
      job->cipher_direction = IMB_DIR_ENCRYPT;
      job->chain_order = IMB_ORDER_HASH_CIPHER;
      job->hash_alg = IMB_AUTH_SHA_256;
      job->src = reinterpret_cast<const std::uint8_t*>(messages[i].data());
      job->msg_len_to_hash_in_bytes = messages[i].size();
      job->auth_tag_output = hashes[i].data();
      job->auth_tag_output_len_in_bytes = hashes[i].size();
      for (const IMB_JOB* ready = IMB_SUBMIT_JOB(manager); take(ready);
           ready = IMB_GET_COMPLETED_JOB(manager)) {
      }
    }
    while (take(IMB_FLUSH_JOB(manager))) {
    }
    ensure(done == messages.size(), "each message to be hashed");
  }

 private:
  struct Free {
    void operator()(IMB_MGR* manager) const { free_mb_mgr(manager); }
  };
  std::unique_ptr<IMB_MGR, Free> manager_;
};

}  // namespace
#endif

void Sha256Hasher::hash_each(std::span<const std::span<const std::byte>> messages,
                             std::span<Sha256Bytes> hashes) {
#ifdef TOKENLIFE_HAS_IPSEC_MB
  thread_local SideBySide side_by_side;
  const auto fits = [](const auto& message) { return message.size() <= SideBySide::kBytesMax; };
  if (messages.size() > 1 && std::all_of(messages.begin(), messages.end(), fits) &&
      side_by_side.can()) {
    return side_by_side.hash(messages, hashes);
  }
#endif
  for (std::size_t i = 0; i < messages.size(); ++i) hashes[i] = hash(messages[i], {});
}

}  // namespace tokenlife
