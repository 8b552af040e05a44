#include "sim/site/key_file.hpp"

#include <fmt/format.h>

#include <utility>

#include "core/token/pem.hpp"
#include "sim/site/private_file.hpp"
#include "sim/text/read_file.hpp"

namespace tokenlife::sim {
namespace {

// What is wrong with a file that should hold one `wanted`.
std::string words_of(KeyFault fault, std::string_view wanted) {
  switch (fault) {
    case KeyFault::not_pem: break;
    case KeyFault::wrong_kind: return "its key is neither RSA nor P-256";
    case KeyFault::wrong_size:
      return fmt::format("its RSA key has less than {} or more than {} bits", kRsaBitsMin,
                         kRsaBitsMax);
    case KeyFault::not_a_good_key: return "its key cannot be trusted";
    case KeyFault::bad_certificate: return "its certificate is damaged";
  }
  return fmt::format("does not hold one {} in PEM", wanted);
}

// The value, or what is wrong with the folder's own file.
template <class T>
Result<T, Error> own(Result<T, KeyFault> read, const std::string& path, std::string_view wanted) {
  if (read) return std::move(*read);
  return file_error(path, words_of(read.error(), wanted));
}

Result<std::string, Error> read_given(const std::string& path) {
  auto text = read_text_file(path, kPemBytesMax);
  if (text) return std::move(*text);
  return file_error(path, "cannot be read: " + text.error());
}

std::string_view advice_on_key(std::string_view pem) {
  const bool is_private = pem.find("PRIVATE KEY-----") != std::string_view::npos;
  return is_private ? "it is a private key: give what `openssl pkey -pubout` makes of it" : "";
}

}  // namespace

Result<void, Error> write_key_file(const std::string& path, const PrivateKey& key) {
  return write_private_file(path, key.to_pem());
}

Result<void, Error> write_certificate_file(const std::string& path,
                                           const Certificate& certificate) {
  return write_public_file(path, certificate.to_pem());
}

Result<PrivateKey, Error> read_key_file(const std::string& path) {
  const auto pem = read_private_file(path, kPemBytesMax);
  if (!pem) return Failed<Error>(pem.error());
  return own(PrivateKey::from_pem(pem->reveal()), path, "private key");
}

Result<Certificate, Error> read_certificate_file(const std::string& path) {
  const auto pem = read_public_file(path, kPemBytesMax);
  if (!pem) return Failed<Error>(pem.error());
  return own(Certificate::from_pem(pem->reveal()), path, "certificate");
}

Result<Certificate, Error> read_given_certificate(const std::string& path) {
  const auto text = read_given(path);
  if (!text) return Failed<Error>(text.error());
  auto certificate = Certificate::from_pem(*text);
  if (certificate) return std::move(*certificate);
  return input_error(path, words_of(certificate.error(), "certificate"));
}

Result<PublicKey, Error> read_given_public_key(const std::string& path) {
  const auto text = read_given(path);
  if (!text) return Failed<Error>(text.error());
  auto key = PublicKey::from_pem(*text);
  if (key) return std::move(*key);
  const auto certificate = Certificate::from_pem(*text);
  if (certificate) return certificate->key();
  const bool is_certificate = certificate.error() != KeyFault::not_pem;
  const KeyFault fault = is_certificate ? certificate.error() : key.error();
  return input_error(path, words_of(fault, "public key or certificate"),
                     std::string(advice_on_key(*text)));
}

}  // namespace tokenlife::sim
