// PKI certificates of clients (R18, A11): whether a chain leads from one to a CA that the site
// trusts, by OpenSSL's X509_verify_cert. Nothing is fetched from anywhere: what is not given is not
// there.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../result.hpp"
#include "certificate.hpp"

namespace tokenlife {

enum class TokenFault : std::uint8_t;  // token_fault.hpp

// Longer chains are not followed.
inline constexpr int kChainMax = 8;

// Lists of revoked certificates (CRL, RFC 5280), of one CA or several.
class RevocationLists {
 public:
  // One or more "X509 CRL" in PEM, and nothing else.
  static Result<RevocationLists, KeyFault> from_pem(std::string_view pem);

  const std::vector<std::string>& ders() const { return ders_; }

 private:
  explicit RevocationLists(std::vector<std::string> ders) : ders_(std::move(ders)) {}
  std::vector<std::string> ders_;
};
inline constexpr std::size_t kRevocationBytesMax = 4 * 1024 * 1024;

// One or more "CERTIFICATE" in PEM, kChainMax at most, and nothing else.
Result<std::vector<Certificate>, KeyFault> certificates_from_pem(std::string_view pem);

// Whether chains can end there: one that signed itself, and is a CA's.
bool is_root(const Certificate& certificate);

// A CA whose word is taken.
struct Authority {
  Certificate certificate;
  // If it has lists, each certificate of a chain that ends there is looked up: there has to be one
  // of each CA in it, and up to date.
  std::optional<RevocationLists> revocation;
};

// What there is against the certificate of a client, now. `between` are those that the client gives
// with it, in any order: they are believed because of who signed them alone.
std::optional<TokenFault> fault_of_chain(const Certificate& certificate,
                                         std::span<const Certificate> between,
                                         std::span<const Authority> trusted,
                                         std::chrono::sys_seconds now);

}  // namespace tokenlife
