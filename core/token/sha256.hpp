// SHA-256, in one place: for certificates and signatures, and for the chain that holds a log
// together.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

namespace tokenlife {

// What it is the hash of, a type of its own says: Sha256Thumbprint, events::Digest.
using Sha256Bytes = std::array<unsigned char, 32>;

Sha256Bytes sha256(std::string_view bytes);

// Hashes many times. OpenSSL's algorithm and context are kept: to get them costs more than to hash
// a few bytes. Owned by one thread.
class Sha256Hasher {
 public:
  Sha256Hasher();
  Sha256Hasher(Sha256Hasher&&) noexcept;
  Sha256Hasher& operator=(Sha256Hasher&&) noexcept;
  ~Sha256Hasher();

  // Of `first` and then `second`, as if they stood together.
  Sha256Bytes hash(std::span<const std::byte> first, std::span<const std::byte> second);

  // Of each of them. Where the processor can, several are hashed side by side, in half of the time.
  void hash_each(std::span<const std::span<const std::byte>> messages,
                 std::span<Sha256Bytes> hashes);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tokenlife
