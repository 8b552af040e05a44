// The words for what a client is in: the states of the lifecycle that an installed client can be
// in, and what the site would do for it (A13).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "../../core/client.hpp"
#include "../../core/names.hpp"
#include "../../core/spell_cause.hpp"

namespace tokenlife::sim {

// The first ones are the states of the lifecycle, in their order, without `not-installed`: a client
// that is not installed yet is counted nowhere.
enum class StateWord : std::uint8_t {
  installed,
  registered,
  roaming,
  renewing,
  expired,
  re_registration_required,
  stranded,
  out_of_service,
};

// Precondition: it is installed.
constexpr StateWord word_of(LifecycleState state) {
  return static_cast<StateWord>(static_cast<std::uint8_t>(state) - 1);
}

// Some of the words: a client that fits any of them is in the set.
class StateSet {
 public:
  constexpr StateSet() = default;
  constexpr StateSet(StateWord word) { add(word); }  // NOLINT: a word is a set of one

  constexpr void add(StateWord word) { bits_ |= bit(word); }
  constexpr bool has(StateWord word) const { return (bits_ & bit(word)) != 0; }
  constexpr bool empty() const { return bits_ == 0; }
  constexpr bool fits(LifecycleState state, Service service) const {
    if (state == LifecycleState::not_installed) return false;
    return has(word_of(state)) || (has(StateWord::stranded) && service == Service::stranded) ||
           (has(StateWord::out_of_service) && service != Service::served);
  }
  friend constexpr bool operator==(StateSet, StateSet) = default;

 private:
  static constexpr unsigned bit(StateWord word) { return 1U << static_cast<unsigned>(word); }
  unsigned bits_ = 0;
};

}  // namespace tokenlife::sim

namespace tokenlife {

template <>
struct Names<sim::StateWord> {
  static constexpr std::array<std::string_view, 8> values = [] {
    std::array<std::string_view, 8> words{};
    constexpr auto& states = Names<LifecycleState>::values;
    for (std::size_t i = 1; i < states.size(); ++i) words[i - 1] = states[i];
    words[6] = "stranded";
    words[7] = "out-of-service";
    return words;
  }();
};

}  // namespace tokenlife
