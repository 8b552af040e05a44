#include "sim/scenario/numbers.hpp"

#include <algorithm>
#include <chrono>

#include "sim/text/duration.hpp"

namespace tokenlife::sim {
namespace {

class Collector {
 public:
  explicit Collector(Scenario& scenario) : tick_(scenario.tick) {
    add(scenario.duration, tick_);
    of_policy(scenario.policy);
    for (Cohort& cohort : scenario.cohorts) of_cohort(cohort);
    for (Action& action : scenario.actions) of_action(action);
    for (Expectation& expectation : scenario.expectations) {
      add(expectation.at);
      add(expectation.from);
      add(expectation.to);
    }
  }

  std::vector<ScenarioNumber> found;

 private:
  void add(Duration& value, Duration least = Duration{0}, std::optional<Duration> plain = {}) {
    found.push_back({&value, least, plain});
  }
  void add(Instant& moment) { found.push_back({&moment, Duration{0}, {}}); }

  void of_policy(Policy& policy) {
    const Policy plain;
    add(policy.token_validity, tick_, plain.token_validity);
    add(policy.renew_after, Duration{0}, plain.renew_after);
    add(policy.renew_jitter);
    add(policy.leeway);
    add(policy.latency, tick_, round_up(plain.latency, tick_));
    add(policy.retry_after_failure, Duration{0}, round_up(plain.retry_after_failure, tick_));
    add(policy.retry_after_refusal, Duration{0}, round_up(plain.retry_after_refusal, tick_));
  }
  void of_cohort(Cohort& cohort) {
    add(cohort.install_at);
    add(cohort.install_over);
    add(cohort.contact_every, tick_, Cohort{}.contact_every);
    if (cohort.agent_restart_every) add(*cohort.agent_restart_every, tick_);
    if (auto* timeline = std::get_if<TimelineNetwork>(&cohort.network)) {
      for (auto& step : timeline->steps) add(step.at);
      if (timeline->repeat_every) add(*timeline->repeat_every, tick_);
    }
    if (auto* dwell = std::get_if<DwellNetwork>(&cohort.network)) {
      for (auto& stay : dwell->stays) add(stay.mean, tick_);
    }
  }
  void of_action(Action& action) {
    add(action.at);
    std::visit(
        [this](auto& what) {
          if constexpr (requires { what.retire_old_after; }) {
            if (what.retire_old_after) add(*what.retire_old_after);
          } else if constexpr (requires { what.length.has_value(); }) {
            if (what.length) add(*what.length, tick_);
          } else if constexpr (requires { what.length; }) {
            add(what.length, tick_);
          }
        },
        action.what);
  }

  Duration tick_;
};

// Of several steps at one time the last counts.
void keep_last_steps(Cohort& cohort) {
  auto* timeline = std::get_if<TimelineNetwork>(&cohort.network);
  if (timeline == nullptr) return;
  std::vector<TimelineNetwork::Step> kept;
  for (const auto& step : timeline->steps) {
    if (!kept.empty() && kept.back().at == step.at) kept.pop_back();
    kept.push_back(step);
  }
  timeline->steps = std::move(kept);
}

// Precondition: neither is negative.
std::int64_t divide_up(std::int64_t number, std::int64_t by) { return (number + by - 1) / by; }

}  // namespace

Duration ScenarioNumber::get() const {
  if (const auto* moment = std::get_if<Instant*>(&place)) return (*moment)->time_since_epoch();
  return **std::get_if<Duration*>(&place);
}

void ScenarioNumber::set(Duration value) const {
  if (const auto* moment = std::get_if<Instant*>(&place)) {
    **moment = Instant{value};
  } else {
    **std::get_if<Duration*>(&place) = value;
  }
}

std::vector<ScenarioNumber> numbers_of(Scenario& scenario) { return Collector(scenario).found; }

Scenario with_ticks_merged(Scenario scenario, std::int64_t ticks) {
  const Duration tick = scenario.tick;
  for (const ScenarioNumber& number : numbers_of(scenario)) {
    const Duration now = number.get();
    if (number.plain != now) number.set(tick * divide_up(now / tick, ticks));
  }
  for (Cohort& cohort : scenario.cohorts) {
    cohort.clock_skew = tick * (cohort.clock_skew / tick / ticks);
    keep_last_steps(cohort);
  }
  for (ScenarioBulkToken& token : scenario.bulk_tokens) {
    token.lifetime_minutes = divide_up(token.lifetime_minutes, ticks);
  }
  return scenario;
}

Scenario with_ticks_of(Scenario scenario, Duration tick) {
  const Duration old = scenario.tick;
  for (const ScenarioNumber& number : numbers_of(scenario)) {
    number.set(tick * (number.get() / old));
  }
  for (Cohort& cohort : scenario.cohorts) cohort.clock_skew = tick * (cohort.clock_skew / old);
  for (ScenarioBulkToken& token : scenario.bulk_tokens) {
    const Duration lifetime = tick * (std::chrono::minutes{token.lifetime_minutes} / old);
    token.lifetime_minutes = std::max<std::int64_t>(1, lifetime / std::chrono::minutes{1});
  }
  scenario.tick = tick;
  return scenario;
}

}  // namespace tokenlife::sim
