// What changes of the network make of a client, as a table: most events of most logs are such.
//
// The rules stay core's: the table holds what evolve_in_place() answers, asked once for each
// network change and each place of a client. Not installed.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "core/client.hpp"
#include "events/stretch.hpp"

namespace tokenlife::events {

// All of a client that a change of its network changes or depends on, in seven bits: its state, its
// network, and the one that it was last connected to.
using ClientPlace = std::uint8_t;
inline constexpr std::size_t kClientPlaces = 128;
// Where an event leads that cannot happen there. No client is in it, and no move leads out of it.
inline constexpr ClientPlace kNoPlace = 127;
static_assert(kCount<LifecycleState> < 8 && kCount<Network> < 4);

constexpr ClientPlace place_of(const Client& client) {
  return static_cast<ClientPlace>((static_cast<unsigned>(client.state) << 4) |
                                  (static_cast<unsigned>(client.network) << 2) |
                                  static_cast<unsigned>(client.last_connected));
}
// Precondition: it is place_of() some client.
constexpr void put_at(Client& client, ClientPlace place) {
  client.state = static_cast<LifecycleState>(place >> 4);
  client.network = static_cast<Network>((place >> 2) & 3);
  client.last_connected = static_cast<Network>(place & 3);
}

// The network, by its number, of a client in that place.
constexpr std::size_t network_in(std::size_t place) { return place >> 2 & 3; }

// Where a move leads, by the place that a client is in.
using Move = std::array<ClientPlace, kClientPlaces>;
// By number: network-changed by its detail byte, and agent-restarted.
inline constexpr std::uint8_t kRestart = 16;
using Moves = std::array<Move, kRestart + 1>;
const Moves& all_moves();
// Where changes of the network lead, each of which begins where the one before ended, by the last
// of them: the others make no difference. kNoPlace also where they do.
const Moves& all_journeys();
// Of events of other shapes: they change or depend on more, or have numbers of their own.
inline constexpr std::uint8_t kNoMove = 127;
std::uint8_t move_of(const Shape& shape);

}  // namespace tokenlife::events
