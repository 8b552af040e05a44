#include "events/digest.hpp"

#include <string_view>

#include "core/token/sha256.hpp"

namespace tokenlife::events {

std::string to_string(const Digest& digest) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(2 * digest.bytes.size());
  for (const unsigned char byte : digest.bytes) {
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

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
