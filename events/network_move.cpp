#include "events/network_move.hpp"

#include "core/evolve_in_place.hpp"

namespace tokenlife::events {
namespace {

// The detail byte, as Layout<NetworkChanged> has it.
constexpr unsigned kNetworks = kCount<Network>;
constexpr unsigned detail_of(unsigned from, unsigned to) {
  return from | (to << BitsOf<Network>::width);
}
constexpr unsigned kRestart = 16;
static_assert(detail_of(kNetworks - 1, kNetworks - 1) < kRestart);

using MoveTable = std::array<Move, kRestart + 1>;  // network-changed by its detail byte

template <class Event>
Move move_by(const Event& event) {
  Move move;
  move.fill(kNoPlace);
  for (unsigned state = 0; state < kCount<LifecycleState>; ++state) {
    for (unsigned network = 0; network < kNetworks; ++network) {
      for (unsigned last = 0; last < kNetworks; ++last) {
        Client client;
        client.state = static_cast<LifecycleState>(state);
        client.network = static_cast<Network>(network);
        client.last_connected = static_cast<Network>(last);
        const ClientPlace place = place_of(client);
        const bool can_happen = evolve_in_place(client, event) == EventError::none;
        if (can_happen) move[place] = place_of(client);
      }
    }
  }
  return move;
}

MoveTable make_table() {
  MoveTable table{};
  for (unsigned from = 0; from < kNetworks; ++from) {
    for (unsigned to = 0; to < kNetworks; ++to) {
      table[detail_of(from, to)] =
          move_by(NetworkChanged{static_cast<Network>(from), static_cast<Network>(to)});
    }
  }
  table[kRestart] = move_by(AgentRestarted{});
  return table;
}

}  // namespace

const Move* move_of(const Shape& shape) {
  static const MoveTable table = make_table();
  const bool takes_number =
      (shape.flags & kCauseHasNumber) != 0 && (shape.flags & kCauseAsExpected) == 0;
  if (takes_number) return nullptr;
  const auto kind = static_cast<EventKind>(shape.kind);
  if (kind == EventKind::network_changed) return &table[shape.detail];
  return kind == EventKind::agent_restarted ? &table[kRestart] : nullptr;
}

}  // namespace tokenlife::events
