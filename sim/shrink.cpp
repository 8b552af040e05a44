#include "sim/shrink.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "sim/duration_text.hpp"
#include "sim/engine_run.hpp"
#include "sim/scenario_toml.hpp"
#include "sim/simpler_scenario.hpp"

namespace tokenlife::sim {
namespace {

// Whether the scenario, written as a file, can be read again. A trace is beside the point.
bool can_be_read(Scenario scenario) {
  for (Cohort& cohort : scenario.cohorts) {
    if (std::holds_alternative<TraceNetwork>(cohort.network)) cohort.network = FixedNetwork{};
  }
  return parse_scenario(to_toml(scenario), "shrunk.toml", {}).has_value();
}

// ---- Numbers of a scenario ---------------------------------------------------------------------

// A length or moment that can be smaller: where it is, the least that it can be, and what it is in
// a file that does not mention it.
struct Number {
  std::variant<Duration*, Instant*> place;
  Duration least{0};
  std::optional<Duration> plain;

  Duration get() const {
    if (const auto* moment = std::get_if<Instant*>(&place)) return (*moment)->time_since_epoch();
    return **std::get_if<Duration*>(&place);
  }
  void set(Duration value) const {
    if (const auto* moment = std::get_if<Instant*>(&place)) {
      **moment = Instant{value};
    } else {
      **std::get_if<Duration*>(&place) = value;
    }
  }
};

class Numbers {
 public:
  explicit Numbers(Scenario& scenario) : tick_(scenario.tick) {
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

  std::vector<Number> found;

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

// ---- Steps -------------------------------------------------------------------------------------

class Shrinker {
 public:
  Shrinker(const Scenario& scenario, const StillFails& still_fails, std::size_t tries)
      : best_(scenario), still_fails_(still_fails), tries_left_(tries) {}

  Scenario run() {
    std::size_t before;
    do {
      before = accepted_;
      cut_the_run();
      drop_cohorts();
      drop_clients();
      drop_listed(&Scenario::actions);
      drop_listed(&Scenario::expectations);
      take_simpler();
      simplify_networks();
      plain_ticks();
      bisect_numbers();
    } while (accepted_ != before && tries_left_ > 0);
    round_numbers();
    rename_cohorts();
    return best_;
  }

 private:
  // Keeps the scenario if it fails too.
  bool attempt(Scenario smaller) {
    if (tries_left_ == 0) return false;
    --tries_left_;
    if (!can_be_read(smaller) || !still_fails_(smaller)) return false;
    best_ = std::move(smaller);
    ++accepted_;
    return true;
  }

  void cut_the_run() {
    shrink_number(1, best_.duration / best_.tick, [&](std::int64_t ticks) {
      Scenario shorter = best_;
      shorter.duration = best_.tick * ticks;
      const Instant end{shorter.duration};
      for (Expectation& expectation : shorter.expectations) {
        expectation.at = std::min(expectation.at, end);
        expectation.to = std::min(expectation.to, end);
      }
      return attempt(std::move(shorter));
    });
  }

  void drop_cohorts() {
    for (auto i = static_cast<std::uint32_t>(best_.cohorts.size()); i-- > 0;) {
      if (best_.cohorts.size() > 1) attempt(without_cohort(best_, i));
    }
  }

  void drop_clients() {
    for (std::size_t i = 0; i < best_.cohorts.size(); ++i) {
      shrink_number(1, best_.cohorts[i].clients, [&](std::int64_t clients) {
        Scenario fewer = best_;
        fewer.cohorts[i].clients = static_cast<std::uint32_t>(clients);
        number_clients(fewer);
        return attempt(std::move(fewer));
      });
    }
  }

  template <class T>
  void drop_listed(std::vector<T> Scenario::*list) {
    shrink_list(best_.*list, [&](const std::vector<T>& shorter) {
      Scenario smaller = best_;
      smaller.*list = shorter;
      return attempt(std::move(smaller));
    });
  }

  void take_simpler() {
    for (bool again = true; again;) {
      const std::vector<Scenario> candidates = simpler(best_);
      again = std::any_of(candidates.begin(), candidates.end(),
                          [&](const Scenario& candidate) { return attempt(candidate); });
    }
  }

  void simplify_networks() {
    for (std::size_t i = 0; i < best_.cohorts.size(); ++i) {
      const NetworkModel& network = best_.cohorts[i].network;
      if (!std::holds_alternative<FixedNetwork>(network) &&
          !std::holds_alternative<TimelineNetwork>(network) && best_.cohorts[i].clients == 1) {
        attempt_network(i, as_it_went(best_.cohorts[i].first));
      }
      const auto* timeline = std::get_if<TimelineNetwork>(&best_.cohorts[i].network);
      if (timeline == nullptr) continue;
      if (timeline->repeat_every) attempt_network(i, TimelineNetwork{timeline->steps, {}});
      const TimelineNetwork whole = std::get<TimelineNetwork>(best_.cohorts[i].network);
      shrink_list(whole.steps, [&](const std::vector<TimelineNetwork::Step>& fewer) {
        return !fewer.empty() && attempt_network(i, TimelineNetwork{fewer, whole.repeat_every});
      });
    }
  }
  bool attempt_network(std::size_t cohort, NetworkModel network) {
    Scenario simpler = best_;
    simpler.cohorts[cohort].network = std::move(network);
    return attempt(std::move(simpler));
  }
  // What the client's network model did to it, step by step.
  TimelineNetwork as_it_went(ClientNumber client) const {
    TimelineNetwork timeline;
    const EngineRun run = simulate(best_);
    for (const auto& recorded : run.clients[client.value]) {
      if (const auto* installed = std::get_if<ClientInstalled>(&recorded.event)) {
        timeline.steps.push_back({Duration{0}, installed->network});
      }
      const auto* changed = std::get_if<NetworkChanged>(&recorded.event);
      if (changed == nullptr || recorded.cause.kind != CauseKind::network) continue;
      timeline.steps.push_back({recorded.time.time_since_epoch(), changed->to});
    }
    if (timeline.steps.empty()) timeline.steps.push_back({Duration{0}, Network::offline});
    return timeline;
  }

  // A tick of a minute and a start on New Year, with all else as it was, tick by tick.
  void plain_ticks() {
    Scenario plain = best_;
    const Scenario defaults;
    const Duration old = plain.tick;
    for (const Number& number : Numbers(plain).found) {
      number.set(defaults.tick * (number.get() / old));
    }
    for (Cohort& cohort : plain.cohorts) {
      cohort.clock_skew = defaults.tick * (cohort.clock_skew / old);
    }
    for (ScenarioBulkToken& token : plain.bulk_tokens) {
      token.lifetime_minutes =
          std::max<std::int64_t>(1, std::chrono::minutes{token.lifetime_minutes} / old);
    }
    plain.tick = defaults.tick;
    if (plain.tick != old) attempt(std::move(plain));

    const std::chrono::sys_days new_year = std::chrono::year{2026} / 1 / 1;
    Scenario moved = best_;
    moved.start = new_year;
    if (moved.start != best_.start) attempt(std::move(moved));
  }

  template <class Try>
  void for_each_number(Try try_it) {
    const std::size_t count = Numbers(best_).found.size();
    for (std::size_t i = 0; i < count; ++i) {
      const Number now = Numbers(best_).found[i];
      const Duration value = now.get();
      if (now.plain == value) continue;
      try_it(now.least, value, [&, i](Duration wanted) {
        Scenario changed = best_;
        Numbers(changed).found[i].set(wanted);
        return wanted != value && attempt(std::move(changed));
      });
    }
  }

  void bisect_numbers() {
    for_each_number([&](Duration least, Duration value, const auto& with) {
      const Duration tick = best_.tick;
      const std::int64_t low = (least + tick - Duration{1}) / tick;
      shrink_number(low, value / tick, [&](std::int64_t ticks) { return with(tick * ticks); });
    });
  }

  // Up to whole days, or at least whole hours.
  void round_numbers() {
    for_each_number([&](Duration, Duration value, const auto& with) {
      const Duration units[] = {std::chrono::days{1}, std::chrono::hours{1},
                                std::chrono::minutes{10}};
      for (const Duration unit : units) {
        const Duration round = round_up(value, unit);
        if (unit % best_.tick == Duration{0} && with(round)) break;
      }
    });
  }

  void rename_cohorts() {
    for (std::size_t i = 0; i < best_.cohorts.size() && i < 26; ++i) {
      Scenario renamed = best_;
      renamed.cohorts[i].name = std::string(1, static_cast<char>('a' + i));
      if (renamed.cohorts[i].name != best_.cohorts[i].name) attempt(std::move(renamed));
    }
  }

  Scenario best_;
  const StillFails& still_fails_;
  std::size_t tries_left_;
  std::size_t accepted_ = 0;
};

}  // namespace

Scenario shrink(const Scenario& scenario, const StillFails& still_fails,
                const ShrinkLimits& limits) {
  return Shrinker(scenario, still_fails, limits.tries_max).run();
}

}  // namespace tokenlife::sim
