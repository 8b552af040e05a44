// Which clients are to be looked at when. A radix heap (Ahuja, Mehlhorn, Orlin and Tarjan, 1990):
// time does not go back, so that a visit need only be found near its moment; until then it lies in
// one of few buckets, which are written and read from one end to the other. A binary heap of a
// million misses the cache at nearly every level.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "core/time.hpp"
#include "sim/text/duration.hpp"

namespace tokenlife::sim {

class VisitQueue {
 public:
  // Precondition: within a run, and not before the moment of the last take().
  void add(Instant at, std::uint32_t client) { put({seconds(at), client}); }

  // The first visit's; kNever if there is none.
  Instant next() const {
    return filled_ == 0 ? kNever
                        : instant(first_[static_cast<std::size_t>(std::countr_zero(filled_))]);
  }

  // The clients of all visits of that moment, until the next call. Precondition: no visit is before
  // it.
  const std::vector<std::uint32_t>& take(Instant now) {
    const std::size_t bucket = bucket_of(seconds(now));
    now_ = seconds(now);
    // Those of farther buckets are as far as before, and in nearer ones none is left.
    std::swap(moved_, buckets_[bucket]);
    filled_ &= ~(std::uint64_t{1} << bucket);
    for (const Visit& visit : moved_) put(visit);
    moved_.clear();
    taken_.clear();
    for (const Visit& visit : buckets_[0]) taken_.push_back(visit.client);
    buckets_[0].clear();
    filled_ &= ~std::uint64_t{1};
    return taken_;
  }

 private:
  struct Visit {
    std::uint32_t at;
    std::uint32_t client;
  };
  static_assert(kDurationLimit.count() == std::int64_t{1} << 32, "a visit's moment has 32 bits");

  static std::uint32_t seconds(Instant at) {
    return static_cast<std::uint32_t>(at.time_since_epoch().count());
  }
  static Instant instant(std::uint32_t seconds) { return Instant{} + Duration{seconds}; }

  // By the highest bit in which it differs from the moment that has come.
  std::size_t bucket_of(std::uint32_t at) const {
    return static_cast<std::size_t>(std::bit_width(at ^ now_));
  }
  void put(const Visit& visit) {
    const std::size_t bucket = bucket_of(visit.at);
    const std::uint64_t bit = std::uint64_t{1} << bucket;
    first_[bucket] = (filled_ & bit) == 0 ? visit.at : std::min(first_[bucket], visit.at);
    filled_ |= bit;
    buckets_[bucket].push_back(visit);
  }

  static constexpr std::size_t kBuckets = 33;
  std::uint32_t now_ = 0;
  std::uint64_t filled_ = 0;                     // a bit for each bucket
  std::array<std::uint32_t, kBuckets> first_{};  // of those that are filled: the first moment
  std::array<std::vector<Visit>, kBuckets> buckets_;
  std::vector<Visit> moved_;
  std::vector<std::uint32_t> taken_;
};

}  // namespace tokenlife::sim
