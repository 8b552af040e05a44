// Moves of clients that are taken several at once, beside the same one by one.
#include "events/move_column.hpp"

#include <catch2/catch.hpp>

#include "events/random_content.hpp"
#include "support/property.hpp"

namespace tokenlife::test {
namespace {

using events::kAlone;
using events::kAtOnce;
using events::kLongStep;
using events::kNoMove;
using events::kNoPlace;
using events::MoveColumn;
using events::Shape;

// As network-changed has it in its detail byte: from offline 0, intranet 1 or internet 2, and to.
constexpr std::uint8_t move(unsigned from, unsigned to) {
  return static_cast<std::uint8_t>(from | to << 2);
}
constexpr auto kChange = static_cast<std::uint8_t>(EventKind::network_changed);
constexpr auto kBlock = static_cast<std::uint8_t>(EventKind::client_blocked);
constexpr std::uint8_t kNothing = kNoMove | kAlone;

std::size_t place_in(LifecycleState state, Network network, Network last) {
  Client client;
  client.state = state;
  client.network = network;
  client.last_connected = last;
  return events::place_of(client);
}

struct Codes {
  events::ShapeTable shapes{};
  std::vector<std::uint8_t> codes;
  std::vector<std::uint16_t> steps;
  std::vector<std::uint32_t> long_steps;
  events::StretchHead head{};

