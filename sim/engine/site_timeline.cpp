#include "sim/engine/site_timeline.hpp"

#include <algorithm>

#include "core/ensure.hpp"

namespace tokenlife::sim {
namespace {

// A step of the site's day, in the order in which a tick takes them: what ends, then what begins in
// file order.
struct SiteStep {
  Instant at;
  bool begins;
  std::uint32_t action;
  friend auto operator<=>(const SiteStep&, const SiteStep&) = default;
};

}  // namespace

class SiteTimeline::Builder {
 public:
  Builder(const Scenario& scenario, SiteTimeline& timeline)
      : scenario_(scenario), timeline_(timeline), end_(at(scenario.duration)) {}

  void build() {
    timeline_.signs_from_.push_back(Instant::min());
    timeline_.retired_at_.push_back(kNever);
    apply(EstablishSite{scenario_.tenant, scenario_.policy}, {CauseKind::run_start, 0}, {});
    for (std::uint32_t i = 0; i < scenario_.actions.size(); ++i) {
      const Instant at = scenario_.actions[i].at;
      const auto* action = std::get_if<SiteAction>(&scenario_.actions[i].what);
      if (action == nullptr) continue;
      steps_.push_back({at, true, i});
      std::visit([&](const auto& what) { plan(what, at, i); }, *action);
    }
    std::sort(steps_.begin(), steps_.end());
    for (const SiteStep& step : steps_) {
      if (step.at >= end_) break;
      std::visit([&](const auto& what) { take(what, step); },
                 std::get<SiteAction>(scenario_.actions[step.action].what));
    }
    finish();
  }

 private:
  // ---- What each action is known by before it happens: when it ends, if it does ----------------

  void plan(const Outage& outage, Instant at, std::uint32_t action) {
    steps_.push_back({at + outage.length, false, action});
    timeline_.outages_[index(outage.endpoint)].push_back({{at, at + outage.length}, action});
  }
  void plan(const LoseAnswers& loss, Instant at, std::uint32_t action) {
    timeline_.losses_.push_back({{at, at + loss.length}, action, loss.endpoint, loss.share});
  }
  void plan(const RotateCertificate& rotation, Instant at, std::uint32_t action) {
    // Retired at once, it is retired by the action itself.
    if (!rotation.retire_old_after || *rotation.retire_old_after == Duration{0}) return;
    steps_.push_back({at + *rotation.retire_old_after, false, action});
  }
  static void plan(const IssueBulk&, Instant, std::uint32_t) {}
  static void plan(const BlockBulk&, Instant, std::uint32_t) {}
  static void plan(const UnblockBulk&, Instant, std::uint32_t) {}

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
    apply(IssueBulkToken{token.name, token.guid, token.lifetime_minutes}, step);
  }
  void take(const BlockBulk& block, const SiteStep& step) {
    apply(BlockBulkToken{scenario_.bulk_tokens[block.bulk_token].guid}, step);
  }
  void take(const UnblockBulk& unblock, const SiteStep& step) {
    apply(UnblockBulkToken{scenario_.bulk_tokens[unblock.bulk_token].guid}, step);
  }
  void take(const RotateCertificate& rotation, const SiteStep& step) {
    if (!step.begins) return retire(step);
    replaced_by_[step.action] = site_.signs_now();
    apply(RotateSigningCertificate{}, step);
    if (rotation.retire_old_after == Duration{0}) retire(step);
  }
  // The site does not know what becomes of its answers.
  static void take(const LoseAnswers&, const SiteStep&) {}

  void retire(const SiteStep& step) {
    apply(RetireSigningCertificate{replaced_by_.at(step.action)}, step);
  }

  void apply(const SiteCommand& command, const SiteStep& step) {
    apply(command, {step.begins ? CauseKind::action : CauseKind::action_end, step.action}, step.at);
  }
  // An action that changes nothing is no event.
  void apply(const SiteCommand& command, Cause cause, Instant now) {
    const auto event = decide(site_, command, now);
    if (!event) return;
    auto next = evolve(site_, *event);
    ensure(next.has_value(), "the site to accept an event that it decided");
    site_ = std::move(*next);
    const auto seq = static_cast<std::uint32_t>(timeline_.events_.size());
    timeline_.events_.push_back({{now, seq, cause}, *event});
    remember(*event, now);
  }

