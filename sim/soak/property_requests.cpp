// Requests and their answers.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>

#include "core/bulk_token.hpp"
#include "core/retry.hpp"
#include "sim/soak/property.hpp"

namespace tokenlife::sim {
namespace {

// ---- What a request and an answer say ----------------------------------------------------------

struct RequestInfo {
  bool renewal;
  Endpoint via;
  Guid bulk;
};
std::optional<RequestInfo> asked_in(const ClientEvent& event) {
  if (const auto* r = std::get_if<RegistrationRequested>(&event))
    return RequestInfo{false, r->via, r->bulk};
  if (const auto* r = std::get_if<RenewalRequested>(&event)) return RequestInfo{true, r->via, {}};
  return std::nullopt;
}

struct AnswerInfo {
  bool renewal;
  Endpoint via;
  std::optional<RefusalReason> refusal;
  std::optional<FailureReason> failure;
  bool granted() const { return !refusal && !failure; }
  // When it was judged, or failed, if it was told then.
  Instant judged(Instant told, Duration latency) const {
    return failure == FailureReason::timed_out ? told : told - latency;
  }
};
std::optional<AnswerInfo> answered_in(const ClientEvent& event) {
  if (const auto* a = std::get_if<RegistrationCompleted>(&event))
    return AnswerInfo{false, a->via, {}, {}};
  if (const auto* a = std::get_if<RegistrationRefused>(&event))
    return AnswerInfo{false, a->via, a->reason, {}};
  if (const auto* a = std::get_if<RegistrationFailed>(&event))
    return AnswerInfo{false, a->via, {}, a->reason};
  if (const auto* a = std::get_if<TokenRenewed>(&event)) return AnswerInfo{true, a->via, {}, {}};
  if (const auto* a = std::get_if<RenewalRefused>(&event))
    return AnswerInfo{true, a->via, a->reason, {}};
  if (const auto* a = std::get_if<RenewalFailed>(&event))
    return AnswerInfo{true, a->via, {}, a->reason};
  return std::nullopt;
}

// What a stream has said of its client so far.
struct ClientFacts {
  Network network = Network::offline;
  Instant connected_at;
  Instant started_at{Duration{-1}};  // the agent: installed, reinstalled or restarted
  bool cmg_allowed = true;
  bool blocked = false;
  bool outdated = false;

