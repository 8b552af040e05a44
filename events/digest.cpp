#include "events/digest.hpp"

#include "core/hex.hpp"
#include "core/token/sha256.hpp"

namespace tokenlife::events {

std::string to_string(const Digest& digest) { return to_hex(digest.bytes); }

ChainHasher::ChainHasher() : hasher_(std::make_unique<Sha256Hasher>()) {}
ChainHasher::ChainHasher(ChainHasher&&) noexcept = default;
ChainHasher& ChainHasher::operator=(ChainHasher&&) noexcept = default;
ChainHasher::~ChainHasher() = default;

Digest ChainHasher::next(const Digest& previous, std::span<const std::byte> bytes) {
  return {hasher_->hash(std::as_bytes(std::span(previous.bytes)), bytes)};
}

void ChainHasher::each(std::span<const std::span<const std::byte>> links,
                       std::span<decltype(Digest::bytes)> digests) {
  hasher_->hash_each(links, digests);
}

}  // namespace tokenlife::events
