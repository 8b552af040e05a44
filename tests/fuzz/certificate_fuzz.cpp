// Certificates that are taken come back from their PEM form, byte for byte, with the thumbprints of
// these bytes. The first byte says what the rest is: a PEM file, or the DER in one.
#include <algorithm>
#include <string>

#include "core/token/certificate.hpp"
#include "fuzz/key_luck.hpp"
#include "fuzz/target.hpp"
#include "support/forge.hpp"

namespace tokenlife::test {
namespace {

void check(std::string_view pem, const std::string* der) {
  const auto certificate = Certificate::from_pem(pem);
  if (!certificate) return;
  const auto again = Certificate::from_pem(certificate->to_pem());
  if (is_luck(again)) return;
  require(again.has_value(), "taken again");
  require(again->sha256() == certificate->sha256() && again->sha1() == certificate->sha1(),
          "the same thumbprints from its PEM");
  require(again->key() == certificate->key(), "the same key");
  require(again->signed_itself() == certificate->signed_itself(), "the same signer");
  require(certificate->key().bits() >= 256, "a key of a size that is taken");
  require(!certificate->valid_at(certificate->not_before() - std::chrono::seconds{1}), "a start");
  require(!certificate->valid_at(certificate->not_after() + std::chrono::seconds{1}), "an end");
  if (der == nullptr) return;
  require(pem_of("CERTIFICATE", *der) == certificate->to_pem(), "the same bytes");
  const std::string hash = sha256_of(*der);
  require(std::equal(hash.begin(), hash.end(), certificate->sha256().bytes.begin(),
                     [](char a, unsigned char b) { return static_cast<unsigned char>(a) == b; }),
          "the thumbprint of these bytes");
}

}  // namespace
}  // namespace tokenlife::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tokenlife::test;
  if (size < 2) return 0;
  const std::string rest(text_of(data + 1, size - 1));
  if (data[0] == 'd') {
    check(pem_of("CERTIFICATE", rest), &rest);
  } else {
    check(rest, nullptr);
  }
  return 0;
}