  void remember(const SiteEvent& event, Instant now) {
    const auto remember_bulk = [&](Guid guid) {
      timeline_.bulk_history_.emplace_back(now, site_.bulk_tokens.at(guid));
    };
    if (const auto* issued = std::get_if<BulkTokenIssued>(&event)) remember_bulk(issued->guid);
    if (const auto* blocked = std::get_if<BulkTokenBlocked>(&event)) remember_bulk(blocked->guid);
    if (const auto* open = std::get_if<BulkTokenUnblocked>(&event)) remember_bulk(open->guid);
    if (std::holds_alternative<SigningCertificateRotated>(event)) {
      timeline_.signs_from_.push_back(now);
      timeline_.retired_at_.push_back(kNever);
    }
    if (const auto* retired = std::get_if<SigningCertificateRetired>(&event)) {
      timeline_.retired_at_[retired->key.value] = now;
    }
    if (const auto* down = std::get_if<EndpointDown>(&event)) {
      timeline_.down_[index(down->endpoint)].emplace_back(now, kNever);
    }
    if (const auto* up = std::get_if<EndpointUp>(&event)) {
      timeline_.down_[index(up->endpoint)].back().second = now;
    }
  }

  void finish() {
    // What ends in the tick in which it begins again is seamless.
    for (std::vector<Span>& down : timeline_.down_) {
      std::vector<Span> merged;
      for (const Span& span : down) {
        if (!merged.empty() && merged.back().second == span.first) {
          merged.back().second = span.second;
        } else {
          merged.push_back(span);
        }
      }
      down = std::move(merged);
    }
    std::stable_sort(timeline_.bulk_history_.begin(), timeline_.bulk_history_.end(),
                     [](const auto& a, const auto& b) { return a.second.guid < b.second.guid; });
    const auto by_beginning = [](const auto& a, const auto& b) {
      return a.span.first < b.span.first;
    };
    for (auto& outages : timeline_.outages_) {
      std::stable_sort(outages.begin(), outages.end(), by_beginning);
    }
    std::stable_sort(timeline_.losses_.begin(), timeline_.losses_.end(), by_beginning);
  }

  static std::size_t index(Endpoint endpoint) { return static_cast<std::size_t>(endpoint); }

  const Scenario& scenario_;
  SiteTimeline& timeline_;
  Instant end_;
  Site site_;
  std::vector<SiteStep> steps_;
  std::array<int, kCount<Endpoint>> outages_running_{};
  std::map<std::uint32_t, KeyNumber> replaced_by_;  // rotation -> the certificate before it
};

SiteTimeline::SiteTimeline(const Scenario& scenario) { Builder(scenario, *this).build(); }

Instant SiteTimeline::up_again(Endpoint endpoint, Instant now) const {
  const std::vector<Span>& down = down_[static_cast<std::size_t>(endpoint)];
  auto span = std::upper_bound(down.begin(), down.end(), now,
                               [](Instant t, const Span& s) { return t < s.first; });
  return span != down.begin() && now < (--span)->second ? span->second : now;
}

KeyNumber SiteTimeline::signer(Instant now) const {
  const auto after = std::upper_bound(signs_from_.begin(), signs_from_.end(), now);
  return {static_cast<std::uint32_t>(after - signs_from_.begin()) - 1};
}

std::optional<BulkToken> SiteTimeline::bulk_token(Guid guid, Instant now) const {
  const auto after = std::upper_bound(bulk_history_.begin(), bulk_history_.end(),
                                      std::pair{guid, now}, [](const auto& key, const auto& entry) {
                                        return key < std::pair{entry.second.guid, entry.first};
                                      });
  if (after == bulk_history_.begin() || (after - 1)->second.guid != guid) return std::nullopt;
  return (after - 1)->second;
}

SiteView SiteTimeline::view(const Client& client, const Request& request, Instant now) const {
  SiteView view;
  view.endpoint_up = up(request.via, now);
  view.sts_up = up(Endpoint::sts, now);
  view.signer = signer(now);
  view.token_signer_trusted = now < retired_at(client.token.signer);
  if (!request.bulk.is_nil()) view.bulk_token = bulk_token(request.bulk, now);
  if (view.bulk_token) view.bulk_signer_trusted = now < retired_at(view.bulk_token->signer);
  return view;
}

}  // namespace tokenlife::sim
