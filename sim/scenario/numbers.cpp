#include "sim/scenario/numbers.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

#include "sim/text/duration.hpp"

namespace tokenlife::sim {
namespace {

class Collector {
 public:
  explicit Collector(Scenario& scenario) : tick_(scenario.tick), latency_(scenario.policy.latency) {
    add(scenario.duration, tick_);
    if (scenario.reseed) add(scenario.reseed->at);
    of_policy(scenario.policy);
    for (Cohort& cohort : scenario.cohorts) of_cohort(cohort);
    for (Action& action : scenario.actions) of_action(action);
    for (Expectation& expectation : scenario.expectations) {
      add(expectation.at);
      add(expectation.from);
      add(expectation.to);
      // Where ticks are shorter than a minute it is a whole number of minutes.
      if (expectation.peak_per && tick_ >= std::chrono::minutes{1}) {
        add(*expectation.peak_per, tick_);
      }
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
    if (policy.bulk_leeway) add(*policy.bulk_leeway);
    add(policy.latency, tick_, round_up(plain.latency, tick_));
    add(policy.retry_after_failure, Duration{0}, round_up(plain.retry_after_failure, tick_));
    add(policy.retry_after_refusal, Duration{0}, round_up(plain.retry_after_refusal, tick_));
    if (policy.retry_max) add(*policy.retry_max);
    if (policy.request_timeout) add(*policy.request_timeout, policy.latency + tick_);
  }
  void of_change(ClientPolicyChange& change) {
    for (auto* value : {&change.renew_after, &change.renew_jitter, &change.retry_after_failure,
                        &change.retry_after_refusal, &change.retry_max}) {
      if (*value) add(**value);
    }
  }
  void of_change(SitePolicyChange& change) {
    if (change.token_validity) add(*change.token_validity, tick_);
    if (change.leeway) add(*change.leeway);
    if (change.bulk_leeway) add(*change.bulk_leeway);
  }
  void of_cohort(Cohort& cohort) {
    add(cohort.install_at);
    add(cohort.install_over);
    add(cohort.contact_every, tick_, Cohort{}.contact_every);
    if (cohort.agent_restart_every) add(*cohort.agent_restart_every, tick_);
    of_change(cohort.policy);
    if (cohort.request_timeout) add(*cohort.request_timeout, latency_ + tick_);
    if (cohort.credential_life) {
      add(cohort.credential_life->validity, tick_);
      add(cohort.credential_life->renew_before);
    }
    if (auto* phased = std::get_if<PhasedNetwork>(&cohort.network)) {
      for (auto& phase : phased->phases) {
        if (phase.until != kNever) add(phase.until);
      }
    }
    for_each_model(cohort.network, [this](auto& model) { of_network(model); });
  }
  void of_network(FixedNetwork&) {}
  void of_network(WeekNetwork&) {}
  void of_network(ResampleNetwork&) {}
  void of_network(TimelineNetwork& timeline) {
    for (auto& step : timeline.steps) add(step.at);
    if (timeline.repeat_every) add(*timeline.repeat_every, tick_);
  }
  void of_network(TraceNetwork& trace) {
    if (trace.period) add(*trace.period, tick_);
  }
  void of_network(DwellNetwork& dwell) {
    for (auto& stay : dwell.stays) {
      if (stay.quantiles.empty()) add(stay.mean, tick_);
      for (Duration& quantile : stay.quantiles) add(quantile);
    }
  }
  void of_action(Action& action) {
    add(action.at);
    if (auto* of_clients = std::get_if<ClientAction>(&action.what)) {
      if (auto* set = std::get_if<SetPolicy>(of_clients)) {
        of_change(set->site);
        of_change(set->clients);
      }
    }
    if (action.repeat) add(action.repeat->every, tick_);
    std::visit(
        [this](auto& kind) { std::visit([this](auto& what) { this->of_what(what); }, kind); },
        action.what);
  }
  void of_what(auto& what) {
    if constexpr (requires { what.target; }) add(what.target.over, Duration{0}, Duration{0});
    if constexpr (requires { what.retire_old_after; }) {
      if (what.retire_old_after) add(*what.retire_old_after);
    } else if constexpr (requires { what.length.has_value(); }) {
      if (what.length) add(*what.length, tick_);
    } else if constexpr (requires { what.length; }) {
      add(what.length, tick_);
    }
  }

  Duration tick_;
  Duration latency_;
};

// Of several steps at one time the last counts.
void keep_last_steps(Cohort& cohort) {
  for_each_model(cohort.network, []<class Model>(Model& model) {
    if constexpr (std::is_same_v<Model, TimelineNetwork>) {
      std::vector<TimelineNetwork::Step> kept;
      for (const auto& step : model.steps) {
        if (!kept.empty() && kept.back().at == step.at) kept.pop_back();
        kept.push_back(step);
      }
      model.steps = std::move(kept);
    }
  });
}

// Clocks may go before or after.
template <class Change>
void for_each_skew(Scenario& scenario, Change change) {
  const auto change_both = [&](Skew& skew) {
    change(skew.from);
    change(skew.to);
  };
  for (Cohort& cohort : scenario.cohorts) change_both(cohort.clock_skew);
  for (Action& action : scenario.actions) {
    auto* of_clients = std::get_if<ClientAction>(&action.what);
    auto* set = of_clients == nullptr ? nullptr : std::get_if<SetClock>(of_clients);
    if (set != nullptr) change_both(set->skew);
  }
}

// A credential is renewed before it ends.
void keep_credentials_sound(Scenario& scenario) {
  for (Cohort& cohort : scenario.cohorts) {
    if (!cohort.credential_life) continue;
    CredentialLife& life = *cohort.credential_life;
    life.renew_before = std::min(life.renew_before, life.validity - scenario.tick);
  }
}

// An answer takes less time than a client waits for it.
void keep_timeouts_sound(Scenario& scenario) {
  const auto keep = [&](std::optional<Duration>& timeout) {
    if (timeout) timeout = std::max(*timeout, scenario.policy.latency + scenario.tick);
  };
  keep(scenario.policy.request_timeout);
  for (Cohort& cohort : scenario.cohorts) keep(cohort.request_timeout);
}

// The dates of an inventory, in another tick: rounded down, so that what is over stays so. A token
// is issued before it ends.
void scale_dates(Cohort& cohort, const std::function<Instant(Instant)>& scale, Duration tick) {
  if (cohort.inventory == nullptr) return;
  Inventory scaled = *cohort.inventory;
  for (AdoptedClient& client : scaled.clients) {
    if (client.credential_expires) client.credential_expires = scale(*client.credential_expires);
    if (!client.token) continue;
    const Instant expires = scale(client.token->expires);
    client.token = {std::min(scale(client.token->issued), expires - tick), expires};
  }
  cohort.inventory = std::make_shared<const Inventory>(std::move(scaled));
}

// Rounded down.
std::int64_t ticks_of(Instant moment, Duration tick) {
  const Duration since = moment.time_since_epoch();
  return since / tick - (since % tick < Duration{0} ? 1 : 0);
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
  for_each_skew(scenario, [&](Duration& skew) { skew = tick * (skew / tick / ticks); });
  for (Cohort& cohort : scenario.cohorts) {
    const auto merged = [&](Instant date) {
      return Instant{} + tick * ticks_of(date, tick * ticks);
    };
    scale_dates(cohort, merged, tick);
    keep_last_steps(cohort);
  }
  keep_credentials_sound(scenario);
  keep_timeouts_sound(scenario);
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
  for_each_skew(scenario, [&](Duration& skew) { skew = tick * (skew / old); });
  for (Cohort& cohort : scenario.cohorts) {
    scale_dates(
        cohort, [&](Instant date) { return Instant{} + tick * ticks_of(date, old); }, tick);
  }
  for (ScenarioBulkToken& token : scenario.bulk_tokens) {
    const Duration lifetime = tick * (std::chrono::minutes{token.lifetime_minutes} / old);
    token.lifetime_minutes = std::max<std::int64_t>(1, lifetime / std::chrono::minutes{1});
  }
  scenario.tick = tick;
  return scenario;
}

}  // namespace tokenlife::sim
