#include "sim/conform/site_model.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/bulk_lifetime.hpp"
#include "core/decide.hpp"
#include "core/ensure.hpp"
#include "core/request.hpp"
#include "core/site_policy.hpp"
#include "core/token_life.hpp"
#include "core/verdict.hpp"

namespace tokenlife::sim {
namespace {

// R44-R46, A4: nothing unless it is a whole number of minutes in its range.
std::optional<std::int64_t> minutes_of(const Step& step) {
  if (!step.lifetime) return kBulkLifetimeMinutesDefault;
  const auto value = nlohmann::ordered_json::parse(*step.lifetime);
  if (!value.is_number_integer()) return std::nullopt;
  if (value.is_number_unsigned() && value.get<std::uint64_t>() > kBulkLifetimeMinutesMax) {
    return std::nullopt;
  }
  const auto minutes = value.get<std::int64_t>();
  const bool fits = minutes >= kBulkLifetimeMinutesMin && minutes <= kBulkLifetimeMinutesMax;
  return fits ? std::optional(minutes) : std::nullopt;
}

}  // namespace

Duration SiteModel::leeway_of(const IssuedToken& token) const {
  return token.is_bulk ? policy_.bulk_leeway.value_or(policy_.leeway) : policy_.leeway;
}

bool SiteModel::is_open(const IssuedToken& token, Instant now) const {
  return now < token.not_before && now >= token.not_before - leeway_of(token);
}

const IssuedToken* SiteModel::find(StepId id) const {
  const auto found = std::find_if(tokens_.begin(), tokens_.end(),
                                  [&](const IssuedToken& token) { return token.id == id; });
  return found == tokens_.end() ? nullptr : &*found;
}
IssuedToken* SiteModel::find(StepId id) {
  return const_cast<IssuedToken*>(std::as_const(*this).find(id));
}

std::optional<std::size_t> SiteModel::key_of(StepId id) const {
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    if (keys_[i].brought_by == id) return i;
  }
  return std::nullopt;
}

bool SiteModel::can_take(const Step& step) const {
  if (step.op == Op::reset) return true;
  if (epoch_ == 0 || step.now < now_ - kClockBackMax) return false;
  switch (step.op) {
    case Op::block_bulk_token:
    case Op::unblock_bulk_token: {
      const IssuedToken* token = find(step.of);
      return step.of == 0 || (token != nullptr && token->is_bulk);
    }
    case Op::retire: {
      const auto key = key_of(step.of);
      return key && *key + 1 < keys_.size() && !keys_[*key].retired;
    }
    case Op::register_client:
    case Op::renew:
    case Op::exchange: {
      const bool shows = step.op != Op::register_client || step.credential == Credential::bulk;
      if (shows != step.token.has_value()) return false;
      if (step.via == Endpoint::sts) return false;
      return !shows || step.token->change == ShownToken::Change::empty ||
             find(step.token->granted_by) != nullptr;
    }
    case Op::contact:
    case Op::policy:
    case Op::answer:
    case Op::reinstall:
    case Op::state: return false;
    case Op::reset:
    case Op::issue_bulk_token:
    case Op::list:
    case Op::rotate:
    case Op::block_client:
    case Op::unblock_client: break;
  }
  return true;
}

Expected SiteModel::take(const Step& step) {
  now_ = step.now;
  Expected expected;
  switch (step.op) {
    case Op::reset:
      ++epoch_;
      policy_ = step.policy;
      keys_ = {SignerKey{step.id}};
      blocked_.clear();
      were_blocked_.clear();
      expected.kind = Expected::Kind::key;
      expected.rules = {"R4"};
      break;
    case Op::issue_bulk_token: return take_bulk_token(step);
    case Op::block_bulk_token:
    case Op::unblock_bulk_token: return take_block(step);
    case Op::list: return take_list(step);
    case Op::rotate:
      keys_.push_back(SignerKey{step.id});
      expected.kind = Expected::Kind::key;
      expected.rules = {"A9"};
      break;
    case Op::retire:
      keys_[*key_of(step.of)].retired = true;
      expected.rules = {"A9"};
      break;
    case Op::block_client:
      blocked_.insert(step.client);
      were_blocked_.insert(step.client);
      expected.rules = {"A8"};
      break;
    case Op::unblock_client:
      blocked_.erase(step.client);
      expected.rules = {"A8"};
      break;
    case Op::register_client:
    case Op::renew:
    case Op::exchange: return take_request(step);
    case Op::contact:
    case Op::policy:
    case Op::answer:
    case Op::reinstall:
    case Op::state: break;
  }
  return expected;
}

