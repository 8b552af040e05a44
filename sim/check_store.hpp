// Every state that was reached, once, in the order of reaching, with the state before it. Keys are
// exact: two states are one only if all of their parts are.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "sim/check_table.hpp"

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

inline constexpr std::uint32_t kNoState = 0xffff'ffff;

// An array that grows without copying and without slack.
template <class Value>
class Chunks {
 public:
  const Value& operator[](std::uint32_t i) const { return chunks_[i >> kShift][i & kMask]; }
  void append(std::uint32_t i, const Value& value) {
    if ((i & kMask) == 0) chunks_.push_back(std::make_unique_for_overwrite<Value[]>(kMask + 1));
    chunks_[i >> kShift][i & kMask] = value;
  }
  std::uint64_t bytes() const { return chunks_.size() * (kMask + 1) * sizeof(Value); }

 private:
  static constexpr std::uint32_t kShift = 16;
  static constexpr std::uint32_t kMask = (1U << kShift) - 1;
  std::vector<std::unique_ptr<Value[]>> chunks_;
};

template <std::size_t Words>
class StateStore {
 public:
  using Key = StateKey<Words>;

  StateStore() : table_(std::size_t{1} << 12, kNoState) {}

  std::uint32_t size() const { return size_; }
  const Key& key(std::uint32_t state) const { return keys_[state]; }
  // kNoState for the first one.
  std::uint32_t parent(std::uint32_t state) const { return parents_[state]; }
  std::uint64_t bytes() const {
    return keys_.bytes() + parents_.bytes() + table_.size() * sizeof(std::uint32_t);
  }

  // Makes room for so many more.
  void reserve(std::size_t more) {
    while ((size_ + more) * 10 > table_.size() * 7) grow();
  }

  // Where to look for the key first. Asking the memory for it early hides how far away it is.
  std::size_t slot_of(const Key& key) const { return hash(key) & (table_.size() - 1); }
  void prefetch_slot(std::size_t slot) const { __builtin_prefetch(&table_[slot]); }
  void prefetch_key(std::size_t slot) const {
    if (table_[slot] != kNoState) __builtin_prefetch(&keys_[table_[slot]]);
  }

  // Precondition: there is room, and `slot` is the key's.
  bool insert(const Key& key, std::size_t slot, std::uint32_t parent) {
    for (;; slot = (slot + 1) & (table_.size() - 1)) {
      const std::uint32_t there = table_[slot];
      if (there == kNoState) break;
      if (keys_[there] == key) return false;
    }
    table_[slot] = size_;
    keys_.append(size_, key);
    parents_.append(size_, parent);
    ++size_;
    return true;
  }

 private:
  static std::size_t hash(const Key& key) {
    std::uint64_t h = 0;
    for (const std::uint64_t word : key) {
      h ^= word;
      h *= 0x9e37'79b9'7f4a'7c15;
      h ^= h >> 32;
      h *= 0xd6e8'feb8'6659'fd93;
      h ^= h >> 32;
    }
    return h;
  }
  void grow() {
    table_.assign(table_.size() * 2, kNoState);
    for (std::uint32_t i = 0; i < size_; ++i) {
      std::size_t slot = slot_of(keys_[i]);
      while (table_[slot] != kNoState) slot = (slot + 1) & (table_.size() - 1);
      table_[slot] = i;
    }
  }

  Chunks<Key> keys_;
  Chunks<std::uint32_t> parents_;
  std::vector<std::uint32_t> table_;  // of positions in keys_
  std::uint32_t size_ = 0;
};

}  // namespace tokenlife::sim::checker
