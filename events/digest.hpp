// SHA-256: over whole contents, and as the chain that holds the frames of a log together.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include "events/log.hpp"

namespace tokenlife::events {

Digest sha256(std::string_view bytes);

// Computes the digests of a chain, each over the one before and some bytes. Owned by one thread.
class ChainHasher {
 public:
  ChainHasher();
  ChainHasher(ChainHasher&&) noexcept;
  ChainHasher& operator=(ChainHasher&&) noexcept;
  ~ChainHasher();

  Digest next(const Digest& previous, std::span<const std::byte> bytes);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tokenlife::events
