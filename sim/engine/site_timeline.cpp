#include "sim/engine/site_timeline.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <queue>

#include "core/ensure.hpp"
#include "core/request.hpp"
#include "core/site.hpp"
#include "core/site_command.hpp"

namespace tokenlife::sim {
namespace {

// A step of the site's day, in the order in which a tick takes them: what ends, then what begins in
// file order, then by repetition.
struct SiteStep {
  Instant at;
  bool begins;
  std::uint32_t action;
  std::uint32_t repetition;
  friend auto operator<=>(const SiteStep&, const SiteStep&) = default;
};

}  // namespace

class SiteTimeline::Builder {
 public:
  Builder(const Scenario& scenario, SiteTimeline& timeline)
      : scenario_(scenario), timeline_(timeline), end_(at(scenario.duration)) {}

  void build() {
    timeline_.scenario_ = &scenario_;
    timeline_.issues_.resize(scenario_.bulk_tokens.size());
    for (const ScenarioBulkToken& token : scenario_.bulk_tokens) newest_.push_back(token.guid);
    capacities_ = scenario_.capacities;
    apply(EstablishSite{scenario_.tenant, scenario_.policy, std::nullopt, capacities_},
          {CauseKind::run_start, 0}, {});
    for (std::uint32_t i = 0; i < scenario_.actions.size(); ++i) {
      const Instant at = scenario_.actions[i].at;
      if (scenario_.actions[i].left_out) continue;
      // Its other part is the clients'.
      const auto* policy = action_if<SetPolicy>(scenario_.actions[i]);
      if (policy != nullptr && !policy->site.empty()) steps_.push({at, true, i, 0});
      const auto* action = std::get_if<SiteAction>(&scenario_.actions[i].what);
      if (action == nullptr) continue;
      std::visit(
          [&]<class What>(const What& what) {
            plan(what, i);
            // The site does not know what becomes of its answers.
            if constexpr (!std::is_same_v<What, LoseAnswers>) steps_.push({at, true, i, 0});
          },
          *action);
    }
    for (; !steps_.empty() && steps_.top().at < end_; steps_.pop()) {
      const SiteStep step = steps_.top();
      const Action& action = scenario_.actions[step.action];
      if (const auto* policy = action_if<SetPolicy>(action)) {
        apply(ChangePolicy{policy->site}, step);
      } else {
        std::visit(
            [&](const auto& what) {
              take(what, step);
              const auto length = step.begins ? length_of(what) : std::nullopt;
              if (length) steps_.push({step.at + *length, false, step.action, step.repetition});
            },
            std::get<SiteAction>(action.what));
      }
      if (step.begins && goes_on_after(action, step.repetition)) {
        steps_.push({step.at + action.repeat->every, true, step.action, step.repetition + 1});
      }
    }
    static_cast<SiteHistory&>(timeline_) = SiteHistory(timeline_.events_);
  }

 private:
  // ---- What of an action can be looked up ------------------------------------------------------

  static void plan(const Outage&, std::uint32_t) {}
  void plan(const LoseAnswers& loss, std::uint32_t action) {
    timeline_.losses_.push_back(
        {{scenario_.actions[action], loss.length}, action, loss.endpoint, loss.share});
  }
  void plan(const IssueBulk& issue, std::uint32_t action) {
    Issue& planned = timeline_.issues_[issue.bulk_token];
    const Action& it = scenario_.actions[action];
    planned.action = action;
    planned.first = it.at;
    if (!it.repeat) return;
    planned.every = it.repeat->every;
    planned.times = it.repeat->times.value_or(UINT32_MAX);
  }
  static void plan(const RotateCertificate&, std::uint32_t) {}
  static void plan(const SetCapacity&, std::uint32_t) {}
  static void plan(const BlockBulk&, std::uint32_t) {}
  static void plan(const UnblockBulk&, std::uint32_t) {}

  // ---- After how long a step follows that ends it, if one does ---------------------------------

  static std::optional<Duration> length_of(const Outage& outage) { return outage.length; }
  static std::optional<Duration> length_of(const RotateCertificate& rotation) {
    // Retired at once, it is retired by the action itself.
    return rotation.retire_old_after == Duration{0} ? std::nullopt : rotation.retire_old_after;
  }
  static std::optional<Duration> length_of(const LoseAnswers&) { return std::nullopt; }
  static std::optional<Duration> length_of(const IssueBulk&) { return std::nullopt; }
  static std::optional<Duration> length_of(const SetCapacity&) { return std::nullopt; }
  static std::optional<Duration> length_of(const BlockBulk&) { return std::nullopt; }
  static std::optional<Duration> length_of(const UnblockBulk&) { return std::nullopt; }

