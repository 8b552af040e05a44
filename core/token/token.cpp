#include "core/token/token.hpp"

#include <nlohmann/json.hpp>
#include <string>

#include "core/ensure.hpp"
#include "core/token/base64url.hpp"
#include "core/token/certificate.hpp"
#include "core/token/key.hpp"
#include "core/token/secret.hpp"
#include "core/token/token_names.hpp"
#include "core/token/token_verify.hpp"

namespace tokenlife {
namespace {

using Json = nlohmann::ordered_json;

std::string upper_case(std::string text) {
  for (char& c : text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return text;
}

// The claims of both kinds, in the order of the source's sample. `identity` is what stands behind
// the tenant.
Json claims_of(std::string_view category, std::string_view type, Guid tenant, TokenDates dates,
               const Json& identity) {
  Json claims;
  claims[words::kCategory] = category;
  claims[words::kAuthority] = words::kSccm;
  claims[words::kLicense] = words::kSccm;
  claims[words::kType] = type;
  claims[words::kTenant] = upper_case(to_string(tenant));
  claims.update(identity);
  claims["iss"] = token_issuer(tenant);
  claims["aud"] = kTokenAudience;
  claims["exp"] = dates.expires.time_since_epoch().count();
  claims["nbf"] = dates.not_before.time_since_epoch().count();
  return claims;
}

// RFC 7515, 5.1, in the compact form.
Secret sign(const Json& claims, const PrivateKey& key, const Certificate& certificate) {
  ensure(key.public_key().kind() == KeyKind::rsa, "RS256 to be made with an RSA key");
  const Json header{
      {"typ", "JWT"}, {"alg", "RS256"}, {"x5t", to_base64url(certificate.sha1().bytes)}};
  std::string token = to_base64url(header.dump()) + '.' + to_base64url(claims.dump());
  // The signature is what makes it worth stealing: no copies of it stay in memory.
  std::string signature = key.sign(token);
  std::string text = to_base64url(signature);
  wipe(signature);
  token.reserve(token.size() + 1 + text.size());
  token += '.';
  token += text;
  wipe(text);
  ensure(token.size() <= kTokenBytesMax, "a token that the verifier takes");
  return Secret::take(token);
}

}  // namespace

std::string token_issuer(Guid tenant) { return "urn:sccm:oauth2:" + to_string(tenant); }

Secret sign_token(const BulkClaims& claims, const PrivateKey& key, const Certificate& certificate) {
  const Json identity{{words::kUniqueId, to_string(claims.unique_id)}};
  return sign(
      claims_of(words::kBulkCategory, words::kBulkType, claims.tenant, claims.dates, identity), key,
      certificate);
}

Secret sign_token(const ClientClaims& claims, const PrivateKey& key,
                  const Certificate& certificate) {
  const auto credential = static_cast<std::size_t>(claims.credential);
  ensure(credential < words::kCredentials.size(), "a credential of a client's own");
  Json identity;
  identity[words::kSerial] = to_string(claims.serial);
  identity[words::kCredential] = words::kCredentials[credential];
  identity[words::kConfirmation] = {{words::kThumbprint, to_base64url(claims.certificate.bytes)}};
  return sign(
      claims_of(words::kClientCategory, words::kClientType, claims.tenant, claims.dates, identity),
      key, certificate);
}

const TokenDates& VerifiedToken::dates() const {
  return std::visit([](const auto& claims) -> const TokenDates& { return claims.dates; }, claims_);
}

}  // namespace tokenlife
