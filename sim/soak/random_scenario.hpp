// Random small scenarios whose actions fall on, just before and just after the moments at which
// something happens anyway.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sim/scenario/scenario.hpp"

namespace tokenlife::sim {

// As many numbers as one likes from a seed. The same on every machine.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : seed_(seed) {}

  std::uint64_t bits();
  // In [low, high].
  std::int64_t between(std::int64_t low, std::int64_t high);
  bool one_in(std::int64_t n) { return between(1, n) == 1; }
  template <class T>
  T one_of(std::initializer_list<T> values) {
    return values.begin()[between(0, static_cast<std::int64_t>(values.size()) - 1)];
  }
  template <class T>
  const T& one_of(const std::vector<T>& values) {
    const auto last = static_cast<std::int64_t>(values.size()) - 1;
    return values[static_cast<std::size_t>(between(0, last))];
  }

 private:
  std::uint64_t seed_;
  std::uint64_t rolls_ = 0;
};

// The scenario of that seed: a few clients for at most `ticks_max` ticks. Each has some of the
// format's features and not the others, so that no feature hides what another does.
Scenario random_scenario(std::uint64_t seed, std::int64_t ticks_max);
// The same with endpoints that have limits, so that requests wait and are turned away.
Scenario random_scenario_under_load(std::uint64_t seed, std::int64_t ticks_max);

// A number of ticks in [low, high], small ones more often.
std::int64_t some_ticks(Dice& dice, std::int64_t low, std::int64_t high);

// Some of the settings of clients, and of the site.
ClientPolicyChange random_settings(Dice& dice, Duration tick);
SitePolicyChange random_site_settings(Dice& dice, Duration tick);
std::optional<Thousandths> random_backoff(Dice& dice);
std::optional<Thousandths> random_retry_jitter(Dice& dice);
Capacity random_capacity(Dice& dice);
// Gives endpoints limits, and clients ways to retry.
void draw_load(Dice& dice, Scenario& scenario);

// Gives the action selectors, if it is one on clients.
void choose_among_clients(Dice& dice, const Scenario& scenario, Action& action);
// Has the action happen again and again.
void repeat(Dice& dice, const Scenario& scenario, Action& action);

// A network model other than `dwell`, or any.
enum class Models { functions_of_time, all };
NetworkModel random_network(Dice& dice, const Scenario& scenario, Models models);

// A14: how long a certificate or Entra token is valid, and where it is renewed.
CredentialLife random_credential_life(Dice& dice, Duration tick);

// Makes the cohort's clients be there before the run, each in a state of its own.
void adopt_at_random(Dice& dice, const Scenario& scenario, Cohort& cohort);

}  // namespace tokenlife::sim
