// The rules by name that the reference goes by, so that whoever has to be told why core differs
// from it reads which ones are concerned.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "sim/check/action.hpp"

namespace tokenlife::sim::checker {

enum class ReferenceRule : std::uint8_t {
  silent_offline,
  cmg_setting,
  registers_at_mp,
  comes_back_at_mp,
  shows_bulk,
  pki_anywhere,
  needs_credential,
  learns_at_cmg,
  renews_monthly,
  renews_at_start,
  outage_is_silence,
  blocked_is_refused,
  outdated_gets_none,
  bulk_accepted,
  no_internal_registration,
  https_mp_wants_credential,
  newest_signs,
  good_for_90_days,
  registration_gives_token,
  renewal_moves_expiry,
  bulk_dropped,
  refused_registers_again,
  begins_anew,
  bulk_issued,
  bulk_blocked,
  bulk_unblocked,
  as_installed,
  another_is_not_blocked,
  settings_arrive,
  certificates_expire,
};

// As a set.
using RuleSet = std::uint32_t;
constexpr RuleSet only(ReferenceRule rule) { return RuleSet{1} << static_cast<unsigned>(rule); }

// The ids of rules, and what they say in a few words.
struct RuleWords {
  std::string_view ids;
  std::string_view words;
};
std::vector<RuleWords> rules_in(RuleSet rules);

// Those that an action of the site follows.
RuleSet rules_of_site_step(ActionKind kind);

}  // namespace tokenlife::sim::checker
