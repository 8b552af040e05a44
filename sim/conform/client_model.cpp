#include "sim/conform/client_model.hpp"

#include "core/answer.hpp"
#include "core/decide.hpp"
#include "core/ensure.hpp"
#include "core/evolve_in_place.hpp"
#include "core/policy.hpp"
#include "core/token_life.hpp"
#include "core/verdict.hpp"

namespace tokenlife::sim {
namespace {

// A bulk token of a client's, by the request that brought it. Never nil.
Guid guid_of_bulk(StepId id) { return {1, id}; }

std::string_view ask_word(RequestKind kind) {
  switch (kind) {
    case RequestKind::registration: return "register";
    case RequestKind::renewal: return "renew";
    case RequestKind::exchange: return "exchange";
  }
  return "";
}

std::optional<FailureReason> failure_of(const std::string& reason) {
  return from_name<FailureReason>(reason);
}

}  // namespace

template <class Event>
void ClientModel::happen(const Event& event) {
  ensure(evolve_in_place(client_, event) == EventError::none, "an event that can happen");
}

void ClientModel::expire(Instant now) {
  if (next_expiry(client_, policy_) <= now) happen(TokenExpired{client_.token.serial});
}

bool ClientModel::can_be_answered(const Step& step) const {
  if (!asked_) return false;
  switch (step.given) {
    case GivenAnswer::token:
      if (asked_->kind == RequestKind::exchange || step.not_before >= step.expires) return false;
      break;
    case GivenAnswer::nothing:
      if (asked_->kind != RequestKind::exchange) return false;
      break;
    case GivenAnswer::refused:
      if (!from_name<RefusalReason>(step.reason)) return false;
      break;
    case GivenAnswer::failed: return failure_of(step.reason).has_value();
  }
  // On another network than where it asked no answer comes.
  return client_.network == network_of(asked_->via);
}

bool ClientModel::can_take(const Step& step) const {
  if (step.op == Op::reset) return step.credential != Credential::bulk;
  // Its clock is right.
  if (client_.state == LifecycleState::not_installed || step.now < now_) return false;
  // An exchange takes no time: its answer comes next.
  const bool exchanges = asked_ && asked_->kind == RequestKind::exchange;
  switch (step.op) {
    case Op::contact: return !exchanges && step.network != Network::offline;
    case Op::answer: return can_be_answered(step);
    case Op::policy:
    case Op::reinstall: return !exchanges;
    case Op::state: return !exchanges && hello_->able(Ability::state);
    case Op::reset:
    case Op::issue_bulk_token:
    case Op::block_bulk_token:
    case Op::unblock_bulk_token:
    case Op::list:
    case Op::rotate:
    case Op::retire:
    case Op::block_client:
    case Op::unblock_client:
    case Op::register_client:
    case Op::renew:
    case Op::exchange: break;
  }
  return false;
}

Expected ClientModel::take(const Step& step) {
  now_ = step.now;
  Expected expected;
  expected.rules = {"R1"};
  switch (step.op) {
    case Op::reset:
      *this = ClientModel(*hello_);
      now_ = step.now;
      policy_ = step.policy;
      bulk_ = step.has_bulk ? step.id : 0;
      had_bulk_ = step.has_bulk;
      happen(ClientInstalled{{},
                             Network::offline,
                             step.credential,
                             step.version,
                             true,
                             false,
                             step.has_bulk ? guid_of_bulk(step.id) : Guid{}});
      break;
    case Op::contact: return take_contact(step);
    case Op::policy:
      policy_ = step.policy;
      policy_was_changed_ = true;
      expected.rules = {"A15"};
      break;
    case Op::answer: take_answer(step); break;
    case Op::reinstall: {
      ClientReinstalled event{};
      event.bulk = step.has_bulk ? guid_of_bulk(step.id) : Guid{};
      happen(event);
      bulk_ = step.has_bulk ? step.id : 0;
      had_bulk_ = had_bulk_ || step.has_bulk;
      held_ = 0;
      asked_.reset();
      silent_until_ = Instant::min();
      was_reinstalled_ = true;
      expected.rules = {"A7"};
      break;
    }
    case Op::state:
      expire(step.now);
      expected.kind = Expected::Kind::standing;
      expected.state = name(client_.state);
      expected.rules = {client_.state == LifecycleState::expired ? "A5" : "A10"};
      if (client_.state == LifecycleState::installed) {
        expected.rules = was_reinstalled_ ? RuleIds{"A7", "D10"} : RuleIds{"D10"};
      }
      if (client_.token.exists()) expected.serves_until = client_.token.expires;
      // Whether one that has expired is still held.
      expected.may_serve_nothing = client_.state == LifecycleState::expired;
      expected.date_rules = {"D7", "R57"};
      break;
    case Op::issue_bulk_token:
    case Op::block_bulk_token:
    case Op::unblock_bulk_token:
    case Op::list:
    case Op::rotate:
    case Op::retire:
    case Op::block_client:
    case Op::unblock_client:
    case Op::register_client:
    case Op::renew:
    case Op::exchange: break;
  }
  return expected;
}

void ClientModel::move_to(Network network) {
  if (client_.network == network) return;
  happen(NetworkChanged{client_.network, network});
  silent_until_ = Instant::min();
}

Expected ClientModel::take_contact(const Step& step) {
  expire(step.now);
  move_to(step.network);
  if (client_.cmg_allowed != step.cmg_allowed) happen(CmgAllowedChanged{step.cmg_allowed});
  if (step.agent_start) silent_until_ = Instant::min();
  Expected expected;
  expected.kind = Expected::Kind::ask;
  expected.ask.asks = "nothing";
  if (!asked_ && step.now < silent_until_) {
    expected.rules = {"R1"};
    return expected;
  }
  const bool due = client_.token.exists() &&
                   step.now >= renewal_due(policy_, client_.token.not_before, Duration{0});
  const auto request = ask(client_, {due, step.agent_start}, policy_);
  if (!request) {
    expected.rules = rules_of_silence(request.error());
    return expected;
  }
  // What it does not tell of is not known.
  if (request->kind == RequestKind::exchange && !hello_->able(Ability::exchange)) {
    expected.open = true;
    return expected;
  }
  expected.rules = rules_of_ask(*request, step);
  expected.ask.asks = ask_word(request->kind);
  expected.ask.via = request->via;
  expected.ask.credential = request->credential;
  if (request->kind != RequestKind::registration) expected.ask.token = held_;
  if (request->credential == Credential::bulk) expected.ask.token = bulk_;
  asked_ = *request;
  asked_at_ = step.now;
  if (request->kind == RequestKind::registration) {
    happen(RegistrationRequested{request->via, request->credential, request->bulk});
  } else if (request->kind == RequestKind::renewal) {
    happen(RenewalRequested{request->via, client_.token.serial});
  }
  return expected;
}

void ClientModel::take_answer(const Step& step) {
  // It may come after the end of the token that it replaces.
  expire(step.now);
  Answer answer{*asked_, {}, {}, false};
  switch (step.given) {
    case GivenAnswer::token:
      answer.token = {TokenSerial::of({}, ++tokens_), step.not_before, step.expires, {}};
      held_ = step.id;
      break;
    case GivenAnswer::nothing: break;
    case GivenAnswer::refused:
      answer.verdict = {Verdict::Kind::refused, *from_name<RefusalReason>(step.reason), {}};
      break;
    case GivenAnswer::failed:
      answer.verdict = {Verdict::Kind::failed, {}, *failure_of(step.reason)};
      break;
  }
  const AnswerEffects effects = apply_answer(client_, answer);
  if (effects.first) std::visit([this](const auto& event) { happen(event); }, *effects.first);
  if (effects.then) happen(*effects.then);
  if (client_.bulk.is_nil()) bulk_ = 0;
  if (!client_.token.exists()) held_ = 0;
  if (asked_->kind != RequestKind::exchange) {
    silent_until_ = tokenlife::silent_until(answer, policy_, asked_at_);
  }
  asked_.reset();
}

// ---- Which rules -------------------------------------------------------------------------------

RuleIds ClientModel::rules_of_silence(NoRequest why) const {
  switch (why) {
    case NoRequest::cmg_not_allowed: return {"R11", "R10"};
    case NoRequest::no_credential: return had_bulk_ ? RuleIds{"R25", "R19"} : RuleIds{"R19", "R6"};
    case NoRequest::waits_for_intranet: return {"R60", "D8"};
    case NoRequest::answer_under_way:
    case NoRequest::not_installed:
    case NoRequest::offline: return {"R1"};
  }
  return {};
}

RuleIds ClientModel::rules_of_ask(const Request& request, const Step& step) const {
  RuleIds rules;
  const bool by_itself =
      request.credential == Credential::pki || request.credential == Credential::entra;
  switch (request.kind) {
    case RequestKind::registration:
      if (request.credential == Credential::bulk) {
        rules.add(request.via == Endpoint::mp ? std::string_view("R18") : std::string_view("R20"));
      }
      if (by_itself) rules.add("A11");
      if (client_.state == LifecycleState::expired &&
          step.now < client_.token.expires + std::chrono::minutes{1}) {
        rules.add({"A5", "R57"});
      }
      if (client_.state != LifecycleState::installed) {
        rules.add({"R60", "D8"});
        if (had_bulk_) rules.add("R28");
      } else {
        rules.add({"R13", "R12"});
        if (was_reinstalled_) rules.add("A7");
        if (had_bulk_ && request.credential == Credential::self_signed) rules.add({"R25", "R28"});
      }
      return rules;
    case RequestKind::renewal:
      rules.add({"R56", "A1"});
      if (policy_.renew_on == RenewOn::agent_start) rules.add("A2");
      rules.add(request.via == Endpoint::cmg ? std::string_view("R59") : std::string_view("R58"));
      if (!step.cmg_allowed) rules.add("D9");
      if (policy_was_changed_) rules.add("A15");
      return rules;
    case RequestKind::exchange: break;
  }
  if (client_.state == LifecycleState::expired) return {"A10", "R57", "A5"};
  const bool is_due = step.now >= renewal_due(policy_, client_.token.not_before, Duration{0});
  if (is_due) rules.add("A2");
  rules.add({"R27", "R56", "A1"});
  if (had_bulk_) rules.add("R28");
  if (step.now + std::chrono::minutes{1} >= client_.token.expires) rules.add("A5");
  if (policy_was_changed_) rules.add("A15");
  return rules;
}

}  // namespace tokenlife::sim
