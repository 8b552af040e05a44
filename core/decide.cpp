#include "core/decide.hpp"

#include "core/answer.hpp"
#include "core/policy.hpp"
#include "core/request.hpp"
#include "core/verdict.hpp"

namespace tokenlife {
namespace {

// What the client can show of its own: A14, an expired credential is none.
Credential own_credential(const Client& client) {
  return client.credential_expired ? Credential::self_signed : client.credential;
}

// A11: these clients authenticate without a bulk token, anywhere.
bool authenticates_itself(Credential credential) {
  return credential == Credential::pki || credential == Credential::entra;
}

// What a client shows when it registers. PKI and Entra go before a bulk token; a bulk token is
// shown for the first registration only (R28), at the CMG and at an HTTPS MP (R18).
Request registration(const Client& client, Endpoint via, const Policy& policy) {
  Request request{RequestKind::registration, via, own_credential(client), {}};
  const bool asked_for_bulk = via == Endpoint::cmg || policy.mp == MpMode::https;
  if (client.state == LifecycleState::installed && !authenticates_itself(request.credential) &&
      asked_for_bulk && !client.bulk.is_nil()) {
    request.credential = Credential::bulk;
    request.bulk = client.bulk;
  }
  return request;
}

// A request by the client's own credential. It is made where it is returned to: to copy what has
// just been written byte by byte costs a simulation more than all else that is done here.
Result<Request, NoRequest> own_request(RequestKind kind, Endpoint via, const Client& client) {
  Result<Request, NoRequest> request{Request{}};
  request->kind = kind;
  request->via = via;
  request->credential = client.credential;
  return request;
}

// A16: what the client talks to from where it is.
Endpoint endpoint_for(const Client& client, bool mp_down) {
  if (client.network == Network::intranet) {
    if (client.on_intranet == OnIntranet::cmg) return Endpoint::cmg;
    const bool turns = client.on_intranet == OnIntranet::mp_then_cmg && client.cmg_allowed;
    if (turns && mp_down) return Endpoint::cmg;
  }
  return endpoint_on(client.network);
}

bool renews(const Contact& contact, const Policy& policy) {
  return contact.renewal_is_due && (policy.renew_on == RenewOn::contact || contact.at_agent_start);
}

Verdict refused(RefusalReason reason) { return {Verdict::Kind::refused, reason, {}}; }
Verdict failed(FailureReason reason) { return {Verdict::Kind::failed, {}, reason}; }

// R12-R18, R20, D2: what a registration has to show. Nothing if it is good.
std::optional<RefusalReason> refusal_of_registration(const Request& request, const SiteView& site,
                                                     const Policy& policy, Instant now) {
  const bool shows_bulk = request.credential == Credential::bulk;
  if (site.verified && (site.verified->refusal || shows_bulk)) return site.verified->refusal;
  if (authenticates_itself(request.credential)) return std::nullopt;
  if (shows_bulk) return refusal_of_bulk_token(site, policy, now);
  if (request.via == Endpoint::mp && !policy.internal_registration) {
    return RefusalReason::internal_registration_off;  // R16
  }
  if (request.via == Endpoint::cmg || policy.mp == MpMode::https) {
    return RefusalReason::credential_required;  // R18; over the CMG R2
  }
  return std::nullopt;
}

// A9, R57: whether the site takes the client's own token. Nothing if it does.
std::optional<RefusalReason> refusal_of_client_token(const Client& client, const SiteView& site,
                                                     const Policy& policy, Instant now) {
  if (site.verified && site.verified->refusal) return site.verified->refusal;
  if (!site.verified && !site.token_signer_trusted) return RefusalReason::unknown_signer;
  // A token that has expired stays expired, whatever becomes of the leeway.
  if (client.state == LifecycleState::expired) return RefusalReason::expired;
  if (site.verified) return std::nullopt;
  if (now >= refused_from(policy, client.token.expires)) return RefusalReason::expired;
  return std::nullopt;
}

}  // namespace

Result<Request, NoRequest> ask(const Client& client, const Contact& contact, const Policy& policy) {
  const auto silent = [](NoRequest why) { return Failed<NoRequest>(why); };
  if (client.state == LifecycleState::not_installed) return silent(NoRequest::not_installed);
  if (client.network == Network::offline) return silent(NoRequest::offline);
  if (client.pending != PendingRequest::none) return silent(NoRequest::answer_under_way);
  const Endpoint via = endpoint_for(client, contact.mp_down);
  if (via == Endpoint::cmg && !client.cmg_allowed) return silent(NoRequest::cmg_not_allowed);

  switch (client.state) {
    case LifecycleState::not_installed: break;
    case LifecycleState::installed: {
      const Request request = registration(client, via, policy);
      if (via == Endpoint::cmg && request.credential == Credential::self_signed) {
        return silent(NoRequest::no_credential);
      }
      return request;
    }
    case LifecycleState::expired:
    case LifecycleState::re_registration_required:
      // R60, D8: back over an MP; A11: PKI and Entra over the CMG too.
      if (via == Endpoint::mp || authenticates_itself(own_credential(client))) {
        return registration(client, via, policy);
      }
      // A10: it does not know yet, and learns it now.
      if (client.state == LifecycleState::expired) break;
      return silent(NoRequest::waits_for_intranet);
    case LifecycleState::renewing: return silent(NoRequest::answer_under_way);
    case LifecycleState::registered:
    case LifecycleState::roaming:
      // R56, R58, R59: monthly, from anywhere.
      if (renews(contact, policy)) return own_request(RequestKind::renewal, via, client);
      break;
  }
  return own_request(RequestKind::exchange, via, client);
}

std::optional<RefusalReason> refusal_of_bulk_token(const SiteView& site, const Policy& policy,
                                                   Instant now) {
  const std::optional<BulkTokenTerms>& token = site.bulk_token;
  if (!token) return RefusalReason::bulk_token_unknown;
  if (!site.bulk_signer_trusted) return RefusalReason::unknown_signer;
  if (now < token->not_before) return RefusalReason::bulk_token_not_yet_valid;
  if (now >= bulk_refused_from(policy, token->expires)) return RefusalReason::bulk_token_expired;
  if (token->blocked) return RefusalReason::bulk_token_blocked;
  return std::nullopt;
}

Verdict judge(const Client& client, const Request& request, const SiteView& site,
              const Policy& policy, Instant now) {
  if (!site.endpoint_up) return failed(FailureReason::endpoint_down);
  const bool wants_token = request.kind != RequestKind::exchange;
  if (wants_token && !site.sts_up) return failed(FailureReason::sts_down);
  if (client.blocked) return refused(RefusalReason::client_blocked);  // A8
  if (wants_token && client.version == ClientVersion::outdated) {
    return refused(RefusalReason::client_outdated);  // R5, D11
  }
  if (request.scope == Scope::user && request.credential != Credential::entra) {
    return refused(RefusalReason::user_centric);  // R8, R9
  }
  const std::optional<RefusalReason> refusal =
      request.kind == RequestKind::registration
          ? refusal_of_registration(request, site, policy, now)
          : refusal_of_client_token(client, site, policy, now);
  return refusal ? refused(*refusal) : Verdict{};
}

AnswerEffects apply_answer(const Client& client, const Answer& answer) {
  const Endpoint via = answer.request.via;
  const Verdict& verdict = answer.verdict;
  const bool failed = verdict.kind == Verdict::Kind::failed || answer.lost;
  const FailureReason failure =
      verdict.kind == Verdict::Kind::failed ? verdict.failure : FailureReason::answer_lost;
  const bool refused = verdict.kind == Verdict::Kind::refused;
  switch (answer.request.kind) {
    case RequestKind::registration:
      if (failed) return {RegistrationFailed{via, failure}, {}};
      if (refused) return {RegistrationRefused{via, verdict.refusal}, {}};
      return {RegistrationCompleted{via, answer.token}, {}};
    case RequestKind::renewal:
      if (failed) return {RenewalFailed{via, failure}, {}};
      if (!refused) return {TokenRenewed{via, answer.token, client.token.serial}, {}};
      if (!ends_client_token(verdict.refusal)) return {RenewalRefused{via, verdict.refusal}, {}};
      return {RenewalRefused{via, verdict.refusal}, ReRegistrationRequired{via, verdict.refusal}};
    case RequestKind::exchange:
      if (failed || !refused || !ends_client_token(verdict.refusal)) return {};
      return {ReRegistrationRequired{via, verdict.refusal}, {}};
  }
  return {};
}

Instant silent_until(const Answer& answer, const Policy& policy, Instant judged,
                     const Retry& retry) {
  if (answer.request.kind == RequestKind::exchange) return judged;
  switch (heard_as(answer)) {
    case Heard::granted: break;
    case Heard::refused: return judged + wait_after_refusal(policy, retry);
    case Heard::failed: return judged + wait_after_failure(policy, retry);
  }
  return judged;
}

}  // namespace tokenlife
