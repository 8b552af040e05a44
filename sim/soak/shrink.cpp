#include "sim/soak/shrink.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <variant>

#include "core/bulk_lifetime.hpp"
#include "sim/engine/adoption.hpp"
#include "sim/engine/walk_of.hpp"
#include "sim/engine/world.hpp"
#include "sim/scenario/numbers.hpp"
#include "sim/scenario/random.hpp"
#include "sim/scenario/time_zone.hpp"
#include "sim/scenario/to_toml.hpp"
#include "sim/soak/simpler_scenario.hpp"
#include "sim/text/duration.hpp"

namespace tokenlife::sim {
namespace {

// Whether the scenario, written as a file, can be read again. Traces and inventories, which are
// files of their own, are beside the point.
bool can_be_read(Scenario scenario) {
  for (Cohort& cohort : scenario.cohorts) {
    cohort.inventory = nullptr;
    bool has_trace = false;
    for_each_model(cohort.network, [&](const auto& model) {
      if constexpr (requires { model.trace; }) has_trace = true;
    });
    if (has_trace) cohort.network = FixedNetwork{};
  }
  return parse_scenario(to_toml(scenario), "shrunk.toml", {}).has_value();
}

class Shrinker {
 public:
  Shrinker(const Scenario& scenario, const StillFails& still_fails, const ShrinkLimits& limits)
      : best_(scenario),
        still_fails_(still_fails),
        stop_(limits.stop),
        tries_left_(limits.tries_max) {}

  Scenario run() {
    std::size_t before;
    do {
      before = accepted_;
      cut_the_run();
      drop_cohorts();
      drop_clients();
      drop_adopted();
      drop_listed(&Scenario::actions);
      drop_listed(&Scenario::expectations);
      take_simpler();
      simplify_networks();
      plain_ticks();
      merge_ticks();
      bisect_numbers();
    } while (accepted_ != before && tries_left_ > 0);
    round_numbers();
    rename_cohorts();
    return best_;
  }

