#include "sim/engine/slot_counts.hpp"

#include <deque>
#include <utility>

namespace tokenlife::sim {

void SlotCounts::count() const {
  std::vector<std::uint32_t> next(blocks_.size() + 1);
  for (const std::uint32_t slot : uncounted_) ++next[slot / kBlock + 1];
  for (std::size_t b = 1; b < next.size(); ++b) next[b] += next[b - 1];
  sorted_.resize(uncounted_.size());
  for (const std::uint32_t slot : uncounted_) sorted_[next[slot / kBlock]++] = slot;
  uncounted_.clear();
  for (const std::uint32_t slot : sorted_) {
    std::vector<std::uint32_t>& block = blocks_[slot / kBlock];
    if (block.empty()) block.resize(kBlock);
    ++block[slot % kBlock];
  }
}

void SlotCounts::add(const SlotCounts& other) {
  uncounted_.insert(uncounted_.end(), other.uncounted_.begin(), other.uncounted_.end());
  count();
  for (std::size_t b = 0; b < blocks_.size(); ++b) {
    const std::vector<std::uint32_t>& others = other.blocks_[b];
    if (others.empty()) continue;
    if (blocks_[b].empty()) blocks_[b].resize(kBlock);
    for (std::size_t i = 0; i < kBlock; ++i) blocks_[b][i] += others[i];
  }
}

Peak SlotCounts::most_within(Duration length) const {
  count();
  // All that happened in the stretch that ends with the slot at hand. Its first slot is one in
  // which something happened: a stretch that begins earlier has no more.
  std::deque<std::pair<std::size_t, std::uint32_t>> stretch;
  const auto slots = static_cast<std::size_t>((length + slot_ - Duration{1}) / slot_);
  std::uint64_t count = 0;
  Peak peak;
  for (std::size_t b = 0; b < blocks_.size(); ++b) {
    for (std::size_t i = 0; i < blocks_[b].size(); ++i) {
      if (blocks_[b][i] == 0) continue;
      const std::size_t slot = b * kBlock + i;
      while (!stretch.empty() && stretch.front().first + slots <= slot) {
        count -= stretch.front().second;
        stretch.pop_front();
      }
      stretch.emplace_back(slot, blocks_[b][i]);
      count += blocks_[b][i];
      if (count <= peak.count) continue;
      const auto first = static_cast<std::int64_t>(stretch.front().first);
      peak = {count, Instant{} + slot_ * first};
    }
  }
  return peak;
}

}  // namespace tokenlife::sim