Expected SiteModel::take_bulk_token(const Step& step) {
  Expected expected;
  const auto minutes = minutes_of(step);
  if (!minutes) {
    expected.kind = Expected::Kind::refused;
    expected.reasons = {"lifetime-out-of-range"};
    expected.rules = {"A4", "R44", "R46"};
    return expected;
  }
  IssuedToken token;
  token.id = step.id;
  token.is_bulk = true;
  token.not_before = step.now;
  token.expires = step.now + std::chrono::minutes{*minutes};
  token.signer = keys_.size() - 1;
  token.epoch = epoch_;
  expected.kind = Expected::Kind::bulk_token;
  expected.not_before = token.not_before;
  expected.expires = token.expires;
  expected.rules = {"R31", "R41", "R44", "R46"};
  expected.date_rules = {"D3"};
  if (!step.lifetime) expected.date_rules.add("R45");
  tokens_.push_back(std::move(token));
  return expected;
}

Expected SiteModel::take_block(const Step& step) {
  Expected expected;
  IssuedToken* token = find(step.of);
  if (token == nullptr || token->epoch != epoch_) {
    expected.kind = Expected::Kind::refused;
    expected.reasons = {"bulk-token-unknown"};
    expected.rules = {"R53"};
    return expected;
  }
  token->blocked = step.op == Op::block_bulk_token;
  token->was_blocked |= token->blocked;
  expected.rules = token->blocked ? RuleIds{"R54", "R49"} : RuleIds{"R55"};
  return expected;
}

Expected SiteModel::take_list(const Step& step) const {
  Expected expected;
  expected.kind = Expected::Kind::list;
  expected.rules = {"R48"};
  for (const IssuedToken& token : tokens_) {
    if (!token.is_bulk || token.epoch != epoch_) continue;
    std::string_view status = "active";
    if (step.now < token.not_before) status = "not-yet-valid";
    if (token.blocked) status = "blocked";
    if (keys_[token.signer].retired) status = "signer-retired";
    if (step.now >= token.expires) status = "expired";
    expected.listed.push_back({token.id, token.not_before, token.expires, status});
  }
  return expected;
}

// ---- What clients ask --------------------------------------------------------------------------

// Of a text that the site never issued, or not since the reset.
void SiteModel::damage_reasons(const IssuedToken* token, const ShownToken& shown, bool wants_bulk,
                               std::set<RefusalReason>& reasons) const {
  reasons.insert({RefusalReason::malformed, RefusalReason::bad_signature,
                  RefusalReason::wrong_issuer, RefusalReason::unknown_signer});
  if (wants_bulk || !hello_->jwt) reasons.insert(RefusalReason::bulk_token_unknown);
  if (!hello_->jwt || token == nullptr) return;
  // Claims may be looked at before the signature: what a changed one says nobody knows.
  if (shown.change == ShownToken::Change::changed) {
    reasons.insert({RefusalReason::wrong_audience, RefusalReason::wrong_type,
                    RefusalReason::expired, RefusalReason::not_yet_valid,
                    RefusalReason::bulk_token_expired, RefusalReason::bulk_token_not_yet_valid,
                    RefusalReason::certificate_mismatch});
  }
}

std::set<RefusalReason> SiteModel::token_reasons(const Step& step, bool wants_bulk) const {
  std::set<RefusalReason> reasons;
  const ShownToken& shown = *step.token;
  const IssuedToken* token =
      shown.change == ShownToken::Change::empty ? nullptr : find(shown.granted_by);
  const bool is_known =
      token != nullptr && shown.change == ShownToken::Change::none && token->epoch == epoch_;
  if (!is_known) damage_reasons(token, shown, wants_bulk, reasons);
  // An empty bulk token may count as none.
  if (token == nullptr && wants_bulk) reasons.insert(RefusalReason::credential_required);
  // Claims of a JWT can be read without its signature: what holds of the whole one may be said.
  if (token == nullptr || (!is_known && !hello_->jwt)) return reasons;
  const bool other_kind = token->is_bulk != wants_bulk;
  const bool is_over = step.now >= token->expires + leeway_of(*token);
  const bool is_early = step.now < token->not_before;
  const bool as_bulk = wants_bulk || token->is_bulk;
  const bool as_client = !wants_bulk || !token->is_bulk;
  if (other_kind) {
    reasons.insert(RefusalReason::wrong_type);
    reasons.insert(wants_bulk ? RefusalReason::bulk_token_unknown
                              : RefusalReason::certificate_mismatch);
  }
  if (is_known && keys_[token->signer].retired) reasons.insert(RefusalReason::unknown_signer);
  if (is_over && as_bulk) reasons.insert(RefusalReason::bulk_token_expired);
  if (is_over && as_client) reasons.insert(RefusalReason::expired);
  if (is_early && as_bulk) reasons.insert(RefusalReason::bulk_token_not_yet_valid);
  if (is_early && as_client) reasons.insert(RefusalReason::not_yet_valid);
  if (token->blocked && token->epoch == epoch_) reasons.insert(RefusalReason::bulk_token_blocked);
  if (!wants_bulk && !token->is_bulk && token->certificate != step.certificate) {
    reasons.insert(RefusalReason::certificate_mismatch);
    // The one that it was issued to may be blocked, too.
    if (blocked_.contains(token->owner)) reasons.insert(RefusalReason::client_blocked);
  }
  return reasons;
}

