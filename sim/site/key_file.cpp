#include "sim/site/key_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "core/token/pem.hpp"
#include "core/token/pki_chain.hpp"
#include "sim/site/given_key.hpp"
#include "sim/site/private_file.hpp"
#include "sim/text/read_file.hpp"

namespace tokenlife::sim {
namespace {

// ---- What a file is instead --------------------------------------------------------------------

bool holds(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// What to do about a text that is not one `wanted` in PEM.
std::string advice_on(std::string_view text, std::string_view wanted) {
  if (holds(text, "PRIVATE KEY-----") && wanted == "certificate") {
    return "it is a private key: give the certificate that belongs to it";
  }
  if (holds(text, "PRIVATE KEY-----")) {
    return "it is a private key: give what `openssl pkey -pubout` makes from it";
  }
  if (holds(text, "CERTIFICATE REQUEST-----")) {
    return "it is a request for a certificate (CSR): give the certificate that was issued for it";
  }
  if (holds(text, "-----BEGIN RSA PUBLIC KEY-----")) {
    return "it is a key of PKCS #1: give what `openssl rsa -RSAPublicKey_in -pubout` makes from it";
  }
  const std::string_view begin = "-----BEGIN ";
  const std::size_t first = text.find(begin);
  if (first != std::string_view::npos && holds(text.substr(first + begin.size()), begin)) {
    return "it holds several, as a chain does: give the one that is meant";
  }
  // A SEQUENCE of more than 127 bytes, as all of these are in DER.
  if (text.starts_with("\x30\x81") || text.starts_with("\x30\x82")) {
    return "it looks like DER: give what `openssl x509 -inform DER`, or `openssl pkey -pubin "
           "-inform DER`, makes from it";
  }
  if (text.substr(std::min(text.find_first_not_of(" \t\r\n"), text.size())).starts_with('{')) {
    return "it is JSON, as a JWK is: give the same key in PEM";
  }
  return "give a file with exactly one";
}

// By the object identifiers, in DER, that stand in keys.
std::string words_of_kind(std::string_view text) {
  const auto der = pem_block(text, {"PUBLIC KEY", "PRIVATE KEY", "CERTIFICATE"});
  if (der && holds(der->reveal(), "\x06\x07\x2A\x86\x48\xCE\x3D\x02\x01")) {
    return "its key is on another elliptic curve than P-256";
  }
  if (der && holds(der->reveal(), "\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x01\x0A")) {
    return "its key is for RSA-PSS alone, which is not RS256";
  }
  return "its key is neither RSA nor P-256";
}

// What is wrong with a text that should hold one `wanted`.
std::string words_of(KeyFault fault, std::string_view wanted, std::string_view text) {
  switch (fault) {
    case KeyFault::not_pem: break;
    case KeyFault::wrong_kind: return words_of_kind(text);
    case KeyFault::wrong_size:
      return fmt::format("its RSA key has less than {} or more than {} bits", kRsaBitsMin,
                         kRsaBitsMax);
    case KeyFault::not_a_good_key: return "its key cannot be trusted";
    case KeyFault::bad_certificate: return "its certificate is damaged";
  }
  return fmt::format("does not hold one {} in PEM", wanted);
}

Failed<Error> wrong_given(const std::string& path, KeyFault fault, std::string_view wanted,
                          std::string_view text) {
  return input_error(path, words_of(fault, wanted, text),
                     fault == KeyFault::not_pem ? advice_on(text, wanted) : "");
}

// The value, or what is wrong with the folder's own file.
template <class T>
Result<T, Error> own(Result<T, KeyFault> read, const std::string& path, std::string_view wanted,
                     std::string_view text) {
  if (read) return std::move(*read);
  return file_error(path, words_of(read.error(), wanted, text));
}

Failed<Error> not_read(Error error, std::string_view if_missing) {
  const bool is_missing = error.what.ends_with(std::generic_category().message(ENOENT));
  if (is_missing) error.advice = if_missing;
  return Failed<Error>(std::move(error));
}

// The text of a file that should hold a `wanted`.
Result<std::string, Error> read_given(const std::string& path, std::string_view wanted) {
  auto text = read_text_file(path, kPemBytesMax);
  if (text) return std::move(*text);
  return file_error(path, "cannot be read: " + text.error(),
                    is_no_file(text.error()) ? fmt::format("give the path of the {}", wanted) : "");
}

}  // namespace

Result<void, Error> write_key_file(const std::string& path, const PrivateKey& key) {
  return write_private_file(path, key.to_pem());
}

Result<void, Error> write_certificate_file(const std::string& path,
                                           const Certificate& certificate) {
  return write_public_file(path, certificate.to_pem());
}

Result<PrivateKey, Error> read_key_file(const std::string& path, std::string_view if_missing) {
  const auto pem = read_private_file(path, kPemBytesMax);
  if (!pem) return not_read(pem.error(), if_missing);
  auto key = PrivateKey::from_pem(pem->reveal(), PrivateKey::Origin::own);
  return own(std::move(key), path, "private key", pem->reveal());
}

Result<Certificate, Error> read_certificate_file(const std::string& path,
                                                 std::string_view if_missing) {
  const auto pem = read_public_file(path, kPemBytesMax);
  if (!pem) return not_read(pem.error(), if_missing);
  return own(Certificate::from_pem(pem->reveal()), path, "certificate", pem->reveal());
}

Result<Certificate, Error> read_given_certificate(const std::string& path) {
  const auto text = read_given(path, "certificate");
  if (!text) return Failed<Error>(text.error());
  auto certificate = Certificate::from_pem(*text);
  if (certificate) return std::move(*certificate);
  return wrong_given(path, certificate.error(), "certificate", *text);
}

Result<std::vector<Certificate>, Error> read_given_chain(const std::string& path) {
  const auto text = read_given(path, "chain");
  if (!text) return Failed<Error>(text.error());
  auto chain = certificates_from_pem(*text);
  if (chain) return std::move(*chain);
  return input_error(path,
                     chain.error() == KeyFault::not_pem
                         ? fmt::format("does not hold 1 to {} certificates in PEM", kChainMax)
                         : words_of(chain.error(), "certificate", *text),
                     "");
}

Result<PrivateKey, Error> read_given_private_key(const std::string& path) {
  auto text = read_given(path, "private key");
  if (!text) return Failed<Error>(text.error());
  const Secret pem = Secret::take(*text);
  auto key = PrivateKey::from_pem(pem.reveal());
  if (key) return std::move(*key);
  const bool is_pem = key.error() != KeyFault::not_pem;
  const bool is_other_form = holds(pem.reveal(), "PRIVATE KEY-----");
  return input_error(path, words_of(key.error(), "private key", pem.reveal()),
                     is_pem          ? ""
                     : is_other_form ? "give what `openssl pkcs8 -topk8 -nocrypt` makes from it"
                                     : "give a file with exactly one");
}

Result<GivenKey, Error> read_given_key(const std::string& path) {
  const auto text = read_given(path, "key");
  if (!text) return Failed<Error>(text.error());
  auto key = PublicKey::from_pem(*text);
  if (key) return GivenKey{std::move(*key), std::nullopt};
  const auto certificate = Certificate::from_pem(*text);
  if (certificate) return GivenKey{certificate->key(), certificate->sha1()};
  const bool is_certificate = certificate.error() != KeyFault::not_pem;
  const KeyFault fault = is_certificate ? certificate.error() : key.error();
  return wrong_given(path, fault, "public key or certificate", *text);
}

}  // namespace tokenlife::sim
