#include "sim/scenario/random.hpp"

#include <catch2/catch.hpp>

#include <cmath>
#include <limits>
#include <set>

#include "support/property.hpp"

namespace tokenlife::sim {
namespace {

using Bits = std::array<std::uint64_t, 2>;
using test::property;

constexpr std::uint64_t kAllOnes = std::numeric_limits<std::uint64_t>::max();

// The known answers of Random123's own tests ("philox4x32 10" in its kat_vectors). Words are given
// in the order c0 c1 c2 c3 there.
TEST_CASE("philox gives the answers that its authors published") {
  CHECK(philox(0, 0, 0, 0) == Bits{0xe169c58d'6627e8d5, 0x9b00dbd8'bc57ac4c});
  CHECK(philox(kAllOnes, 0xffffffff, 0xffffffff, kAllOnes) ==
        Bits{0x41c83b0e'408f276d, 0x6d5451fd'a20bc7c6});
  CHECK(philox(0x299f31d0'a4093822, 0x03707344, 0x13198a2e, 0x85a308d3'243f6a88) ==
        Bits{0x94fdcceb'd16cfe09, 0x24126ea1'5001e420});
}

TEST_CASE("a draw depends on the seed, the cohort, the client, the purpose and the number") {
  std::set<Bits> seen;
  for (const std::uint64_t seed : {1U, 2U}) {
    for (const std::string_view cohort : {"a", "b", "commuters", ""}) {
      for (const std::uint32_t client : {0U, 1U, 77U}) {
        for (const Purpose purpose : {Purpose::install_time, Purpose::lost_answer}) {
          for (std::uint64_t number = 0; number < 20; ++number) {
            seen.insert(Draws(seed, cohort, client).at(purpose, number));
          }
        }
      }
    }
  }
  CHECK(seen.size() == 2 * 4 * 3 * 2 * 20);
  CHECK(Draws(42, "a", 5).at(Purpose::attendance, 3) ==
        Draws(42, "a", 5).at(Purpose::attendance, 3));
}

TEST_CASE("below is uniform from 0 to just below its bound") {
  CHECK(below(0, 6) == 0);
  CHECK(below(kAllOnes, 6) == 5);
  CHECK(below(kAllOnes, 1) == 0);
  CHECK(below(kAllOnes, 0) == 0);
  CHECK(below(kAllOnes, kAllOnes) == kAllOnes - 1);
  // The sixth part of all bits belongs to each side of a die.
  CHECK(below(0x2aaaaaaaaaaaaaaa, 6) == 0);
  CHECK(below(0x2aaaaaaaaaaaaaab, 6) == 1);

  std::array<int, 6> sides{};
  const Draws draws(1, "dice", 0);
  for (std::uint64_t i = 0; i < 60'000; ++i) {
    ++sides[below(draws.at(Purpose::install_time, i)[0], 6)];
  }
  for (const int count : sides) CHECK(std::abs(count - 10'000) < 300);
}

TEST_CASE("below never reaches its bound") {
  property("below its bound", [](std::uint64_t bits, std::uint64_t bound) {
    RC_PRE(bound > 0);
    RC_ASSERT(below(bits, bound) < bound);
  });
}

TEST_CASE("a share's draw is uniform from 0 to just below 2^32") {
  CHECK(share_draw(0) == 0);
  CHECK(share_draw(kAllOnes) == 0xffffffff);
  const Draws draws(1, "coin", 0);
  int tails = 0;
  for (std::uint64_t i = 0; i < 100'000; ++i) {
    if (share_draw(draws.at(Purpose::lost_answer, i)[0]) < (std::uint64_t{1} << 30)) ++tails;
  }
  CHECK(std::abs(tails - 25'000) < 500);
}

// ---- Exponential -------------------------------------------------------------------------------

double exponential_by_library(std::uint64_t bits) {
  const long double uniform = (static_cast<long double>(bits >> 11) + 1) / 0x1p53L;
  return static_cast<double>(-std::log(uniform));
}

TEST_CASE("exponential is minus the logarithm of a uniform draw") {
  CHECK(std::abs(exponential(kAllOnes)) < 1e-13);
  CHECK(exponential(0) == Approx(53 * std::log(2)).epsilon(1e-13));
  double worst = 0;
  const auto check = [&](std::uint64_t bits) {
    const double expected = exponential_by_library(bits);
    worst = std::max(worst, std::abs(exponential(bits) - expected) / std::max(1.0, expected));
  };
  const Draws draws(3, "exponential", 0);
  for (std::uint64_t i = 0; i < 100'000; ++i) check(draws.at(Purpose::network_stay, i)[0]);
  // About every power of two, where the parts of the calculation meet.
  for (int exponent = 11; exponent < 64; ++exponent) {
    const std::uint64_t power = std::uint64_t{1} << exponent;
    for (const std::uint64_t grains : {0U, 1U, 2U, 3U}) {
      check(power - (grains << 11));
      check(power + (grains << 11));
    }
  }
  INFO("worst error " << worst);
  CHECK(worst < 1e-13);
}

// Every log ever written depends on these bits.
TEST_CASE("exponential gives the same bits for ever, on every machine") {
  CHECK(exponential(0) == 0x1.25e4f7b2737f9p+5);
  CHECK(exponential(kAllOnes) == -0x1.9648p-48);
  CHECK(exponential(std::uint64_t{1} << 63) == 0x1.62e42fefa39bap-1);
  // On both sides of where an entry of the table ends: the first one's, and the last but one's.
  CHECK(exponential(0x807f'ffff'ffff'f000) == 0x1.60e52f4578917p-1);
  CHECK(exponential(0x8080'0000'0000'0000) == 0x1.60e52f45788bp-1);
  CHECK(exponential(0xff7f'ffff'ffff'f000) == 0x1.0040155d588p-9);
  CHECK(exponential(0xff7f'ffff'ffff'f800) == 0x1.0040155d587p-9);
  CHECK(exponential(0x0123'4567'89ab'cdef) == 0x1.5aa16394d4818p+2);
  CHECK(exponential(0xfedc'ba98'7654'3210) == 0x1.23eb991354fp-8);
  CHECK(mix(42, "commuters") == 0xe64ea12d'1b22294b);
  const Draws draws(42, "commuters", 17);
  const auto stay = [&](std::uint64_t number) {
    return exponential_ticks(draws.at(Purpose::network_stay, number)[0], 540);
  };
  CHECK(std::array{stay(0), stay(1), stay(2)} == std::array<std::int64_t, 3>{306, 1'457, 286});
}

TEST_CASE("exponential draws have mean 1 and the variance of their kind") {
  const Draws draws(4, "exponential", 0);
  constexpr int count = 200'000;
  double sum = 0;
  double squares = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    const double x = exponential(draws.at(Purpose::network_stay, i)[0]);
    sum += x;
    squares += x * x;
  }
  CHECK(sum / count == Approx(1).epsilon(0.01));
  CHECK(squares / count == Approx(2).epsilon(0.02));
}

TEST_CASE("a stay is rounded up to a whole tick, and lasts one at least") {
  CHECK(exponential_ticks(kAllOnes, 10) == 1);
  CHECK(exponential_ticks(kAllOnes, 1e6) == 1);
  CHECK(exponential_ticks(0, 1) == 37);       // 53 ln 2 is 36.7
  CHECK(exponential_ticks(0, 100) == 3'674);  // 3673.7
  property("stays are rounded up", [](std::uint64_t bits) {
    const double mean = *rc::gen::element(0.5, 1.0, 3.7, 540.0, 43'200.0);
    const auto ticks = static_cast<double>(exponential_ticks(bits, mean));
    const double exact = mean * exponential(bits);
    RC_ASSERT(ticks >= exact);
    RC_ASSERT(ticks - 1 < exact || ticks == 1.0);
  });
}

}  // namespace
}  // namespace tokenlife::sim
