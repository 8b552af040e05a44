#include "support/check_faults.hpp"

#include "core/decide.hpp"
#include "core/site.hpp"
#include "core/site_command.hpp"
#include "core/token_life.hpp"
#include "sim/check/state.hpp"

namespace tokenlife::test {
namespace {

using namespace sim::checker;
using Judged = Verdict (*)(const Client&, const Request&, const SiteView&, const Policy&, Instant);
using Asked = Result<Request, NoRequest>;

constexpr std::chrono::days kUnit{10};

Options with(Features features) {
  Options options;
  options.unit = kUnit;
  options.features = features;
  return options;
}
Rules judging(Judged judge) {
  Rules rules;
  rules.judge = judge;
  return rules;
}
Rules asking(Asked (*ask)(const Client&, const Contact&, const Policy&)) {
  Rules rules;
  rules.ask = ask;
  return rules;
}
Rules hearing(AnswerEffects (*apply_answer)(const Client&, const Answer&)) {
  Rules rules;
  rules.apply_answer = apply_answer;
  return rules;
}

Request over_cmg(const Client& client, RequestKind kind) {
  return {kind, Endpoint::cmg, client.credential, {}};
}
bool is_on_internet_in(const Client& client, LifecycleState state) {
  return client.state == state && client.network == Network::internet;
}

// ---- The site's -------------------------------------------------------------------------------

Verdict forgets_blocks(const Client& client, const Request& request, const SiteView& site,
                       const Policy& policy, Instant now) {
  Client free = client;
  free.blocked = false;
  return judge(free, request, site, policy, now);
}
Verdict has_a_late_clock(const Client& client, const Request& request, const SiteView& site,
                         const Policy& policy, Instant now) {
  // It does not know what the client has seen of its token either.
  Client late = client;
  if (late.state == LifecycleState::expired) late.state = LifecycleState::roaming;
  return judge(late, request, site, policy, now - kUnit);
}
Verdict trusts_retired_keys(const Client& client, const Request& request, const SiteView& site,
                            const Policy& policy, Instant now) {
  SiteView trusting = site;
  trusting.token_signer_trusted = true;
  return judge(client, request, trusting, policy, now);
}
Verdict trusts_retired_keys_of_bulk(const Client& client, const Request& request,
                                    const SiteView& site, const Policy& policy, Instant now) {
  SiteView trusting = site;
  trusting.bulk_signer_trusted = true;
  return judge(client, request, trusting, policy, now);
}
Verdict works_without_endpoint(const Client& client, const Request& request, const SiteView& site,
                               const Policy& policy, Instant now) {
  SiteView up = site;
  up.endpoint_up = true;
  return judge(client, request, up, policy, now);
}
Verdict works_without_sts(const Client& client, const Request& request, const SiteView& site,
                          const Policy& policy, Instant now) {
  SiteView up = site;
  up.sts_up = true;
  return judge(client, request, up, policy, now);
}
Verdict serves_outdated(const Client& client, const Request& request, const SiteView& site,
                        const Policy& policy, Instant now) {
  Client current = client;
  current.version = ClientVersion::current;
  return judge(current, request, site, policy, now);
}
Verdict takes_blocked_bulk(const Client& client, const Request& request, const SiteView& site,
                           const Policy& policy, Instant now) {
  SiteView open = site;
  if (open.bulk_token) open.bulk_token->blocked = false;
  return judge(client, request, open, policy, now);
}
Verdict wants_bulk_always(const Client& client, const Request& request, const SiteView& site,
                          const Policy& policy, Instant now) {
  const bool is_exchange = request.kind == RequestKind::exchange;
  if (is_exchange && !site.bulk_token) {
    return {Verdict::Kind::refused, RefusalReason::unknown_signer, {}};
  }
  return judge(client, request, site, policy, now);
}
Verdict registers_anybody(const Client& client, const Request& request, const SiteView& site,
                          const Policy& policy, Instant now) {
  const Verdict verdict = judge(client, request, site, policy, now);
  const bool lacks = verdict.kind == Verdict::Kind::refused &&
                     verdict.refusal == RefusalReason::credential_required;
  return lacks ? Verdict{} : verdict;
}

// ---- The client's -----------------------------------------------------------------------------

Asked forgets_cmg_setting(const Client& client, const Contact& contact, const Policy& policy) {
  Client allowed = client;
  allowed.cmg_allowed = true;
  return ask(allowed, contact, policy);
}
Asked asks_mp_from_internet(const Client& client, const Contact& contact, const Policy& policy) {
  auto asked = ask(client, contact, policy);
  if (asked) asked->via = Endpoint::mp;
  return asked;
}
Asked registers_over_cmg(const Client& client, const Contact& contact, const Policy& policy) {
  if (is_on_internet_in(client, LifecycleState::installed)) {
    return over_cmg(client, RequestKind::registration);
  }
  return ask(client, contact, policy);
}
Asked comes_back_over_cmg(const Client& client, const Contact& contact, const Policy& policy) {
  if (is_on_internet_in(client, LifecycleState::expired)) {
    return over_cmg(client, RequestKind::registration);
  }
  return ask(client, contact, policy);
}
Asked shows_bulk_always(const Client& client, const Contact& contact, const Policy& policy) {
  auto asked = ask(client, contact, policy);
  if (asked && asked->kind == RequestKind::exchange) asked->bulk = kBulkGuid;
  return asked;
}
Asked never_learns(const Client& client, const Contact& contact, const Policy& policy) {
  if (is_on_internet_in(client, LifecycleState::expired)) {
    return tl::unexpected(NoRequest::waits_for_intranet);
  }
  return ask(client, contact, policy);
}
Asked keeps_trying(const Client& client, const Contact& contact, const Policy& policy) {
  if (is_on_internet_in(client, LifecycleState::re_registration_required)) {
    return over_cmg(client, RequestKind::exchange);
  }
  return ask(client, contact, policy);
}
Asked never_comes_back(const Client& client, const Contact& contact, const Policy& policy) {
  if (client.state == LifecycleState::re_registration_required) {
    return tl::unexpected(NoRequest::waits_for_intranet);
  }
  return ask(client, contact, policy);
}
AnswerEffects hears_what_was_lost(const Client& client, const Answer& answer) {
  Answer found = answer;
  found.lost = false;
  return apply_answer(client, found);
}
AnswerEffects is_deaf_to_failure(const Client& client, const Answer& answer) {
  return answer.verdict.kind == Verdict::Kind::failed ? AnswerEffects{}
                                                      : apply_answer(client, answer);
}

Asked shows_what_has_ended(const Client& client, const Contact& contact, const Policy& policy) {
  Client other = client;
  other.credential_expired = false;
  return ask(other, contact, policy);
}
bool is_told_by_failures(const Answer& answer) { return !answer.lost; }
bool is_told_by_lost_answers(const Answer& answer) {
  return answer.verdict.kind == Verdict::Kind::granted;
}
bool is_never_told(const Answer&) { return false; }
Rules telling(bool (*tells_of_settings)(const Answer&)) {
  Rules rules;
  rules.tells_of_settings = tells_of_settings;
  return rules;
}

// ---- What the site remembers ------------------------------------------------------------------

template <class Forgotten>
Result<Site, SiteRefusal> forgets(const Site& site, const SiteEvent& event) {
  return std::holds_alternative<Forgotten>(event) ? site : evolve(site, event);
}
template <class Forgotten>
Rules forgetting() {
  Rules rules;
  rules.evolve = forgets<Forgotten>;
  return rules;
}
Rules refusing_to_unblock() {
  Rules rules;
  rules.decide = [](const Site& site, const SiteCommand& command, Instant now) {
    const bool unblocks = std::holds_alternative<UnblockBulkToken>(command);
    return unblocks ? tl::unexpected(SiteRefusal::nothing_to_change) : decide(site, command, now);
  };
  return rules;
}

// ---- Of the numbers ---------------------------------------------------------------------------

ClientToken issues_too_short(const Policy& policy, TokenSerial serial, KeyNumber key, Instant now) {
  ClientToken token = issue(policy, serial, key, now);
  token.expires -= kUnit;
  return token;
}
ClientToken issues_too_long(const Policy& policy, TokenSerial serial, KeyNumber key, Instant now) {
  ClientToken token = issue(policy, serial, key, now);
  token.expires += kUnit;
  return token;
}
ClientToken issues_again(const Policy& policy, TokenSerial, KeyNumber key, Instant now) {
  return issue(policy, TokenSerial::of({}, 1), key, now);
}
Instant never_expires(const Client&, const Policy&) { return kNever; }
Instant expires_late(const Client& client, const Policy& policy) {
  const Instant due = next_expiry(client, policy);
  return due == kNever ? due : due + kUnit;
}
template <int Days>
Instant due_after(const Policy&, Instant not_before, Duration) {
  return not_before + std::chrono::days{Days};
}
template <int Days>
Rules renewing_after() {
  Rules rules;
  rules.renewal_due = due_after<Days>;
  return rules;
}
Rules issuing(ClientToken (*issue)(const Policy&, TokenSerial, KeyNumber, Instant)) {
  Rules rules;
  rules.issue = issue;
  return rules;
}
Rules expiring(Instant (*next_expiry)(const Client&, const Policy&)) {
  Rules rules;
  rules.next_expiry = next_expiry;
  return rules;
}
Rules both(Rules rules, Judged judge) {
  rules.judge = judge;
  return rules;
}

}  // namespace

// Steps are counted by hand: a unit is ten days, so that a token is due after three ticks and
// expires after nine.
std::vector<Fault> faults() {
  const Features none;
  return {
      // install, block, tick
      {"the site forgets blocks", judging(forgets_blocks), with(Feature::block),
       "blocked-is-absolute", 3},
      // install, tick, move away, 8 ticks, move to the internet, tick
      {"the site's clock is late", judging(has_a_late_clock), with(none), "dead-tokens-are-refused",
       13},
      // install, tick, rotate, retire, tick
      {"the site trusts retired keys", judging(trusts_retired_keys), with(Feature::rotate),
       "dead-tokens-are-refused", 5},
      // issue, install, rotate, retire, tick
      {"the site takes bulk tokens of retired keys", judging(trusts_retired_keys_of_bulk),
       with(Feature::bulk | Feature::rotate), "bulk-is-good", 5},
      // install, outage, tick
      {"an endpoint answers while it is down", judging(works_without_endpoint),
       with(Feature::outage), "outages-are-inert", 3},
      {"tokens are issued without the STS", judging(works_without_sts), with(Feature::outage),
       "outages-are-inert", 3},
      // install, tick
      {"outdated clients are served", judging(serves_outdated), with(Feature::upgrade),
       "outdated-get-none", 2},
      // issue, install, block, tick
      {"a blocked bulk token is taken", judging(takes_blocked_bulk), with(Feature::bulk),
       "bulk-is-good", 4},
      // install, tick, tick
      {"exchanges show the bulk token", both(asking(shows_bulk_always), wants_bulk_always),
       with(Feature::bulk), "bulk-concerns-newcomers", 3},
      // install, tick, move, forbid, tick
      {"the client forgets its CMG setting", asking(forgets_cmg_setting),
       with(Feature::cmg_setting), "cmg-setting-is-obeyed", 5},
      // install, tick, move, tick
      {"the client asks an MP from the internet", asking(asks_mp_from_internet), with(none),
       "offline-is-silent", 4},
      // install, tick
      {"anybody registers over the CMG", both(asking(registers_over_cmg), registers_anybody),
       with(none), "cmg-wants-a-credential", 2},
      // install, tick, move away, 8 ticks, move to the internet, tick
      {"the expired come back over the CMG", both(asking(comes_back_over_cmg), registers_anybody),
       with(none), "back-over-an-mp", 13},
      {"the expired never learn it", asking(never_learns), with(none), "expired-learns-it", 13},
      // ... and one tick more
      {"the stranded keep trying", asking(keeps_trying), with(none), "stranded-waits", 14},
      // ..., move to the intranet, tick
      {"the stranded never come back", asking(never_comes_back), with(none), "intranet-serves", 15},
      // install, lose answers, tick
      {"lost answers are heard", hearing(hears_what_was_lost), with(Feature::lose_answers),
       "tokens-come-with-answers", 3},
      // install offline, 6 ticks, move, tick
      {"an ended certificate is as good as new", asking(shows_what_has_ended),
       with(Feature::pki | Feature::pki_expiry), "ended-certificates-open-nothing", 9},
      // install, outage, tick, announce, tick
      {"failures tell of settings", telling(is_told_by_failures),
       with(Feature::cmg_news | Feature::outage), "settings-come-with-grants", 5},
      // install, 2 ticks, announce, lose answers, tick
      {"lost answers tell of settings", telling(is_told_by_lost_answers),
       with(Feature::cmg_news | Feature::lose_answers), "settings-come-with-grants", 6},
      // install, 2 ticks, announce, tick
      {"nothing tells of settings", telling(is_never_told), with(Feature::cmg_news),
       "grants-bring-settings", 5},
      // install, 3 ticks, outage, tick
      {"the client is deaf to failures", hearing(is_deaf_to_failure), with(Feature::outage),
       "renewing-awaits-an-answer", 6},
      // install, tick
      {"tokens are short-lived", issuing(issues_too_short), with(none), "tokens-have-their-dates",
       2},
      {"tokens are long-lived", issuing(issues_too_long), with(none), "tokens-have-their-dates", 2},
      {"serials are used again", issuing(issues_again), with(none), "serials-are-new", 2},
      // install, tick, move away, 8 ticks
      {"tokens never expire", expiring(never_expires), with(none), "live-tokens-are-valid", 11},
      {"tokens expire late", expiring(expires_late), with(none), "live-tokens-are-valid", 11},
      // install, 3 ticks, and the one that should renew
      {"renewals are late", renewing_after<40>(), with(none), "due-is-renewed", 5},
      // outage
      {"the site forgets outages", forgetting<EndpointDown>(), with(Feature::outage),
       "agrees-with-the-reference", 1},
      // issue, block
      {"the site forgets that a bulk token is blocked", forgetting<BulkTokenBlocked>(),
       with(Feature::bulk), "agrees-with-the-reference", 2},
      // issue, block, unblock
      {"the site does not unblock bulk tokens", refusing_to_unblock(), with(Feature::bulk),
       "agrees-with-the-reference", 3},
      // install, 2 ticks, and the one that should not
      {"renewals are early", renewing_after<20>(), with(none), "renewals-are-monthly", 4},
  };
}

}  // namespace tokenlife::test
