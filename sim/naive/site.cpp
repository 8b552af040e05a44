#include "sim/naive/site.hpp"

#include <algorithm>

namespace tokenlife::naive {

using namespace sim;

NaiveSite::NaiveSite(const Scenario& scenario)
    : policy(scenario.policy),
      capacities(scenario.capacities),
      scenario_(&scenario),
      last_capacities_(scenario.capacities),
      issued_(scenario.bulk_tokens.size()) {
  SiteEstablished established{scenario.tenant, scenario.policy};
  established.capacities = capacities;
  record(Instant{}, {CauseKind::run_start, 0}, established);
}

Guid NaiveSite::newest(std::uint32_t bulk_token, Instant now, std::uint32_t action) const {
  Guid newest = scenario_->bulk_tokens[bulk_token].guid;  // of the first, also before it is issued
  for (const Issued& issued : issued_[bulk_token]) {
    if (issued.at < now || issued.by < action) newest = issued.guid;
  }
  return newest;
}

void NaiveSite::record(Instant now, Cause cause, const SiteEvent& event) {
  events.push_back({{now, static_cast<std::uint32_t>(events.size()), cause}, event});
}

void NaiveSite::set_policy(const SitePolicyChange& change, std::uint32_t i, Instant now) {
  SitePolicyChange changed;
  const auto set = [](auto& value, const auto& to, auto& note) {
    if (!to || value == *to) return;
    value = *to;
    note = to;
  };
  set(policy.token_validity, change.token_validity, changed.token_validity);
  set(policy.internal_registration, change.internal_registration, changed.internal_registration);
  set(policy.mp, change.mp, changed.mp);
  set(policy.leeway, change.leeway, changed.leeway);
  set(policy.bulk_leeway, change.bulk_leeway, changed.bulk_leeway);
  if (changed == SitePolicyChange{}) return;
  record(now, {CauseKind::action, i}, PolicyChanged{changed});
}

void NaiveSite::retire(std::uint32_t key, Cause cause, Instant now) {
  retired[key] = true;
  record(now, cause, SigningCertificateRetired{KeyNumber{key}});
}

// ---- Ends --------------------------------------------------------------------------------------

void NaiveSite::end_what_is_over(Instant now) {
  for (std::uint32_t i = 0; i < scenario_->actions.size(); ++i) {
    const Action& action = scenario_->actions[i];
    const auto* of_site = std::get_if<SiteAction>(&action.what);
    if (of_site == nullptr) continue;
    const std::vector<Instant> begun = beginnings(action, now);
    for (std::uint32_t k = 0; k < begun.size(); ++k) {
      std::visit([&](const auto& what) { end(what, {i, k}, now - begun[k], now); }, *of_site);
    }
  }
}

void NaiveSite::end(const Outage& outage, Turn turn, Duration since, Instant now) {
  if (since != outage.length) return;
  int& count = outages[static_cast<std::size_t>(outage.endpoint)];
  if (--count == 0) record(now, {CauseKind::action_end, turn.action}, EndpointUp{outage.endpoint});
}
void NaiveSite::end(const RotateCertificate& rotation, Turn turn, Duration since, Instant now) {
  if (since != rotation.retire_old_after) return;
  retire(key_before_.at({turn.action, turn.repetition}), {CauseKind::action_end, turn.action}, now);
}
void NaiveSite::end(const LoseAnswers& loss, Turn turn, Duration since, Instant) {
  if (since != loss.length) return;
  std::erase_if(losing, [&](const Losing& one) { return one.turn == turn; });
}
void NaiveSite::end(const IssueBulk&, Turn, Duration, Instant) {}
void NaiveSite::end(const BlockBulk&, Turn, Duration, Instant) {}
void NaiveSite::end(const UnblockBulk&, Turn, Duration, Instant) {}
void NaiveSite::end(const SetCapacity&, Turn, Duration, Instant) {}

// ---- Beginnings --------------------------------------------------------------------------------

void NaiveSite::act(const SiteAction& action, Turn turn, Instant now) {
  std::visit([&](const auto& what) { begin(what, turn, now); }, action);
}

void NaiveSite::begin(const Outage& outage, Turn turn, Instant now) {
  int& count = outages[static_cast<std::size_t>(outage.endpoint)];
  if (++count == 1) record(now, {CauseKind::action, turn.action}, EndpointDown{outage.endpoint});
}
void NaiveSite::begin(const IssueBulk& issue, Turn turn, Instant now) {
  const ScenarioBulkToken& token = scenario_->bulk_tokens[issue.bulk_token];
  const Guid guid = bulk_token_guid(*scenario_, issue.bulk_token, turn.repetition);
  const Instant expires = now + Duration{token.lifetime_minutes * 60};
  issued_[issue.bulk_token].push_back({now, turn.action, guid});
  bulk.push_back({guid, now, expires, false, signing_key});
  record(now, {CauseKind::action, turn.action}, BulkTokenIssued{token.name, guid, now, expires});
}
void NaiveSite::begin(const BlockBulk& block, Turn turn, Instant now) {
  block_newest(block.bulk_token, true, turn, now);
}
void NaiveSite::begin(const UnblockBulk& unblock, Turn turn, Instant now) {
  block_newest(unblock.bulk_token, false, turn, now);
}
void NaiveSite::block_newest(std::uint32_t bulk_token, bool blocked, Turn turn, Instant now) {
  const Guid guid = newest(bulk_token, now, turn.action);
  const Cause cause{CauseKind::action, turn.action};
  for (Bulk& token : bulk) {
    if (token.guid != guid || token.blocked == blocked) continue;
    token.blocked = blocked;
    if (blocked) {
      record(now, cause, BulkTokenBlocked{guid});
    } else {
      record(now, cause, BulkTokenUnblocked{guid});
    }
  }
}
void NaiveSite::begin(const RotateCertificate& rotation, Turn turn, Instant now) {
  const Cause cause{CauseKind::action, turn.action};
  const std::uint32_t key_before = signing_key;
  key_before_[{turn.action, turn.repetition}] = key_before;
  retired.push_back(false);
  ++signing_key;
  record(now, cause, SigningCertificateRotated{KeyNumber{signing_key}});
  // After no time at all it is the action itself that retires.
  if (rotation.retire_old_after == Duration{0}) retire(key_before, cause, now);
}
void NaiveSite::begin(const SetCapacity& set, Turn turn, Instant now) {
  auto& present = set.endpoint == Endpoint::mp ? capacities.mp : capacities.cmg;
  auto& last = set.endpoint == Endpoint::mp ? last_capacities_.mp : last_capacities_.cmg;
  const auto before = present;
  Capacity to = last.value_or(Capacity{});
  if (set.per_minute) to.per_minute = *set.per_minute;
  if (set.queue) to.queue = *set.queue;
  last = to;
  if (set.unlimited) {
    present.reset();
  } else if (before || set.per_minute) {
    present = to;
  }
  if (present == before) return;
  record(now, {CauseKind::action, turn.action}, CapacityChanged{set.endpoint, present});
}
void NaiveSite::begin(const LoseAnswers&, Turn turn, Instant now) {
  losing.push_back({now, turn});
  // By beginning, then in file order.
  std::sort(losing.begin(), losing.end());
}

}  // namespace tokenlife::naive
