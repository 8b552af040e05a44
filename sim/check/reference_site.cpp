// What operators do to the site, in plain words.
#include "core/site.hpp"
#include "sim/check/reference.hpp"

namespace tokenlife::sim::checker {
namespace {

constexpr std::chrono::days kBulkLife{3};

}  // namespace

std::optional<SiteState> reference_act(const SiteState& before, const Action& action) {
  SiteState part = before;
  // Makes it so, if it is not so yet.
  const auto changed = [&part](bool& is, bool wanted) -> std::optional<SiteState> {
    if (is == wanted) return std::nullopt;
    is = wanted;
    return part;
  };
  bool& is_up = part.site->up[static_cast<std::size_t>(action.endpoint)];
  bool& previous_is_retired = part.site->keys[kPreviousKey.value].retired;
  const auto bulk = part.site->bulk_tokens.find(kBulkGuid);
  const bool is_issued = bulk != part.site->bulk_tokens.end();
  switch (action.kind) {
    case ActionKind::outage_begins: return changed(is_up, false);
    case ActionKind::outage_ends: return changed(is_up, true);
    case ActionKind::lose_answers:
      return changed(part.loses_answers[static_cast<std::size_t>(action.endpoint)], true);
    case ActionKind::issue_bulk:
      if (is_issued) return std::nullopt;
      part.site->bulk_tokens[kBulkGuid] = {
          std::string(kBulkName), kBulkGuid, kPresent,
          kPresent + kBulkLife,   false,     kCurrentKey};  // R41, D3
      return part;
    case ActionKind::block_bulk:
    case ActionKind::unblock_bulk:
      if (!is_issued) return std::nullopt;
      return changed(bulk->second.blocked, action.kind == ActionKind::block_bulk);  // R54, R55
    case ActionKind::rotate:                                                        // A9
      if (is_issued && bulk->second.signer == kPreviousKey) bulk->second.signer = kRetiredKey;
      if (is_issued && bulk->second.signer == kCurrentKey) bulk->second.signer = kPreviousKey;
      return changed(previous_is_retired, false);
    case ActionKind::retire:
      if (is_issued && bulk->second.signer == kPreviousKey) bulk->second.signer = kRetiredKey;
      return changed(previous_is_retired, true);
    case ActionKind::tick:
    case ActionKind::install:
    case ActionKind::move:
    case ActionKind::block:
    case ActionKind::unblock:
    case ActionKind::forbid_cmg:
    case ActionKind::allow_cmg:
    case ActionKind::announce:
    case ActionKind::upgrade:
    case ActionKind::restart:
    case ActionKind::reinstall: break;
  }
  return std::nullopt;
}

}  // namespace tokenlife::sim::checker
