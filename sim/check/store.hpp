// Every state that was reached, once, in the order of reaching, with the state before it. Keys are
// exact: two states are one only if all of their parts are.
#pragma once

#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>
#include <utility>
#include <vector>

#include "sim/check/table.hpp"

namespace tokenlife::sim::checker {

// A state, unpacked: the numbers of its parts.
struct World {
  Code site = 0;
  std::array<Code, kClientsMax> clients{};
  friend bool operator==(const World&, const World&) = default;
};

// The site and two clients fit in one word, four clients in two.
template <std::size_t Words>
using StateKey = std::array<std::uint64_t, Words>;

// What == says, without the call of memcmp that it makes.
template <std::size_t Words>
bool is_same(const StateKey<Words>& a, const StateKey<Words>& b) {
  std::uint64_t difference = 0;
  for (std::size_t i = 0; i < Words; ++i) difference |= a[i] ^ b[i];
  return difference == 0;
}

inline constexpr std::uint32_t kNoState = 0xffff'ffff;

// Memory in huge pages where the system has them: states are looked up all over the place, and with
// small pages half of the time would go into finding out where they are.
struct HugePages {
  void operator()(void* memory) const { std::free(memory); }
};
template <class Value>
using HugeArray = std::unique_ptr<Value[], HugePages>;

template <class Value>
HugeArray<Value> huge_array(std::size_t size) {
  constexpr std::size_t page = std::size_t{1} << 21;
  const std::size_t bytes = size * sizeof(Value);
  const std::size_t alignment = bytes < page ? alignof(std::max_align_t) : page;
  void* memory = std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
  if (memory == nullptr) throw std::bad_alloc();
  if (alignment == page) madvise(memory, bytes, MADV_HUGEPAGE);
  return HugeArray<Value>(static_cast<Value*>(memory));
}

// An array that grows without copying.
template <class Value>
class Chunks {
 public:
  const Value& operator[](std::uint32_t i) const { return chunks_[i >> kShift][i & kMask]; }
  void append(std::uint32_t i, const Value& value) {
    if ((i & kMask) == 0) chunks_.push_back(huge_array<Value>(kMask + 1));
    chunks_[i >> kShift][i & kMask] = value;
  }

 private:
  static constexpr std::uint32_t kShift = 19;
  static constexpr std::uint32_t kMask = (1U << kShift) - 1;
  std::vector<HugeArray<Value>> chunks_;
};

// The visited set holds keys and not positions: a look-up then misses the cache once, not twice.
// Where a key belongs rises with its hash, so that the set grows from front to back.
template <std::size_t Words>
class StateStore {
 public:
  using Key = StateKey<Words>;

  StateStore() { grow(); }

  std::uint32_t size() const { return size_; }
  const Key& key(std::uint32_t state) const { return keys_[state]; }
  // kNoState for the first one.
  std::uint32_t parent(std::uint32_t state) const { return parents_[state]; }
  std::uint64_t bytes() const {
    return size_ * (sizeof(Key) + sizeof(std::uint32_t)) + slots_ * sizeof(Key);
  }

  // Makes room for so many more.
  void reserve(std::size_t more) {
    while ((size_ + more) * 100 > slots_ * 78) grow();
  }

  // Where to look for the key first. Asking the memory for it early hides how far away it is.
  std::size_t slot_of(const Key& key) const {
    __extension__ using Wide = unsigned __int128;
    return static_cast<std::size_t>((Wide{hash(key)} * slots_) >> 64);
  }
  void prefetch(std::size_t slot) const { __builtin_prefetch(&table_[slot]); }

  // Precondition: there is room, and `slot` is the key's.
  bool insert(const Key& key, std::size_t slot, std::uint32_t parent) {
    for (; table_[slot][0] != kEmpty; slot = after(slot)) {
      if (is_same(table_[slot], key)) return false;
    }
    table_[slot] = key;
    keys_.append(size_, key);
    parents_.append(size_, parent);
    ++size_;
    return true;
  }

 private:
  // No key: parts have fewer numbers than their bits allow.
  static constexpr std::uint64_t kEmpty = ~std::uint64_t{0};

  // In tenths. Long keys have to be packed more densely.
  static constexpr std::size_t kGrowth = Words == 1 ? 20 : 13;

  static std::uint64_t hash(const Key& key) {
    std::uint64_t h = 0;
    for (const std::uint64_t word : key) {
      h = (h ^ word) * 0x9e37'79b9'7f4a'7c15;
      h ^= h >> 32;
    }
    return h * 0xd6e8'feb8'6659'fd93;
  }
  std::size_t after(std::size_t slot) const { return slot + 1 == slots_ ? 0 : slot + 1; }

  void grow() {
    const HugeArray<Key> old = std::move(table_);
    const std::size_t old_slots =
        std::exchange(slots_, std::max<std::size_t>(slots_ * kGrowth / 10, 64));
    table_ = huge_array<Key>(slots_);
    Key empty{};
    empty[0] = kEmpty;
    std::fill_n(table_.get(), slots_, empty);
    for (std::size_t i = 0; i < old_slots; ++i) {
      if (old[i][0] == kEmpty) continue;
      std::size_t slot = slot_of(old[i]);
      while (table_[slot][0] != kEmpty) slot = after(slot);
      table_[slot] = old[i];
    }
  }

  Chunks<Key> keys_;
  Chunks<std::uint32_t> parents_;
  HugeArray<Key> table_;
  std::size_t slots_ = 0;
  std::uint32_t size_ = 0;
};

}  // namespace tokenlife::sim::checker
