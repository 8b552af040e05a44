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

namespace tokenlife::sim {

class TextBuffer {
 public:
  std::string_view text() const { return {bytes_.data(), size_}; }
  std::size_t size() const { return size_; }
  void clear() { size_ = 0; }

  // Inlined, which compilers do not think worth it: a piece that is known when the program is
  // compiled then costs a few moves instead of calls.
  [[gnu::always_inline]] void append(char c) {
    *room(1) = c;
    ++size_;
  }
  [[gnu::always_inline]] void append(std::string_view text) {
    std::memcpy(room(text.size()), text.data(), text.size());
    size_ += text.size();
  }
  void append(std::size_t count, char c) {
    std::memset(room(count), c, count);
    size_ += count;
  }
  void append_number(std::integral auto number) {
    constexpr std::size_t kMost = std::numeric_limits<decltype(number)>::digits10 + 2;
    char* begin = room(kMost);
    size_ += static_cast<std::size_t>(std::to_chars(begin, begin + kMost, number).ptr - begin);
  }
  // "2026-01-01T00:00:00Z"
  void append_rfc3339(std::chrono::sys_seconds time);

 private:
  // Where the next bytes go, as many as that.
  [[gnu::always_inline]] char* room(std::size_t bytes) {
    if (bytes_.size() - size_ < bytes) grow(bytes);
    return bytes_.data() + size_;
  }
  void grow(std::size_t bytes);

  std::vector<char> bytes_ = std::vector<char>(256);
  std::size_t size_ = 0;
};

}  // namespace tokenlife::sim
