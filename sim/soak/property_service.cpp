// Who is without a good token (A13): for how long, and whether there is a way back.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "core/event_error.hpp"
#include "core/evolve.hpp"
#include "core/spell_follower.hpp"
#include "sim/naive/simulation.hpp"
#include "sim/soak/property.hpp"
#include "sim/text/duration.hpp"

namespace tokenlife::sim {
namespace {

// ---- Spells ------------------------------------------------------------------------------------

// Moments, and how many more clients are out of service from each on.
using Changes = std::map<Instant, std::int64_t>;

struct Lengths {
  std::uint64_t ended = 0;
  std::uint64_t by_action = 0;  // of those
  std::uint64_t open = 0;
  Duration total{0};  // of those that ended
  friend bool operator==(const Lengths&, const Lengths&) = default;
};

// What can help a client that is out of service, as A13 lists it.
bool helps(const ClientEvent& event) {
  if (const auto* moved = std::get_if<NetworkChanged>(&event)) {
    return moved->to != Network::offline;
  }
  if (const auto* set = std::get_if<CmgAllowedChanged>(&event)) return set->value;
  return std::holds_alternative<ClientReinstalled>(event) ||
         std::holds_alternative<ClientUnblocked>(event) ||
         std::holds_alternative<ClientUpgraded>(event) ||
         std::holds_alternative<CredentialRenewed>(event);
}

// Whether the spell from one event of the stream to the other ended by an action, from the words of
// A13: the latest help after its beginning, and before the request that ended it, came from one.
bool ended_by_action(const ClientStream& stream, std::size_t begin, std::size_t end,
                     const std::vector<Recorded<SiteEvent>>& of_site) {
  if (std::holds_alternative<TokenRenewed>(stream[end].event)) return false;  // answered late
  std::size_t request = end;
  while (!std::holds_alternative<RegistrationRequested>(stream[request].event)) --request;
  const Recorded<ClientEvent>* help = nullptr;
  for (std::size_t i = begin + 1; i < request; ++i) {
    if (helps(stream[i].event)) help = &stream[i];
  }
  for (const Recorded<SiteEvent>& event : of_site) {
    const auto* set = std::get_if<PolicyChanged>(&event.event);
    if (set == nullptr || (!set->changed.mp && !set->changed.internal_registration)) continue;
    // Of a tick the site's events come first.
    const bool is_latest = help == nullptr || event.time > help->time;
    if (event.time > stream[begin].time && event.time <= stream[request].time && is_latest) {
      return true;
    }
  }
  return help != nullptr && help->cause.kind == CauseKind::action;
}

// The time without a good token by the states that the events lead to; what the spells of the same
// events say otherwise.
std::string follow_spells(std::uint32_t i, const ClientStream& stream,
                          const std::vector<Recorded<SiteEvent>>& of_site, Lengths& lengths,
                          Changes& changes) {
  Client client;
  SpellFollower follower;
  bool is_out = false;  // without one
  Instant since;
  std::size_t began = 0;
  for (std::size_t at = 0; at < stream.size(); ++at) {
    const auto& recorded = stream[at];
    const LifecycleState before = client.state;
    const auto next = evolve(client, recorded.event);
    if (!next) return broken_at(i, recorded, name(next.error()));
    client = *next;
    const auto ended = std::visit(
        [&](const auto& event) {
          return follower.on(before, {recorded.time, recorded.seq, recorded.cause}, event);
        },
        recorded.event);
    const bool is_without = client.state == LifecycleState::installed ||
                            client.state == LifecycleState::expired ||
                            client.state == LifecycleState::re_registration_required;
    const bool ends = is_out && !is_without;
    if (ended.has_value() != ends || follower.spell().has_value() != is_without) {
      return broken_at(i, recorded, "a spell that the states do not have, or none that they have");
    }
    if (ends) {
      if (ended->spell.begin != since || ended->end != recorded.time) {
        return broken_at(i, recorded, "a spell whose length is not what the states say");
      }
      ++lengths.ended;
      if (ended_by_action(stream, began, at, of_site)) ++lengths.by_action;
      lengths.total += recorded.time - since;
      --changes[recorded.time];
      is_out = false;
    } else if (!is_out && is_without) {
      is_out = true;
      began = at;
      since = recorded.time;
      ++changes[recorded.time];
    }
    if (is_out && follower.spell()->begin != since) {
      return broken_at(i, recorded, "a second spell within the first");
    }
  }
  if (is_out) ++lengths.open;
  return "";
}

Lengths counted(const SpellTally& tally) {
  Lengths lengths;
  for (const SpellCount& count : tally.spells) {
    lengths.ended += count.by_itself + count.by_action;
    lengths.by_action += count.by_action;
    lengths.open += count.not_at_all;
    for (const auto& [length, times] : count.lengths) {
      lengths.total += length * static_cast<std::int64_t>(times);
    }
  }
  return lengths;
}

std::string spells_add_up(const SoakCase& run) {
  Lengths lengths;
  Changes changes;
  const std::string what = for_each_stream(run, [&](std::uint32_t i, const ClientStream& stream) {
    return follow_spells(i, stream, run.run.site, lengths, changes);
  });
  if (!what.empty()) return what;
  const Lengths tally = counted(run.result.tally.spells);
  if (!(tally == lengths)) {
    return fmt::format(
        "{} spells ended, {} by an action, after {} in all and {} did not, and by the events {}, "
        "{}, "
        "after {}, and {}",
        tally.ended, tally.by_action, to_text(tally.total), tally.open, lengths.ended,
        lengths.by_action, to_text(lengths.total), lengths.open);
  }
  std::vector<Instant> moments;
  for (const auto& [moment, change] : changes) moments.push_back(moment);
  const auto levels = run.result.tally.spells.out_of_service.at(moments);
  std::int64_t without = 0;
  for (std::size_t m = 0; m < moments.size(); ++m) {
    without += changes[moments[m]];
    if (levels[m] == static_cast<std::uint64_t>(without)) continue;
    return fmt::format("at {} {} are out of service, and by the states {}",
                       to_text(moments[m].time_since_epoch()), levels[m], without);
  }
  return "";
}

// ---- The way back ------------------------------------------------------------------------------

// The naive simulator goes on from there: see property_naive.cpp.
constexpr std::int64_t kWayBackTicksMax = 40'000;
constexpr std::int64_t kTicksAfter = 200;

// The last moment at which the action can do something to a client or the site, its end apart; none
// if it goes on for ever.
Instant last_beginning(const Action& action, Duration run) {
  const auto begun = naive::beginnings(action, at(run));
  if (begun.empty()) return Instant::min();
  const Target* target = target_of(action);
  const Duration over = target == nullptr ? Duration{0} : target->over;
  return begun.back() + std::max(over - Duration{1}, Duration{0});
}

// Cuts off what the action does after `now`. False if it cannot be told apart.
bool stop_after(Action& action, Instant now, Duration tick, Duration run) {
  const Instant never = at(run);
  if (action.at > now) {
    action.at = never;
    action.repeat.reset();
    return true;
  }
  if (action.repeat) {
    const auto past = naive::beginnings(action, now + Duration{1}).size();
    action.repeat->times = static_cast<std::uint32_t>(past);
  }
  if (last_beginning(action, run) > now) return false;
  auto* on_site = std::get_if<SiteAction>(&action.what);
  if (on_site == nullptr) return true;
  const Instant begin = naive::beginnings(action, never).back();
  const Duration until_next = now + tick - begin;
  if (auto* rotation = std::get_if<RotateCertificate>(on_site)) {
    const bool retires_later =
        rotation->retire_old_after && begin + *rotation->retire_old_after > now;
    if (retires_later && action.repeat) return false;
    if (retires_later) rotation->retire_old_after.reset();
  }
  const auto cut = [&](Duration& length) {
    if (begin + length <= now + tick) return true;
    if (action.repeat) return false;
    length = until_next;
    return true;
  };
  if (auto* outage = std::get_if<Outage>(on_site)) return cut(outage->length);
  if (auto* loss = std::get_if<LoseAnswers>(on_site)) return cut(loss->length);
  return true;
}

// What a client had at a moment.
struct Standing {
  Client client;
  bool is_asking = false;  // something, and has no answer yet
};
Standing standing_at(const ClientStream& stream, Instant now) {
  Standing standing;
  for (const auto& recorded : stream) {
    if (recorded.time > now) break;
    standing.client = *evolve(standing.client, recorded.event);
  }
  standing.is_asking = standing.client.pending != PendingRequest::none;
  return standing;
}

// The run up to `now`, and on with nothing done any more: all endpoints up, each client on the
// network to which it was last connected, its agent started.
std::optional<Scenario> left_alone(const SoakCase& run, Instant now) {
  Scenario scenario = run.scenario;
  scenario.expectations.clear();
  const Instant next = now + scenario.tick;
  scenario.duration =
      next.time_since_epoch() + 2 * scenario.policy.latency + scenario.tick * kTicksAfter;
  for (Action& action : scenario.actions) {
    if (!stop_after(action, now, scenario.tick, scenario.duration)) return std::nullopt;
  }
  // A13 asks what endpoints would grant that are idle.
  if (has_capacity(run.scenario)) {
    for (const Endpoint endpoint : {Endpoint::mp, Endpoint::cmg}) {
      scenario.actions.push_back({next, SiteAction{SetCapacity{endpoint, {}, true, {}}}});
    }
  }
  for (std::uint32_t i = 0; i < run.run.clients.size(); ++i) {
    const Client client = standing_at(run.run.clients[i], now).client;
    if (client.last_connected == Network::offline) continue;
    const Cohort& cohort = cohort_of(scenario, i);
    Target target;
    target.cohort = {static_cast<std::uint32_t>(&cohort - scenario.cohorts.data())};
    target.client = i - cohort.first.value;
    scenario.actions.push_back({next, ClientAction{Move{target, client.last_connected, {}}}});
    scenario.actions.push_back({next, ClientAction{RestartAgents{target}}});
    // And again when an exchange that is under way, of which no event tells, has its answer.
    const Instant later = next + scenario.policy.latency;
    scenario.actions.push_back({later, ClientAction{RestartAgents{target}}});
  }
  return scenario;
}

// Who is stranded after the tick at `now`, by the engine.
Result<std::set<std::uint32_t>, std::string> stranded_after(const SoakCase& run, Instant now) {
  Scenario prefix = run.scenario;
  prefix.expectations.clear();
  prefix.duration = now.time_since_epoch() + prefix.tick;
  RunOptions options;
  options.wanted.stranded_clients = true;
  const auto result = run.runs(prefix, options);
  if (!result) return Failed<std::string>(to_string(result.error()));
  std::set<std::uint32_t> stranded;
  for (const auto& standing : result->tally.spells.stranded_clients) {
    if (standing.service == Service::stranded) stranded.insert(standing.number.value);
  }
  return stranded;
}

// When it first gets a token after `now`, and whether what it would ask with has expired by then:
// its bulk token or its credential.
struct WayBack {
  std::optional<Instant> token;
  bool is_held_up = false;
};
WayBack way_back(const ClientStream& stream, Instant now) {
  WayBack way;
  for (const auto& recorded : stream) {
    if (recorded.time <= now) continue;
    const bool brings = std::holds_alternative<RegistrationCompleted>(recorded.event) ||
                        std::holds_alternative<TokenRenewed>(recorded.event);
    if (brings && !way.token) way.token = recorded.time;
    const auto* refused = std::get_if<RegistrationRefused>(&recorded.event);
    const bool bulk_ended =
        refused != nullptr && refused->reason == RefusalReason::bulk_token_expired;
    way.is_held_up =
        way.is_held_up || bulk_ended || std::holds_alternative<CredentialExpired>(recorded.event);
  }
  return way;
}

std::string stranded_have_no_way_back(const SoakCase& run) {
  const std::int64_t ticks = run.scenario.duration / run.scenario.tick;
  const auto part = static_cast<std::int64_t>(run.scenario.seed % 4 + 1);
  const Instant now = at(run.scenario.tick * std::max<std::int64_t>(0, ticks * part / 4 - 1));
  const auto alone = left_alone(run, now);
  if (!alone) return "";
  const std::int64_t work =
      alone->duration / alone->tick * static_cast<std::int64_t>(alone->clients);
  if (work > kWayBackTicksMax) return "";
  const auto stranded = stranded_after(run, now);
  if (!stranded) return stranded.error();
  const naive::NaiveRun later = naive::simulate_naively(*alone);
  const Instant answered = now + alone->tick + 2 * alone->policy.latency;
  return for_each_stream(run, [&](std::uint32_t i, const ClientStream& stream) {
    const Standing standing = standing_at(stream, now);
    const Client& client = standing.client;
    if (!is_out_of_service(client.state) || client.last_connected == Network::offline) {
      return std::string();
    }
    const WayBack way = way_back(later.clients[i], now);
    const auto said = [&](std::string_view what) {
      return fmt::format("client {}, {} at {}, {}", i, name(client.state),
                         to_text(now.time_since_epoch()), what);
    };
    if (stranded->contains(i)) {
      // What it asked before, elsewhere, may still be answered.
      return way.token && !standing.is_asking ? said("is stranded, and comes back by itself")
                                              : std::string();
    }
    if (client.blocked || standing.is_asking || way.is_held_up) return std::string();
    return way.token && *way.token <= answered ? std::string()
                                               : said("is not stranded, and does not come back");
  });
}

}  // namespace

std::vector<SoakProperty> service_properties() {
  return {
      {"spells", "spells last as long as the events' states have no good token, one at a time",
       spells_add_up},
      {"way-back",
       "left alone where it was last connected, a stranded client gets no token, and one that is "
       "out of service gets one, by the naive simulator",
       stranded_have_no_way_back},
  };
}

}  // namespace tokenlife::sim