  void hear(const Recorded<ClientEvent>& recorded) {
    const ClientEvent& event = recorded.event;
    if (const auto* install = std::get_if<ClientInstalled>(&event)) {
      network = install->network;
      connected_at = started_at = recorded.time;
      cmg_allowed = install->cmg_allowed;
      blocked = install->blocked;
      outdated = install->version == ClientVersion::outdated;
    } else if (const auto* adopted = std::get_if<ClientAdopted>(&event)) {
      network = adopted->network;
      connected_at = recorded.time;
      cmg_allowed = adopted->cmg_allowed;
      blocked = adopted->blocked;
      outdated = adopted->version == ClientVersion::outdated;
    } else if (const auto* change = std::get_if<NetworkChanged>(&event)) {
      network = change->to;
      if (network != Network::offline) connected_at = recorded.time;
    } else if (const auto* setting = std::get_if<CmgAllowedChanged>(&event)) {
      cmg_allowed = setting->value;
    } else if (const auto* again = std::get_if<ClientReinstalled>(&event)) {
      started_at = recorded.time;
      if (again->new_identity) blocked = false;
    } else if (std::holds_alternative<AgentRestarted>(event)) {
      started_at = recorded.time;
    } else if (std::holds_alternative<ClientBlocked>(event)) {
      blocked = true;
    } else if (std::holds_alternative<ClientUnblocked>(event)) {
      blocked = false;
    } else if (std::holds_alternative<ClientUpgraded>(event)) {
      outdated = false;
    }
  }
};

// Whether requests to the endpoint may wait.
bool is_limited(const SoakCase& run, Endpoint via) {
  const auto limits = [&](const SiteEvent& event) {
    if (const auto* first = std::get_if<SiteEstablished>(&event)) {
      return first->capacities.of(via).has_value();
    }
    const auto* changed = std::get_if<CapacityChanged>(&event);
    return changed != nullptr && changed->endpoint == via;
  };
  return std::any_of(run.run.site.begin(), run.run.site.end(),
                     [&](const auto& recorded) { return limits(recorded.event); });
}

// ---- Claims ------------------------------------------------------------------------------------

std::string answers_take_the_latency(const SoakCase& run) {
  const Duration latency = run.scenario.policy.latency;
  return for_each_stream(run, [&](std::uint32_t i, const ClientStream& stream) {
    std::optional<RequestInfo> open;
    Instant sent;
    std::uint32_t seq = 0;
    for (const auto& recorded : stream) {
      const bool may_wait = open && is_limited(run, open->via);
      if (open && !may_wait && recorded.time > sent + latency)
        return broken_at(i, recorded, "an answer is late");
      if (const auto asked = asked_in(recorded.event)) {
        if (open) return broken_at(i, recorded, "a second request at a time");
        open = asked;
        sent = recorded.time;
        seq = recorded.seq;
      } else if (const auto answer = answered_in(recorded.event)) {
        if (!open || open->renewal != answer->renewal || open->via != answer->via ||
            (may_wait ? recorded.time < sent + latency : recorded.time != sent + latency) ||
            recorded.cause != Cause{CauseKind::request, seq}) {
          return broken_at(i, recorded, "no answer to the request, or not after the latency");
        }
        open.reset();
      } else if (std::holds_alternative<ClientReinstalled>(recorded.event)) {
        open.reset();
      }
    }
    const bool is_lost =
        open && !is_limited(run, open->via) && sent + latency < at(run.scenario.duration);
    return is_lost ? fmt::format("client {}: its last request has no answer", i) : std::string();
  });
}

std::string requests_are_made_at_contacts(const SoakCase& run) {
  return for_each_stream(run, [&](std::uint32_t i, const ClientStream& stream) {
    const Duration every = cohort_of(run.scenario, i).contact_every;
    ClientFacts told;
    for (const auto& recorded : stream) {
      told.hear(recorded);
      const auto asked = asked_in(recorded.event);
      if (!asked) continue;
      const bool turns = told.network == Network::intranet &&
                         cohort_of(run.scenario, i).on_intranet != OnIntranet::mp;
      if (told.network != network_of(asked->via) && !turns) {
        return broken_at(i, recorded, "not on that network");
      }
      if (asked->via == Endpoint::cmg && !told.cmg_allowed) {
        return broken_at(i, recorded, "the setting for the CMG is off");
      }
      const bool contact = told.started_at == recorded.time ||
                           (recorded.time - told.connected_at) % every == Duration{0};
      if (!contact) return broken_at(i, recorded, "not in contact");
    }
    return std::string();
  });
}

std::string clients_wait_after_trouble(const SoakCase& run) {
  return for_each_stream(run, [&](std::uint32_t i, const ClientStream& stream) {
    const auto fixed = fixed_policy_of(run.scenario, i);
    if (!fixed) return std::string();
    const Policy& policy = *fixed;
    Instant silent_until;
    for (const auto& recorded : stream) {
      const auto* change = std::get_if<NetworkChanged>(&recorded.event);
      if ((change != nullptr && change->to != Network::offline) ||
          std::holds_alternative<AgentRestarted>(recorded.event) ||
          std::holds_alternative<ClientReinstalled>(recorded.event)) {
        silent_until = Instant{};
      } else if (asked_in(recorded.event)) {
        if (recorded.time < silent_until) return broken_at(i, recorded, "it did not wait");
      } else if (const auto answer = answered_in(recorded.event)) {
        // At least: it grows, and may be shorter by its jitter.
        const Instant judged = answer->judged(recorded.time, policy.latency);
        const Retry least{1, run.scenario.tick, 0};
        if (answer->failure) silent_until = judged + wait_after_failure(policy, least);
        if (answer->refusal) silent_until = judged + wait_after_refusal(policy, least);
      }
    }
    return std::string();
  });
}

// R5: as it was sent. A8: as it was judged, which is before what happens to the client later.
std::string blocked_and_outdated_get_nothing(const SoakCase& run) {
  return for_each_stream(run, [&](std::uint32_t i, const ClientStream& stream) {
    ClientFacts told;
    ClientFacts when_sent;
    std::map<Instant, bool> blocked;  // after the tick
    for (const auto& recorded : stream) {
      told.hear(recorded);
      blocked[recorded.time] = told.blocked;
      if (asked_in(recorded.event)) when_sent = told;
      const auto answer = answered_in(recorded.event);
      if (!answer) continue;
      const Instant judged = answer->judged(recorded.time, run.scenario.policy.latency);
      when_sent.blocked = std::prev(blocked.upper_bound(judged))->second;
      if (answer->granted() && (when_sent.blocked || when_sent.outdated)) {
        return broken_at(i, recorded, "granted to a blocked or outdated client");
      }
      const bool says_blocked = answer->refusal == RefusalReason::client_blocked;
      const bool says_outdated = answer->refusal == RefusalReason::client_outdated;
      if ((says_blocked && !when_sent.blocked) || (says_outdated && !when_sent.outdated)) {
        return broken_at(i, recorded, "refused for what it was not");
      }
    }
    return std::string();
  });
}

// The site as its events say, at a moment after that moment's actions.
struct SiteThen {
  bool down[kCount<Endpoint>]{};
  std::map<Guid, BulkToken> bulk;

