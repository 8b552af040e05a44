// What the adapters of this project's own site and client have in common.
#pragma once

#include <fmt/format.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <utility>

#include "core/site_policy.hpp"
#include "sim/text/error.hpp"
#include "sim/text/time.hpp"

namespace tokenlife::sim {

using AnswersTo =
    std::function<nlohmann::json(const std::string& op, const nlohmann::json& request)>;
// In that folder, which is made, and emptied at every reset.
AnswersTo own_site(std::string folder);
AnswersTo own_client(std::string folder);

struct Refused {
  std::string reason;
};

template <class T>
T value_of(Result<T, Error> result) {
  if (!result) throw std::runtime_error(to_string(result.error()));
  return std::move(*result);
}
inline void check(const Result<void, Error>& result) {
  if (!result) throw std::runtime_error(to_string(result.error()));
}

template <class Enum>
Enum word(const nlohmann::json& request, const char* key) {
  const auto found = from_name<Enum>(request.at(key).get_ref<const std::string&>());
  if (!found) throw std::runtime_error(fmt::format("an unknown {}", key));
  return *found;
}
inline Duration seconds_at(const nlohmann::json& request, const char* key) {
  return Duration{request.at(key).get<std::int64_t>()};
}
inline std::chrono::sys_seconds time_at(const nlohmann::json& request, const char* key) {
  const auto time = parse_rfc3339(request.at(key).get_ref<const std::string&>());
  if (!time) throw std::runtime_error(time.error());
  return *time;
}

inline Policy policy_of(const nlohmann::json& keys) {
  Policy policy;
  policy.token_validity = seconds_at(keys, "token-validity");
  policy.renew_after = seconds_at(keys, "renew-after");
  policy.renew_on = word<RenewOn>(keys, "renew-on");
  policy.mp = word<MpMode>(keys, "mp");
  policy.internal_registration = keys.at("internal-registration").get<bool>();
  policy.leeway = seconds_at(keys, "leeway");
  policy.bulk_leeway = seconds_at(keys, "bulk-leeway");
  policy.retry_after_failure = seconds_at(keys, "retry-after-failure");
  policy.retry_after_refusal = seconds_at(keys, "retry-after-refusal");
  return policy;
}

}  // namespace tokenlife::sim
