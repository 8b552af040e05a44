#include "sim/check/model.hpp"

#include "core/bulk_lifetime.hpp"
#include "core/ensure.hpp"
#include "core/evolve_in_place.hpp"
#include "core/site.hpp"
#include "core/site_command.hpp"

namespace tokenlife::sim::checker {
namespace {

// Lets the event happen. One that is not legal is kept, and changes nothing.
template <class Event>
void record(Transition& transition, const Event& event) {
  Client& client = transition.after.client;
  const LifecycleState from = client.state;
  const Where where = evolve_detail::where(client, event);
  const EventError error = evolve_in_place(client, event);
  transition.events.push_back(
      {event, from, client.state, where, error, transition.now != kPresent});
}

// What a key is after the rotation of the certificate, or the retirement of the one before.
KeyNumber renumbered(KeyNumber key, ActionKind kind) {
  if (kind == ActionKind::rotate && key != kRetiredKey) --key.value;
  if (kind == ActionKind::retire && key == kPreviousKey) key = kRetiredKey;
  return key;
}

bool has_certificate(const ClientState& part) { return part.client.credential == Credential::pki; }

// False if it makes no difference. A client that has just got its token has heard what there was to
// hear: what is changed from the start of that tick on was changed before. One that is installed
// in this tick is installed with the newest setting; whoever else has moved can be told before.
bool change_setting(Transition& transition, const Options& options) {
  ClientState& after = transition.after;
  if (options.features.has(Feature::cmg_news) && has_just_got_token(after, options)) return false;
  if (transition.action.kind == ActionKind::announce) {
    if (after.moved) return false;
    after.unheard = !after.unheard;
    return true;
  }
  const bool value = transition.action.kind == ActionKind::allow_cmg;
  const bool is_new = after.client.cmg_allowed != value;
  if (!is_new && !after.unheard) return false;
  if (is_new) record(transition, CmgAllowedChanged{value});
  after.unheard = false;
  return true;
}

}  // namespace

std::vector<Action> client_actions(const Options& options) {
  const auto with = [&](Feature feature) { return options.features.has(feature); };
  std::vector<Action> actions;
  for (const Network network : {Network::offline, Network::intranet, Network::internet}) {
    for (int variant = 0; variant < 8; ++variant) {
      Action action{.kind = ActionKind::install, .network = network};
      action.with_bulk = (variant & 1) != 0;
      if ((variant & 2) != 0) action.credential = Credential::pki;
      if ((variant & 4) != 0) action.version = ClientVersion::outdated;
      if ((action.with_bulk && !with(Feature::bulk)) ||
          ((variant & 2) != 0 && !with(Feature::pki)) ||
          ((variant & 4) != 0 && !with(Feature::upgrade))) {
        continue;
      }
      actions.push_back(action);
    }
    actions.push_back({.kind = ActionKind::move, .network = network});
  }
  const auto add = [&](Feature feature, ActionKind kind) {
    if (with(feature)) actions.push_back({.kind = kind});
  };
  add(Feature::block, ActionKind::block);
  add(Feature::block, ActionKind::unblock);
  add(Feature::cmg_setting, ActionKind::forbid_cmg);
  add(Feature::cmg_setting, ActionKind::allow_cmg);
  add(Feature::cmg_news, ActionKind::announce);
  add(Feature::upgrade, ActionKind::upgrade);
  add(Feature::restart, ActionKind::restart);
  for (int variant = 0; variant < 4 && with(Feature::reinstall); ++variant) {
    Action action{.kind = ActionKind::reinstall};
    action.with_bulk = (variant & 1) != 0;
    action.new_identity = (variant & 2) != 0;
    if (action.with_bulk && !with(Feature::bulk)) continue;
    if (action.new_identity && !with(Feature::block)) continue;
    actions.push_back(action);
  }
  return actions;
}

std::vector<Action> site_actions(const Options& options) {
  const auto with = [&](Feature feature) { return options.features.has(feature); };
  std::vector<Action> actions;
  for (const Endpoint endpoint : {Endpoint::mp, Endpoint::cmg, Endpoint::sts}) {
    if (with(Feature::outage)) {
      actions.push_back({.kind = ActionKind::outage_begins, .endpoint = endpoint});
      actions.push_back({.kind = ActionKind::outage_ends, .endpoint = endpoint});
    }
    if (with(Feature::lose_answers) && endpoint != Endpoint::sts) {
      actions.push_back({.kind = ActionKind::lose_answers, .endpoint = endpoint});
    }
  }
  if (with(Feature::bulk)) {
    for (const ActionKind kind :
         {ActionKind::issue_bulk, ActionKind::block_bulk, ActionKind::unblock_bulk})
      actions.push_back({.kind = kind});
  }
  if (with(Feature::rotate)) {
    for (const ActionKind kind : {ActionKind::rotate, ActionKind::retire})
      actions.push_back({.kind = kind});
  }
  return actions;
}

// The site's stand last.
bool is_of_site(ActionKind kind) { return kind >= ActionKind::outage_begins; }

Model::Model(const Options& options, const Rules& rules)
    : options_(options), rules_(rules), policy_(policy_of(options)), codec_(options) {
  ensure(policy_.token_validity % options.unit == Duration{0} &&
             policy_.renew_after % options.unit == Duration{0},
         "the unit to divide the policy's durations");
}

// ---- Steps within a tick -----------------------------------------------------------------------

std::optional<Transition> Model::act(const ClientState& part, const SiteState& site,
                                     const Action& action) const {
  const Client& client = part.client;
  const bool installed = client.state != LifecycleState::not_installed;
  if (installed == (action.kind == ActionKind::install)) return std::nullopt;
  Transition transition{.action = action, .before = part, .site = &site, .after = part};
  switch (action.kind) {
    case ActionKind::install:
      if (action.with_bulk && !site.site->bulk_tokens.contains(kBulkGuid)) return std::nullopt;
      record(transition, ClientInstalled{{},
                                         action.network,
                                         action.credential,
                                         action.version,
                                         true,
                                         false,
                                         action.with_bulk ? kBulkGuid : Guid{}});
      transition.after.moved = transition.after.agent_started = true;
      break;
    case ActionKind::move:
      if (part.moved || client.network == action.network) return std::nullopt;
      record(transition, NetworkChanged{client.network, action.network});
      transition.after.moved = true;
      break;
    case ActionKind::block:
      if (client.blocked) return std::nullopt;
      record(transition, ClientBlocked{});
      break;
    case ActionKind::unblock:
      if (!client.blocked) return std::nullopt;
      record(transition, ClientUnblocked{});
      break;
    case ActionKind::forbid_cmg:
    case ActionKind::allow_cmg:
    case ActionKind::announce:
      if (!change_setting(transition, options_)) return std::nullopt;
      break;
    case ActionKind::upgrade:
      if (client.version == ClientVersion::current) return std::nullopt;
      record(transition, ClientUpgraded{});
      break;
    case ActionKind::restart:
      if (part.agent_started) return std::nullopt;
      record(transition, AgentRestarted{});
      transition.after.agent_started = true;
      break;
    case ActionKind::reinstall:
      // A new identity makes a difference to who is blocked.
      if (part.reinstall.ordered || (action.new_identity && !client.blocked)) return std::nullopt;
      transition.after.reinstall = {true, action.with_bulk, action.new_identity};
      break;
    case ActionKind::tick:
    case ActionKind::outage_begins:
    case ActionKind::outage_ends:
    case ActionKind::lose_answers:
    case ActionKind::issue_bulk:
    case ActionKind::block_bulk:
    case ActionKind::unblock_bulk:
    case ActionKind::rotate:
    case ActionKind::retire: return std::nullopt;
  }
  return transition;
}

std::optional<SiteState> Model::act(const SiteState& part, const Action& action) const {
  std::optional<SiteCommand> command;
  switch (action.kind) {
    case ActionKind::outage_begins: command = TakeEndpointDown{action.endpoint}; break;
    case ActionKind::outage_ends: command = BringEndpointUp{action.endpoint}; break;
    case ActionKind::issue_bulk:
      command = IssueBulkToken{std::string(kBulkName), kBulkGuid, kBulkLifetimeMinutesDefault};
      break;
    case ActionKind::block_bulk: command = BlockBulkToken{kBulkGuid}; break;
    case ActionKind::unblock_bulk: command = UnblockBulkToken{kBulkGuid}; break;
    case ActionKind::rotate:
      // At most two are trusted at a time.
      if (!part.site->keys[kPreviousKey.value].retired) return std::nullopt;
      command = RotateSigningCertificate{};
      break;
    case ActionKind::retire: command = RetireSigningCertificate{kPreviousKey}; break;
    case ActionKind::lose_answers: {
      SiteState next = part;
      bool& loses = next.loses_answers[static_cast<std::size_t>(action.endpoint)];
      if (loses) return std::nullopt;
      loses = true;
      return next;
    }
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
    case ActionKind::reinstall: return std::nullopt;
  }
  const auto event = rules_.decide(*part.site, *command, kPresent);
  if (!event) return std::nullopt;
  auto site = rules_.evolve(*part.site, *event);
  ensure(site.has_value(), "the site to accept an event that it decided");
  SiteState next{std::move(*site), part.loses_answers, part.day};
  // Numbers move down: of the retired ones only that they are.
  if (action.kind == ActionKind::rotate) next.site->keys.erase(next.site->keys.begin());
  for (auto& [guid, token] : next.site->bulk_tokens)
    token.signer = renumbered(token.signer, action.kind);
  return next;
}

ClientState Model::after_signer_change(const ClientState& part, ActionKind kind) const {
  ClientState next = part;
  for (ClientToken* token : {&next.client.token, &next.answer.token}) {
    if (!token->exists()) continue;
    token->signer = renumbered(token->signer, kind);
  }
  return next;
}

// ---- The passing of time -----------------------------------------------------------------------

Transition Model::tick(const ClientState& part, const SiteState& site) const {
  Transition transition{.action = {}, .before = part, .site = &site, .after = part};
  look_at_certificate(transition);
  contact(transition);
  transition.now += options_.unit;
  std::uint32_t& certificate_age = transition.after.certificate_age;
  if (has_certificate(part)) {
    certificate_age = std::min(certificate_age + 1, codec_.certificate_age_max());
  }
  transition.after.moved = transition.after.agent_started = false;
  carry_out_order(transition);
  hear_answer(transition);
  if (rules_.next_expiry(transition.after.client, policy_) <= transition.now) {
    record(transition, TokenExpired{transition.after.client.token.serial});
  }
  return transition;
}

SiteState Model::tick(const SiteState& site) const {
  SiteState next = site;
  next.loses_answers = {};
  if (options_.days) ++next.day;
  return next;
}

// Action 4, of which the network's part is actions of its own.
void Model::look_at_certificate(Transition& transition) const {
  ClientState& after = transition.after;
  if (codec_.certificate_age_max() == 0 || !has_certificate(after) ||
      after.certificate_age < codec_.certificate_age_max()) {
    return;
  }
  if (after.client.network == Network::intranet) {
    record(transition, CredentialRenewed{kCertificateValidity});
    after.certificate_age = 0;
  } else if (!after.client.credential_expired) {
    record(transition, CredentialExpired{RenewsOn::intranet});
  }
}

// Action 5 of the tick.
void Model::contact(Transition& transition) const {
  const Client& client = transition.after.client;
  if (client.network == Network::offline || transition.before.answer_in > 0) return;
  const bool due = kPresent >= rules_.renewal_due(policy_, client.token.not_before, Duration{0});
  const auto asked = rules_.ask(client, {due, transition.before.agent_started}, policy_);
  if (!asked) return;
  transition.request = *asked;
  const SiteView view = view_of(*transition.site, client, *asked);
  transition.verdict = rules_.judge(client, *asked, view, policy_, kPresent);
  // An exchange takes no time unless it is refused.
  const bool is_exchange = asked->kind == RequestKind::exchange;
  Answer answer{*asked, transition.verdict, {}, false};
  if (is_exchange && transition.verdict.kind != Verdict::Kind::refused) {
    answer.lost = transition.site->loses_answers[static_cast<std::size_t>(asked->via)];
    return hear_news(transition, answer);
  }
  if (transition.verdict.kind == Verdict::Kind::granted) {
    const auto serial = TokenSerial::of({}, client.newest_ordinal + 1);
    transition.issued = answer.token = rules_.issue(policy_, serial, view.signer, kPresent);
  }
  answer.lost = transition.verdict.kind != Verdict::Kind::failed &&
                transition.site->loses_answers[static_cast<std::size_t>(asked->via)];
  if (asked->kind == RequestKind::registration) {
    record(transition, RegistrationRequested{asked->via, asked->credential, asked->bulk});
  } else if (asked->kind == RequestKind::renewal) {
    record(transition, RenewalRequested{asked->via, client.token.serial});
  }
  transition.after.answer = answer;
  transition.after.answer_in = options_.latency;
}

// Action 1.
void Model::carry_out_order(Transition& transition) const {
  const Reinstallation order = transition.before.reinstall;
  if (!order.ordered) return;
  record(transition, ClientReinstalled{order.with_bulk ? kBulkGuid : Guid{}, order.new_identity});
  transition.after.answer_in = 0;
  transition.after.reinstall = {};
  transition.after.agent_started = true;
}

// Action 2.
void Model::hear_answer(Transition& transition) const {
  ClientState& after = transition.after;
  if (after.answer_in == 0 || --after.answer_in > 0) return;
  Answer answer = after.answer;
  if (after.client.network != network_of(answer.request.via)) answer.lost = true;
  transition.heard = answer;
  const AnswerEffects heard = rules_.apply_answer(after.client, answer);
  if (!heard.first) return;
  std::visit([&](const auto& event) { record(transition, event); }, *heard.first);
  if (heard.then) record(transition, *heard.then);
  hear_news(transition, answer);
}

void Model::hear_news(Transition& transition, const Answer& answer) const {
  ClientState& after = transition.after;
  if (!after.unheard || !rules_.tells_of_settings(answer)) return;
  record(transition, CmgAllowedChanged{!after.client.cmg_allowed});
  after.unheard = false;
}

}  // namespace tokenlife::sim::checker
