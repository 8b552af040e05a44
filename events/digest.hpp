// The chain of digests that holds the frames of a log together.
#pragma once

#include <cstddef>
#include <span>

#include "core/token/sha256.hpp"
#include "events/log.hpp"

namespace tokenlife::events {

// Computes the digests of a chain, each over the one before and some bytes. Owned by one thread.
class ChainHasher {
 public:
  Digest next(const Digest& previous, std::span<const std::byte> bytes) {
    return {hasher_.hash(std::as_bytes(std::span(previous.bytes)), bytes)};
  }
  // Of each of them, which begins with the digest before.
  void each(std::span<const std::span<const std::byte>> links, std::span<Sha256Bytes> digests) {
    hasher_.hash_each(links, digests);
  }

 private:
  Sha256Hasher hasher_;
};

}  // namespace tokenlife::events
