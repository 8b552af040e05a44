// What would have saved a client: its run is repeated for it alone, with the same chance, once for
// each change, and what those repetitions give is what is said.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "core/time.hpp"
#include "sim/analysis/client_story.hpp"
#include "sim/scenario/scenario.hpp"

namespace tokenlife::sim {

// A change that helps. Where the actions set a smaller renew-after, or a larger token-validity,
// than the value, they still do.
struct Alternative {
  enum class Kind : std::uint8_t {
    // In the whole days that are multiples of the tick. `length`: the largest below the present
    // one; the smallest above it, up to three times it.
    renew_after,
    token_validity,
    renew_on,   // at contacts, where agent starts count
    left_out,   // the action
    shortened,  // the outage, to the largest `length`
    at_once,    // the setting arrives so
    visit,      // to the intranet, at the last whole hour that helps
    upgrade,    // of a client that is too old, at the last whole hour that helps
  };
  Kind kind;
  Duration length{0};
  std::uint32_t action = 0;
  Instant at{};         // of a visit or an upgrade
  Duration present{0};  // what `length` was
  // When the client that is saved is without a good token again, where else it was not.
  std::optional<Instant> lost_again{};
  // Of token_validity: it renews its token no more than before, but the run ends first.
  bool only_outlasts = false;

  friend bool operator==(const Alternative&, const Alternative&) = default;
};

struct Alternatives {
  std::vector<Alternative> helping;
  std::array<bool, 8> tried{};  // by kind: whether there was such a change to try
  bool has_tried(Alternative::Kind kind) const { return tried[static_cast<std::size_t>(kind)]; }
};

// As machines read it: { "action 3", "left out" }.
struct ChangeWords {
  std::string change;
  std::string value;
};
ChangeWords words_of(const Alternative& alternative, std::chrono::sys_seconds start);

// A spell that began with an installation, or before the run, no change prevents. Then those are
// given that would have ended it by `at`: with which the client holds a good token then.
bool can_be_prevented(const StorySpell& spell, const ClientEvents& events);

// The changes that save the client: with which it holds a good token all through the time of the
// spell. Precondition: the events are those of the client in the scenario.
Alternatives alternatives(const Scenario& scenario, ClientNumber client, const ClientEvents& events,
                          const StorySpell& spell, Instant at);

}  // namespace tokenlife::sim
