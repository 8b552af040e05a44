// Which rules and reasons the histories of a role can meet, and why some of them were not met.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

#include "sim/conform/conform.hpp"

namespace tokenlife::sim {
namespace {

// Needs all of the words of `can`; separated by blanks.
struct MeetableRule {
  std::string_view id;
  std::string_view needs;
};

constexpr MeetableRule kSiteRules[] = {
    {"R2", "cmg"},
    {"R4", ""},
    {"R5", "version"},
    {"R8", "user"},
    {"R9", "user entra"},
    {"R12", "mp"},
    {"R14", ""},
    {"R15", ""},
    {"R16", "mp"},
    {"R18", "mp"},
    {"R20", "bulk"},
    {"R21", "bulk"},
    {"R23", "bulk"},
    {"R24", "bulk"},
    {"R27", ""},
    {"R31", "bulk"},
    {"R41", "bulk"},
    {"R44", "bulk"},
    {"R45", "bulk"},
    {"R46", "bulk"},
    {"R48", "bulk list"},
    {"R49", "bulk block"},
    {"R53", "bulk block"},
    {"R54", "bulk block"},
    {"R55", "bulk block"},
    {"R57", ""},
    {"R58", "renew"},
    {"R59", "renew"},
    {"R60", ""},
    {"R61", "renew bulk"},
    {"R62", "bulk"},
    {"D1", "bulk"},
    {"D2", "bulk"},
    {"D3", "bulk"},
    {"D5", "bulk"},
    {"D6", ""},
    {"D7", "renew"},
    {"D11", "version"},
    {"A4", "bulk"},
    {"A5", ""},
    {"A6", ""},
    {"A8", "client-block"},
    {"A9", "rotate"},
    {"A11", "pki"},
};
constexpr MeetableRule kClientRules[] = {
    {"R1", ""},      {"R10", ""}, {"R11", ""},     {"R12", ""},         {"R13", ""},
    {"R18", "bulk"}, {"R19", ""}, {"R20", "bulk"}, {"R25", "bulk"},     {"R27", "exchange"},
    {"R28", "bulk"}, {"R56", ""}, {"R57", ""},     {"R58", ""},         {"R59", ""},
    {"R60", ""},     {"D7", ""},  {"D8", ""},      {"D9", ""},          {"D10", "state"},
    {"A1", ""},      {"A2", ""},  {"A5", ""},      {"A7", "reinstall"}, {"A10", ""},
    {"A11", "pki"},  {"A15", ""},
};
constexpr MeetableRule kSiteReasons[] = {
    {"client-blocked", "client-block"},
    {"client-outdated", "version"},
    {"user-centric", "user"},
    {"internal-registration-off", "mp"},
    {"credential-required", ""},
    {"bulk-token-unknown", "bulk"},
    {"bulk-token-not-yet-valid", "bulk"},
    {"bulk-token-expired", "bulk"},
    {"bulk-token-blocked", "bulk block"},
    {"unknown-signer", "rotate"},
    {"expired", ""},
    {"wrong-type", "bulk"},
    {"certificate-mismatch", ""},
    {"not-yet-valid", ""},
    {"lifetime-out-of-range", "bulk"},
};

std::vector<UnmetRule> unmet(std::span<const MeetableRule> all, const Hello& hello,
                             const std::map<std::string_view, std::uint64_t>& met) {
  std::vector<UnmetRule> unmet;
  for (const MeetableRule& rule : all) {
    if (met.contains(rule.id)) continue;
    std::string why = "not met";
    for (std::string_view needs = rule.needs; !needs.empty();) {
      const std::string_view word = needs.substr(0, needs.find(' '));
      const auto ability = from_name<Ability>(word);
      if (ability && !hello.able(*ability)) why = fmt::format("`{}` is not in `can`", word);
      needs.remove_prefix(std::min(word.size() + 1, needs.size()));
    }
    unmet.push_back({rule.id, std::move(why)});
  }
  return unmet;
}

}  // namespace

std::vector<UnmetRule> unmet_rules(Role role, const Hello& hello, const ConformCoverage& coverage) {
  return role == Role::site ? unmet(kSiteRules, hello, coverage.rules)
                            : unmet(kClientRules, hello, coverage.rules);
}

std::vector<UnmetRule> unmet_reasons(Role role, const Hello& hello,
                                     const ConformCoverage& coverage) {
  if (role == Role::client) return {};
  return unmet(kSiteReasons, hello, coverage.reasons);
}

}  // namespace tokenlife::sim
