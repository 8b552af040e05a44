// Random histories from the model's own state, at the edges of every rule by a second and a tick.
#pragma once

#include <cstdint>

#include "sim/conform/expected.hpp"
#include "sim/conform/step.hpp"

namespace tokenlife::sim {

// The history of that seed. Its steps are numbered from 2: `hello` was the first request.
History draw_history(Role role, const Hello& hello, std::uint64_t seed);
// For one role each.
History draw_site_history(const Hello& hello, std::uint64_t seed);
History draw_client_history(const Hello& hello, std::uint64_t seed);

inline constexpr StepId kFirstStep = 2;

class Dice;
// A policy whose numbers are the product's, or small ones, and keep to what is fixed.
Policy draw_policy(Dice& dice, const Hello& hello, Role role);
// A second or a tick before or after, or that moment.
Instant around(Dice& dice, Instant edge);
// Of a client, as GUIDs are written.
std::string draw_name(Dice& dice);

}  // namespace tokenlife::sim
