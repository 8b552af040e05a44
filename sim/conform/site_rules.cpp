// Which rules are at stake when a site grants or refuses, the ones that say most first.
#include <algorithm>

#include "core/request.hpp"
#include "sim/conform/site_model.hpp"

namespace tokenlife::sim {

RuleIds SiteModel::rules_of_refusal(const Step& step,
                                    const std::set<RefusalReason>& reasons) const {
  RuleIds rules;
  const bool shows_bulk = step.op == Op::register_client;
  const IssuedToken* token = step.token ? find(step.token->granted_by) : nullptr;
  const bool is_known =
      token != nullptr && step.token->change == ShownToken::Change::none && token->epoch == epoch_;
  const bool is_damaged = step.token && !is_known;
  if (is_damaged) rules.add(shows_bulk ? std::string_view("D2") : std::string_view("R15"));
  for (const RefusalReason reason : reasons) {
    // Of a text that the site never issued nothing else counts.
    const bool is_of_client = reason == RefusalReason::client_blocked ||
                              reason == RefusalReason::client_outdated ||
                              reason == RefusalReason::user_centric;
    if (is_damaged && !is_of_client) continue;
    if (reason == RefusalReason::credential_required && step.via == Endpoint::cmg) {
      rules.add("R2");
      continue;
    }
    // Of a token of the other kind only that it is one.
    if (is_known && token->is_bulk != shows_bulk &&
        (reason == RefusalReason::bulk_token_unknown ||
         reason == RefusalReason::certificate_mismatch)) {
      continue;
    }
    for (const std::string_view id : rules_behind(reason)) rules.add(id);
  }
  if (!is_known) return rules;
  const Instant end = token->expires + leeway_of(*token);
  if (step.now >= end && step.now < end + std::chrono::minutes{1}) rules.add("A5");
  if (step.now >= end && leeway_of(*token) > Duration{0}) rules.add("A6");
  if (step.op == Op::renew && token->is_bulk) rules.add("R61");
  if (shows_bulk && token->signer + 1 < keys_.size() && keys_[token->signer].retired) {
    rules.add("D2");
  }
  return rules;
}

RuleIds SiteModel::rules_of_grant(const Step& step) const {
  RuleIds rules;
  const IssuedToken* token = step.token ? find(step.token->granted_by) : nullptr;
  if (token != nullptr) {
    if (step.now >= token->expires) rules.add("A6");
    if (step.now + std::chrono::minutes{1} >= token->expires || step.now == token->not_before) {
      rules.add("A5");
    }
    if (token->signer + 1 != keys_.size()) rules.add("A9");
    if (token->was_blocked) rules.add("R55");
    if (token->is_bulk && !token->used_by.empty() && !token->used_by.contains(step.client)) {
      rules.add("D5");
    }
    const IssuedToken* behind = find(token->by_bulk);
    const bool bulk_ended = behind != nullptr &&
                            (behind->blocked || step.now >= behind->expires || behind->was_blocked);
    if (bulk_ended) rules.add("D1");
    const bool has_newer = std::any_of(tokens_.begin(), tokens_.end(), [&](const auto& other) {
      return !token->is_bulk && other.id > token->id && other.certificate == token->certificate;
    });
    if (has_newer) rules.add("R57");
  }
  if (were_blocked_.contains(step.client) || (!blocked_.empty() && !step.token)) rules.add("A8");
  if (step.op == Op::exchange) {
    rules.add({"R15", "R27"});
    if (step.version == ClientVersion::outdated) rules.add("R5");
    return rules;
  }
  if (step.op == Op::renew) {
    rules.add({"R58", "R59"});
    return rules;
  }
  switch (step.credential) {
    case Credential::self_signed: rules.add({"R12", "R16"}); break;
    case Credential::pki:
    case Credential::entra:
      rules.add("A11");
      if (step.via == Endpoint::mp && policy_.mp == MpMode::https) rules.add("R18");
      if (step.subject == Scope::user) rules.add("R9");
      break;
    case Credential::bulk:
      rules.add({"D2", "R20", "R23"});
      if (step.via == Endpoint::mp) rules.add("R18");
      break;
  }
  return rules;
}

}  // namespace tokenlife::sim
