#include "core/token/pki_chain.hpp"

#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "core/token/key.hpp"
#include "core/token/openssl_handle.hpp"
#include "core/token/pem.hpp"
#include "core/token/token_fault.hpp"

namespace tokenlife {
namespace {

using X509Crl = std::unique_ptr<X509_CRL, FreeWith<X509_CRL_free>>;
using Store = std::unique_ptr<X509_STORE, FreeWith<X509_STORE_free>>;
using StoreContext = std::unique_ptr<X509_STORE_CTX, FreeWith<X509_STORE_CTX_free>>;

struct FreeStack {
  void operator()(STACK_OF(X509) * stack) const { sk_X509_pop_free(stack, X509_free); }
};
using X509Stack = std::unique_ptr<STACK_OF(X509), FreeStack>;

// 112 bits, as RSA of 2048 bits and SHA-256 have at least, and SHA-1 has not.
constexpr int kSecurityLevel = 2;

X509Owner x509_of(const Certificate& certificate) {
  const std::string& der = certificate.der();
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  X509Owner read(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  ensure(read != nullptr, "a certificate to be read again");
  return read;
}

X509Crl crl_of(std::string_view der) {
  const auto* const begin = reinterpret_cast<const unsigned char*>(der.data());
  const auto* at = begin;
  X509Crl read(d2i_X509_CRL(nullptr, &at, static_cast<long>(der.size())));
  ERR_clear_error();
  return at == begin + der.size() ? std::move(read) : nullptr;
}

Store store_of(const Authority& authority) {
  Store store(X509_STORE_new());
  ensure(store && X509_STORE_add_cert(store.get(), x509_of(authority.certificate).get()) == 1,
         "memory for OpenSSL");
  if (!authority.revocation) return store;
  for (const std::string& der : authority.revocation->ders()) {
    ensure(X509_STORE_add_crl(store.get(), crl_of(der).get()) == 1, "memory for OpenSSL");
  }
  return store;
}

X509Stack stack_of(std::span<const Certificate> certificates) {
  X509Stack stack(sk_X509_new_null());
  ensure(stack != nullptr, "memory for OpenSSL");
  for (const Certificate& certificate : certificates) {
    X509Owner one = x509_of(certificate);
    ensure(sk_X509_push(stack.get(), one.get()) > 0, "memory for OpenSSL");
    static_cast<void>(one.release());  // The stack's from now on.
  }
  return stack;
}

TokenFault fault_of_error(int error) {
  switch (error) {
    case X509_V_ERR_CERT_NOT_YET_VALID: return TokenFault::credential_not_yet_valid;
    case X509_V_ERR_CERT_HAS_EXPIRED: return TokenFault::credential_expired;
    case X509_V_ERR_INVALID_PURPOSE:
    case X509_V_ERR_INVALID_CA:
    case X509_V_ERR_PATH_LENGTH_EXCEEDED:
    case X509_V_ERR_KEYUSAGE_NO_CERTSIGN: return TokenFault::wrong_key_usage;
    case X509_V_ERR_EE_KEY_TOO_SMALL:
    case X509_V_ERR_CA_KEY_TOO_SMALL:
    case X509_V_ERR_CA_MD_TOO_WEAK: return TokenFault::weak_chain;
    case X509_V_ERR_CERT_REVOKED: return TokenFault::revoked;
    case X509_V_ERR_UNABLE_TO_GET_CRL:
    case X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER:
    case X509_V_ERR_UNABLE_TO_DECRYPT_CRL_SIGNATURE:
    case X509_V_ERR_CRL_SIGNATURE_FAILURE:
    case X509_V_ERR_CRL_NOT_YET_VALID:
    case X509_V_ERR_CRL_HAS_EXPIRED:
    case X509_V_ERR_ERROR_IN_CRL_LAST_UPDATE_FIELD:
    case X509_V_ERR_ERROR_IN_CRL_NEXT_UPDATE_FIELD:
    case X509_V_ERR_KEYUSAGE_NO_CRL_SIGN:
    case X509_V_ERR_UNHANDLED_CRITICAL_CRL_EXTENSION:
    case X509_V_ERR_DIFFERENT_CRL_SCOPE:
    case X509_V_ERR_CRL_PATH_VALIDATION_ERROR: return TokenFault::revocation_unknown;
    default: return TokenFault::chain_not_trusted;
  }
}

// OpenSSL takes a certificate that says nothing about it for any use. The product asks for this one
// by name.
bool is_for_client_authentication(X509* certificate) {
  const std::uint32_t usage = X509_get_extended_key_usage(certificate);
  return usage != UINT32_MAX && (usage & XKU_SSL_CLIENT) != 0;
}

std::optional<TokenFault> fault_under(const Authority& authority, X509* certificate,
                                      STACK_OF(X509) * between, std::chrono::sys_seconds now) {
  const Store store = store_of(authority);
  const StoreContext context(X509_STORE_CTX_new());
  ensure(context && X509_STORE_CTX_init(context.get(), store.get(), certificate, between) == 1,
         "memory for OpenSSL");
  X509_VERIFY_PARAM* param = X509_STORE_CTX_get0_param(context.get());
  X509_VERIFY_PARAM_set_time(param, now.time_since_epoch().count());
  X509_VERIFY_PARAM_set_depth(param, kChainMax);
  X509_VERIFY_PARAM_set_auth_level(param, kSecurityLevel);
  ensure(X509_VERIFY_PARAM_set_purpose(param, X509_PURPOSE_SSL_CLIENT) == 1, "a known purpose");
  if (authority.revocation) {
    const unsigned long all = X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL;
    ensure(X509_VERIFY_PARAM_set_flags(param, all) == 1, "a flag to be set");
  }
  const bool holds = X509_verify_cert(context.get()) == 1;
  const int error = X509_STORE_CTX_get_error(context.get());
  ERR_clear_error();
  if (holds) return std::nullopt;
  ensure(error != X509_V_ERR_OUT_OF_MEM, "memory for OpenSSL");
  return fault_of_error(error);
}

}  // namespace

Result<RevocationLists, KeyFault> RevocationLists::from_pem(std::string_view pem) {
  std::vector<std::string> ders;
  for (const std::string_view part : pem_parts(pem)) {
    const auto der = pem_block(part, {"X509 CRL"}, kRevocationBytesMax);
    if (!der || !crl_of(der->reveal())) return Failed<KeyFault>(KeyFault::not_pem);
    ders.emplace_back(der->reveal());
  }
  if (ders.empty()) return Failed<KeyFault>(KeyFault::not_pem);
  return RevocationLists(std::move(ders));
}

Result<std::vector<Certificate>, KeyFault> certificates_from_pem(std::string_view pem) {
  const auto parts = pem_parts(pem);
  if (parts.empty() || parts.size() > kChainMax) return Failed<KeyFault>(KeyFault::not_pem);
  std::vector<Certificate> certificates;
  for (const std::string_view part : parts) {
    auto certificate = Certificate::from_pem(part);
    if (!certificate) return Failed<KeyFault>(certificate.error());
    certificates.push_back(std::move(*certificate));
  }
  return certificates;
}

bool is_root(const Certificate& certificate) {
  return certificate.signed_itself() && X509_check_ca(x509_of(certificate).get()) == 1;
}

std::optional<TokenFault> fault_of_chain(const Certificate& certificate,
                                         std::span<const Certificate> between,
                                         std::span<const Authority> trusted,
                                         std::chrono::sys_seconds now) {
  if (trusted.empty()) return TokenFault::authority_not_trusted;
  const X509Owner own = x509_of(certificate);
  const X509Stack stack = stack_of(between);
  std::optional<TokenFault> fault = TokenFault::chain_not_trusted;
  for (const Authority& authority : trusted) {
    const auto found = fault_under(authority, own.get(), stack.get(), now);
    if (!found)
      return is_for_client_authentication(own.get()) ? std::nullopt
                                                     : std::optional(TokenFault::wrong_key_usage);
    // Of those that do not hold the one that comes nearest is told.
    if (found != TokenFault::chain_not_trusted) fault = found;
  }
  return fault;
}

}  // namespace tokenlife
