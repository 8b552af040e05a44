#include "sim/analysis/explain.hpp"

#include <algorithm>

#include "core/ensure.hpp"
#include "core/policy.hpp"
#include "events/replay.hpp"
#include "events/standing.hpp"
#include "sim/analysis/log_scenario.hpp"
#include "sim/analysis/reasons.hpp"
#include "sim/engine/memory_run.hpp"
#include "sim/engine/queues.hpp"
#include "sim/engine/site_timeline.hpp"

namespace tokenlife::sim {
namespace {

class Explainer {
 public:
  Explainer(const ExplainedLog& source, ClientNumber client, ClientEvents events,
            const ExplainOptions& options)
      : source_(source),
        log_(source.log()),
        history_(source.site()),
        scenario_(source.scenario()),
        options_(options),
        events_(std::move(events)) {
    found_.number = client;
    found_.at = options.at;
  }

  Result<Explanation, Error> explain() {
    if (!stand()) {
      // It says where in the log.
      const auto all = events::replay_client(log_, found_.number);
      ensure(!all, "an event that cannot have happened, also where the log is replayed");
      return Failed<Error>(to_error(all.error()));
    }
    repeat();
    if (found_.client.state == LifecycleState::not_installed) return std::move(found_);
    find_spell();
    tell();
    if (!options_.quick && found_.not_repeated.empty() && found_.spell) look_elsewhere();
    return std::move(found_);
  }

 private:
  // Where it stands at the moment. False: the events are not possible, be it later.
  bool stand() {
    events::StandingReplay standing(history_, log_.header(), options_.at);
    standing.begin(found_.number);
    const auto keep = [&] {
      const events::ClientStanding its = standing.standing();
      found_.client = its.client;
      found_.since = its.since;
      found_.service = its.service;
    };
    const std::size_t past = until(events_, options_.at).size();
    if (past == 0) keep();
    for (std::size_t i = 0; i < events_.size(); ++i) {
      const Envelope& envelope = events_[i].envelope();
      const bool is_legal = std::visit(
          [&](const auto& e) {
            return standing.on(Recorded<std::decay_t<decltype(e)>>{envelope, e});
          },
          events_[i].event);
      if (!is_legal) return false;
      if (i + 1 == past) keep();
    }
    return true;
  }

  // The scenario of the log, run again for this client alone. Where the log lacks why spells began,
  // the repetition says it.
  void repeat() {
    if (scenario_ == nullptr) {
      found_.not_repeated = source_.why_not();
      return;
    }
    for (std::uint32_t i = 0; i < scenario_->actions.size(); ++i) {
      found_.actions.push_back(background().action(i));
    }
    LoneClient lone(*scenario_, found_.number);
    const auto life = lone.live(*scenario_, *source_.timeline());
    if (source_.timeline()->events() != log_.site_events() ||
        !is_repetition(events_, life.events)) {
      found_.not_repeated =
          "its scenario gives different events today: the log is by another version, or was edited";
      return;
    }
    events_ = life.events;
  }

  void find_spell() {
    // As it was known then: what is later does not count.
    const auto past = until(events_, options_.at);
    all_ = spells_of(events_, history_.admission_changes());
    const auto then = spells_of(past, history_.admission_changes());
    for (std::size_t i = then.size(); i-- > 0;) {
      found_.is_in_spell = !then[i].end && i + 1 == then.size();
      if (!found_.is_in_spell && is_enrolment(then[i])) continue;
      found_.spell = then[i];
      found_.spell->end = all_[i].end;
      found_.spell->by_action = all_[i].by_action;
      return;
    }
  }

  // Whether the spell is nothing but what every installation takes: the client asks at once, and
  // the first answer is its token.
  bool is_enrolment(const StorySpell& spell) const {
    if (!spell.end || !std::holds_alternative<ClientInstalled>(events_[spell.began].event)) {
      return false;
    }
    std::size_t requests = 0;
    for (std::size_t i = spell.began; events_[i].time < *spell.end; ++i) {
      if (kind_of(events_[i].event) != EventKind::registration_requested) continue;
      ++requests;
      if (events_[i].time != spell.spell.begin) return false;
    }
    return requests == 1;
  }

