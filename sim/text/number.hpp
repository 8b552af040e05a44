// Numbers as people read them.
#pragma once

#include <cstdint>
#include <string>

namespace tokenlife::sim {

// "1,234,567"
inline std::string grouped(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t from_right = 3; from_right < text.size(); from_right += 4) {
    text.insert(text.size() - from_right, 1, ',');
  }
  return text;
}

}  // namespace tokenlife::sim
