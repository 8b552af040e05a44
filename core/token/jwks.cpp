#include "core/token/jwks.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "core/token/base64url.hpp"
#include "core/token/strict_json.hpp"

namespace tokenlife {
namespace {

Failed<JwksFault> refuse_jwks(JwksFault fault) { return Failed<JwksFault>(fault); }

bool is_or_lacks(const JsonMember& key, std::string_view name, std::string_view text) {
  const JsonMember* member = find(key.members, name);
  return member == nullptr || (member->kind == JsonKind::string && member->text == text);
}

bool is_for_rs256(const JsonMember& key) {
  return find(key.members, "kty") != nullptr && is_or_lacks(key, "kty", "RSA") &&
         is_or_lacks(key, "use", "sig") && is_or_lacks(key, "alg", "RS256");
}

// RFC 7518, 6.2.2, 6.3.2 and 6.4: what private and symmetric keys alone have.
bool is_private(const JsonMember& key) {
  for (const std::string_view name : {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}) {
    if (find(key.members, name) != nullptr) return true;
  }
  return false;
}

// RFC 7518, 2: a number, big-endian, without zeros in front.
std::optional<std::string> number_of(const JsonMember& key, std::string_view name) {
  const JsonMember* member = find(key.members, name);
  if (member == nullptr || member->kind != JsonKind::string) return std::nullopt;
  auto bytes = from_base64url(member->text);
  if (!bytes || bytes->empty() || bytes->front() == '\0') return std::nullopt;
  return bytes;
}

Result<JwksKey, JwksFault> read_key(const JsonMember& key) {
  const JsonMember* id = find(key.members, "kid");
  if (id == nullptr || id->kind != JsonKind::string || id->text.empty()) {
    return refuse_jwks(JwksFault::bad_key);
  }
  const auto modulus = number_of(key, "n");
  const auto exponent = number_of(key, "e");
  if (!modulus || !exponent) return refuse_jwks(JwksFault::bad_key);
  auto made = PublicKey::from_rsa(*modulus, *exponent);
  if (!made) return refuse_jwks(JwksFault::bad_key);
  return JwksKey{id->text, std::move(*made)};
}

}  // namespace

Result<std::vector<JwksKey>, JwksFault> read_jwks(std::string_view text) {
  if (text.size() > kJwksBytesMax) return refuse_jwks(JwksFault::too_long);
  const auto members = parse_strict_json(text);
  if (!members) return refuse_jwks(JwksFault::not_strict_json);
  const JsonMember* list = find(*members, "keys");
  if (list == nullptr || list->kind != JsonKind::array) return refuse_jwks(JwksFault::no_keys);
  if (list->members.size() > kJwksKeysMax) return refuse_jwks(JwksFault::too_many_keys);
  std::vector<JwksKey> keys;
  for (const JsonMember& listed : list->members) {
    if (listed.kind != JsonKind::object) return refuse_jwks(JwksFault::bad_key);
    if (is_private(listed)) return refuse_jwks(JwksFault::private_key);
    if (!is_for_rs256(listed)) continue;
    auto key = read_key(listed);
    if (!key) return refuse_jwks(key.error());
    const bool is_there = std::any_of(keys.begin(), keys.end(),
                                      [&](const JwksKey& known) { return known.id == key->id; });
    if (is_there) return refuse_jwks(JwksFault::id_twice);
    keys.push_back(std::move(*key));
  }
  if (keys.empty()) return refuse_jwks(JwksFault::no_keys);
  return keys;
}

}  // namespace tokenlife
