#include "sim/check/operators.hpp"

namespace tokenlife::sim::checker {
namespace {

// Whether what the client was told in this tick is a grant: of an exchange, or an answer.
bool is_told_of_grant(const Transition& taken) {
  const auto is_grant = [](const Verdict& verdict) {
    return verdict.kind == Verdict::Kind::granted;
  };
  if (taken.request && taken.request->kind == RequestKind::exchange && is_grant(taken.verdict)) {
    return !taken.site->loses_answers[static_cast<std::size_t>(taken.request->via)];
  }
  return taken.heard && !taken.heard->lost && is_grant(taken.heard->verdict);
}

}  // namespace

bool new_identity_is_free(const Transition& taken, const Model&) {
  const auto* reinstalled = find<ClientReinstalled>(taken);
  if (reinstalled == nullptr) return true;
  const bool is_as_ordered = reinstalled->new_identity == taken.before.reinstall.new_identity;
  const bool was_blocked = taken.before.client.blocked;
  return is_as_ordered && taken.after.client.blocked == (was_blocked && !reinstalled->new_identity);
}

bool settings_come_with_grants(const Transition& taken, const Model&) {
  if (taken.action.kind != ActionKind::tick) return true;
  const bool was_unheard = taken.before.unheard;
  if (find<CmgAllowedChanged>(taken) != nullptr && !(was_unheard && is_told_of_grant(taken))) {
    return false;
  }
  return is_told_of_grant(taken) || taken.after.unheard == was_unheard;
}
bool grants_bring_settings(const Transition& taken, const Model&) {
  if (taken.action.kind != ActionKind::tick || !is_told_of_grant(taken)) return true;
  const bool is_another = taken.before.client.cmg_allowed != taken.after.client.cmg_allowed;
  return !taken.after.unheard && is_another == taken.before.unheard;
}

bool ended_certificates_open_nothing(const Transition& taken, const Model&) {
  return !taken.request || taken.request->kind != RequestKind::registration ||
         taken.request->credential != Credential::pki || !taken.after.client.credential_expired;
}
bool certificates_renew_on_the_intranet(const Transition& taken, const Model&) {
  if (taken.action.kind != ActionKind::tick) return true;
  const bool is_there = taken.before.client.network == Network::intranet;
  if (find<CredentialRenewed>(taken) != nullptr) return is_there;
  return !is_there || !taken.after.client.credential_expired;
}

}  // namespace tokenlife::sim::checker
