#include "sim/engine/draws_ahead.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

namespace tokenlife::sim {
namespace {

constexpr std::uint64_t kCarry = std::uint64_t{1} << 32;

// On a machine that can run them all this is every way that has been compiled.
TEST_CASE("a block has the bits of its draws, whichever way it is made") {
  const Draws draws(0xfedc'ba98'7654'3210, 0x89ab'cdef);
  for (const BlockMaker& maker : block_makers()) {
    for (const Purpose purpose : {Purpose::network_stay, Purpose::attendance}) {
      // Numbers that carry into their upper half at each place of a block, and past the last one.
      for (const std::uint64_t carry :
           {std::uint64_t{1'000}, kCarry, 0xffff'ffff * kCarry, 0 * kCarry}) {
        for (std::uint64_t before = 0; before <= DrawBlock::kMany; ++before) {
          const std::uint64_t number = carry - before;
          DrawBlock few{};
          DrawBlock many{};
          maker.few(draws, purpose, number, few);
          maker.many(draws, purpose, number, many);
          INFO(maker.name << ", from " << number);
          for (std::size_t i = 0; i < DrawBlock::kMany; ++i) {
            const auto expected = draws.at(purpose, number + i);
            REQUIRE(many.first[i] == expected[0]);
            REQUIRE(many.second[i] == expected[1]);
            if (i >= DrawBlock::kFew) continue;
            REQUIRE(few.first[i] == expected[0]);
            REQUIRE(few.second[i] == expected[1]);
          }
        }
      }
    }
  }
}

TEST_CASE("draws made ahead come in their order, and none is left out") {
  const Draws draws(42, "commuters", 17);
  ExponentialDraws ahead(draws, Purpose::agent_restart);
  for (std::uint64_t number = 0; number < 100; ++number) {
    const auto expected = draws.at(Purpose::agent_restart, number);
    const ExponentialDraws::Draw drawn = ahead.next(Instant{});
    INFO("draw " << number);
    REQUIRE(drawn.exponential == exponential(expected[0]));
    REQUIRE(drawn.first == expected[0]);
    REQUIRE(drawn.second == expected[1]);
  }
}

TEST_CASE("whether a draw is below a share does not depend on which are asked for before") {
  const Draws draws(42, "office", 3);
  const Share share{Share::kWhole / 4 * 3};
  ShareDraws ahead(draws, Purpose::attendance, share);
  const auto check = [&](std::uint64_t number) {
    const auto bits = draws.at(Purpose::attendance, number)[0];
    INFO("draw " << number);
    REQUIRE(ahead.below_share(number) == (bits >> 32 < 0xc000'0000));
  };
  // As days are asked for: two steps back at most.
  for (std::uint64_t number = 2; number < 100; ++number) {
    check(number - 2);
    check(number);
    check(number - 1);
  }
  for (const std::uint64_t number : {0U, 1U, 5'000U, 4'999U, 4'998U, 4'997U, 4'000U, 4'016U, 3U}) {
    check(number);
  }
}

}  // namespace
}  // namespace tokenlife::sim
