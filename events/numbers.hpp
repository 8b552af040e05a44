// Numbers in as few bytes as they need: LEB128, seven bits in a byte, the lowest first, with the
// eighth bit set in all bytes but the last.
#pragma once

#include <cstdint>
#include <span>

namespace tokenlife::events {

// To a vector of bytes, or to a string.
template <class Bytes>
void put_number(Bytes& to, std::uint64_t value) {
  using Byte = typename Bytes::value_type;
  static_assert(sizeof(Byte) == 1);
  for (; value >= 0x80; value >>= 7) to.push_back(static_cast<Byte>(value | 0x80));
  to.push_back(static_cast<Byte>(value));
}

// Small numbers of either sign as small numbers: 0, -1, 1, -2, 2 ... become 0, 1, 2, 3, 4 ...
constexpr std::uint64_t zigzag(std::int64_t value) {
  return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}
constexpr std::int64_t unzigzag(std::uint64_t value) {
  return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
}

// Takes one number after the other. Where there is none, or one that does not fit, it gives 0, and
// `good` says so from then on.
class NumberReader {
 public:
  NumberReader() = default;
  explicit NumberReader(std::span<const std::uint8_t> bytes)
      : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  std::uint32_t take() { return take_up_to<std::uint32_t>(); }
  std::uint8_t take_byte() {
    good_ = good_ && at_ != end_;
    return at_ != end_ ? *at_++ : std::uint8_t{0};
  }
  std::int64_t take_signed() { return unzigzag(take_up_to<std::uint64_t>()); }

  bool good() const { return good_; }
  bool used_up() const { return at_ == end_; }

 private:
  template <class Number>
  Number take_up_to() {
    if (at_ != end_ && *at_ < 0x80) [[likely]]
      return *at_++;
    if (end_ - at_ >= 2 && at_[1] < 0x80) {
      at_ += 2;
      return static_cast<Number>((at_[-2] & 0x7f) | (at_[-1] << 7));
    }
    return take_long<Number>();
  }
  template <class Number>
  Number take_long() {
    Number value = 0;
    for (unsigned shift = 0; at_ != end_ && shift < 8 * sizeof(Number); shift += 7) {
      const Number bits = *at_ & 0x7f;
      const auto placed = static_cast<Number>(bits << shift);
      if (static_cast<Number>(placed >> shift) != bits) break;
      value |= placed;
      if (*at_++ < 0x80) return value;
    }
    good_ = false;
    at_ = end_;
    return 0;
  }

  const std::uint8_t* at_ = nullptr;
  const std::uint8_t* end_ = nullptr;
  bool good_ = true;
};

}  // namespace tokenlife::events
