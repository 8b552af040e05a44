// Chance without state. Every draw is a function of the seed, the client, what it is for and how
// many such draws went before: no order of execution and no other client can change it.
//
// The generator is Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3",
// 2011). Nothing here uses <random> or the maths library, whose results differ between machines:
// the same seed gives the same draws everywhere. (Compile with -ffp-contract=off.)
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/time.hpp"

namespace tokenlife::sim {

// What a draw is for. Part of every draw's address: append only.
enum class Purpose : std::uint32_t {
  install_time,
  network_stay,
  attendance,
  agent_restart,
  renewal_jitter,
  lost_answer,
  client_guid,
  bulk_token_guid,
  tenant_guid,
  clock_skew,    // the first
  set_clock,     // by `set-clock`: number action x 2^32 + repetition
  lost_setting,  // an exchange at which a setting would have been heard of
  resampled_block,
  selection_share,   // whether an action concerns the client: number action x 2^32 + repetition
  selection_moment,  // and when it does: the same
  order,             // of the requests of one tick: a client's n-th request
  retry_jitter,      // of a client's n-th wait
  contact_jitter,    // of a due date that is drawn at each contact
};

inline constexpr int kPhiloxRounds = 10;
inline constexpr std::uint32_t kPhiloxMultipliers[] = {0xD2511F53, 0xCD9E8D57};
// What is added to the halves of the key after each round.
inline constexpr std::uint32_t kPhiloxKeys[] = {0x9E3779B9, 0xBB67AE85};

constexpr void philox_round(std::uint32_t& c0, std::uint32_t& c1, std::uint32_t& c2,
                            std::uint32_t& c3, std::uint32_t k0, std::uint32_t k1) {
  const std::uint64_t p0 = std::uint64_t{kPhiloxMultipliers[0]} * c0;
  const std::uint64_t p1 = std::uint64_t{kPhiloxMultipliers[1]} * c2;
  c0 = static_cast<std::uint32_t>(p1 >> 32) ^ c1 ^ k0;
  c1 = static_cast<std::uint32_t>(p1);
  c2 = static_cast<std::uint32_t>(p0 >> 32) ^ c3 ^ k1;
  c3 = static_cast<std::uint32_t>(p0);
}

// 128 random bits at the address (key, purpose, stream, draw).
constexpr std::array<std::uint64_t, 2> philox(std::uint64_t key, std::uint32_t purpose,
                                              std::uint32_t stream, std::uint64_t draw) {
  std::uint32_t c0 = static_cast<std::uint32_t>(draw);
  std::uint32_t c1 = static_cast<std::uint32_t>(draw >> 32);
  std::uint32_t c2 = stream;
  std::uint32_t c3 = purpose;
  std::uint32_t k0 = static_cast<std::uint32_t>(key);
  std::uint32_t k1 = static_cast<std::uint32_t>(key >> 32);
  for (int round = 0; round < kPhiloxRounds; ++round) {
    philox_round(c0, c1, c2, c3, k0, k1);
    k0 += kPhiloxKeys[0];
    k1 += kPhiloxKeys[1];
  }
  return {(std::uint64_t{c1} << 32) | c0, (std::uint64_t{c3} << 32) | c2};
}

// A key for what has a name of its own under the seed.
constexpr std::uint64_t mix(std::uint64_t seed, std::string_view name) {
  std::uint64_t hash = 0xcbf29ce484222325;  // FNV-1a
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return philox(seed, 0xffffffff, static_cast<std::uint32_t>(hash >> 32), hash)[0];
}

// Under which keys draws are made. Those for what begins at or after a moment have a key of their
// own: the same past, another future.
struct DrawKeys {
  std::uint64_t first;
  std::uint64_t later;
  Instant later_from = kNever;
};

// The draws of one client. Its key comes from the seed and its cohort's name, its stream is its
// number in the cohort: to add, remove or resize a cohort leaves the luck of all others alone.
class Draws {
 public:
  Draws(std::uint64_t seed, std::string_view cohort, std::uint32_t client_in_cohort)
      : Draws(mix(seed, cohort), client_in_cohort) {}
  Draws(std::uint64_t cohort_key, std::uint32_t client_in_cohort)
      : Draws(DrawKeys{cohort_key, cohort_key}, client_in_cohort) {}
  Draws(const DrawKeys& keys, std::uint32_t client_in_cohort)
      : keys_(keys), stream_(client_in_cohort) {}

