// Of a set of keys either all that verify RS256 are taken, each of its own name, or nothing.
#include <string>

#include "core/token/jwks.hpp"
#include "core/token/strict_json.hpp"
#include "fuzz/target.hpp"

namespace tokenlife::test {
namespace {

void check_keys(std::string_view text) {
  const auto keys = read_jwks(text);
  if (!keys) return;
  const auto members = parse_strict_json(text);
  require(members.has_value(), "strict JSON");
  const JsonMember* list = find(*members, "keys");
  require(list != nullptr && list->kind == JsonKind::array, "a list");
  require(!keys->empty() && keys->size() <= list->members.size(), "keys of the list");
  for (std::size_t i = 0; i < keys->size(); ++i) {
    const JwksKey& key = (*keys)[i];
    require(key.key.kind() == KeyKind::rsa, "RSA");
    require(key.key.bits() >= kRsaBitsMin && key.key.bits() <= kRsaBitsMax, "a size to be taken");
    require(!key.key.verifies("nobody signed this", std::string(256, '\1')), "no key for all");
    for (std::size_t j = 0; j < i; ++j) require((*keys)[j].id != key.id, "no name twice");
  }
  for (const JsonMember& member : list->members) {
    require(find(member.members, "d") == nullptr, "no private key");
  }
}

}  // namespace
}  // namespace tokenlife::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  tokenlife::test::check_keys(tokenlife::test::text_of(data, size));
  return 0;
}