  SiteThen(const SoakCase& run, Instant now) {
    for (const Recorded<SiteEvent>& recorded : run.run.site) {
      if (recorded.time > now) break;
      const SiteEvent& event = recorded.event;
      if (const auto* goes_down = std::get_if<EndpointDown>(&event)) {
        down[static_cast<std::size_t>(goes_down->endpoint)] = true;
      } else if (const auto* comes_up = std::get_if<EndpointUp>(&event)) {
        down[static_cast<std::size_t>(comes_up->endpoint)] = false;
      } else if (const auto* issued = std::get_if<BulkTokenIssued>(&event)) {
        bulk[issued->guid] = {issued->name, issued->guid, issued->not_before, issued->expires,
                              false};
      } else if (const auto* blocked = std::get_if<BulkTokenBlocked>(&event)) {
        bulk[blocked->guid].blocked = true;
      } else if (const auto* unblocked = std::get_if<BulkTokenUnblocked>(&event)) {
        bulk[unblocked->guid].blocked = false;
      }
    }
  }
};

// A request fails for an outage if and only if there is one: of its endpoint when it is sent, or
// while it waits; of the STS when it is judged.
std::string outages_fail_what_is_asked(const SoakCase& run) {
  return for_each_stream(run, [&](std::uint32_t i, const ClientStream& stream) {
    bool was_down = false;  // when it was sent
    for (const auto& recorded : stream) {
      if (const auto asked = asked_in(recorded.event)) {
        const SiteThen site(run, recorded.time);
        was_down = site.down[static_cast<std::size_t>(asked->via)];
      } else if (const auto answer = answered_in(recorded.event)) {
        const bool is_load =
            answer->failure == FailureReason::busy || answer->failure == FailureReason::timed_out;
        if (is_load && is_limited(run, answer->via)) continue;
        const Instant judged = answer->judged(recorded.time, run.scenario.policy.latency);
        const SiteThen site(run, judged);
        bool is_right = !answer->failure || answer->failure == FailureReason::answer_lost;
        if (was_down || site.down[static_cast<std::size_t>(answer->via)]) {
          is_right = answer->failure == FailureReason::endpoint_down;
        } else if (site.down[static_cast<std::size_t>(Endpoint::sts)]) {
          is_right = answer->failure == FailureReason::sts_down;
        }
        if (!is_right) return broken_at(i, recorded, "not the answer that the outage would give");
      }
    }
    return std::string();
  });
}

// D2, R25, R28: what is shown is held, used once, and good when it is taken.
std::string bulk_tokens_are_used_once(const SoakCase& run) {
  return for_each_stream(run, [&](std::uint32_t i, const ClientStream& stream) {
    const auto policy = fixed_policy_of(run.scenario, i);
    if (!policy) return std::string();
    const Duration leeway = policy->bulk_leeway.value_or(policy->leeway);
    Guid held;
    Guid shown;
    for (const auto& recorded : stream) {
      if (const auto* install = std::get_if<ClientInstalled>(&recorded.event)) held = install->bulk;
      if (const auto* adopted = std::get_if<ClientAdopted>(&recorded.event)) held = adopted->bulk;
      if (const auto* again = std::get_if<ClientReinstalled>(&recorded.event)) held = again->bulk;
      if (const auto asked = asked_in(recorded.event)) {
        shown = asked->bulk;
        if (!shown.is_nil() && shown != held)
          return broken_at(i, recorded, "it holds no such token");
      }
      const auto answer = answered_in(recorded.event);
      if (!answer || answer->renewal || answer->failure) continue;
      if (!shown.is_nil() && answer->granted()) {
        const Instant judged = answer->judged(recorded.time, run.scenario.policy.latency);
        const SiteThen site(run, judged);
        const auto token = site.bulk.find(shown);
        if (token == site.bulk.end() || token->second.blocked ||
            judged < token->second.not_before || judged >= token->second.expires + leeway) {
          return broken_at(i, recorded, "its bulk token was not good");
        }
      }
      if (answer->granted() || !shown.is_nil()) held = {};
    }
    return std::string();
  });
}

}  // namespace

std::vector<SoakProperty> request_properties() {
  return {
      {"answers",
       "one request at a time, each answered exactly `latency` later, or after that where it waits",
       answers_take_the_latency},
      {"contacts", "requests are made at contacts, over the network that the client is on",
       requests_are_made_at_contacts},
      {"waits", "after a failure or refusal a client waits as long as it should",
       clients_wait_after_trouble},
      {"blocked", "a blocked or outdated client gets no token, and no other is refused for that",
       blocked_and_outdated_get_nothing},
      {"outages", "a request fails for an outage if and only if there is one",
       outages_fail_what_is_asked},
      {"bulk", "a bulk token is shown once, by who holds it, and taken only while it is good",
       bulk_tokens_are_used_once},
  };
}

}  // namespace tokenlife::sim
