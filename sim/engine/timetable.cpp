#include "sim/engine/timetable.hpp"

#include <algorithm>
#include <cmath>

namespace tokenlife::sim {

Timetable::Timetable(const std::vector<Delayed>& delayed, std::uint32_t clients)
    : delayed_(delayed.size()), first_(std::size_t{clients} + 1) {
  for (const Delayed& one : delayed) ++first_[one.client + 1];
  for (std::size_t i = 1; i < first_.size(); ++i) first_[i] += first_[i - 1];
  std::vector<std::size_t> next(first_.begin(), first_.end() - 1);
  for (const Delayed& one : delayed) delayed_[next[one.client]++] = one;
  // A request that waited long may have been served after a later one.
  for (std::size_t i = 0; i < clients; ++i) {
    const auto begin = delayed_.begin() + static_cast<std::ptrdiff_t>(first_[i]);
    const auto end = delayed_.begin() + static_cast<std::ptrdiff_t>(first_[i + 1]);
    const auto is_before = [](const Delayed& a, const Delayed& b) { return a.request < b.request; };
    if (!std::is_sorted(begin, end, is_before)) std::sort(begin, end, is_before);
  }
}

std::optional<Duration> EndpointLoad::wait_at(double share) const {
  std::uint64_t served = 0;
  for (const auto& [wait, count] : waits) served += count;
  if (served == 0) return std::nullopt;
  auto rank = static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(served)));
  rank = std::max<std::uint64_t>(rank, 1);
  for (const auto& [wait, count] : waits) {
    if (rank <= count) return wait;
    rank -= count;
  }
  return std::nullopt;
}

}  // namespace tokenlife::sim
