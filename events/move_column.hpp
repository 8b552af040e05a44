// What the events of a stretch move, as a column of bytes, so that several of one client are taken
// at once: to look at each costs more, since a processor cannot guess how many moves a client makes
// in a stretch. Not installed.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "events/network_move.hpp"
#include "events/stretch_view.hpp"

namespace tokenlife::events {

// So many events are taken at once, at the most.
inline constexpr std::size_t kAtOnce = 8;
// With the number of a move, or kNoMove: the event has to be looked at alone.
inline constexpr std::uint8_t kAlone = 0x80;

class MoveColumn {
 public:
  // Of each event of the stretch the number of its move (network_move.hpp). Alone are those that
  // are no change of the network, that take a long step, and that do not have as many as are taken
  // at once from there on; and all, if not `all_count`. Precondition: as many steps as codes.
  void find(const StretchView& stretch, bool all_count);

  const std::uint8_t* begin() const { return moves_.data(); }
  const std::uint8_t* end() const { return moves_.data() + moves_.size(); }

 private:
  std::vector<std::uint8_t> moves_;
};

// Some changes of the network that a client makes one after the other.
struct Journey {
  std::size_t events;   // 1 to kAtOnce
  std::uint64_t steps;  // of time that they take
  std::size_t place;    // where they lead; kNoPlace: to be found one by one
  bool is_connected;    // Each begins where the one before ended. If not, the same.
};

namespace journey_detail {

// Eight numbers of 16 bits, in memory of any alignment.
using Eight [[gnu::vector_size(16)]] = std::uint16_t;
using Four [[gnu::vector_size(16)]] = std::uint32_t;
using Two [[gnu::vector_size(16)]] = std::uint64_t;
// From its element 8 - n on: n that are kept, and others that are not.
static constexpr std::array<std::uint16_t, 2 * kAtOnce> kKept{0xffff, 0xffff, 0xffff, 0xffff,
                                                              0xffff, 0xffff, 0xffff, 0xffff};

inline std::uint64_t sum_of(const std::uint16_t* steps, std::size_t count) {
  Eight eight;
  Eight kept;
  std::memcpy(&eight, steps, sizeof eight);
  std::memcpy(&kept, kKept.data() + (kAtOnce - count), sizeof kept);
  const auto pairs = std::bit_cast<Four>(eight & kept);
  const auto halves = std::bit_cast<Two>((pairs & 0xffff) + (pairs >> 16));
  const std::uint64_t both = halves[0] + halves[1];
  return (both & 0xffffffff) + (both >> 32);
}

}  // namespace journey_detail

// What the client in that place does in its next events, up to the first one that is alone, but not
// in more than `events_max`. Preconditions: the first one is not alone, and `events_max` not 0;
// kAtOnce moves and steps can be read.
[[gnu::always_inline]] inline Journey journey_from(std::size_t place, const std::uint8_t* moves,
                                                   const std::uint16_t* steps,
                                                   std::size_t events_max, const Moves& journeys) {
  static_assert(std::endian::native == std::endian::little, "the first event is the lowest byte");
  constexpr std::uint64_t kEachAlone = 0x8080808080808080;
  constexpr std::uint64_t kEachNetwork = 0x0303030303030303;
  std::uint64_t eight = 0;
  std::memcpy(&eight, moves, sizeof eight);
  const auto together = static_cast<std::size_t>(std::countr_zero(eight & kEachAlone)) / 8;
  const std::size_t events = std::min(together, events_max);
  const std::size_t behind = 8 * (kAtOnce - events);  // bits of the events that are not taken
  // In each byte but the last one that counts: where its move ends, and the next one begins.
  const std::uint64_t gaps = (eight >> 2 ^ eight >> 8) & kEachNetwork >> 8 >> behind;
  const std::uint64_t first_gap = (eight ^ network_in(place)) & 3;
  const auto last = static_cast<std::uint8_t>(eight << behind >> 56);
  return {events, journey_detail::sum_of(steps, events), journeys[last][place],
          (gaps | first_gap) == 0};
}

}  // namespace tokenlife::events
