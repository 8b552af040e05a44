#include "core/token/key.hpp"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <array>

#include "core/token/key_impl.hpp"
#include "core/token/pem.hpp"
#include "core/token/sha256.hpp"

namespace tokenlife {
namespace {

std::optional<KeyKind> kind_of(const EVP_PKEY* key) {
  const int id = EVP_PKEY_get_base_id(key);
  if (id == EVP_PKEY_RSA) return KeyKind::rsa;  // RSA-PSS has another id.
  if (id != EVP_PKEY_EC) return std::nullopt;
  std::array<char, 32> group{};
  const bool named = EVP_PKEY_get_group_name(key, group.data(), group.size(), nullptr) == 1;
  return named && std::string_view(group.data()) == SN_X9_62_prime256v1
             ? std::optional(KeyKind::ec_p256)
             : std::nullopt;
}

// `init` is EVP_PKEY_sign_init or EVP_PKEY_verify_init.
EvpContext ready(EVP_PKEY* key, KeyKind kind, int (*init)(EVP_PKEY_CTX*)) {
  EvpContext context(EVP_PKEY_CTX_new(key, nullptr));
  ensure(context != nullptr && init(context.get()) == 1, "a checked key to be ready");
  if (kind == KeyKind::rsa) {
    ensure(EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) == 1, "PKCS #1 padding");
  }
  ensure(EVP_PKEY_CTX_set_signature_md(context.get(), EVP_sha256()) == 1, "SHA-256 signatures");
  return context;
}

EvpContext copy(const EvpContext& context) {
  EvpContext own(EVP_PKEY_CTX_dup(context.get()));
  ensure(own != nullptr, "memory for OpenSSL");
  return own;
}

bool passes_check(EVP_PKEY* key, int (*check)(EVP_PKEY_CTX*)) {
  const EvpContext context(EVP_PKEY_CTX_new(key, nullptr));
  ensure(context != nullptr, "memory for OpenSSL");
  return check(context.get()) == 1;
}

}  // namespace

Result<std::shared_ptr<const PublicKey::Impl>, KeyFault> checked(EvpKey key) {
  const auto refuse = [](KeyFault fault) {
    ERR_clear_error();
    return Failed<KeyFault>(fault);
  };
  const auto kind = kind_of(key.get());
  if (!kind) return refuse(KeyFault::wrong_kind);
  const int bits = EVP_PKEY_get_bits(key.get());
  if (*kind == KeyKind::rsa && (bits < kRsaBitsMin || bits > kRsaBitsMax)) {
    return refuse(KeyFault::wrong_size);
  }
  // OpenSSL 3.0 loads keys with an exponent of 1, which "verify" everything.
  if (!passes_check(key.get(), EVP_PKEY_public_check)) return refuse(KeyFault::not_a_good_key);
  EvpContext context = ready(key.get(), *kind, EVP_PKEY_verify_init);
  return std::make_shared<const PublicKey::Impl>(
      PublicKey::Impl{std::move(key), std::move(context), *kind});
}

// ---- Public keys -------------------------------------------------------------------------------

Result<PublicKey, KeyFault> PublicKey::from_pem(std::string_view pem) {
  const auto der = pem_block(pem, {"PUBLIC KEY"});
  if (!der) return Failed<KeyFault>(KeyFault::not_pem);
  const auto* const begin = reinterpret_cast<const unsigned char*>(der->reveal().data());
  const auto* at = begin;
  EvpKey key(d2i_PUBKEY(nullptr, &at, static_cast<long>(der->size())));
  ERR_clear_error();
  if (!key || at != begin + der->size()) return Failed<KeyFault>(KeyFault::not_pem);
  auto impl = checked(std::move(key));
  if (!impl) return Failed<KeyFault>(impl.error());
  return PublicKey(std::move(*impl));
}

Result<PublicKey, KeyFault> PublicKey::from_rsa(std::string_view modulus,
                                                std::string_view exponent) {
  // Before there is a key: what huge numbers cost is not bounded.
  constexpr std::size_t kExponentBytesMax = 8;
  if (modulus.size() > kRsaBitsMax / 8 || exponent.size() > kExponentBytesMax) {
    return Failed<KeyFault>(KeyFault::wrong_size);
  }
  const auto number = [](std::string_view bytes) {
    std::unique_ptr<BIGNUM, FreeWith<BN_free>> made(
        BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes.data()),
                  static_cast<int>(bytes.size()), nullptr));
    ensure(made != nullptr, "memory for OpenSSL");
    return made;
  };
  const auto n = number(modulus);
  const auto e = number(exponent);
  const std::unique_ptr<OSSL_PARAM_BLD, FreeWith<OSSL_PARAM_BLD_free>> builder(
      OSSL_PARAM_BLD_new());
  ensure(builder && OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) == 1 &&
             OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) == 1,
         "memory for OpenSSL");
  const std::unique_ptr<OSSL_PARAM, FreeWith<OSSL_PARAM_free>> params(
      OSSL_PARAM_BLD_to_param(builder.get()));
  const EvpContext context(EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
  ensure(params && context && EVP_PKEY_fromdata_init(context.get()) == 1, "memory for OpenSSL");
  EVP_PKEY* made = nullptr;
  const bool is_key =
      EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_PUBLIC_KEY, params.get()) == 1;
  EvpKey key(made);
  ERR_clear_error();
  if (!is_key || !key) return Failed<KeyFault>(KeyFault::not_a_good_key);
  auto impl = checked(std::move(key));
  if (!impl) return Failed<KeyFault>(impl.error());
  return PublicKey(std::move(*impl));
}