  // For what has its place before all else: under the first key.
  std::array<std::uint64_t, 2> at(Purpose purpose, std::uint64_t draw) const {
    return philox(keys_.first, static_cast<std::uint32_t>(purpose), stream_, draw);
  }
  // For what begins then.
  std::array<std::uint64_t, 2> at(Purpose purpose, std::uint64_t draw, Instant begins) const {
    const std::uint64_t key = begins < keys_.later_from ? keys_.first : keys_.later;
    return philox(key, static_cast<std::uint32_t>(purpose), stream_, draw);
  }

  std::uint64_t key() const { return keys_.first; }
  std::uint32_t stream() const { return stream_; }
  // From when on draws have the other key, and those that have it.
  Instant later_from() const { return keys_.later_from; }
  Draws later() const { return {keys_.later, stream_}; }

 private:
  DrawKeys keys_;
  std::uint32_t stream_;
};

// Uniform in [0, bound) from 64 random bits.
constexpr std::uint64_t below(std::uint64_t bits, std::uint64_t bound) {
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::uint64_t>((Wide{bits} * bound) >> 64);
}

// Uniform in [0, 2^32): compare with Share::of_2_32.
constexpr std::uint64_t share_draw(std::uint64_t bits) { return bits >> 32; }

namespace random_detail {

inline constexpr double kLn2 = 0x1.62e42fefa39efp-1;

// ln(x) for x in (0.5, 1], by the series of the inverse hyperbolic tangent.
constexpr double ln_near_one(double x) {
  const double s = (x - 1) / (x + 1);
  double power = s;
  double sum = 0;
  for (int k = 1; k < 60; k += 2) {
    sum += power / k;
    power *= s * s;
  }
  return 2 * sum;
}

// For each eighth bit of a mantissa in [1, 2): nearly its inverse, and minus the logarithm of that.
struct LnTable {
  std::array<double, 256> inverse{};
  std::array<double, 256> ln{};
};
inline constexpr LnTable kLn = [] {
  LnTable table;
  for (std::size_t i = 0; i < 256; ++i) {
    table.inverse[i] = 1 / (1 + (static_cast<double>(i) + 0.5) / 256);
    table.ln[i] = -ln_near_one(table.inverse[i]);
  }
  return table;
}();

}  // namespace random_detail

// Exponential with mean 1, from 64 random bits.
constexpr double exponential(std::uint64_t bits) {
  using namespace random_detail;
  const double uniform = static_cast<double>((bits >> 11) + 1);  // in [1, 2^53], exact
  const auto pattern = std::bit_cast<std::uint64_t>(uniform);
  const auto exponent = static_cast<int>(pattern >> 52) - 1023;
  const auto slot = static_cast<std::size_t>((pattern >> 44) & 0xff);
  const double mantissa =
      std::bit_cast<double>((pattern & 0xfffffffffffff) | (std::uint64_t{1023} << 52));
  const double rest = mantissa * kLn.inverse[slot] - 1;  // within 2^-8 of 0
  const double ln_rest = rest * (1 + rest * (-0.5 + rest * (1.0 / 3 + rest * -0.25)));
  return (53 - exponent) * kLn2 - (kLn.ln[slot] + ln_rest);
}

// A stay in whole ticks, rounded up, at least one.
constexpr std::int64_t whole_ticks(double exact) {
  const auto floor = static_cast<std::int64_t>(exact);
  const std::int64_t ticks = floor + (static_cast<double>(floor) < exact ? 1 : 0);
  return ticks < 1 ? 1 : ticks;
}
constexpr std::int64_t exponential_ticks(std::uint64_t bits, double mean_ticks) {
  return whole_ticks(mean_ticks * exponential(bits));
}

}  // namespace tokenlife::sim
