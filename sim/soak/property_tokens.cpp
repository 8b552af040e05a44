// Tokens: where they come from, how long they live, where they end.
#include <fmt/format.h>

#include <optional>

#include "core/evolve.hpp"
#include "core/evolve_in_place.hpp"
#include "events/run_check.hpp"
#include "sim/scenario/renewal_terms.hpp"
#include "sim/soak/property.hpp"
#include "sim/text/duration.hpp"

namespace tokenlife::sim {
namespace {

const ClientToken* token_in(const ClientEvent& event) {
  if (const auto* completed = std::get_if<RegistrationCompleted>(&event)) return &completed->token;
  if (const auto* renewed = std::get_if<TokenRenewed>(&event)) return &renewed->token;
  return nullptr;
}

// The token with which a client was adopted, if it has not expired before.
const ClientToken* adopted_in(const ClientEvent& event) {
  const auto* adopted = std::get_if<ClientAdopted>(&event);
  const bool lives =
      adopted != nullptr && adopted->token.exists() && adopted->state != LifecycleState::expired;
  return lives ? &adopted->token : nullptr;
}

std::string serials_are_new(const SoakCase& run) {
  return for_each_stream(run, [](std::uint32_t i, const ClientStream& stream) {
    std::uint32_t newest = 0;
    for (const auto& recorded : stream) {
      if (const auto* adopted = std::get_if<ClientAdopted>(&recorded.event)) {
        newest = adopted->tokens;
      }
      const ClientToken* token = token_in(recorded.event);
      if (token == nullptr) continue;
      if (token->serial.client().value != i || token->serial.ordinal() <= newest) {
        return broken_at(i, recorded, "the serial is another client's or not new");
      }
      newest = token->serial.ordinal();
    }
    return std::string();
  });
}

// A token comes with a registration or renewal that was judged `latency` before, lasts for the
// validity and is over exactly then, unless something ends it earlier. One with which a client was
// adopted is over at the first tick that is not before.
std::string tokens_live_as_long_as_they_may(const SoakCase& run) {
  return for_each_stream(run, [&](std::uint32_t i, const ClientStream& stream) {
    const auto fixed = fixed_policy_of(run.scenario, i);
    if (!fixed) return std::string();
    const Policy& policy = *fixed;
    std::optional<Instant> over;  // of the token that is alive
    for (const auto& recorded : stream) {
      const bool expires = std::holds_alternative<TokenExpired>(recorded.event);
      if (expires && over != recorded.time) return broken_at(i, recorded, "not at its time");
      if (over && recorded.time > *over) return broken_at(i, recorded, "a token lived too long");
      if (const ClientToken* adopted = adopted_in(recorded.event)) {
        const Duration end = (adopted->expires + policy.leeway).time_since_epoch();
        over = std::max(at(round_up(end, run.scenario.tick)), Instant{});
      }
      if (const ClientToken* token = token_in(recorded.event)) {
        if (token->expires - token->not_before != policy.token_validity ||
            recorded.time - token->not_before != policy.latency) {
          return broken_at(i, recorded, "issued or expires at the wrong time");
        }
        over = std::max(token->expires + policy.leeway, recorded.time);
      } else if (expires || std::holds_alternative<ReRegistrationRequired>(recorded.event) ||
                 std::holds_alternative<ClientReinstalled>(recorded.event)) {
        over.reset();
      }
    }
    const bool is_late = over && *over < at(run.scenario.duration);
    return is_late ? fmt::format("client {}: its last token never expired", i) : std::string();
  });
}

// Of the tokens that arrived each is alive, was replaced, has expired or was ended.
std::string tokens_are_accounted_for(const SoakCase& run) {
  std::uint64_t arrived = 0, alive = 0, replaced = 0, expired = 0, ended = 0;
  const std::string what = for_each_stream(run, [&](std::uint32_t i, const ClientStream& stream) {
    TokenSerial live;  // 0: none
    Client client;
    for (const auto& recorded : stream) {
      const auto next = evolve(client, recorded.event);
      if (!next) return broken_at(i, recorded, name(next.error()));
      client = *next;
      if (const ClientToken* adopted = adopted_in(recorded.event)) {
        ++arrived;
        live = adopted->serial;
      } else if (const ClientToken* token = token_in(recorded.event)) {
        ++arrived;
        replaced += live.value != 0 ? 1U : 0U;
        live = token->serial;
      } else if (const auto* gone = std::get_if<TokenExpired>(&recorded.event)) {
        if (live != gone->serial) return broken_at(i, recorded, "not the token that was alive");
        ++expired;
        live = {};
      } else if (std::holds_alternative<ReRegistrationRequired>(recorded.event) ||
                 std::holds_alternative<ClientReinstalled>(recorded.event)) {
        ended += live.value != 0 ? 1U : 0U;
        live = {};
      }
      const bool lives = client.state == LifecycleState::registered ||
                         client.state == LifecycleState::roaming ||
                         client.state == LifecycleState::renewing;
      const bool held = live.value != 0;
      if (lives != held || (held && client.token.serial != live)) {
        return broken_at(i, recorded, "holds another token than it was given");
      }
    }
    alive += live.value != 0 ? 1U : 0U;
    return std::string();
  });
  if (!what.empty()) return what;
  if (arrived == alive + replaced + expired + ended) return "";
  return fmt::format("{} came; {} are alive, {} replaced, {} expired, {} ended", arrived, alive,
                     replaced, expired, ended);
}

// R56, with the client's own clock: never before it is due.
std::string renewals_are_due(const SoakCase& run) {
  const std::vector<events::RenewalTerms> terms = renewal_terms(run.scenario);
  return for_each_stream(run, [&](std::uint32_t i, const ClientStream& stream) {
    const auto policy = fixed_policy_of(run.scenario, i);
    if (!policy) return std::string();
    const Cohort& cohort = cohort_of(run.scenario, i);
    const auto number = static_cast<std::size_t>(&cohort - run.scenario.cohorts.data());
    const Duration skew = cohort.clock_skew.from;
    Instant issued;
    for (const auto& recorded : stream) {
      if (const ClientToken* token = token_in(recorded.event)) issued = token->not_before;
      if (const ClientToken* token = adopted_in(recorded.event)) issued = token->not_before;
      if (std::holds_alternative<RenewalRequested>(recorded.event) &&
          recorded.time + skew < issued + policy->renew_after &&
          !was_asked(terms[number], issued, recorded.time)) {
        return broken_at(i, recorded, "not due yet");
      }
    }
    return std::string();
  });
}

// What `log verify` asks.
std::string events_agree(const SoakCase& run) {
  const events::LogHeader header = header_of(run.scenario);
  const SiteHistory site(run.run.site);
  const std::vector<events::RenewalTerms> terms = renewal_terms(run.scenario);
  events::RunCheck check(header, site, terms);
  for (const auto& recorded : run.run.site) {
    if (const auto broken = check.on(recorded)) return fmt::format("the site: {}", broken);
  }
  return for_each_stream(run, [&](std::uint32_t i, const ClientStream& stream) {
    check.begin();
    Client client;
    for (const auto& recorded : stream) {
      const events::BrokenRule broken = std::visit(
          [&](const auto& event) -> events::BrokenRule {
            if (evolve_in_place(client, event) != EventError::none) return "it is not legal";
            return check.on(Recorded<std::decay_t<decltype(event)>>{recorded.envelope(), event},
                            client);
          },
          recorded.event);
      if (broken != nullptr) return broken_at(i, recorded, broken);
    }
    return std::string();
  });
}

}  // namespace

std::vector<SoakProperty> token_properties() {
  return {
      {"serials", "a serial is issued once, to one client, counted upwards", serials_are_new},
      {"token-life",
       "a token comes with a registration or renewal and expires exactly when its time is over",
       tokens_live_as_long_as_they_may},
      {"token-account", "tokens that came = alive + replaced + expired + ended",
       tokens_are_accounted_for},
      {"renewal-due", "no renewal is asked for before it is due", renewals_are_due},
      {"agreement", "events agree with the run's time and with what the site said and did",
       events_agree},
  };
}

}  // namespace tokenlife::sim
