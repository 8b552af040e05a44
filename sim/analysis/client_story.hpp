// One client of a log: what happened to it, and its times without a good token.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "core/client.hpp"
#include "core/event.hpp"
#include "core/result.hpp"
#include "core/spell_cause.hpp"
#include "events/log_reader.hpp"

namespace tokenlife::sim {

using ClientEvents = std::vector<Recorded<ClientEvent>>;

// A spell out of service (A13).
struct StorySpell {
  Spell spell;
  std::optional<Instant> end{};  // absent: it goes on
  bool by_action = false;        // if it ended
  ClientToken lost{};      // the token with which it began; none of a spell that began without
  std::size_t issued = 0;  // of the events, the one that brought that token, or the first
  std::size_t began = 0;   // and the one that began the spell
};

// All that the log has of the client. Precondition: the log's header counts it.
Result<ClientEvents, events::LogError> events_of(const events::LogReader& log, ClientNumber client);

// Its spells, in order. `admissions`: see SpellFollower. The events are legal.
std::vector<StorySpell> spells_of(std::span<const Recorded<ClientEvent>> events,
                                  std::span<const Instant> admissions);

// Those that are not later.
std::span<const Recorded<ClientEvent>> until(const ClientEvents& events, Instant at);

// The client after those events. Precondition: they are legal.
Client client_after(std::span<const Recorded<ClientEvent>> events);

// Whether it holds a good token at every tick from `from` on and before `to`.
bool is_served_through(std::span<const Recorded<ClientEvent>> events, Instant from, Instant to);

}  // namespace tokenlife::sim
