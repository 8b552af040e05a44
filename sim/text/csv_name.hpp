// Names that others gave, in CSV.
#pragma once

#include <string>
#include <string_view>

#include "sim/text/csv_row.hpp"
#include "sim/text/escape.hpp"

namespace tokenlife::sim {

// As it is, line breaks too, but with other control characters escaped, and no formula. The cell
// still needs its quotes.
inline std::string csv_name(std::string_view text) {
  std::string shown;
  while (!text.empty()) {
    const char first = text.front();
    const std::string plain = take_plain(text);
    shown += first == '\n' || first == '\r' ? std::string(1, first) : plain;
  }
  return not_a_formula(shown);
}

}  // namespace tokenlife::sim
