#include "sim/naive/site.hpp"

#include <algorithm>

namespace tokenlife::naive {

using namespace sim;

NaiveSite::NaiveSite(const Scenario& scenario)
    : bulk(scenario.bulk_tokens.size()),
      scenario_(&scenario),
      key_before_(scenario.actions.size()) {
  record(Instant{}, {CauseKind::run_start, 0}, SiteEstablished{scenario.tenant, scenario.policy});
}

void NaiveSite::record(Instant now, Cause cause, const SiteEvent& event) {
  events.push_back({{now, static_cast<std::uint32_t>(events.size()), cause}, event});
}

void NaiveSite::retire(std::uint32_t key, Cause cause, Instant now) {
  retired[key] = true;
  record(now, cause, SigningCertificateRetired{KeyNumber{key}});
}

void NaiveSite::end_what_is_over(Instant now) {
  for (std::uint32_t i = 0; i < scenario_->actions.size(); ++i) {
    const Action& action = scenario_->actions[i];
    if (action.at >= now) continue;
    if (const auto* outage = std::get_if<Outage>(&action.what)) {
      if (action.at + outage->length != now) continue;
      int& count = outages[static_cast<std::size_t>(outage->endpoint)];
      if (--count == 0) record(now, {CauseKind::action_end, i}, EndpointUp{outage->endpoint});
    } else if (const auto* rotation = std::get_if<RotateCertificate>(&action.what)) {
      if (!rotation->retire_old_after || action.at + *rotation->retire_old_after != now) continue;
      retire(key_before_[i], {CauseKind::action_end, i}, now);
    } else if (const auto* loss = std::get_if<LoseAnswers>(&action.what)) {
      if (action.at + loss->length == now) std::erase(losing, i);
    }
  }
}

void NaiveSite::act(std::uint32_t i, Instant now) {
  const Action& action = scenario_->actions[i];
  const Cause cause{CauseKind::action, i};
  if (const auto* outage = std::get_if<Outage>(&action.what)) {
    int& count = outages[static_cast<std::size_t>(outage->endpoint)];
    if (++count == 1) record(now, cause, EndpointDown{outage->endpoint});
  } else if (const auto* issue = std::get_if<IssueBulk>(&action.what)) {
    const ScenarioBulkToken& token = scenario_->bulk_tokens[issue->bulk_token];
    const Instant expires = now + Duration{token.lifetime_minutes * 60};
    bulk[issue->bulk_token] = {true, now, expires, false};
    record(now, cause, BulkTokenIssued{token.name, token.guid, now, expires});
  } else if (const auto* block = std::get_if<BlockBulk>(&action.what)) {
    Bulk& token = bulk[block->bulk_token];
    if (!token.issued || token.blocked) return;
    token.blocked = true;
    record(now, cause, BulkTokenBlocked{scenario_->bulk_tokens[block->bulk_token].guid});
  } else if (const auto* unblock = std::get_if<UnblockBulk>(&action.what)) {
    Bulk& token = bulk[unblock->bulk_token];
    if (!token.issued || !token.blocked) return;
    token.blocked = false;
    record(now, cause, BulkTokenUnblocked{scenario_->bulk_tokens[unblock->bulk_token].guid});
  } else if (const auto* rotation = std::get_if<RotateCertificate>(&action.what)) {
    key_before_[i] = signing_key;
    retired.push_back(false);
    ++signing_key;
    record(now, cause, SigningCertificateRotated{KeyNumber{signing_key}});
    // After no time at all it is the action itself that retires.
    if (rotation->retire_old_after == Duration{0}) retire(key_before_[i], cause, now);
  } else if (std::holds_alternative<LoseAnswers>(action.what)) {
    losing.push_back(i);
    // By beginning, then in file order.
    std::sort(losing.begin(), losing.end(), [&](std::uint32_t a, std::uint32_t b) {
      return std::pair(scenario_->actions[a].at, a) < std::pair(scenario_->actions[b].at, b);
    });
  }
}

}  // namespace tokenlife::naive
