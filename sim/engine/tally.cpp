#include "sim/engine/tally.hpp"

#include <algorithm>

namespace tokenlife::sim {

RunStatistics::RunStatistics(const Scenario& scenario)
    : renewals(scenario.tick, scenario.duration),
      requests{SlotCounts(scenario.tick, scenario.duration),
               SlotCounts(scenario.tick, scenario.duration)},
      caused(scenario.actions.size()),
      final_states(scenario.cohorts.size()),
      seen(scenario.expectations.size()),
      spells(scenario),
      scenario_(&scenario),
      counts_requests_(has_capacity(scenario)),
      end_(at(scenario.duration)),
      of_client_(scenario.expectations.size()),
      peak_of_(scenario.expectations.size()) {
  for (std::uint32_t i = 0; i < scenario.expectations.size(); ++i) {
    if (scenario.expectations[i].spell_cause) {
      spell_watchers_.push_back(i);
      watched_expectations_.push_back(i);
    }
    const std::optional<EventKind> kind = scenario.expectations[i].event;
    if (!kind) continue;
    watchers_[static_cast<std::size_t>(*kind)].push_back(i);
    if (scenario.expectations[i].peak_per) {
      peak_of_[i] = static_cast<std::uint32_t>(peaks.size());
      peaks.emplace_back(scenario.tick, scenario.duration);
    } else if (static_cast<std::size_t>(*kind) < kClientKinds) {
      watched_expectations_.push_back(i);
    }
  }
}

void RunStatistics::begin_client(CohortNumber cohort) {
  cohort_ = cohort;
  spells.begin_client(cohort);
  if (observations_of_ != cohort) {
    observations_of_ = cohort;
    observations_.clear();
    for (std::uint32_t i = 0; i < scenario_->expectations.size(); ++i) {
      const Expectation& expectation = scenario_->expectations[i];
      const bool concerns = !expectation.cohort || *expectation.cohort == cohort;
      if (!expectation.states.empty() && concerns) observations_.push_back(i);
    }
    std::stable_sort(observations_.begin(), observations_.end(), [&](auto a, auto b) {
      return scenario_->expectations[a].at < scenario_->expectations[b].at;
    });
  }
  next_ = 0;
  next_observation_ = observations_.empty() ? kNever : scenario_->expectations[observations_[0]].at;
}

void RunStatistics::observe(LifecycleState state, Service service, Instant until) {
  while (next_observation_ < until) {
    const std::uint32_t index = observations_[next_];
    if (scenario_->expectations[index].states.fits(state, service)) ++seen[index].count;
    ++next_;
    next_observation_ =
        next_ < observations_.size() ? scenario_->expectations[observations_[next_]].at : kNever;
  }
}

void RunStatistics::watched(EventKind kind, Instant now, const WhyNot& why) {
  for (const std::uint32_t index : watchers_[static_cast<std::size_t>(kind)]) {
    const Expectation& expectation = scenario_->expectations[index];
    if (now < expectation.from || now >= expectation.to) continue;
    if (expectation.cohort && *expectation.cohort != cohort_) continue;
    if (expectation.reason) {
      const auto* refusal = std::get_if<RefusalReason>(&*expectation.reason);
      const auto* failure = std::get_if<FailureReason>(&*expectation.reason);
      if (refusal != nullptr && why.refusal != *refusal) continue;
      if (failure != nullptr && why.failure != *failure) continue;
    }
    if (expectation.peak_per) {
      peaks[peak_of_[index]].add(now);
    } else {
      ++of_client_[index];
    }
  }
}

void RunStatistics::watched(const Spell& spell) {
  for (const std::uint32_t index : spell_watchers_) {
    const Expectation& expectation = scenario_->expectations[index];
    if (spell.begin < expectation.from || spell.begin >= expectation.to) continue;
    if (expectation.cohort && *expectation.cohort != cohort_) continue;
    if (spell.cause == *expectation.spell_cause) ++of_client_[index];
  }
}

void RunStatistics::end_client(ClientNumber number, const Client& client, Instant since,
                               Service service, const std::optional<Spell>& spell) {
  const LifecycleState state = client.state;
  observe(state, service, kNever);
  ++clients;
  spells.end_client(number, client, since, service, spell);
  if (spell) watched(*spell);
  ++final_states[cohort_.value][static_cast<std::size_t>(state)];
  for (const std::uint32_t index : watched_expectations_) {
    const std::optional<CohortNumber>& cohort = scenario_->expectations[index].cohort;
    if (cohort && *cohort != cohort_) continue;
    const std::uint64_t count = std::exchange(of_client_[index], 0);
    // A client that was never installed is counted nowhere.
    if (state == LifecycleState::not_installed) continue;
    seen[index].count += count;
    seen[index].per_client_min = std::min(seen[index].per_client_min, count);
    seen[index].per_client_max = std::max(seen[index].per_client_max, count);
  }
}

void RunStatistics::add(const RunStatistics& other) {
  const auto add_all = [](auto& to, const auto& from) {
    for (std::size_t i = 0; i < to.size(); ++i) to[i] += from[i];
  };
  add_all(kinds, other.kinds);
  add_all(refusals, other.refusals);
  add_all(failures, other.failures);
  renewals.add(other.renewals);
  for (std::size_t i = 0; i < requests.size(); ++i) requests[i].add(other.requests[i]);
  for (std::size_t i = 0; i < peaks.size(); ++i) peaks[i].add(other.peaks[i]);
  for (std::size_t i = 0; i < caused.size(); ++i) caused[i] = caused[i] || other.caused[i];
  for (std::size_t i = 0; i < final_states.size(); ++i) {
    add_all(final_states[i], other.final_states[i]);
  }
  for (std::size_t i = 0; i < seen.size(); ++i) {
    seen[i].count += other.seen[i].count;
    seen[i].per_client_min = std::min(seen[i].per_client_min, other.seen[i].per_client_min);
    seen[i].per_client_max = std::max(seen[i].per_client_max, other.seen[i].per_client_max);
  }
  clients += other.clients;
  spells.add(other.spells);
  add(other.signatures);
}

void RunStatistics::add(const Signatures& others) {
  signatures.made += others.made;
  signatures.verified += others.verified;
}

}  // namespace tokenlife::sim
