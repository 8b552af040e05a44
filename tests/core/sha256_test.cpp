// SHA-256, with the examples of FIPS 180.
#include "core/token/sha256.hpp"

#include <catch2/catch.hpp>

#include "core/id.hpp"

namespace tokenlife::test {
namespace {

std::string text_of(const Sha256Bytes& hash) { return to_string(Sha256Thumbprint{hash}); }

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

constexpr const char* kOfAbc = "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD";

TEST_CASE("SHA-256 is that of FIPS 180") {
  CHECK(text_of(sha256("")) == "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855");
  CHECK(text_of(sha256("abc")) == kOfAbc);
}

TEST_CASE("a hasher hashes two stretches as one, again and again") {
  Sha256Hasher hasher;
  CHECK(text_of(hasher.hash(bytes_of("a"), bytes_of("bc"))) == kOfAbc);
  CHECK(text_of(hasher.hash(bytes_of("abc"), {})) == kOfAbc);
  CHECK(text_of(hasher.hash({}, bytes_of("abc"))) == kOfAbc);
}

}  // namespace
}  // namespace tokenlife::test
