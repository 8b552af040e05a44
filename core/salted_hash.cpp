#include <sys/auxv.h>

#include <cstring>

#include "core/site.hpp"

namespace tokenlife {
namespace {

// Drawn by the kernel for each process.
struct Salt {
  std::uint64_t first = 0;
  std::uint64_t second = 0;
  Salt() {
    const auto* drawn = reinterpret_cast<const void*>(::getauxval(AT_RANDOM));
    if (drawn != nullptr) std::memcpy(this, drawn, sizeof *this);
  }
};

std::size_t salted(std::uint64_t high, std::uint64_t low) {
  static const Salt salt;
  __extension__ using Product = unsigned __int128;
  const Product product = Product{high ^ salt.first} * (low ^ salt.second);
  return static_cast<std::size_t>(product ^ (product >> 64U));
}

}  // namespace

std::size_t SaltedHash::operator()(const Guid& guid) const noexcept {
  return salted(guid.high, guid.low);
}

// Of a SHA-256 one half says as much as both.
std::size_t SaltedHash::operator()(const Sha256Thumbprint& thumbprint) const noexcept {
  std::uint64_t words[2];
  std::memcpy(words, thumbprint.bytes.data(), sizeof words);
  return salted(words[0], words[1]);
}

}  // namespace tokenlife