  // ---- What each does to the site --------------------------------------------------------------

  void take(const Outage& outage, const SiteStep& step) {
    // Overlapping outages of one endpoint are one outage.
    int& running = outages_running_[index(outage.endpoint)];
    running += step.begins ? 1 : -1;
    if (step.begins && running == 1) {
      apply(TakeEndpointDown{outage.endpoint}, step);
    } else if (!step.begins && running == 0) {
      apply(BringEndpointUp{outage.endpoint}, step);
    }
  }
  void take(const IssueBulk& issue, const SiteStep& step) {
    const ScenarioBulkToken& token = scenario_.bulk_tokens[issue.bulk_token];
    newest_[issue.bulk_token] = bulk_token_guid(scenario_, issue.bulk_token, step.repetition);
    apply(IssueBulkToken{token.name, newest_[issue.bulk_token], token.lifetime_minutes}, step);
  }
  void take(const BlockBulk& block, const SiteStep& step) {
    apply(BlockBulkToken{newest_[block.bulk_token]}, step);
  }
  void take(const UnblockBulk& unblock, const SiteStep& step) {
    apply(UnblockBulkToken{newest_[unblock.bulk_token]}, step);
  }
  void take(const RotateCertificate& rotation, const SiteStep& step) {
    if (!step.begins) return retire(step);
    if (rotation.retire_old_after) {
      replaced_by_[{step.action, step.repetition}] = site_.signs_now();
    }
    apply(RotateSigningCertificate{}, step);
    if (rotation.retire_old_after == Duration{0}) retire(step);
  }
  static void take(const LoseAnswers&, const SiteStep&) {}
  void take(const SetCapacity& set, const SiteStep& step) {
    // What is left out is as it was, also where it had no limit in between.
    std::optional<Capacity>& last = capacities_.of(set.endpoint);
    if (!last) last.emplace();
    last->per_minute = set.per_minute.value_or(last->per_minute);
    last->queue = set.queue.value_or(last->queue);
    const bool is_unlimited =
        set.unlimited || (!set.per_minute && !site_.capacities.of(set.endpoint));
    apply(ChangeCapacity{set.endpoint, is_unlimited ? std::nullopt : last}, step);
  }

  void retire(const SiteStep& step) {
    const auto replaced = replaced_by_.extract({step.action, step.repetition});
    apply(RetireSigningCertificate{replaced.mapped()}, step);
  }

  void apply(const SiteCommand& command, const SiteStep& step) {
    apply(command, {step.begins ? CauseKind::action : CauseKind::action_end, step.action}, step.at);
  }
  // An action that changes nothing is no event.
  void apply(const SiteCommand& command, Cause cause, Instant now) {
    const auto event = decide(site_, command, now);
    if (!event) return;
    auto next = evolve(std::move(site_), *event);
    ensure(next.has_value(), "the site to accept an event that it decided");
    site_ = std::move(*next);
    const auto seq = static_cast<std::uint32_t>(timeline_.events_.size());
    timeline_.events_.push_back({{now, seq, cause}, *event});
  }

  static std::size_t index(Endpoint endpoint) { return static_cast<std::size_t>(endpoint); }

  const Scenario& scenario_;
  SiteTimeline& timeline_;
  Instant end_;
  Site site_;
  std::priority_queue<SiteStep, std::vector<SiteStep>, std::greater<>> steps_;
  std::array<int, kCount<Endpoint>> outages_running_{};
  Capacities capacities_;     // that endpoints had last
  std::vector<Guid> newest_;  // by bulk token: for which its name stands
  // Rotation and its repetition -> the certificate before it.
  std::map<std::pair<std::uint32_t, std::uint32_t>, KeyNumber> replaced_by_;
};

Guid SiteTimeline::newest_bulk_token(std::uint32_t bulk_token, Instant now,
                                     std::uint32_t action) const {
  const Issue& issue = issues_[bulk_token];
  std::int64_t repetition = 0;
  if (now > issue.first) {
    const Duration since = now - issue.first;
    repetition = std::min<std::int64_t>(since / issue.every, issue.times - 1);
    const bool is_now = since == issue.every * repetition;
    if (repetition > 0 && is_now && issue.action > action) --repetition;
  }
  return bulk_token_guid(*scenario_, bulk_token, static_cast<std::uint32_t>(repetition));
}

bool SiteTimeline::concerns(Endpoint endpoint, const Request& request) {
  return endpoint == request.via ||
         (endpoint == Endpoint::sts && request.kind != RequestKind::exchange);
}

SiteTimeline::SiteTimeline(const Scenario& scenario) { Builder(scenario, *this).build(); }

}  // namespace tokenlife::sim