  // What the client goes by at a moment, with the site's part.
  Policy policy_at(Instant now) const {
    Policy policy = history_.policy(Instant{});
    if (scenario_) apply(policy, scenario_->cohorts[found_.client.cohort.value].policy);
    for (const auto& recorded : until(events_, now)) {
      const auto* changed = std::get_if<ClientPolicyChanged>(&recorded.event);
      if (changed != nullptr) apply(policy, changed->changed);
    }
    const Policy& site = history_.policy(now);
    policy.token_validity = site.token_validity;
    policy.internal_registration = site.internal_registration;
    policy.mp = site.mp;
    policy.leeway = site.leeway;
    policy.bulk_leeway = site.bulk_leeway;
    return policy;
  }

  // What the client has before it after the tick `now`.
  Outlook outlook(Instant now) const {
    if (found_.not_repeated.empty()) {
      Scenario past = *scenario_;
      past.text.clear();
      past.expectations.clear();
      past.duration = std::min(past.duration, now.time_since_epoch() + past.tick);
      const SiteTimeline site = timeline_of(past);
      LoneClient lone(past, found_.number);
      return lone.live(past, site).outlook;
    }
    // Jitter and clocks are draws: without a repetition nobody knows when renewals of a run are
    // due. A client on disk goes by its site's policy and the machine's clock.
    Outlook known;
    const Client then = client_after(until(events_, now));
    if (is_on_disk() && then.token.exists()) {
      known.renewal_due = renewal_due(history_.policy(now), then.token.not_before, Duration{0});
    }
    return known;
  }

  void tell() {
    const auto past = until(events_, options_.at);
    const Background behind = background();
    std::optional<Instant> due;  // the token that was lost, for its renewal
    if (found_.spell) {
      const StorySpell& spell = *found_.spell;
      if (spell.lost.exists() && spell.spell.begin > Instant{}) {
        const Instant before = spell.spell.begin - log_.header().tick;
        due = outlook(std::max(before, Instant{})).renewal_due;
        if (*due == kNever) due.reset();
      }
      found_.why = why_of(spell, due, past, behind);
      found_.rules = rules_of(spell, found_.client, found_.service, past);
    }
    const std::size_t first = found_.spell ? found_.spell->issued : 0;
    found_.chain = chain_of(past, first, behind, options_.folding, due);
    found_.next = next_steps(found_.client, outlook(options_.at),
                             {history_, policy_at(options_.at), options_.at,
                              found_.not_repeated.empty() || is_on_disk(), is_on_disk()});
  }

  void look_elsewhere() {
    const StorySpell& spell = *found_.spell;
    found_.is_preventable = can_be_prevented(spell, events_);
    if (!found_.is_preventable && !found_.is_in_spell) return;  // It has ended as it is.
    found_.saved_by = alternatives(*scenario_, found_.number, events_, spell, options_.at);
    if (!found_.is_preventable) return;
    found_.futures = futures(*scenario_, found_.number, moments_of_loss(*scenario_, spell),
                             options_.at, options_.threads);
  }

  bool is_on_disk() const { return events::is_of_client(log_.header()); }
  Background background() const {
    return {log_.site_events(), scenario_, log_.header().start(),
            events::is_of_client(log_.header())};
  }

  const ExplainedLog& source_;
  const events::LogReader& log_;
  const SiteHistory& history_;
  const Scenario* scenario_;
  const ExplainOptions& options_;
  ClientEvents events_;
  std::vector<StorySpell> all_;
  Explanation found_;
};

}  // namespace

ExplainedLog::ExplainedLog(const events::LogReader& log, const std::optional<std::string>& inputs)
    : log_(log), site_(log.site_events(), !events::is_of_client(log.header())) {
  auto scenario = scenario_of(log.header(), inputs);
  if (!scenario) {
    why_not_ = scenario.error();
    return;
  }
  scenario_ = std::move(*scenario);
  timeline_ = std::make_unique<SiteTimeline>(timeline_of(*scenario_));
}

Result<Explanation, Error> ExplainedLog::explain(ClientNumber client, ClientEvents events,
                                                 const ExplainOptions& options) const {
  return Explainer(*this, client, std::move(events), options).explain();
}

Result<Explanation, Error> explain(const events::LogReader& log, ClientNumber client,
                                   const ExplainOptions& options) {
  // Of a log that nobody has checked.
  if (const auto site = events::check_site(log); !site) {
    return Failed<Error>(to_error(site.error()));
  }
  auto events = events_of(log, client);
  if (!events) return Failed<Error>(to_error(events.error()));
  return ExplainedLog(log, options.inputs).explain(client, std::move(*events), options);
}

}  // namespace tokenlife::sim
