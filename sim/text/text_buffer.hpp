// Text that grows at its end, piece by piece: for output of millions of lines, where a std::string
// for each piece would cost more than the work itself.
#pragma once

#include <charconv>
#include <chrono>
#include <concepts>
#include <cstring>
#include <limits>
#include <string_view>
#include <vector>

#include "sim/text/text_piece.hpp"

namespace tokenlife::sim {

class TextBuffer {
 public:
  TextBuffer() = default;
  TextBuffer(const TextBuffer&) = delete;
  TextBuffer& operator=(const TextBuffer&) = delete;

  std::string_view text() const { return {bytes_.data(), size()}; }
  std::size_t size() const { return static_cast<std::size_t>(at_ - bytes_.data()); }
  void clear() { at_ = bytes_.data(); }

  // Inlined, which compilers do not think worth it: a piece that is known when the program is
  // compiled then costs a few moves instead of calls.
  [[gnu::always_inline]] void append(char c) {
    *room(1) = c;
    ++at_;
  }
  [[gnu::always_inline]] void append(std::string_view text) {
    std::memcpy(room(text.size()), text.data(), text.size());
    at_ += text.size();
  }
  template <std::size_t Most>
  [[gnu::always_inline]] void append(const TextPiece<Most>& piece) {
    std::memcpy(room(Most), piece.bytes.data(), Most);
    at_ += piece.size;
  }
  void append(std::size_t count, char c) {
    std::memset(room(count), c, count);
    at_ += count;
  }
  void append_number(std::integral auto number) {
    constexpr std::size_t kMost = std::numeric_limits<decltype(number)>::digits10 + 2;
    char* begin = room(kMost);
    at_ = std::to_chars(begin, begin + kMost, number).ptr;
  }
  // "2026-01-01T00:00:00Z"
  void append_rfc3339(std::chrono::sys_seconds time);

 private:
  // Where the next bytes go, as many as that.
  [[gnu::always_inline]] char* room(std::size_t bytes) {
    if (static_cast<std::size_t>(end_ - at_) < bytes) [[unlikely]]
      grow(bytes);
    return at_;
  }
  void grow(std::size_t bytes);

  std::vector<char> bytes_ = std::vector<char>(256);
  char* at_ = bytes_.data();  // behind the text
  char* end_ = bytes_.data() + bytes_.size();
};

}  // namespace tokenlife::sim
