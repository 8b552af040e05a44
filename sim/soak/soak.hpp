// Random scenarios held to what must hold of every run.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "sim/scenario/scenario.hpp"
#include "sim/soak/property.hpp"
#include "sim/soak/shrink.hpp"

namespace tokenlife::sim {

struct SoakFailure {
  std::uint64_t seed = 0;  // of the random scenario
  std::string property;
  std::string what;   // of the scenario as it was drawn
  Scenario scenario;  // the smallest found that still breaks the property
};

// The longest run that a soak draws.
inline constexpr std::int64_t kSoakTicksMax = 2'000;

// What speaks against the scenario: the first property that it breaks. A bug that the engine itself
// notices counts as breaking "no-bug".
struct Broken {
  std::string property;
  std::string what;
};
std::optional<Broken> first_broken(const Scenario& scenario,
                                   std::span<const SoakProperty> properties);

// Holds the random scenario of that seed to the properties, to those that cost more than others if
// it is their turn; shrinks it if it breaks one.
std::optional<SoakFailure> soak_one(std::uint64_t seed, std::span<const SoakProperty> properties,
                                    const ShrinkLimits& limits = {});

// Keeps the one of the lower seed: workers find failures in any order.
void keep_first(std::optional<SoakFailure>& kept, SoakFailure failure);

// The failure as a scenario file, with a comment that says what it is.
std::string failure_text(const SoakFailure& failure);

}  // namespace tokenlife::sim
