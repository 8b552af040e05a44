#include "core/history.hpp"
#include "core/answer.hpp"
#include "core/bulk_lifetime.hpp"
#include "core/evolve.hpp"
#include "core/policy.hpp"
#include "core/request.hpp"
#include "core/site_command.hpp"
#include "core/token_life.hpp"
#include "core/verdict.hpp"

#include <chrono>
#include <ostream>
#include <string_view>

namespace tokenlife::test {
namespace {

constexpr Duration kValid{7'776'000};       // R57: 90 days
constexpr Duration kRenewAfter{2'592'000};  // R56: 30 days

bool by_itself(Credential credential) {
  return credential == Credential::pki || credential == Credential::entra;
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const Step& step) {
  constexpr std::string_view words[] = {"wait",
                                        "contact",
                                        "contact at agent start",
                                        "contact, answer lost",
                                        "apply_answer",
                                        "move",
                                        "reinstall",
                                        "reinstall with bulk token",
                                        "block or unblock",
                                        "upgrade",
                                        "toggle CMG setting",
                                        "issue bulk token",
                                        "block or unblock bulk token",
                                        "toggle endpoint",
                                        "rotate certificate",
                                        "retire certificate"};
  return out << words[static_cast<std::size_t>(step.what)] << " #" << int{step.which};
}

std::ostream& operator<<(std::ostream& out, const Beginning& b) {
  return out << "on " << name(b.network) << ", " << name(b.credential) << ", " << name(b.version)
             << (b.bulk_token ? ", bulk token" : "") << ", MP " << name(b.mp) << ", renews on "
             << name(b.renew_on) << (b.internal_registration ? "" : ", no internal registration");
}

rc::Gen<Beginning> any_beginning() {
  return rc::gen::exec([] {
    return Beginning{
        *rc::gen::element(Network::intranet, Network::internet, Network::offline),
        *rc::gen::weightedElement<Credential>(
            {{6, Credential::self_signed}, {1, Credential::pki}, {1, Credential::entra}}),
        *rc::gen::weightedElement<ClientVersion>(
            {{5, ClientVersion::current}, {1, ClientVersion::outdated}}),
        *rc::gen::arbitrary<bool>(),
        *rc::gen::element(MpMode::enhanced_http, MpMode::https),
        *rc::gen::weightedElement<RenewOn>({{3, RenewOn::contact}, {1, RenewOn::agent_start}}),
        *rc::gen::weightedElement<bool>({{4, true}, {1, false}})};
  });
}

rc::Gen<std::vector<Step>> any_steps() {
  const auto step = rc::gen::exec([] {
    const Do what = *rc::gen::weightedElement<Do>({{12, Do::wait},
                                                   {12, Do::contact},
                                                   {3, Do::contact_at_start},
                                                   {1, Do::lose_the_answer},
                                                   {8, Do::apply_answer},
                                                   {5, Do::move},
                                                   {1, Do::reinstall},
                                                   {1, Do::reinstall_with_bulk_token},
                                                   {1, Do::block_or_unblock},
                                                   {1, Do::upgrade},
                                                   {1, Do::toggle_cmg_setting},
                                                   {1, Do::issue_bulk_token},
                                                   {1, Do::block_or_unblock_bulk_token},
                                                   {1, Do::toggle_endpoint},
                                                   {1, Do::rotate_certificate},
                                                   {1, Do::retire_certificate}});
    return Step{what, *rc::gen::resize(100, rc::gen::inRange<std::uint8_t>(0, 16))};
  });
  return rc::gen::resize(200, rc::gen::container<std::vector<Step>>(step));
}

History::History(const Beginning& beginning, Seen& seen) : seen_(seen) {
  policy_.mp = beginning.mp;
  policy_.renew_on = beginning.renew_on;
  policy_.internal_registration = beginning.internal_registration;
  command(EstablishSite{{1, 1}, policy_});
  command(IssueBulkToken{"first", newest_bulk_ = {0xb5, ++guids_}, kBulkLifetimeMinutesDefault});
  record(ClientInstalled{{},
                         beginning.network,
                         beginning.credential,
                         beginning.version,
                         true,
                         false,
                         beginning.bulk_token ? newest_bulk_ : Guid{}});
}

void History::take(const Step& step) {
  if (now_ >= next_expiry(client_, policy_)) {
    ++seen_.expired;
    record(TokenExpired{client_.token.serial});
  }
  act(step);
  check_state();
}

void History::act(const Step& step) {
  switch (step.what) {
    case Do::wait: return wait(step.which);
    case Do::contact: return contact(false, false);
    case Do::contact_at_start: return contact(true, false);
    case Do::lose_the_answer: return contact(false, true);
    case Do::apply_answer: return hear_answer();
    case Do::move: {
      const auto to = static_cast<Network>(step.which % 3);
      if (to != client_.network) record(NetworkChanged{client_.network, to});
      return;
    }
    case Do::reinstall: return record(ClientReinstalled{{}});
    case Do::reinstall_with_bulk_token: return record(ClientReinstalled{newest_bulk_});
    case Do::block_or_unblock:
      return client_.blocked ? record(ClientUnblocked{}) : record(ClientBlocked{});
    case Do::upgrade:
      if (client_.version == ClientVersion::outdated) record(ClientUpgraded{});
      return;
    case Do::toggle_cmg_setting: return record(CmgAllowedChanged{!client_.cmg_allowed});
    case Do::issue_bulk_token:
      return command(IssueBulkToken{"another", newest_bulk_ = {0xb5, ++guids_}, 1 + step.which});
    case Do::block_or_unblock_bulk_token:
      if (site_.bulk_tokens.at(newest_bulk_).blocked)
        return command(UnblockBulkToken{newest_bulk_});
      return command(BlockBulkToken{newest_bulk_});
    case Do::toggle_endpoint: {
      const auto endpoint = static_cast<Endpoint>(step.which % 3);
      if (site_.up[static_cast<std::size_t>(endpoint)]) return command(TakeEndpointDown{endpoint});
      return command(BringEndpointUp{endpoint});
    }
    case Do::rotate_certificate: return command(RotateSigningCertificate{});
    case Do::retire_certificate: {
      const KeyNumber key{static_cast<std::uint32_t>(step.which % site_.keys.size())};
      if (key.value + 1 < site_.keys.size() && !site_.keys[key.value].retired) {
        command(RetireSigningCertificate{key});
      }
      return;
    }
  }
}

// To a moment at, just before or just after one that the rules name. Uniform waits would meet a
// boundary of one second once in a million.
void History::wait(std::uint8_t which) {
  const Instant bulk_expires = site_.bulk_tokens.at(newest_bulk_).expires;
  const Instant edges[] = {issued_ + kRenewAfter, issued_ + kValid, bulk_expires,
                           now_ + std::chrono::days{1}, now_ + std::chrono::minutes{1}};
  const Instant to = edges[which % 5] + Duration{which / 5 - 1};
  if (to > now_) now_ = to;
}

void History::contact(bool at_agent_start, bool answer_is_lost) {
  const bool due = has_token_ && now_ >= renewal_due(policy_, client_.token.not_before, {});
  const auto request = ask(client_, {due, at_agent_start}, policy_);
  if (!request) {
    seen_.waited_for_intranet += request.error() == NoRequest::waits_for_intranet ? 1 : 0;
    return;
  }
  check_request(*request, at_agent_start);
  const Verdict verdict = judge(client_, *request, view(*request), policy_, now_);
  check_verdict(*request, verdict);

  Answer answer{*request, verdict, {}, answer_is_lost};
  const KeyNumber signer{static_cast<std::uint32_t>(site_.keys.size() - 1)};
  if (request->kind == RequestKind::exchange) {
    if (const AnswerEffects heard = apply_answer(client_, answer); heard.first)
      record(*heard.first);
    return;
  }
  if (verdict.kind == Verdict::Kind::granted) {
    answer.token = issue(policy_, TokenSerial::of({}, client_.newest_ordinal + 1), signer, now_);
    RC_ASSERT(answer.token.not_before == now_);
    RC_ASSERT(answer.token.expires == now_ + kValid);  // D7
  }
  under_way_ = UnderWay{answer, now_};
  if (request->kind == RequestKind::registration) {
    record(RegistrationRequested{request->via, request->credential, request->bulk});
  } else {
    record(RenewalRequested{request->via, client_.token.serial});
  }
}

// An answer reaches only a client that is on the network on which it asked.
void History::hear_answer() {
  if (!under_way_) return;
  UnderWay request = *under_way_;
  under_way_.reset();
  if (client_.network != network_of(request.answer.request.via)) request.answer.lost = true;
  seen_.answers_lost += request.answer.lost ? 1 : 0;
  const AnswerEffects heard = apply_answer(client_, request.answer);
  RC_ASSERT(heard.first.has_value());
  record(*heard.first);
  if (heard.then) record(*heard.then);
}

SiteView History::view(const Request& request) const {
  SiteView view;
  view.endpoint_up = site_.up[static_cast<std::size_t>(request.via)];
  view.sts_up = site_.up[static_cast<std::size_t>(Endpoint::sts)];
  view.signer = {static_cast<std::uint32_t>(site_.keys.size() - 1)};
  view.token_signer_trusted = !site_.keys.at(client_.token.signer.value).retired;
  if (const auto token = site_.bulk_tokens.find(request.bulk); token != site_.bulk_tokens.end()) {
    view.bulk_token = token->second.terms();
    view.bulk_signer_trusted = !site_.keys.at(token->second.signer.value).retired;
  }
  return view;
}

void History::command(const SiteCommand& command) {
  const auto event = decide(site_, command, now_);
  RC_ASSERT(event.has_value());
  const auto next = evolve(site_, *event);
  RC_ASSERT(next.has_value());
  site_ = *next;
}

// Everything that the rules let happen is legal (evolve), and the model follows it.
void History::record(const ClientEvent& event) {
  const Client before = client_;
  const auto next = evolve(client_, event);
  RC_ASSERT(next.has_value());
  client_ = *next;
  switch (kind_of(event)) {
    case EventKind::registration_completed:
      RC_ASSERT(before.version == ClientVersion::current);  // D11
      ++(std::get<RegistrationCompleted>(event).via == Endpoint::mp ? seen_.registered_at_mp
                                                                    : seen_.registered_with_bulk);
      ever_registered_ = has_token_ = true;
      issued_ = client_.token.not_before;
      RC_ASSERT(client_.bulk.is_nil());  // R28
      break;
    case EventKind::token_renewed:
      RC_ASSERT(client_.token.not_before >= issued_ + kRenewAfter);  // R56
      RC_ASSERT(client_.token.not_before < issued_ + kValid);        // R60
      ++seen_.renewed;
      seen_.renewed_late += before.state == LifecycleState::expired ? 1 : 0;
      issued_ = client_.token.not_before;
      break;
    case EventKind::token_expired: RC_ASSERT(now_ >= issued_ + kValid); break;
    case EventKind::client_reinstalled:
      ever_registered_ = false;
      under_way_.reset();
      has_token_ = false;
      break;
    case EventKind::re_registration_required: has_token_ = false; break;
    default:
      // D7: nothing else moves the expiry.
      RC_ASSERT(client_.token == before.token);
  }
}

void History::check_request(const Request& request, bool at_agent_start) const {
  RC_ASSERT(!under_way_);
  RC_ASSERT(client_.network == network_of(request.via));          // A12
  RC_ASSERT(request.via == Endpoint::mp || client_.cmg_allowed);  // R11
  const bool live =
      client_.state == LifecycleState::registered || client_.state == LifecycleState::roaming;
  const bool may_renew = policy_.renew_on == RenewOn::contact || at_agent_start;  // A2
  const bool renews = live && may_renew && now_ >= issued_ + kRenewAfter;
  RC_ASSERT((request.kind == RequestKind::renewal) == renews);  // R56
  if (request.credential == Credential::bulk) {
    RC_ASSERT(client_.state == LifecycleState::installed);  // R25, R28
    RC_ASSERT(request.kind == RequestKind::registration);   // R61
  }
  if (request.kind == RequestKind::registration && request.via == Endpoint::cmg) {
    // R60, A11: over the CMG only a first registration, or by a credential of its own.
    RC_ASSERT(by_itself(request.credential) || request.credential == Credential::bulk);
  }
}

void History::check_verdict(const Request& request, const Verdict& verdict) {
  if (verdict.kind == Verdict::Kind::refused) {
    const RefusalReason why = verdict.refusal;
    seen_.refused_expired += why == RefusalReason::expired ? 1 : 0;
    const bool is_first = request.kind == RequestKind::registration;
    auto& refused_signer = is_first ? seen_.refused_bulk_signer : seen_.refused_signer;
    refused_signer += why == RefusalReason::unknown_signer ? 1 : 0;
    seen_.refused_blocked += why == RefusalReason::client_blocked ? 1 : 0;
    seen_.refused_outdated += why == RefusalReason::client_outdated ? 1 : 0;
    const bool bulk =
        why >= RefusalReason::bulk_token_unknown && why <= RefusalReason::bulk_token_blocked;
    seen_.refused_bulk += bulk ? 1 : 0;
    RC_ASSERT(!rules_behind(why).empty());
  }
  if (verdict.kind != Verdict::Kind::granted) return;
  RC_ASSERT(!client_.blocked);  // A8
  if (request.kind != RequestKind::exchange) {
    RC_ASSERT(client_.version == ClientVersion::current);  // R5, D11
  }
  if (request.kind != RequestKind::registration) {
    ++seen_.served;
    RC_ASSERT(has_token_);
    RC_ASSERT(now_ >= issued_);
    RC_ASSERT(now_ < issued_ + kValid);                             // R57, A5
    RC_ASSERT(!site_.keys.at(client_.token.signer.value).retired);  // A9
  }
  if (request.credential == Credential::bulk) {
    const BulkToken& token = site_.bulk_tokens.at(request.bulk);
    RC_ASSERT(token.not_before <= now_ && now_ < token.expires && !token.blocked);  // D2
    RC_ASSERT(!site_.keys.at(token.signer.value).retired);                          // A9
  }
}

void History::check_state() const {
  const LifecycleState state = client_.state;
  if (state == LifecycleState::registered) RC_ASSERT(client_.last_connected == Network::intranet);
  if (state == LifecycleState::roaming) RC_ASSERT(client_.last_connected == Network::internet);
  const bool was_registered = state != LifecycleState::installed;
  RC_ASSERT(was_registered == ever_registered_);  // D10
  RC_ASSERT(client_.token.exists() == has_token_);
  if (state == LifecycleState::re_registration_required) RC_ASSERT(!client_.token.exists());  // A10
  if (state == LifecycleState::renewing) RC_ASSERT(client_.pending == PendingRequest::renewal);
  RC_ASSERT((client_.pending != PendingRequest::none) == under_way_.has_value());
}

}  // namespace tokenlife::test
