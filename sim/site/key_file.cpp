#include "sim/site/key_file.hpp"

#include <utility>

#include "core/token/pem.hpp"
#include "sim/site/private_file.hpp"

namespace tokenlife::sim {
namespace {

Failed<Error> holds_no(const char* wanted, const std::string& path) {
  return file_error(path, std::string("does not hold one good ") + wanted + " in PEM");
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
  auto key = PrivateKey::from_pem(pem->reveal());
  if (!key) return holds_no("private key", path);
  return std::move(*key);
}

Result<Certificate, Error> read_certificate_file(const std::string& path) {
  const auto pem = read_public_file(path, kPemBytesMax);
  if (!pem) return Failed<Error>(pem.error());
  auto certificate = Certificate::from_pem(pem->reveal());
  if (!certificate) return holds_no("certificate", path);
  return std::move(*certificate);
}

}  // namespace tokenlife::sim
