#include "sim/analysis/alternatives.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <numeric>

#include "sim/engine/memory_run.hpp"
#include "sim/engine/queues.hpp"
#include "sim/engine/site_timeline.hpp"
#include "sim/text/duration.hpp"
#include "sim/text/time.hpp"

namespace tokenlife::sim {
namespace {

using std::chrono::days;
using std::chrono::hours;

// Of no use to one client alone, and long.
Scenario without_words(Scenario scenario) {
  scenario.text.clear();
  scenario.expectations.clear();
  scenario.warnings.clear();
  return scenario;
}

// Sets a value wherever the scenario says it: of the site, the cohort and the actions. `fit` makes
// of a value that stands there the one that is to stand there.
template <class Value, class Fit>
void set_everywhere(Scenario& scenario, std::uint32_t cohort,
                    std::optional<Value> ClientPolicyChange::*key, Value Policy::*of_site,
                    const Fit& fit) {
  scenario.policy.*of_site = fit(scenario.policy.*of_site);
  auto& own = scenario.cohorts[cohort].policy.*key;
  if (own) own = fit(*own);
  for (Action& action : scenario.actions) {
    auto* of_clients = std::get_if<ClientAction>(&action.what);
    auto* set = of_clients == nullptr ? nullptr : std::get_if<SetPolicy>(of_clients);
    if (set != nullptr && set->clients.*key) set->clients.*key = fit(*(set->clients.*key));
  }
}

class Search {
 public:
  Search(const Scenario& scenario, ClientNumber client, const ClientEvents& events,
         const StorySpell& spell, Instant at)
      : scenario_(without_words(scenario)),
        events_(events),
        spell_(spell),
        at_(at),
        prevents_(can_be_prevented(spell, events)),
        lone_(scenario, client) {
    while (cohort_ + 1 < scenario_.cohorts.size() &&
           client >= scenario_.cohorts[cohort_ + 1].first) {
      ++cohort_;
    }
    in_cohort_ = client.value - scenario_.cohorts[cohort_].first.value;
    // What is later than all that is asked need not be run.
    full_ = scenario_.duration;
    const Instant last = prevents_ ? spell.end.value_or(kNever) : at;
    if (last < at_end()) scenario_.duration = last.time_since_epoch() + scenario_.tick;
    to_ = std::min(spell.end.value_or(kNever), at_end());
    find_present(events);
    for (const StorySpell& its : spells_of(events, {})) begins_.push_back(its.spell.begin);
  }

  Alternatives find() {
    try_policy();
    for (std::uint32_t i = 0; i < scenario_.actions.size(); ++i) {
      if (concerns(scenario_.actions[i]) && scenario_.actions[i].at < last_cause()) try_action(i);
    }
    try_visits();
    try_upgrade();
    return std::move(found_);
  }

 private:
  using Change = std::function<void(Scenario&)>;

  Instant at_end() const { return tokenlife::at(scenario_.duration); }
  // What begins then, or later, is too late.
  Instant last_cause() const { return prevents_ ? spell_.spell.begin + scenario_.tick : at_; }

  // The values that were in force when it happened.
  void find_present(const ClientEvents& events) {
    present_ = scenario_.policy;
    apply(present_, scenario_.cohorts[cohort_].policy);
    for (const auto& recorded : events) {
      if (recorded.time >= spell_.spell.begin) break;
      const auto* changed = std::get_if<ClientPolicyChanged>(&recorded.event);
      if (changed != nullptr) apply(present_, changed->changed);
    }
    const SiteTimeline site(scenario_);
    present_.token_validity = site.policy(spell_.lost.not_before).token_validity;
  }

  // The change that was tried last, which helps.
  void add(Alternative alternative) {
    alternative.lost_again = lost_again_;
    alternative.only_outlasts =
        only_outlasts_ && alternative.kind == Alternative::Kind::token_validity;
    found_.helping.push_back(alternative);
  }
  void mark(Alternative::Kind kind) { found_.tried[static_cast<std::size_t>(kind)] = true; }

  bool helps(const Scenario& scenario, const SiteTimeline& site) {
    const auto queues =
        has_capacity(scenario) ? std::optional(timeline_of(scenario)) : std::nullopt;
    const auto life = lone_.live(scenario, queues ? *queues : site);
    if (!prevents_) return !life.events.empty() && life.outlook.service == Service::served;
    if (!is_served_through(life.events, spell_.spell.begin, to_)) return false;
    look_further(scenario);
    return true;
  }
  // What comes of the client that is saved, up to the run's end.
  void look_further(Scenario scenario) {
    scenario.duration = full_;
    const auto life = lone_.live(scenario, timeline_of(scenario));
    lost_again_.reset();
    for (const StorySpell& its : spells_of(life.events, {})) {
      const Instant begin = its.spell.begin;
      if (begin < to_ || lost_again_) continue;
      if (std::find(begins_.begin(), begins_.end(), begin) == begins_.end()) lost_again_ = begin;
    }
    const Instant end = tokenlife::at(full_);
    only_outlasts_ = to_ == end && life.outlook.renewal_due <= end &&
                     client_after(life.events).token.not_before < spell_.spell.begin;
  }
  bool helps(const Change& change) {
    Scenario changed = scenario_;
    change(changed);
    return helps(changed, SiteTimeline(changed));
  }

