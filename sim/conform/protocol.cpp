#include "sim/conform/protocol.hpp"

#include <fmt/format.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "core/site_policy.hpp"
#include "sim/text/escape.hpp"

namespace tokenlife::sim {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

// As long as scenarios can be.
constexpr std::int64_t kPolicySecondsMax = std::int64_t{1} << 32;

Failed<std::string> wrong(std::string what) { return Failed<std::string>(std::move(what)); }

std::string text_of(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

template <class Enum>
std::optional<Enum> word(const json& value) {
  return value.is_string() ? from_name<Enum>(value.get_ref<const std::string&>()) : std::nullopt;
}

// What one key of a policy says, put into the changes.
Result<void, std::string> read_key(const std::string& key, const json& value, FixedPolicy& into) {
  const auto duration = [&](std::optional<Duration>& place) -> Result<void, std::string> {
    if (!value.is_number_integer() || value.get<double>() < 0 ||
        value.get<double>() >= static_cast<double>(kPolicySecondsMax)) {
      return wrong(fmt::format("has a `{}` that is not a duration in whole seconds", key));
    }
    place = Duration{value.get<std::int64_t>()};
    return {};
  };
  const auto one_of = [&]<class Enum>(std::optional<Enum>& place) -> Result<void, std::string> {
    place = word<Enum>(value);
    if (!place) return wrong(fmt::format("has a `{}` that is not one of its words", key));
    return {};
  };
  if (key == "token-validity") return duration(into.site.token_validity);
  if (key == "renew-after") return duration(into.client.renew_after);
  if (key == "renew-on") return one_of(into.client.renew_on);
  if (key == "mp") return one_of(into.site.mp);
  if (key == "leeway") return duration(into.site.leeway);
  if (key == "bulk-leeway") return duration(into.site.bulk_leeway);
  if (key == "retry-after-failure") return duration(into.client.retry_after_failure);
  if (key == "retry-after-refusal") return duration(into.client.retry_after_refusal);
  if (key == "internal-registration") {
    if (!value.is_boolean()) return wrong("has an `internal-registration` that is not a boolean");
    into.site.internal_registration = value.get<bool>();
  }
  return {};  // A key that is not known is passed over.
}

Result<FixedPolicy, std::string> read_keys(const json& keys) {
  FixedPolicy read;
  if (!keys.is_object()) return wrong("is not an object");
  for (const auto& [key, value] : keys.items()) {
    if (auto good = read_key(key, value, read); !good) return wrong(good.error());
  }
  return read;
}

}  // namespace

Result<Hello, std::string> read_hello(const json& answer, Role role) {
  Hello hello;
  hello.name = text_of(answer, "name");
  hello.version = text_of(answer, "version");
  const auto can = answer.find("can");
  if (can == answer.end() || !can->is_array()) {
    return wrong("has no list `can` of what may be asked");
  }
  for (const json& entry : *can) {
    if (const auto ability = word<Ability>(entry)) hello.can.insert(*ability);
  }
  if (role == Role::site && !hello.able(Ability::mp) && !hello.able(Ability::cmg)) {
    return wrong("does not name an endpoint in `can`: `mp`, `cmg` or both");
  }
  if (const auto fixed = answer.find("fixed"); fixed != answer.end()) {
    const auto read = read_keys(*fixed);
    if (!read) return wrong("has a `fixed` that " + read.error());
    hello.fixed = *read;
  }
  if (hello.fixed.site.token_validity && *hello.fixed.site.token_validity <= Duration{0}) {
    return wrong("has a `fixed` with a `token-validity` of zero");
  }
  const auto reasons = answer.find("reasons");
  hello.reasons = reasons != answer.end() && reasons->is_boolean() && reasons->get<bool>();
  hello.jwt = text_of(answer, "tokens") == "jwt";
  return hello;
}

ordered_json to_json(const Policy& policy) {
  ordered_json keys;
  keys["token-validity"] = policy.token_validity.count();
  keys["renew-after"] = policy.renew_after.count();
  keys["renew-on"] = name(policy.renew_on);
  keys["mp"] = name(policy.mp);
  keys["internal-registration"] = policy.internal_registration;
  keys["leeway"] = policy.leeway.count();
  keys["bulk-leeway"] = policy.bulk_leeway.value_or(policy.leeway).count();
  keys["retry-after-failure"] = policy.retry_after_failure.count();
  keys["retry-after-refusal"] = policy.retry_after_refusal.count();
  return keys;
}

Result<Policy, std::string> read_policy(const json& keys) {
  const auto read = read_keys(keys);
  if (!read) return wrong(read.error());
  if (keys.size() < 9) return wrong("does not have all of its keys");
  Policy policy;
  apply(policy, *read);
  if (policy.token_validity <= Duration{0}) return wrong("has a `token-validity` of zero");
  return policy;
}

void apply(Policy& policy, const FixedPolicy& fixed) {
  tokenlife::apply(policy, fixed.site);
  tokenlife::apply(policy, fixed.client);
  // A token that ends before it is due for renewal makes no history.
  if (!fixed.client.renew_after && policy.renew_after >= policy.token_validity) {
    policy.renew_after = policy.token_validity / 3;
  }
}

}  // namespace tokenlife::sim
