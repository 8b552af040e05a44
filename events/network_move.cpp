#include "events/network_move.hpp"

#include "core/evolve_in_place.hpp"

namespace tokenlife::events {
namespace {

// The detail byte, as Layout<NetworkChanged> has it.
constexpr unsigned kNetworks = kCount<Network>;
constexpr unsigned detail_of(unsigned from, unsigned to) {
  return from | (to << BitsOf<Network>::width);
}
static_assert(detail_of(kNetworks - 1, kNetworks - 1) < kRestart);

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

Moves make_table() {
  Moves table{};
  for (unsigned from = 0; from < kNetworks; ++from) {
    for (unsigned to = 0; to < kNetworks; ++to) {
      table[detail_of(from, to)] =
          move_by(NetworkChanged{static_cast<Network>(from), static_cast<Network>(to)});
    }
  }
  table[kRestart] = move_by(AgentRestarted{});
  return table;
}

// By the shortest journey of more than one move. Where the last move is possible at once it has to
// lead there, too.
Moves make_journeys(const Moves& moves) {
  Moves journeys{};
  for (Move& journey : journeys) journey.fill(kNoPlace);
  for (unsigned place = 0; place < kNoPlace; ++place) {
    const auto network = static_cast<unsigned>(network_in(place));
    if (network >= kNetworks) continue;
    for (unsigned from = 0; from < kNetworks; ++from) {
      const unsigned via = from == network ? (network + 1) % kNetworks : from;
      ClientPlace there = moves[detail_of(network, via)][place];
      if (via != from) there = moves[detail_of(via, from)][there];
      for (unsigned to = 0; to < kNetworks; ++to) {
        const Move& last = moves[detail_of(from, to)];
        const bool is_same = from != network || last[place] == last[there];
        if (is_same) journeys[detail_of(from, to)][place] = last[there];
      }
    }
  }
  return journeys;
}

}  // namespace

const Moves& all_moves() {
  static const Moves table = make_table();
  return table;
}

const Moves& all_journeys() {
  static const Moves table = make_journeys(all_moves());
  return table;
}

std::uint8_t move_of(const Shape& shape) {
  const bool takes_number =
      (shape.flags & kCauseHasNumber) != 0 && (shape.flags & kCauseAsExpected) == 0;
  if (takes_number) return kNoMove;
  const auto kind = static_cast<EventKind>(shape.kind);
  if (kind == EventKind::network_changed) return shape.detail;
  return kind == EventKind::agent_restarted ? kRestart : kNoMove;
}

}  // namespace tokenlife::events
