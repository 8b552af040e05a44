// The chain of digests that holds the frames of a log together.
#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "events/log.hpp"

namespace tokenlife {
class Sha256Hasher;  // core/token/sha256.hpp
}  // namespace tokenlife

namespace tokenlife::events {

// Computes the digests of a chain, each over the one before and some bytes. Owned by one thread.
class ChainHasher {
 public:
  ChainHasher();
  ChainHasher(ChainHasher&&) noexcept;
  ChainHasher& operator=(ChainHasher&&) noexcept;
  ~ChainHasher();

  Digest next(const Digest& previous, std::span<const std::byte> bytes);
  // Of each of them, which begins with the digest before.
  void each(std::span<const std::span<const std::byte>> links,
            std::span<decltype(Digest::bytes)> digests);

 private:
  std::unique_ptr<Sha256Hasher> hasher_;
};

}  // namespace tokenlife::events