std::set<RefusalReason> SiteModel::reasons_of(const Step& step) const {
  std::set<RefusalReason> reasons;
  if (step.token) reasons = token_reasons(step, step.op == Op::register_client);
  if (blocked_.contains(step.client)) reasons.insert(RefusalReason::client_blocked);
  const bool wants_token = step.op != Op::exchange;
  if (wants_token && step.version == ClientVersion::outdated) {
    reasons.insert(RefusalReason::client_outdated);
  }
  if (step.op != Op::register_client) return reasons;
  if (step.subject == Scope::user && step.credential != Credential::entra) {
    reasons.insert(RefusalReason::user_centric);
  }
  if (step.credential == Credential::self_signed) {
    if (step.via == Endpoint::mp && !policy_.internal_registration) {
      reasons.insert(RefusalReason::internal_registration_off);
    }
    if (step.via == Endpoint::cmg || policy_.mp == MpMode::https) {
      reasons.insert(RefusalReason::credential_required);
    }
  }
  return reasons;
}

// core's word on the same.
bool SiteModel::judged_good(const Step& step, const std::set<RefusalReason>& reasons) const {
  Client client;
  client.state = LifecycleState::registered;
  client.blocked = blocked_.contains(step.client);
  client.version = step.version;
  SiteView view;
  const IssuedToken* token = step.token ? find(step.token->granted_by) : nullptr;
  // What a modelled token never is.
  for (const RefusalReason reason : reasons) {
    if (needs_real_token(reason)) view.verified = TokenVerdict{reason};
  }
  if (!view.verified && token != nullptr) {
    const bool trusted = !keys_[token->signer].retired;
    if (token->is_bulk) {
      view.bulk_token = {token->not_before, token->expires, token->blocked};
      view.bulk_signer_trusted = trusted;
    } else {
      client.token.expires = token->expires;
      view.token_signer_trusted = trusted;
    }
  }
  const RequestKind kind = step.op == Op::register_client ? RequestKind::registration
                           : step.op == Op::renew         ? RequestKind::renewal
                                                          : RequestKind::exchange;
  const Request request{kind, step.via, step.credential, {}, step.subject};
  const Verdict verdict = judge(client, request, view, policy_, step.now);
  return verdict.kind == Verdict::Kind::granted;
}

Expected SiteModel::take_request(const Step& step) {
  Expected expected;
  IssuedToken* shown = step.token ? find(step.token->granted_by) : nullptr;
  const bool shows_whole = shown != nullptr && step.token->change == ShownToken::Change::none;
  const std::set<RefusalReason> reasons = reasons_of(step);
  ensure(judged_good(step, reasons) == reasons.empty(), "reasons that fit the verdict");
  if (!reasons.empty()) {
    expected.kind = Expected::Kind::refused;
    for (const RefusalReason reason : reasons) expected.reasons.insert(name(reason));
    expected.rules = rules_of_refusal(step, reasons);
    std::set<RefusalReason> others = reasons;
    others.erase(RefusalReason::not_yet_valid);
    others.erase(RefusalReason::bulk_token_not_yet_valid);
    expected.open = shows_whole && others.empty() && is_open(*shown, step.now);
    return expected;
  }
  expected.rules = rules_of_grant(step);
  if (shown != nullptr && shown->is_bulk) shown->used_by.insert(step.client);
  expected.kind = Expected::Kind::granted;
  if (step.op == Op::exchange) return expected;
  expected.kind = Expected::Kind::token;
  const ClientToken issued = issue(policy_, {}, {}, step.now);
  expected.not_before = issued.not_before;
  expected.expires = issued.expires;
  expected.date_rules = step.op == Op::renew ? RuleIds{"D7", "R57", "R14"} : RuleIds{"R57", "R14"};
  IssuedToken token;
  token.id = step.id;
  token.not_before = issued.not_before;
  token.expires = issued.expires;
  token.signer = keys_.size() - 1;
  token.epoch = epoch_;
  token.owner = step.client;
  token.certificate = step.certificate;
  if (shown != nullptr) token.by_bulk = shown->is_bulk ? shown->id : shown->by_bulk;
  tokens_.push_back(std::move(token));
  return expected;
}

}  // namespace tokenlife::sim