  void try_policy() {
    if (!prevents_ || !spell_.lost.exists()) return;
    // Terms are multiples of the tick.
    step_ = Duration{std::lcm(Duration{days{1}}.count(), scenario_.tick.count())};
    try_renew_after();
    try_validity();
    if (present_.renew_on != RenewOn::agent_start) return;
    mark(Alternative::Kind::renew_on);
    const Change at_contacts = [this](Scenario& changed) {
      set_everywhere(changed, cohort_, &ClientPolicyChange::renew_on, &Policy::renew_on,
                     [](RenewOn) { return RenewOn::contact; });
    };
    if (helps(at_contacts)) add({Alternative::Kind::renew_on});
  }
  void try_renew_after() {
    Duration value = present_.renew_after - Duration{1};
    for (value -= value % step_; value >= step_; value -= step_) {
      mark(Alternative::Kind::renew_after);
      const bool saves = helps([&](Scenario& changed) {
        set_everywhere(changed, cohort_, &ClientPolicyChange::renew_after, &Policy::renew_after,
                       [&](Duration set) { return std::min(set, value); });
      });
      if (!saves) continue;
      add({Alternative::Kind::renew_after, value, 0, {}, present_.renew_after});
      return;
    }
  }
  void try_validity() {
    const Duration present = present_.token_validity;
    Duration value = present - present % step_ + step_;
    const auto inventory = own_inventory();
    for (; value <= present * 3; value += step_) {
      mark(Alternative::Kind::token_validity);
      const bool saves = helps([&](Scenario& changed) {
        changed.policy.token_validity = std::max(changed.policy.token_validity, value);
        for (Action& action : changed.actions) {
          auto* of_clients = std::get_if<ClientAction>(&action.what);
          auto* set = of_clients == nullptr ? nullptr : std::get_if<SetPolicy>(of_clients);
          if (set != nullptr && set->site.token_validity) {
            set->site.token_validity = std::max(*set->site.token_validity, value);
          }
        }
        if (inventory != nullptr) adopt_with(value, *inventory, changed);
      });
      if (!saves) continue;
      add({Alternative::Kind::token_validity, value, 0, {}, present});
      return;
    }
  }
  // A copy whose row of this client may be changed, if it has one that follows the validity.
  std::shared_ptr<Inventory> own_inventory() const {
    const Cohort& cohort = scenario_.cohorts[cohort_];
    if (cohort.inventory == nullptr) return nullptr;
    const AdoptedClient& row = cohort.inventory->clients[in_cohort_];
    const bool lives =
        row.state == LifecycleState::registered || row.state == LifecycleState::roaming;
    if (!lives || !row.token) return nullptr;
    if (row.token->expires != row.token->issued + scenario_.policy.token_validity) return nullptr;
    return std::make_shared<Inventory>(*cohort.inventory);
  }
  void adopt_with(Duration validity, Inventory& inventory, Scenario& changed) const {
    AdoptedClient::Dates& token = *inventory.clients[in_cohort_].token;
    token.expires = token.issued + validity;
    changed.cohorts[cohort_].inventory = {std::shared_ptr<Inventory>{}, &inventory};
  }

  bool concerns(const Action& action) const {
    if (action.left_out) return false;
    const Target* target = target_of(action);
    if (target == nullptr) return true;
    return target->cohort.value == cohort_ && (!target->client || *target->client == in_cohort_);
  }

  void try_action(std::uint32_t i) {
    const Action& action = scenario_.actions[i];
    mark(Alternative::Kind::left_out);
    if (action_if<Outage>(action) != nullptr) mark(Alternative::Kind::shortened);
    const bool goes = helps([&](Scenario& changed) { changed.actions[i].left_out = true; });
    if (goes) add({Alternative::Kind::left_out, {}, i});
    if (goes && action_if<Outage>(action) != nullptr) shorten(i);
    const auto* cmg = action_if<SetCmgAllowed>(action);
    const auto* policy = action_if<SetPolicy>(action);
    const bool waits =
        (cmg != nullptr && cmg->arrives == Arrives::contact) ||
        (policy != nullptr && policy->arrives == Arrives::contact && !policy->clients.empty());
    if (!waits) return;
    mark(Alternative::Kind::at_once);
    const bool saves = helps([&](Scenario& changed) {
      auto& of_clients = std::get<ClientAction>(changed.actions[i].what);
      if (auto* set = std::get_if<SetCmgAllowed>(&of_clients)) set->arrives = Arrives::at_once;
      if (auto* set = std::get_if<SetPolicy>(&of_clients)) set->arrives = Arrives::at_once;
    });
    if (saves) add({Alternative::Kind::at_once, {}, i});
  }
  // Without it the client is saved. To the tick, by halving.
  void shorten(std::uint32_t i) {
    const auto saves = [&](Duration length) {
      return helps([&](Scenario& changed) {
        std::get<Outage>(std::get<SiteAction>(changed.actions[i].what)).length = length;
      });
    };
    const Duration present = action_if<Outage>(scenario_.actions[i])->length;
    Duration good{0};
    Duration bad = present;
    while (bad - good > scenario_.tick) {
      const Duration middle = good + (bad - good) / 2 / scenario_.tick * scenario_.tick;
      (saves(middle) ? good : bad) = middle;
    }
    if (good > Duration{0} && saves(good)) {
      add({Alternative::Kind::shortened, good, i, {}, present});
    }
  }

