// Draws made before they are wanted, several at a time. A draw is a chain of ten multiplications,
// each of which waits for the one before; those of several draws do not wait for each other. The
// address of a draw is known beforehand, so that it has the same bits whenever it is made.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

#include "core/time.hpp"
#include "sim/scenario/random.hpp"
#include "sim/scenario/share.hpp"

namespace tokenlife::sim {

// A whole number of ticks, uniform in [0, range), for what begins then. Nothing is drawn if that is
// 0 at any rate.
inline Duration uniform_ticks(const Draws& draws, Purpose purpose, std::uint64_t number,
                              Duration range, Duration tick, Instant begins = Instant::min()) {
  if (range <= Duration{0}) return Duration{0};
  const auto ticks = static_cast<std::uint64_t>(range / tick);
  return tick * static_cast<std::int64_t>(below(draws.at(purpose, number, begins)[0], ticks));
}

// Draws of one client for one purpose whose numbers follow each other.
struct DrawBlock {
  // A client's first block is small: it may not want more.
  static constexpr std::size_t kFew = 4;
  static constexpr std::size_t kMany = 16;
  std::array<std::uint64_t, kMany> first;   // of each draw the first 64 bits,
  std::array<std::uint64_t, kMany> second;  // and the others
};

// A way to make blocks. All have the same bits.
struct BlockMaker {
  using Make = void(const Draws& draws, Purpose purpose, std::uint64_t number, DrawBlock& block);
  std::string_view name;
  Make* few;   // sets the first kFew
  Make* many;  // sets all
};
// Those that this machine can run, the fastest last.
std::span<const BlockMaker> block_makers();

// A client's draws for one purpose, one after the other: of each the exponential variate of its
// first 64 bits, and its bits as they are.
class ExponentialDraws {
 public:
  struct Draw {
    double exponential;
    std::uint64_t first;
    std::uint64_t second;
  };

  // From the draw `number` on. The draws must outlive it.
  ExponentialDraws(const Draws& draws, Purpose purpose, std::uint64_t number = 0)
      : draws_(&draws), purpose_(purpose), number_(number), later_from_(draws.later_from()) {}

  // Of the next draw.
  std::uint64_t number() const { return number_ - made_ + taken_; }

  // For what begins then, which is never before what the last one was for.
  Draw next(Instant begins) {
    if (begins >= later_from_) [[unlikely]]
      turn();
    if (taken_ == made_) make_more();
    const std::size_t i = taken_++;
    return {exponential_[i], bits_.first[i], bits_.second[i]};
  }
  // The same as a length of time: a whole number of ticks, at least one.
  Duration next_stay(Duration mean, Duration tick, Instant begins) {
    const double mean_ticks = static_cast<double>(mean.count()) / static_cast<double>(tick.count());
    return tick * whole_ticks(mean_ticks * next(begins).exponential);
  }

 private:
  void make_more();
  // From the next draw on they have the other key.
  void turn();

  const Draws* draws_;
  Purpose purpose_;
  bool is_later_ = false;  // under the other key
  std::uint64_t number_;   // of the first draw that has not been made
  Instant later_from_;     // kNever if that is past
  std::size_t made_ = 0;   // in the arrays
  std::size_t taken_ = 0;  // of those
  std::array<double, DrawBlock::kMany> exponential_;
  DrawBlock bits_;
};

// Whether each of a client's draws for one purpose is below a share. Any draw may be asked for; it
// is fast where numbers rise, but for a step back or two.
class ShareDraws {
 public:
  // The draws must outlive it.
  ShareDraws(const Draws& draws, Purpose purpose, Share share)
      : draws_(&draws), purpose_(purpose), share_(share) {}

  // Draws from that number on have the other key. Before the first is asked for.
  void turn_at(std::uint64_t number) { later_from_ = number; }

  bool below_share(std::uint64_t number) {
    if (number - first_ >= made_) make_around(number);
    return (below_ >> (number - first_) & 1) != 0;
  }

 private:
  void make_around(std::uint64_t number);
  // Which of those made from `first_` on with that key are below the share.
  std::uint32_t below(bool few, const Draws& draws) const;

  const Draws* draws_;
  Purpose purpose_;
  Share share_;
  std::uint64_t first_ = 0;  // the number of the first draw made
  std::uint64_t made_ = 0;
  std::uint64_t later_from_ = std::numeric_limits<std::uint64_t>::max();
  std::uint32_t below_ = 0;  // a bit for each draw made
};

}  // namespace tokenlife::sim