KeyKind PublicKey::kind() const { return impl_->kind; }
int PublicKey::bits() const { return EVP_PKEY_get_bits(impl_->key.get()); }
std::size_t PublicKey::signature_bytes_max() const {
  return static_cast<std::size_t>(EVP_PKEY_get_size(impl_->key.get()));
}

std::string PublicKey::to_pem() const {
  const Bio bio = new_bio();
  ensure(PEM_write_bio_PUBKEY(bio.get(), impl_->key.get()) == 1, "a public key to have a PEM form");
  return std::string(text_in(bio.get()));
}

bool PublicKey::verifies(std::string_view message, std::string_view signature) const {
  if (impl_->kind == KeyKind::rsa && signature.size() != signature_bytes_max()) return false;
  const Sha256Bytes hash = sha256(message);
  const EvpContext context = copy(impl_->ready);
  const int result =
      EVP_PKEY_verify(context.get(), reinterpret_cast<const unsigned char*>(signature.data()),
                      signature.size(), hash.data(), hash.size());
  if (result == 1) return true;
  // 0 says no, and so do negative numbers.
  ERR_clear_error();
  return false;
}

bool operator==(const PublicKey& a, const PublicKey& b) {
  return EVP_PKEY_eq(a.impl_->key.get(), b.impl_->key.get()) == 1;
}

// ---- Private keys ------------------------------------------------------------------------------

namespace {

// `key` with its public half, checked.
Result<EvpKey, KeyFault> public_half(EVP_PKEY* key) {
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(key, &der);
  if (size <= 0) return Failed<KeyFault>(KeyFault::not_a_good_key);
  const unsigned char* at = der;
  EvpKey half(d2i_PUBKEY(nullptr, &at, size));
  OPENSSL_free(der);
  if (!half) return Failed<KeyFault>(KeyFault::not_a_good_key);
  return half;
}

}  // namespace

Result<PrivateKey, KeyFault> PrivateKey::of(std::shared_ptr<Impl> impl) {
  auto half = public_half(impl->key.get());
  if (!half) return Failed<KeyFault>(half.error());
  auto public_impl = checked(std::move(*half));
  if (!public_impl) return Failed<KeyFault>(public_impl.error());
  const KeyKind kind = (*public_impl)->kind;
  impl->ready = ready(impl->key.get(), kind, EVP_PKEY_sign_init);
  return PrivateKey(std::move(impl), PublicKey(std::move(*public_impl)));
}

PrivateKey PrivateKey::generate(KeyKind kind) {
  auto impl = std::make_shared<Impl>();
  impl->key.reset(kind == KeyKind::rsa ? EVP_RSA_gen(kRsaBitsMin) : EVP_EC_gen("P-256"));
  ensure(impl->key != nullptr, "OpenSSL to make a key");
  auto key = of(std::move(impl));
  ensure(key.has_value(), "a new key to be good");
  return std::move(*key);
}

Result<PrivateKey, KeyFault> PrivateKey::from_pem(std::string_view pem, Origin origin) {
  const auto der = pem_block(pem, {"PRIVATE KEY", "RSA PRIVATE KEY"});
  if (!der) return Failed<KeyFault>(KeyFault::not_pem);
  const auto* const begin = reinterpret_cast<const unsigned char*>(der->reveal().data());
  const auto* at = begin;
  auto impl = std::make_shared<Impl>();
  impl->key.reset(d2i_AutoPrivateKey(nullptr, &at, static_cast<long>(der->size())));
  ERR_clear_error();
  if (!impl->key || at != begin + der->size()) return Failed<KeyFault>(KeyFault::not_pem);
  auto loaded = of(std::move(impl));
  if (!loaded) return loaded;
  const bool is_good = (origin == Origin::own || loaded->halves_fit()) && loaded->works();
  if (!is_good) return Failed<KeyFault>(KeyFault::not_a_good_key);
  return loaded;
}

bool PrivateKey::halves_fit() const {
  const bool fits = passes_check(impl_->key.get(), EVP_PKEY_pairwise_check);
  ERR_clear_error();
  return fits;
}

// The pairwise check does not look at all that signing uses: at an RSA key's primes, say.
bool PrivateKey::works() const {
  const auto signature = try_to_sign("a key at work");
  return signature && public_.verifies("a key at work", *signature);
}

Secret PrivateKey::to_pem() const {
  const Bio bio = new_bio();
  ensure(PEM_write_bio_PrivateKey(bio.get(), impl_->key.get(), nullptr, nullptr, 0, nullptr,
                                  nullptr) == 1,
         "a private key to have a PEM form");
  return Secret(text_in(bio.get()));
}

std::optional<std::string> PrivateKey::try_to_sign(std::string_view message) const {
  const Sha256Bytes hash = sha256(message);
  const EvpContext context = copy(impl_->ready);
  std::string signature(public_.signature_bytes_max(), '\0');
  std::size_t size = signature.size();
  if (EVP_PKEY_sign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                    hash.data(), hash.size()) != 1) {
    ERR_clear_error();
    return std::nullopt;
  }
  signature.resize(size);
  return signature;
}

std::string PrivateKey::sign(std::string_view message) const {
  auto signature = try_to_sign(message);
  ensure(signature.has_value(), "a checked key to sign");
  return std::move(*signature);
}

}  // namespace tokenlife
