#include "sim/cli/pem_file.hpp"

#include <fmt/format.h>

#include "core/token/pem.hpp"
#include "sim/text/read_file.hpp"

namespace tokenlife::sim {
namespace {

Result<std::string, Error> read(const std::string& path) {
  auto text = read_text_file(path, kPemBytesMax);
  if (text) return std::move(*text);
  return file_error(path, "cannot be read: " + text.error());
}

std::string words_of(KeyFault fault) {
  switch (fault) {
    case KeyFault::not_pem: return "";
    case KeyFault::wrong_kind: return "its key is neither RSA nor P-256";
    case KeyFault::wrong_size:
      return fmt::format("its RSA key has less than {} or more than {} bits", kRsaBitsMin,
                         kRsaBitsMax);
    case KeyFault::not_a_good_key: return "its key is none that can be trusted";
    case KeyFault::bad_certificate: return "its certificate is damaged";
  }
  return "";
}

Error no_use(const std::string& path, std::string_view wanted, KeyFault fault) {
  const std::string why = words_of(fault);
  return {ErrorKind::input, path,
          why.empty() ? fmt::format("does not hold one {} in PEM", wanted) : why, ""};
}

std::string_view advice_on_key(std::string_view pem) {
  const bool is_private = pem.find("PRIVATE KEY-----") != std::string_view::npos;
  return is_private ? "it is a private key: give what `openssl pkey -pubout` makes of it" : "";
}

}  // namespace

Result<Certificate, Error> read_certificate(const std::string& path) {
  const auto text = read(path);
  if (!text) return Failed<Error>(text.error());
  auto certificate = Certificate::from_pem(*text);
  if (certificate) return std::move(*certificate);
  return Failed<Error>(no_use(path, "certificate", certificate.error()));
}

Result<PublicKey, Error> read_public_key(const std::string& path) {
  const auto text = read(path);
  if (!text) return Failed<Error>(text.error());
  auto key = PublicKey::from_pem(*text);
  if (key) return std::move(*key);
  const auto certificate = Certificate::from_pem(*text);
  if (certificate) return certificate->key();
  const bool is_certificate = certificate.error() != KeyFault::not_pem;
  Error error =
      no_use(path, "public key or certificate", is_certificate ? certificate.error() : key.error());
  error.advice = advice_on_key(*text);
  return Failed<Error>(std::move(error));
}

}  // namespace tokenlife::sim
