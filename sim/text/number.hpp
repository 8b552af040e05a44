// Numbers as people read and write them.
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tokenlife::sim {

// A whole number in decimal digits, as a command line has it. Not "010", which is 8 to some
// programs and 10 to others, and neither "0x10", "+1" nor nothing at all.
inline std::optional<std::uint64_t> decimal_number(std::string_view text) {
  std::uint64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  const bool has_zeros_in_front = text.size() > 1 && text.front() == '0';
  if (error != std::errc{} || stop != end || has_zeros_in_front) return std::nullopt;
  return number;
}

// "1,234,567"
inline std::string grouped(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t from_right = 3; from_right < text.size(); from_right += 4) {
    text.insert(text.size() - from_right, 1, ',');
  }
  return text;
}

// "1 event", "1,234 events"
inline std::string counted(std::uint64_t number, std::string_view noun) {
  return grouped(number) + " " + std::string(noun) + (number == 1 ? "" : "s");
}

}  // namespace tokenlife::sim