 private:
  // Keeps the scenario if it fails too.
  bool attempt(Scenario smaller) {
    if (tries_left_ > 0 && stop_()) tries_left_ = 0;
    if (tries_left_ == 0) return false;
    --tries_left_;
    if (!follow_time_zones(smaller)) return false;
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
        expectation.from = std::min(expectation.from, end - best_.tick);
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

  // Of an inventory any client can go; those after it then have other numbers.
  void drop_adopted() {
    for (std::size_t i = 0; i < best_.cohorts.size(); ++i) {
      if (best_.cohorts[i].inventory == nullptr) continue;
      const Inventory whole = *best_.cohorts[i].inventory;
      std::vector<AdoptedClient> clients(whole.clients.begin(),
                                         whole.clients.begin() + best_.cohorts[i].clients);
      shrink_list(clients, [&](const std::vector<AdoptedClient>& fewer) {
        if (fewer.empty()) return false;
        Scenario smaller = best_;
        auto inventory = std::make_shared<Inventory>(whole);
        inventory->clients = fewer;
        smaller.cohorts[i].clients = static_cast<std::uint32_t>(fewer.size());
        smaller.cohorts[i].inventory = std::move(inventory);
        number_clients(smaller);
        return attempt(std::move(smaller));
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
        attempt_network(i, as_it_goes(best_.cohorts[i]));
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
  // The steps that the network model takes the cohort's one client through.
  TimelineNetwork as_it_goes(const Cohort& cohort) const {
    const Draws draws(keys_of(best_, cohort), 0);
    const Instant end = Instant{} + best_.duration;
    const WalkContext context{&draws,     0,
                              best_.tick, best_.start.time_since_epoch().count(),
                              end,        trace_device_of(cohort, 0)};
    TimelineNetwork timeline;
    std::visit(
        [&]<class Model>(const Model& model) {
          typename WalkOf<Model>::type walk(model, context);
          timeline.steps.push_back({Duration{0}, walk.start(cohort.install_at)});
          while (walk.next() < end) {
            const Duration at = walk.next().time_since_epoch();
            const Network on = walk.advance();
            if (on != timeline.steps.back().on) timeline.steps.push_back({at, on});
          }
        },
        cohort.network);
    return timeline;
  }

  // A tick of a minute and a start on New Year, with all else as it was, tick by tick.
  void plain_ticks() {
    const Scenario defaults;
    if (best_.tick != defaults.tick) attempt(with_ticks_of(best_, defaults.tick));

    const std::chrono::sys_days new_year = std::chrono::year{2026} / 1 / 1;
    Scenario moved = best_;
    moved.start = new_year;
    if (moved.start != best_.start) attempt(std::move(moved));
  }

  // Fewer moments: many ticks in one everywhere, and each moment at that of something else.
  void merge_ticks() {
    for (const std::int64_t ticks : {16, 4, 2}) {
      for (bool again = true; again;) {
        Scenario merged = with_ticks_merged(best_, ticks);
        again = to_toml(merged) != to_toml(best_) && attempt(std::move(merged));
      }
    }
    for_each_number([&](const ScenarioNumber& number, const auto& with) {
      if (!number.is_moment()) return;
      const Duration value = number.get();
      std::set<Duration> earlier;
      for (const ScenarioNumber& other : numbers_of(best_)) {
        if (other.is_moment() && other.get() < value) earlier.insert(other.get());
      }
      std::any_of(earlier.begin(), earlier.end(), with);
    });
  }

  // Hands on each number that is not plain, and what tries another value for it.
  template <class Try>
  void for_each_number(Try try_it) {
    const std::size_t count = numbers_of(best_).size();
    for (std::size_t i = 0; i < count; ++i) {
      Scenario before = best_;
      const ScenarioNumber now = numbers_of(before)[i];
      if (now.plain == now.get()) continue;
      try_it(now, [&](Duration wanted) {
        Scenario changed = before;
        numbers_of(changed)[i].set(wanted);
        return wanted != now.get() && attempt(std::move(changed));
      });
    }
  }

  void bisect_numbers() {
    for_each_number([&](const ScenarioNumber& number, const auto& with) {
      const Duration tick = best_.tick;
      shrink_number(round_up(number.least, tick) / tick, number.get() / tick,
                    [&](std::int64_t ticks) { return with(tick * ticks); });
    });
    for (std::size_t i = 0; i < best_.bulk_tokens.size(); ++i) {
      shrink_number(kBulkLifetimeMinutesMin, best_.bulk_tokens[i].lifetime_minutes,
                    [&](std::int64_t minutes) {
                      Scenario shorter = best_;
                      shorter.bulk_tokens[i].lifetime_minutes = minutes;
                      return attempt(std::move(shorter));
                    });
    }
  }

  // Up to whole days, or at least whole hours.
  void round_numbers() {
    for_each_number([&](const ScenarioNumber& number, const auto& with) {
      const Duration units[] = {std::chrono::days{1}, std::chrono::hours{1},
                                std::chrono::minutes{10}};
      for (const Duration unit : units) {
        if (unit % best_.tick == Duration{0} && with(round_up(number.get(), unit))) break;
      }
    });
  }

  // All at once where a name is another cohort's, and one by one where one's name matters: a
  // client's luck hangs on it.
  void rename_cohorts() {
    if (best_.cohorts.size() > 26) return;
    Scenario all = best_;
    for (std::size_t i = 0; i < all.cohorts.size(); ++i) all.cohorts[i].name = letter(i);
    if (attempt(std::move(all))) return;
    for (std::size_t i = 0; i < best_.cohorts.size(); ++i) {
      Scenario renamed = best_;
      renamed.cohorts[i].name = letter(i);
      if (renamed.cohorts[i].name != best_.cohorts[i].name) attempt(std::move(renamed));
    }
  }
  static std::string letter(std::size_t i) { return std::string(1, static_cast<char>('a' + i)); }

  Scenario best_;
  const StillFails& still_fails_;
  const std::function<bool()>& stop_;
  std::size_t tries_left_;
  std::size_t accepted_ = 0;
};

}  // namespace

Scenario shrink(const Scenario& scenario, const StillFails& still_fails,
                const ShrinkLimits& limits) {
  return Shrinker(scenario, still_fails, limits).run();
}

}  // namespace tokenlife::sim
