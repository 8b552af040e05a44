// How likely each client is to be stranded, by many futures of one past.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "core/client.hpp"
#include "core/spell_cause.hpp"
#include "core/time.hpp"
#include "sim/scenario/scenario.hpp"

namespace tokenlife::sim {

struct RiskOptions {
  std::uint64_t first_seed = 1;
  std::uint64_t last_seed = 100;
  // What is before is the same in all futures: that of the scenario's own seed. Not after the
  // scenario's `reseed`.
  Instant known_at;
  // The last tick that counts: one of the run's, not before the first that is not known.
  Instant at;
  unsigned threads = 1;  // at least 1; what comes out does not depend on them
  // Told every now and then how many of the clients are done; false asks for the end.
  std::function<bool(std::size_t done)> go_on{};

  std::uint32_t seeds() const { return static_cast<std::uint32_t>(last_seed - first_seed) + 1; }
};

// Of one client.
struct Risk {
  ClientNumber client;
  std::uint32_t stranded = 0;                   // in so many futures, at `at` or before
  std::uint32_t stranded_at_end = 0;            // in so many at `at` itself
  Instant median{};                             // of when first, where it is at all
  SpellCause cause = SpellCause::not_recorded;  // the most frequent one there
  // What is known of it; one that is not installed then has no state.
  Client known{};
  std::optional<Instant> last_contact{};

  double probability(std::uint32_t seeds) const {
    return static_cast<double>(stranded) / static_cast<double>(seeds);
  }
};

// Whether it is stranded when what is known ends: that is no risk any more.
inline bool is_lost_already(const Risk& risk, const RiskOptions& options) {
  return risk.stranded == options.seeds() && risk.median == options.known_at;
}

// By client number. Nothing: it was told to end.
std::optional<std::vector<Risk>> risk(const Scenario& scenario, const RiskOptions& options);

// The most at risk first; of those alike, who is stranded sooner, then by number.
void sort_by_risk(std::vector<Risk>& risks);

}  // namespace tokenlife::sim