  void try_visits() {
    const Duration stay = scenario_.cohorts[cohort_].contact_every;
    try_hours({Alternative::Kind::visit, stay}, Move{own_target(), Network::intranet, stay});
  }
  // R5. The first hour is tried first: where an upgrade does not help then, it does not later.
  void try_upgrade() {
    const auto later = std::find_if(events_.begin(), events_.end(), [this](const auto& recorded) {
      return recorded.time > spell_.spell.begin;
    });
    const Client client = client_after({events_.begin(), later});
    if (client.version != ClientVersion::outdated) return;
    const bool any_helps = helps([&](Scenario& changed) {
      changed.actions.push_back({first_hour(), ClientAction{Upgrade{own_target()}}});
    });
    mark(Alternative::Kind::upgrade);
    if (any_helps) try_hours({Alternative::Kind::upgrade}, Upgrade{own_target()});
  }

  Target own_target() const { return {CohortNumber{cohort_}, in_cohort_}; }
  Instant first_hour() const {
    return std::max(prevents_ ? spell_.lost.not_before : spell_.spell.begin, Instant{});
  }
  // What somebody does to the client at the last whole hour at which it helps.
  void try_hours(Alternative what, const ClientAction& action) {
    Scenario changed = scenario_;
    changed.actions.push_back({{}, action});
    const SiteTimeline site(changed);
    const Duration past_hour = Duration{scenario_.start.time_since_epoch()} % Duration{hours{1}};
    Instant hour = last_cause() - Duration{1};
    hour -= (hour.time_since_epoch() + past_hour) % Duration{hours{1}};
    for (; hour >= first_hour(); hour -= hours{1}) {
      if (hour.time_since_epoch() % scenario_.tick != Duration{0}) continue;
      changed.actions.back().at = hour;
      mark(what.kind);
      if (!helps(changed, site)) continue;
      what.at = hour;
      add(what);
      return;
    }
  }

  Scenario scenario_;
  const ClientEvents& events_;
  const StorySpell& spell_;
  Instant at_;
  bool prevents_;
  LoneClient lone_;
  std::uint32_t cohort_ = 0;
  std::uint32_t in_cohort_ = 0;
  Instant to_{};
  Policy present_;
  Duration full_{0};             // of the run
  std::vector<Instant> begins_;  // of the client's spells
  std::optional<Instant> lost_again_;
  bool only_outlasts_ = false;
  Duration step_{days{1}};
  Alternatives found_;
};

}  // namespace

bool can_be_prevented(const StorySpell& spell, const ClientEvents& events) {
  const ClientEvent& began = events[spell.began].event;
  if (std::holds_alternative<ClientInstalled>(began)) return false;
  if (std::holds_alternative<ClientAdopted>(began)) return false;
  return spell.spell.cause != SpellCause::adopted;
}

Alternatives alternatives(const Scenario& scenario, ClientNumber client, const ClientEvents& events,
                          const StorySpell& spell, Instant at) {
  return Search(scenario, client, events, spell, at).find();
}

ChangeWords words_of(const Alternative& alternative, std::chrono::sys_seconds start) {
  const std::string action = fmt::format("action {}", alternative.action);
  switch (alternative.kind) {
    case Alternative::Kind::renew_after: return {"renew-after", to_text(alternative.length)};
    case Alternative::Kind::token_validity: return {"token-validity", to_text(alternative.length)};
    case Alternative::Kind::renew_on: return {"renew-on", "contact"};
    case Alternative::Kind::left_out: return {action, "left-out"};
    case Alternative::Kind::shortened: return {action + " for", to_text(alternative.length)};
    case Alternative::Kind::at_once: return {action + " arrives", "at-once"};
    case Alternative::Kind::upgrade: return {"upgrade", rfc3339(start, alternative.at)};
    case Alternative::Kind::visit: return {"visit", rfc3339(start, alternative.at)};
  }
  return {};
}

}  // namespace tokenlife::sim