  explicit Codes(const std::vector<Shape>& of) {
    REQUIRE_FALSE(events::put_shapes(of, shapes));
    head.until = 1'000;
  }
  std::vector<std::uint8_t> moves(bool all_count = true) const {
    events::StretchView view;
    view.head = head;
    view.shapes = &shapes;
    view.codes = codes;
    view.steps = steps;
    view.long_steps = long_steps;
    MoveColumn column;
    column.find(view, all_count);
    return {column.begin(), column.end()};
  }
};

TEST_CASE("moves that are taken at once lead where they lead one by one") {
  property("a journey is its moves",
           [] {
             const auto state = static_cast<LifecycleState>(any_below(int{kCount<LifecycleState>}));
             const auto last = static_cast<Network>(any_below(3));
             const auto network = static_cast<Network>(any_below(3));
             const std::size_t place = place_in(state, network, last);
             std::array<std::uint8_t, kAtOnce> moves{};
             std::array<std::uint16_t, kAtOnce> steps{};
             unsigned at = static_cast<unsigned>(network);
             for (std::size_t i = 0; i < kAtOnce; ++i) {
               const unsigned from = any_below(12) == 0 ? static_cast<unsigned>(any_below(3)) : at;
               const unsigned to = (from + 1 + static_cast<unsigned>(any_below(2))) % 3;
               moves[i] = any_below(12) == 0 && i != 0 ? kNothing : move(from, to);
               steps[i] = static_cast<std::uint16_t>(any_below(kLongStep));
               at = to;
             }
             const std::size_t most = 1 + static_cast<std::size_t>(any_below(12));
             const events::Journey journey = events::journey_from(place, moves.data(), steps.data(),
                                                                  most, events::all_journeys());

             std::size_t events = 0;
             std::uint64_t taken = 0;
             std::size_t one_by_one = place;
             for (; events < std::min(most, kAtOnce) && moves[events] < kAlone; ++events) {
               one_by_one = events::all_moves()[moves[events]][one_by_one];
               taken += steps[events];
             }
             RC_ASSERT(journey.events == events);
             RC_ASSERT(journey.steps == taken);
             const bool is_told = journey.is_connected && journey.place != kNoPlace;
             RC_CLASSIFY(is_told, "told at once");
             if (is_told) RC_ASSERT(journey.place == one_by_one);
             // All but clients of whom the site learned on another network than they are on now.
             const bool is_settled =
                 network == Network::offline
                     ? last != Network::offline
                     : network == last &&
                           (state != LifecycleState::registered || last == Network::intranet) &&
                           (state != LifecycleState::roaming || last == Network::internet);
             if (is_settled && one_by_one != kNoPlace) RC_ASSERT(is_told);
           },
           1, {{"told at once", 0.2}});
}

TEST_CASE("a journey of a client on the intranet") {
  const std::array<std::uint8_t, kAtOnce> moves{move(1, 0), move(0, 2), kNothing};
  const std::array<std::uint16_t, kAtOnce> steps{3, 65'534, 9, 9, 9, 9, 9, 9};
  const std::size_t place =
      place_in(LifecycleState::registered, Network::intranet, Network::intranet);
  const auto from = [&](std::size_t most) {
    return events::journey_from(place, moves.data(), steps.data(), most, events::all_journeys());
  };
  CHECK(from(8).events == 2);
  CHECK(from(8).steps == 65'537);
  CHECK(from(8).place == place_in(LifecycleState::roaming, Network::internet, Network::internet));
  CHECK(from(1).events == 1);
  CHECK(from(1).steps == 3);
  CHECK(from(1).place == place_in(LifecycleState::registered, Network::offline, Network::intranet));
}

TEST_CASE("an event is taken alone if it is more than a move, or leads nowhere") {
  Codes some({{kChange, 0, move(1, 0), 0}, {kBlock, 7, 0, 0}, {kChange, 0, move(1, 1), 0}});
  some.codes = {0, 1, 2, 0, 255, 3, 0, 0, 0, 0, 0, 0, 0, 0};
  some.steps.assign(some.codes.size(), 1);
  const std::uint8_t good = move(1, 0);
  const std::uint8_t last = good | kAlone;
  CHECK(some.moves() == std::vector<std::uint8_t>{good, kNothing, move(1, 1) | kAlone, good,
                                                  kNothing, kNothing, good, last, last, last, last,
                                                  last, last, last});
  for (const std::uint8_t number : some.moves(false)) CHECK(number >= kAlone);
}

TEST_CASE("a step that may be a long one is taken alone") {
  Codes some({{kChange, 0, move(1, 0), 0}});
  some.codes.assign(40, 0);
  some.steps.assign(40, 1);
  some.steps[9] = kLongStep;
  const auto is_alone = [&] { return some.moves()[9] == (move(1, 0) | kAlone); };
  CHECK_FALSE(is_alone());  // It is behind the end of the stretch, which tells.
  some.head.until = 65'534;
  CHECK_FALSE(is_alone());
  some.head.until = 65'535;
  CHECK(is_alone());
  some.head.until = 1'000;
  some.long_steps = {70'000};
  CHECK(is_alone());
  some.long_steps.clear();
  some.head.time_unit = 0;
  CHECK(is_alone());
  CHECK(some.moves()[8] == move(1, 0));
}

TEST_CASE("the moves of codes are the same, few or many") {
  property("sixteen at once, or one by one", [] {
    std::vector<Shape> shapes;
    for (unsigned i = 0; i < 20; ++i) {
      const auto cause = static_cast<std::uint8_t>(i % kCount<CauseKind>);
      shapes.push_back({kChange, cause, move(i % 3, (i + 1) % 3), 0});
    }
    shapes.resize(static_cast<std::size_t>(1 + any_below(20)));
    Codes some(shapes);
    const int above = any_below(2) == 0 ? static_cast<int>(shapes.size()) : 256;
    for (int i = any_below(100); i > 0; --i) {
      some.codes.push_back(static_cast<std::uint8_t>(any_below(above)));
    }
    some.steps.assign(some.codes.size(), 1);
    const std::vector<std::uint8_t> moves = some.moves();
    RC_ASSERT(moves.size() == some.codes.size());
    for (std::size_t i = 0; i + kAtOnce <= moves.size(); ++i) {
      const std::size_t code = some.codes[i];
      const bool is_move =
          code < shapes.size() && !events::has_number(static_cast<CauseKind>(shapes[code].cause));
      RC_ASSERT(moves[i] == (is_move ? shapes[code].detail : kNothing));
    }
  });
}

}  // namespace
}  // namespace tokenlife::test
