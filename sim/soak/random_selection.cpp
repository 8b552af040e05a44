// Whom random actions concern, and how often they happen.
#include <algorithm>

#include "core/names.hpp"
#include "sim/soak/random_scenario.hpp"

namespace tokenlife::sim {
namespace {

template <class Word>
Word random_word(Dice& dice) {
  return static_cast<Word>(dice.between(0, static_cast<std::int64_t>(kCount<Word>) - 1));
}

// A part of the run, often a small one.
Duration random_part(Dice& dice, const Scenario& scenario) {
  const std::int64_t ticks = scenario.duration / scenario.tick;
  return scenario.tick *
         dice.between(1, std::max<std::int64_t>(1, ticks / dice.one_of({1, 5, 50})));
}

}  // namespace

void choose_among_clients(Dice& dice, const Scenario& scenario, Action& action) {
  auto* of_clients = std::get_if<ClientAction>(&action.what);
  if (of_clients == nullptr || target_of(action) == nullptr) return;  // Or it is for all.
  std::visit(
      [&](auto& what) {
        Target& target = what.target;
        if (dice.one_in(3)) target.share = {Share::kWhole / 4 * dice.one_of({0U, 1U, 2U, 3U, 3U})};
        if (dice.one_in(2)) target.state = random_word<StateWord>(dice);
        if (dice.one_in(3)) target.over = random_part(dice, scenario);
      },
      *of_clients);
}

void repeat(Dice& dice, const Scenario& scenario, Action& action) {
  Repeat repeat{random_part(dice, scenario)};
  if (dice.one_in(2)) repeat.times = static_cast<std::uint32_t>(dice.between(1, 5));
  action.repeat = repeat;
}

}  // namespace tokenlife::sim
