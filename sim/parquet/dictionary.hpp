// The different values of a column, each with its place among them, in the order in which they
// came.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace tokenlife::sim::parquet {

// Finds places by hash. What has the place is the caller's to compare and to keep.
class PlaceTable {
 public:
  std::size_t size() const { return hashes_.size(); }
  void clear() {
    hashes_.clear();
    slots_.assign(kSlotsMin, 0);
  }
  // The place of what `is_equal(place)` says is equal; size() as it was before, if there is none.
  template <class IsEqual>
  std::uint32_t place_of(std::uint64_t hash, const IsEqual& is_equal) {
    if (hashes_.size() * 2 >= slots_.size()) grow();
    std::size_t slot = hash & (slots_.size() - 1);
    for (; slots_[slot] != 0; slot = (slot + 1) & (slots_.size() - 1)) {
      const std::uint32_t place = slots_[slot] - 1;
      if (hashes_[place] == hash && is_equal(place)) return place;
    }
    hashes_.push_back(hash);
    slots_[slot] = static_cast<std::uint32_t>(hashes_.size());
    return slots_[slot] - 1;
  }

 private:
  static constexpr std::size_t kSlotsMin = 64;

  void grow() {
    slots_.assign(slots_.size() * 2, 0);
    for (std::size_t place = 0; place < hashes_.size(); ++place) {
      std::size_t slot = hashes_[place] & (slots_.size() - 1);
      while (slots_[slot] != 0) slot = (slot + 1) & (slots_.size() - 1);
      slots_[slot] = static_cast<std::uint32_t>(place + 1);
    }
  }

  std::vector<std::uint64_t> hashes_;
  std::vector<std::uint32_t> slots_ = std::vector<std::uint32_t>(kSlotsMin, 0);  // 0: free
};

constexpr std::uint64_t mixed(std::uint64_t hash, std::uint64_t word) {
  hash = (hash ^ word) * 0x9E3779B97F4A7C15U;
  return hash ^ hash >> 29;
}

class NumberDictionary {
 public:
  std::uint32_t place_of(std::int64_t value) {
    if (!values_.empty() && value == last_) return last_place_;
    last_ = value;
    last_place_ = table_.place_of(mixed(0, static_cast<std::uint64_t>(value)),
                                  [&](std::uint32_t place) { return values_[place] == value; });
    if (last_place_ == values_.size()) values_.push_back(value);
    return last_place_;
  }
  const std::vector<std::int64_t>& values() const { return values_; }
  void clear() {
    table_.clear();
    values_.clear();
  }

 private:
  PlaceTable table_;
  std::vector<std::int64_t> values_;
  std::int64_t last_ = 0;
  std::uint32_t last_place_ = 0;
};

class TextDictionary {
 public:
  std::uint32_t place_of(std::string_view text) {
    const std::uint32_t place =
        table_.place_of(hash_of(text), [&](std::uint32_t other) { return at(other) == text; });
    if (place == ends_.size()) {
      bytes_ += text;
      ends_.push_back(bytes_.size());
    }
    return place;
  }
  // Of a text that stays where it is, such as a name of the program: most come from few places.
  std::uint32_t place_of_fixed(std::string_view text) {
    Seen& seen = seen_[(reinterpret_cast<std::uintptr_t>(text.data()) >> 4) % seen_.size()];
    const bool is_it = seen.text.data() == text.data() && seen.text.size() == text.size();
    if (!is_it || text.empty()) {
      seen = {text, place_of(text)};
    }
    return seen.place;
  }
  std::size_t size() const { return ends_.size(); }
  std::string_view at(std::size_t place) const {
    const std::size_t begin = place == 0 ? 0 : ends_[place - 1];
    return std::string_view(bytes_).substr(begin, ends_[place] - begin);
  }
  void clear() {
    table_.clear();
    bytes_.clear();
    ends_.clear();
    seen_.fill({});
  }

 private:
  struct Seen {
    std::string_view text{};
    std::uint32_t place = 0;
  };

  static std::uint64_t hash_of(std::string_view text) {
    std::uint64_t hash = text.size();
    for (; text.size() > 8; text.remove_prefix(8)) {
      std::uint64_t word = 0;
      std::memcpy(&word, text.data(), 8);
      hash = mixed(hash, word);
    }
    std::uint64_t word = 0;
    if (!text.empty()) std::memcpy(&word, text.data(), text.size());  // nothing may be at null
    return mixed(hash, word);
  }

  PlaceTable table_;
  std::string bytes_;
  std::vector<std::size_t> ends_;
  std::array<Seen, 32> seen_{};
};

}  // namespace tokenlife::sim::parquet
