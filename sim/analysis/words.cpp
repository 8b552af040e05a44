#include "sim/analysis/words.hpp"

#include <fmt/format.h>

#include "sim/engine/repeated_span.hpp"
#include "sim/engine/tally.hpp"
#include "sim/text/time.hpp"

namespace tokenlife::sim {
namespace {

// The latest of the site's events that fits and is not later than `now`.
template <class Fits>
const Recorded<SiteEvent>* latest(const Background& background, Instant now, const Fits& fits) {
  const Recorded<SiteEvent>* found = nullptr;
  for (const Recorded<SiteEvent>& recorded : background.site) {
    if (recorded.time > now) break;
    if (fits(recorded.event)) found = &recorded;
  }
  return found;
}

std::string cause_of(const Recorded<SiteEvent>* event, const Background& background) {
  if (event == nullptr) return "";
  const Cause& cause = event->cause;
  if (cause.kind == CauseKind::action) return background.action(cause.number);
  if (cause.kind == CauseKind::action_end) {
    return "the end of " + background.action(cause.number);
  }
  return std::string(name(cause.kind));
}

std::string down(Endpoint endpoint, Instant now, const Background& background) {
  return cause_of(latest(background, now,
                         [&](const SiteEvent& event) {
                           const auto* went = std::get_if<EndpointDown>(&event);
                           return went != nullptr && went->endpoint == endpoint;
                         }),
                  background);
}

// The fault that lost an answer to what was asked then.
std::string loss(Endpoint via, Instant asked, const Background& background) {
  if (background.scenario == nullptr) return "";
  const auto& actions = background.scenario->actions;
  for (std::uint32_t i = 0; i < actions.size(); ++i) {
    const auto* lose = action_if<LoseAnswers>(actions[i]);
    if (lose == nullptr || (lose->endpoint != via && lose->endpoint != Endpoint::sts)) continue;
    bool lasts = false;
    RepeatedSpan(actions[i], lose->length).for_each_at(asked, [&](Instant) { lasts = true; });
    if (lasts) return background.action(i);
  }
  return "";
}

Behind failure(FailureReason reason, Endpoint via, const Circumstances& there,
               const Background& background) {
  switch (reason) {
    case FailureReason::endpoint_down:
      return {down(via, there.asked_at, background), fmt::format("{} was down", words_for(via))};
    case FailureReason::sts_down:
      return {down(Endpoint::sts, there.asked_at, background),
              "the site's token service (STS) was down"};
    case FailureReason::busy:
      return {"queue", fmt::format("{} was busy: its queue was full", words_for(via))};
    case FailureReason::timed_out:
      return {"queue", "no answer had come in time, and the client gave the request up"};
    case FailureReason::answer_lost: break;
  }
  if (there.network == Network::offline) {
    return {"network", "the client was offline when the answer came"};
  }
  const std::string by = loss(via, there.asked_at, background);
  if (!by.empty()) return {by, "the answer was lost on its way"};
  return {"network", "the client had left that network when the answer came"};
}

// The certificate with which the site signed the bulk token.
KeyNumber signer_of(Guid bulk, const Background& background) {
  KeyNumber signer{};
  for (const Recorded<SiteEvent>& recorded : background.site) {
    if (const auto* rotated = std::get_if<SigningCertificateRotated>(&recorded.event)) {
      signer = rotated->key;
    }
    const auto* issued = std::get_if<BulkTokenIssued>(&recorded.event);
    if (issued != nullptr && issued->guid == bulk) break;
  }
  return signer;
}

// The site's event that made it refuse what was asked then, or null.
const Recorded<SiteEvent>* refused_since(RefusalReason reason, bool is_registration,
                                         const Circumstances& there, const Background& background) {
  const auto last = [&](const auto& fits) { return latest(background, there.asked_at, fits); };
  switch (reason) {
    case RefusalReason::unknown_signer: {
      // Only a bulk token has a signer where a client registers.
      const KeyNumber signer = is_registration ? signer_of(there.bulk, background) : there.signer;
      return last([&](const SiteEvent& event) {
        const auto* retired = std::get_if<SigningCertificateRetired>(&event);
        return retired != nullptr && retired->key == signer;
      });
    }
    case RefusalReason::bulk_token_blocked:
      return last([&](const SiteEvent& event) {
        const auto* blocked = std::get_if<BulkTokenBlocked>(&event);
        return blocked != nullptr && blocked->guid == there.bulk;
      });
    case RefusalReason::internal_registration_off:
      return last([](const SiteEvent& event) {
        const auto* policy = std::get_if<PolicyChanged>(&event);
        return policy != nullptr && policy->changed.internal_registration;
      });
    case RefusalReason::credential_required:
      return last([](const SiteEvent& event) {
        const auto* policy = std::get_if<PolicyChanged>(&event);
        return policy != nullptr && policy->changed.mp;
      });
    case RefusalReason::client_blocked:
    case RefusalReason::client_outdated:
    case RefusalReason::user_centric:
    case RefusalReason::bulk_token_unknown:
    case RefusalReason::bulk_token_not_yet_valid:
    case RefusalReason::bulk_token_expired:
    case RefusalReason::expired:
    case RefusalReason::malformed:
    case RefusalReason::bad_signature:
    case RefusalReason::wrong_issuer:
    case RefusalReason::wrong_audience:
    case RefusalReason::wrong_type:
    case RefusalReason::certificate_mismatch:
    case RefusalReason::not_yet_valid: break;
  }
  return nullptr;
}

Behind refusal(RefusalReason reason, bool is_registration, const Circumstances& there,
               const Background& background) {
  Behind behind{cause_of(refused_since(reason, is_registration, there, background), background),
                std::string(words_for(reason))};
  if (reason == RefusalReason::unknown_signer && is_registration) {
    behind.words = "the certificate that signed its bulk token had been retired";
  }
  if (reason == RefusalReason::client_blocked && there.blocked_by &&
      there.blocked_by->kind == CauseKind::action) {
    behind.cause = background.action(there.blocked_by->number);
  }
  return behind;
}

}  // namespace

std::string_view words_for(Endpoint endpoint) {
  switch (endpoint) {
    case Endpoint::mp: return "the management point";
    case Endpoint::cmg: return "the CMG";
    case Endpoint::sts: return "the site's token service (STS)";
  }
  return "";
}

std::string_view words_for(Network network) {
  switch (network) {
    case Network::offline: return "offline";
    case Network::intranet: return "on the intranet";
    case Network::internet: return "on the internet";
  }
  return "";
}

std::string_view words_for(RefusalReason reason) {
  switch (reason) {
    case RefusalReason::client_blocked: return "the client is blocked";
    case RefusalReason::client_outdated: return "the client's version is outdated";
    case RefusalReason::internal_registration_off:
      return "registration on the intranet is switched off for clients without PKI or Entra";
    case RefusalReason::credential_required:
      return "it showed no PKI certificate, Entra token or bulk token that is accepted there";
    case RefusalReason::bulk_token_unknown: return "the site does not know its bulk token";
    case RefusalReason::bulk_token_not_yet_valid: return "its bulk token is not valid yet";
    case RefusalReason::bulk_token_expired: return "its bulk token had expired";
    case RefusalReason::bulk_token_blocked: return "its bulk token had been blocked";
    case RefusalReason::unknown_signer:
      return "the certificate that signed its token had been retired";
    case RefusalReason::expired: return "its token had expired";
    case RefusalReason::certificate_mismatch:
      return "its token is another client's, or older than one already used, as in a copied folder";
    case RefusalReason::user_centric:
    case RefusalReason::malformed:
    case RefusalReason::bad_signature:
    case RefusalReason::wrong_issuer:
    case RefusalReason::wrong_audience:
    case RefusalReason::wrong_type:
    case RefusalReason::not_yet_valid: break;
  }
  return name(reason);
}

std::string Background::action(std::uint32_t number) const {
  if (scenario == nullptr || number >= scenario->actions.size()) {
    return fmt::format("action {}", number);
  }
  return fmt::format("action {} ({})", number, name_of(scenario->actions[number]));
}

std::string Background::moment(Instant t) const { return rfc3339(start, t); }

Behind behind(const Recorded<ClientEvent>& recorded, const Circumstances& there,
              const Background& background) {
  if (const auto why = std::visit([](const auto& e) { return why_not(e); }, recorded.event);
      why.refusal) {
    const bool is_registration = std::holds_alternative<RegistrationRefused>(recorded.event);
    Behind found = refusal(*why.refusal, is_registration, there, background);
    if (found.cause.empty()) found.cause = "contact";
    return found;
  } else if (why.failure) {
    const Endpoint via = std::visit(
        [](const auto& e) {
          if constexpr (requires { e.via; }) {
            return e.via;
          } else {
            return Endpoint::mp;
          }
        },
        recorded.event);
    Behind found = failure(*why.failure, via, there, background);
    if (found.cause.empty()) found.cause = "contact";
    return found;
  }
  const Cause& cause = recorded.cause;
  switch (cause.kind) {
    case CauseKind::action: return {background.action(cause.number), ""};
    case CauseKind::action_end: return {"the end of " + background.action(cause.number), ""};
    case CauseKind::request:
    case CauseKind::exchange: return {"contact", ""};
    case CauseKind::run_start:
    case CauseKind::expiry:
    case CauseKind::installation:
    case CauseKind::network:
    case CauseKind::agent_start:
    case CauseKind::contact: break;
  }
  return {std::string(name(cause.kind)), ""};
}

}  // namespace tokenlife::sim
