// What a client on disk is told when it gets nothing: why, by which rules, and what helps.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "core/request.hpp"
#include "core/site_policy.hpp"
#include "sim/site/session.hpp"

namespace tokenlife::sim {

constexpr std::string_view kNothingToRenew =
    "it has no token to renew: run `tokenlife client register --dir DIR --site SITE` first";

std::string why_silent(NoRequest silence, Wish wish, const Policy& policy);

// Both of a request that was refused. The rules are those behind the reason, as far as they speak
// of what was shown, and of whom it was shown to.
std::span<const std::string_view> rules_to_tell(const VisitResult& result);
// In lines; empty where nothing helps, or the reason itself says what does.
std::string advice_on_refusal(const VisitResult& result, const ClientFolder& folder,
                              const Policy& policy);

}  // namespace tokenlife::sim
