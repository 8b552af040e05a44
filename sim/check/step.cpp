#include "sim/check/step.hpp"

#include "core/ensure.hpp"
#include "core/policy.hpp"

namespace tokenlife::sim::checker {
namespace {

// Lets the event happen. One that is not legal is kept, and changes nothing.
template <class Event>
void record(Deed& deed, const Event& event) {
  Client& client = deed.after.client;
  const LifecycleState from = client.state;
  const Network where = evolve_detail::where(client, event);
  const Legality legality = evolve_in_place(client, event);
  deed.events.push_back({event, from, client.state, where, legality, deed.now != kPresent});
}

// What a key is after the rotation of the certificate, or the retirement of the one before.
KeyNumber renumbered(KeyNumber key, StepKind kind) {
  if (kind == StepKind::rotate && key != kRetiredKey) --key.value;
  if (kind == StepKind::retire && key == kPreviousKey) key = kRetiredKey;
  return key;
}

}  // namespace

std::vector<Step> client_steps(const Options& options) {
  const auto with = [&](Feature feature) { return options.features.has(feature); };
  std::vector<Step> steps;
  for (const Network network : {Network::offline, Network::intranet, Network::internet}) {
    for (int variant = 0; variant < 8; ++variant) {
      Step step{.kind = StepKind::install, .network = network};
      step.with_bulk = (variant & 1) != 0;
      if ((variant & 2) != 0) step.credential = Credential::pki;
      if ((variant & 4) != 0) step.version = ClientVersion::outdated;
      if ((step.with_bulk && !with(Feature::bulk)) || ((variant & 2) != 0 && !with(Feature::pki)) ||
          ((variant & 4) != 0 && !with(Feature::upgrade))) {
        continue;
      }
      steps.push_back(step);
    }
    steps.push_back({.kind = StepKind::move, .network = network});
  }
  const auto add = [&](Feature feature, StepKind kind) {
    if (with(feature)) steps.push_back({.kind = kind});
  };
  add(Feature::block, StepKind::block);
  add(Feature::block, StepKind::unblock);
  add(Feature::cmg_setting, StepKind::forbid_cmg);
  add(Feature::cmg_setting, StepKind::allow_cmg);
  add(Feature::upgrade, StepKind::upgrade);
  add(Feature::restart, StepKind::restart);
  add(Feature::reinstall, StepKind::reinstall);
  if (with(Feature::reinstall) && with(Feature::bulk)) {
    steps.push_back({.kind = StepKind::reinstall, .with_bulk = true});
  }
  return steps;
}

std::vector<Step> site_steps(const Options& options) {
  const auto with = [&](Feature feature) { return options.features.has(feature); };
  std::vector<Step> steps;
  for (const Endpoint endpoint : {Endpoint::mp, Endpoint::cmg, Endpoint::sts}) {
    if (with(Feature::outage)) {
      steps.push_back({.kind = StepKind::outage_begins, .endpoint = endpoint});
      steps.push_back({.kind = StepKind::outage_ends, .endpoint = endpoint});
    }
    if (with(Feature::lose_answers) && endpoint != Endpoint::sts) {
      steps.push_back({.kind = StepKind::lose_answers, .endpoint = endpoint});
    }
  }
  if (with(Feature::bulk)) {
    for (const StepKind kind : {StepKind::issue_bulk, StepKind::block_bulk, StepKind::unblock_bulk})
      steps.push_back({.kind = kind});
  }
  if (with(Feature::rotate)) {
    for (const StepKind kind : {StepKind::rotate, StepKind::retire})
      steps.push_back({.kind = kind});
  }
  return steps;
}

// The site's stand last.
bool is_of_site(StepKind kind) { return kind >= StepKind::outage_begins; }

Stepper::Stepper(const Options& options, const Rules& rules)
    : options_(options), rules_(rules), policy_(policy_of(options)), packing_(options) {
  ensure(policy_.token_validity % options.unit == Duration{0} &&
             policy_.renew_after % options.unit == Duration{0},
         "the unit to divide the policy's durations");
}

// ---- Steps within a tick -----------------------------------------------------------------------

std::optional<Deed> Stepper::act(const ClientPart& part, const SitePart& site,
                                 const Step& step) const {
  const Client& client = part.client;
  const bool installed = client.state != LifecycleState::not_installed;
  if (installed == (step.kind == StepKind::install)) return std::nullopt;
  Deed deed{.step = step, .before = part, .site = site, .after = part};
  switch (step.kind) {
    case StepKind::install:
      if (step.with_bulk && !site.site.bulk_tokens.contains(kBulkGuid)) return std::nullopt;
      record(deed, ClientInstalled{{},
                                   step.network,
                                   step.credential,
                                   step.version,
                                   true,
                                   false,
                                   step.with_bulk ? kBulkGuid : Guid{}});
      deed.after.moved = deed.after.agent_started = true;
      break;
    case StepKind::move:
      if (part.moved || client.network == step.network) return std::nullopt;
      record(deed, NetworkChanged{client.network, step.network});
      deed.after.moved = true;
      break;
    case StepKind::block:
      if (client.blocked) return std::nullopt;
      record(deed, ClientBlocked{});
      break;
    case StepKind::unblock:
      if (!client.blocked) return std::nullopt;
      record(deed, ClientUnblocked{});
      break;
    case StepKind::forbid_cmg:
    case StepKind::allow_cmg:
      if (client.cmg_allowed == (step.kind == StepKind::allow_cmg)) return std::nullopt;
      record(deed, CmgAllowedChanged{!client.cmg_allowed});
      break;
    case StepKind::upgrade:
      if (client.version == ClientVersion::current) return std::nullopt;
      record(deed, ClientUpgraded{});
      break;
    case StepKind::restart:
      if (part.agent_started) return std::nullopt;
      record(deed, AgentRestarted{});
      deed.after.agent_started = true;
      break;
    case StepKind::reinstall:
      if (part.reinstall != Reinstallation::none) return std::nullopt;
      deed.after.reinstall = step.with_bulk ? Reinstallation::with_bulk : Reinstallation::plain;
      break;
    case StepKind::tick:
    case StepKind::outage_begins:
    case StepKind::outage_ends:
    case StepKind::lose_answers:
    case StepKind::issue_bulk:
    case StepKind::block_bulk:
    case StepKind::unblock_bulk:
    case StepKind::rotate:
    case StepKind::retire: return std::nullopt;
  }
  return deed;
}

std::optional<SitePart> Stepper::act(const SitePart& part, const Step& step) const {
  std::optional<SiteCommand> command;
  switch (step.kind) {
    case StepKind::outage_begins: command = TakeEndpointDown{step.endpoint}; break;
    case StepKind::outage_ends: command = BringEndpointUp{step.endpoint}; break;
    case StepKind::issue_bulk:
      command = IssueBulkToken{std::string(kBulkName), kBulkGuid, kBulkLifetimeMinutesDefault};
      break;
    case StepKind::block_bulk: command = BlockBulkToken{kBulkGuid}; break;
    case StepKind::unblock_bulk: command = UnblockBulkToken{kBulkGuid}; break;
    case StepKind::rotate:
      // At most two are trusted at a time.
      if (!part.site.keys[kPreviousKey.value].retired) return std::nullopt;
      command = RotateSigningCertificate{};
      break;
    case StepKind::retire: command = RetireSigningCertificate{kPreviousKey}; break;
    case StepKind::lose_answers: {
      SitePart next = part;
      bool& loses = next.loses_answers[static_cast<std::size_t>(step.endpoint)];
      if (loses) return std::nullopt;
      loses = true;
      return next;
    }
    case StepKind::tick:
    case StepKind::install:
    case StepKind::move:
    case StepKind::block:
    case StepKind::unblock:
    case StepKind::forbid_cmg:
    case StepKind::allow_cmg:
    case StepKind::upgrade:
    case StepKind::restart:
    case StepKind::reinstall: return std::nullopt;
  }
  const auto event = rules_.decide(part.site, *command, kPresent);
  if (!event) return std::nullopt;
  auto site = rules_.evolve(part.site, *event);
  ensure(site.has_value(), "the site to accept an event that it decided");
  SitePart next{std::move(*site), part.loses_answers, part.day};
  // Numbers move down: of the retired ones only that they are.
  if (step.kind == StepKind::rotate) next.site.keys.erase(next.site.keys.begin());
  for (auto& [guid, token] : next.site.bulk_tokens)
    token.signer = renumbered(token.signer, step.kind);
  return next;
}

ClientPart Stepper::after_signer_change(const ClientPart& part, StepKind kind) const {
  ClientPart next = part;
  for (ClientToken* token : {&next.client.token, &next.answer.token}) {
    if (!token->exists()) continue;
    token->signer = renumbered(token->signer, kind);
  }
  return next;
}

// ---- The passing of time -----------------------------------------------------------------------

Deed Stepper::tick(const ClientPart& part, const SitePart& site) const {
  Deed deed{.step = {}, .before = part, .site = site, .after = part};
  contact(deed);
  deed.now += options_.unit;
  deed.after.moved = deed.after.agent_started = false;
  carry_out_order(deed);
  hear_answer(deed);
  if (rules_.next_expiry(deed.after.client, policy_) <= deed.now) {
    record(deed, TokenExpired{deed.after.client.token.serial});
  }
  return deed;
}

SitePart Stepper::tick(const SitePart& site) const {
  SitePart next = site;
  next.loses_answers = {};
  if (options_.days) ++next.day;
  return next;
}

// Step 5 of the tick.
void Stepper::contact(Deed& deed) const {
  const Client& client = deed.before.client;
  if (client.network == Network::offline || deed.before.answer_in > 0) return;
  const bool due = kPresent >= rules_.renewal_due(policy_, client.token.not_before, Duration{0});
  const auto asked = rules_.ask(client, {due, deed.before.agent_started}, policy_);
  if (!asked) return;
  deed.request = *asked;
  const SiteView view = view_of(deed.site, client, *asked);
  deed.verdict = rules_.judge(client, *asked, view, policy_, kPresent);
  // An exchange takes no time unless it is refused.
  const bool is_exchange = asked->kind == RequestKind::exchange;
  if (is_exchange && deed.verdict.kind != Verdict::Kind::refused) return;

  Answer answer{*asked, deed.verdict, {}, false};
  if (deed.verdict.kind == Verdict::Kind::granted) {
    const auto serial = TokenSerial::of({}, client.newest_ordinal + 1);
    deed.issued = answer.token = rules_.issue(policy_, serial, view.signer, kPresent);
  }
  answer.lost = deed.verdict.kind != Verdict::Kind::failed &&
                deed.site.loses_answers[static_cast<std::size_t>(asked->via)];
  if (asked->kind == RequestKind::registration) {
    record(deed, RegistrationRequested{asked->via, asked->credential, asked->bulk});
  } else if (asked->kind == RequestKind::renewal) {
    record(deed, RenewalRequested{asked->via, client.token.serial});
  }
  deed.after.answer = answer;
  deed.after.answer_in = options_.latency;
}

// Step 1.
void Stepper::carry_out_order(Deed& deed) const {
  if (deed.before.reinstall == Reinstallation::none) return;
  const bool with_bulk = deed.before.reinstall == Reinstallation::with_bulk;
  record(deed, ClientReinstalled{with_bulk ? kBulkGuid : Guid{}});
  deed.after.answer_in = 0;
  deed.after.reinstall = Reinstallation::none;
  deed.after.agent_started = true;
}

// Step 2.
void Stepper::hear_answer(Deed& deed) const {
  ClientPart& after = deed.after;
  if (after.answer_in == 0 || --after.answer_in > 0) return;
  Answer answer = after.answer;
  if (after.client.network != network_of(answer.request.via)) answer.lost = true;
  deed.heard = answer;
  const Heard heard = rules_.hear(after.client, answer);
  if (!heard.first) return;
  std::visit([&](const auto& event) { record(deed, event); }, *heard.first);
  if (heard.then) record(deed, *heard.then);
}

}  // namespace tokenlife::sim::checker
