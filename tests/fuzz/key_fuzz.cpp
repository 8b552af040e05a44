// Keys that are taken are of the kinds and sizes that may be taken, come back from their PEM form,
// and work. The first byte says what the rest is: a PEM file, or what stands in one.
#include <string>

#include "core/token/key.hpp"
#include "core/token/secret.hpp"
#include "fuzz/key_luck.hpp"
#include "fuzz/target.hpp"
#include "support/forge.hpp"

namespace tokenlife::test {
namespace {

void check_public(const PublicKey& key) {
  require(key.kind() != KeyKind::rsa || (key.bits() >= 2048 && key.bits() <= 8192), "its size");
  require(key.kind() != KeyKind::ec_p256 || key.bits() == 256, "P-256");
  const auto again = PublicKey::from_pem(key.to_pem());
  if (is_luck(again)) return;
  require(again && *again == key && again->to_pem() == key.to_pem(), "the same from its PEM");
  require(!key.verifies("m", ""), "no signature without bytes");
  // Who verifies these has an exponent of 1.
  const std::string padded =
      std::string("\0\1", 2) + std::string(key.signature_bytes_max() - 54, '\xFF') +
      std::string("\0\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20",
                  20) +
      sha256_of("m");
  require(key.kind() != KeyKind::rsa || padded.size() == key.signature_bytes_max(), "its length");
  require(!key.verifies("m", padded), "nothing that anybody can write down");
}

void check(std::string_view pem) {
  if (const auto key = PublicKey::from_pem(pem)) check_public(*key);
  const auto secret = PrivateKey::from_pem(pem);
  if (!secret) return;
  require(!PublicKey::from_pem(pem), "private or public");
  check_public(secret->public_key());
  const auto again = PrivateKey::from_pem(secret->to_pem().reveal());
  if (is_luck(again)) return;
  require(again && again->public_key() == secret->public_key(), "the same from its PEM");
  require(secret->public_key().verifies("message", again->sign("message")), "a signature");
}

}  // namespace
}  // namespace tokenlife::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tokenlife::test;
  if (size < 2) return 0;
  const std::string_view rest = text_of(data + 1, size - 1);
  switch (data[0]) {
    case 'p': check(pem_of("PUBLIC KEY", rest)); break;
    case 's': check(pem_of("PRIVATE KEY", rest)); break;
    case 'r': check(pem_of("RSA PRIVATE KEY", rest)); break;
    default: check(rest); break;
  }
  return 0;
}
