// SHA-256, with the examples of FIPS 180.
#include "core/token/sha256.hpp"

#include <catch2/catch.hpp>

#include "core/id.hpp"
#include "support/property.hpp"

namespace tokenlife::test {
namespace {

int any_below(int end) { return *rc::gen::resize(100, rc::gen::inRange(0, end)); }

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

TEST_CASE("many messages are hashed as each would be alone") {
  property("side by side", [] {
    std::vector<std::string> texts;
    for (int i = any_below(40); i > 0; --i) {
      const int length = any_below(4) == 0 ? any_below(20'000) : any_below(200);
      texts.push_back(std::string(static_cast<std::size_t>(length), 'a'));
      if (length != 0) texts.back()[static_cast<std::size_t>(any_below(length))] = 'b';
    }
    std::vector<std::span<const std::byte>> messages;
    for (const std::string& text : texts) messages.push_back(bytes_of(text));
    std::vector<Sha256Bytes> hashes(texts.size());
    Sha256Hasher hasher;
    hasher.hash_each(messages, hashes);
    for (std::size_t i = 0; i < texts.size(); ++i) RC_ASSERT(hashes[i] == sha256(texts[i]));
  });
  for (const std::size_t length : {65'533U, 65'534U, 65'535U, 65'536U, 70'000U}) {
    const std::string text(length, 'x');
    const std::array two{bytes_of(text), bytes_of("abc")};
    std::array<Sha256Bytes, 2> hashes{};
    Sha256Hasher().hash_each(two, hashes);
    CHECK(hashes[0] == sha256(text));
    CHECK(text_of(hashes[1]) == kOfAbc);
  }
  const std::array messages{bytes_of("abc"), bytes_of("ab"), bytes_of("abc")};
  std::array<Sha256Bytes, 3> hashes{};
  Sha256Hasher().hash_each(messages, hashes);
  CHECK(text_of(hashes[0]) == kOfAbc);
  CHECK(text_of(hashes[1]) != kOfAbc);
  CHECK(text_of(hashes[2]) == kOfAbc);
}

}  // namespace
}  // namespace tokenlife::test
