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

// ---- Ends --------------------------------------------------------------------------------------

void NaiveSite::end_what_is_over(Instant now) {
  for (std::uint32_t i = 0; i < scenario_->actions.size(); ++i) {
    const Instant at = scenario_->actions[i].at;
    const auto* action = std::get_if<SiteAction>(&scenario_->actions[i].what);
    if (action == nullptr || at >= now) continue;
    std::visit([&](const auto& what) { end(what, i, now - at, now); }, *action);
  }
}

void NaiveSite::end(const Outage& outage, std::uint32_t i, Duration since, Instant now) {
  if (since != outage.length) return;
  int& count = outages[static_cast<std::size_t>(outage.endpoint)];
  if (--count == 0) record(now, {CauseKind::action_end, i}, EndpointUp{outage.endpoint});
}
void NaiveSite::end(const RotateCertificate& rotation, std::uint32_t i, Duration since,
                    Instant now) {
  if (since == rotation.retire_old_after) retire(key_before_[i], {CauseKind::action_end, i}, now);
}
void NaiveSite::end(const LoseAnswers& loss, std::uint32_t i, Duration since, Instant) {
  if (since == loss.length) std::erase(losing, i);
}
void NaiveSite::end(const IssueBulk&, std::uint32_t, Duration, Instant) {}
void NaiveSite::end(const BlockBulk&, std::uint32_t, Duration, Instant) {}
void NaiveSite::end(const UnblockBulk&, std::uint32_t, Duration, Instant) {}

// ---- Beginnings --------------------------------------------------------------------------------

void NaiveSite::act(const SiteAction& action, std::uint32_t i, Instant now) {
  std::visit([&](const auto& what) { begin(what, i, now); }, action);
}

void NaiveSite::begin(const Outage& outage, std::uint32_t i, Instant now) {
  int& count = outages[static_cast<std::size_t>(outage.endpoint)];
  if (++count == 1) record(now, {CauseKind::action, i}, EndpointDown{outage.endpoint});
}
void NaiveSite::begin(const IssueBulk& issue, std::uint32_t i, Instant now) {
  const ScenarioBulkToken& token = scenario_->bulk_tokens[issue.bulk_token];
  const Instant expires = now + Duration{token.lifetime_minutes * 60};
  bulk[issue.bulk_token] = {true, now, expires, false, signing_key};
  record(now, {CauseKind::action, i}, BulkTokenIssued{token.name, token.guid, now, expires});
}
void NaiveSite::begin(const BlockBulk& block, std::uint32_t i, Instant now) {
  Bulk& token = bulk[block.bulk_token];
  if (!token.issued || token.blocked) return;
  token.blocked = true;
  record(now, {CauseKind::action, i},
         BulkTokenBlocked{scenario_->bulk_tokens[block.bulk_token].guid});
}
void NaiveSite::begin(const UnblockBulk& unblock, std::uint32_t i, Instant now) {
  Bulk& token = bulk[unblock.bulk_token];
  if (!token.issued || !token.blocked) return;
  token.blocked = false;
  record(now, {CauseKind::action, i},
         BulkTokenUnblocked{scenario_->bulk_tokens[unblock.bulk_token].guid});
}
void NaiveSite::begin(const RotateCertificate& rotation, std::uint32_t i, Instant now) {
  const Cause cause{CauseKind::action, i};
  key_before_[i] = signing_key;
  retired.push_back(false);
  ++signing_key;
  record(now, cause, SigningCertificateRotated{KeyNumber{signing_key}});
  // After no time at all it is the action itself that retires.
  if (rotation.retire_old_after == Duration{0}) retire(key_before_[i], cause, now);
}
void NaiveSite::begin(const LoseAnswers&, std::uint32_t i, Instant) {
  losing.push_back(i);
  // By beginning, then in file order.
  std::sort(losing.begin(), losing.end(), [&](std::uint32_t a, std::uint32_t b) {
    return std::pair(scenario_->actions[a].at, a) < std::pair(scenario_->actions[b].at, b);
  });
}

}  // namespace tokenlife::naive
