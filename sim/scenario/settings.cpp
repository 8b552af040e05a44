// Keys that several tables share: what clients go by, their clocks, how long their credentials are
// good.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sim/scenario/reading.hpp"

namespace tokenlife::sim {
namespace {

constexpr std::chrono::days kCredentialRenewBefore{42};

}  // namespace

std::optional<Thousandths> read_thousandths(Keys& keys, std::string_view key, Thousandths min,
                                            Thousandths max) {
  const toml::node* value = keys.any(key);
  if (value == nullptr) return std::nullopt;
  const auto number = value->is_string() ? std::nullopt : value->value<double>();
  const double whole = std::round(number.value_or(-1) * 1000);
  const bool is_good = number && whole >= min.value && whole <= max.value &&  // False for NaN.
                       std::abs(*number * 1000 - whole) < 1e-6;
  if (is_good) return Thousandths{static_cast<std::uint32_t>(whole)};
  keys.wrong(key,
             fmt::format("is not a number from {:g} to {:g} with at most three decimals",
                         min.value / 1000.0, max.value / 1000.0),
             !value->is_string() ? ""
             : max.value < 1500  ? "write a number without quotes, as in 0.5"
                                 : "write a number without quotes, as in 1.5");
  return std::nullopt;
}

ClientPolicyChange read_client_policy(Keys& keys) {
  ClientPolicyChange policy;
  policy.renew_after = keys.duration("renew-after", Sign::not_negative);
  policy.renew_jitter = keys.duration("renew-jitter", Sign::not_negative);
  policy.renew_on = keys.word<RenewOn>("renew-on");
  policy.retry_after_failure = keys.duration("retry-after-failure", Sign::not_negative);
  policy.retry_after_refusal = keys.duration("retry-after-refusal", Sign::not_negative);
  policy.retry_backoff = read_thousandths(keys, "retry-backoff", {1000}, {1'000'000});
  policy.retry_max = keys.duration("retry-max", Sign::not_negative);
  policy.retry_jitter = read_thousandths(keys, "retry-jitter", {0}, {1000});
  return policy;
}

SitePolicyChange read_site_policy(Keys& keys) {
  SitePolicyChange policy;
  policy.token_validity = keys.duration("token-validity", Sign::positive);
  policy.internal_registration = keys.yes_no("internal-registration");
  policy.mp = keys.word<MpMode>("mp");
  policy.leeway = keys.duration("leeway", Sign::not_negative);
  policy.bulk_leeway = keys.duration("bulk-leeway", Sign::not_negative);
  return policy;
}

Arrives read_arrives(Keys& keys) {
  return keys.word<Arrives>("arrives").value_or(Arrives::contact);
}

std::optional<Skew> read_skew(Reading& reading, Keys& keys, std::string_view key, Need need) {
  const toml::node* value = keys.any(key);
  if (value == nullptr || !value->is_table()) {
    const auto skew = keys.duration(key, Sign::any, need);
    return skew ? std::optional(Skew{*skew, *skew}) : std::nullopt;
  }
  Keys range = reading.keys_of(*value->as_table(), fmt::format("`{}`", key));
  const auto from = range.duration("from", Sign::any, Need::required);
  const auto to = range.duration("to", Sign::any, Need::required);
  if (from && to && *from > *to) {
    range.wrong("to", fmt::format("is {}, less than `from`", to_text(*to)), "swap the two");
  }
  range.finish();
  if (!from || !to || *from > *to) return std::nullopt;
  return Skew{*from, *to};
}

std::optional<CredentialLife> read_credential_life(Reading& reading, Keys& keys,
                                                   Credential credential) {
  const auto validity = keys.duration("credential-validity", Sign::positive);
  const auto before = keys.duration("credential-renew-before", Sign::not_negative);
  const auto on = keys.word<RenewsOn>("credential-renews-on");
  constexpr std::string_view kKeys[] = {"credential-validity", "credential-renew-before",
                                        "credential-renews-on"};
  // Rows of an inventory have credentials of their own.
  if (credential == Credential::self_signed && !keys.has("inventory")) {
    for (const std::string_view key : kKeys) {
      if (!keys.has(key)) continue;
      keys.wrong(key, "is only for clients with a PKI or Entra credential",
                 "write credential = \"pki\" or \"entra\", or drop it");
    }
    return std::nullopt;
  }
  if (!validity) {
    for (const std::string_view key : std::span(kKeys).subspan(1)) {
      if (!keys.has(key) || keys.has("credential-validity")) continue;
      keys.wrong(key, "says when to renew a credential that never expires",
                 "add `credential-validity`, or drop it");
    }
    return std::nullopt;
  }
  if (before && *before >= *validity) {
    keys.wrong("credential-renew-before",
               fmt::format("is {}, not below `credential-validity`", to_text(*before)),
               "choose a shorter one");
  }
  const Duration half = *validity / 2 - *validity / 2 % reading.time.tick;
  const Duration plain = std::min(half, Duration{kCredentialRenewBefore} -
                                            Duration{kCredentialRenewBefore} % reading.time.tick);
  return CredentialLife{*validity, before.value_or(plain), on.value_or(RenewsOn::intranet)};
}

}  // namespace tokenlife::sim
