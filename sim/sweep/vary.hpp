// `--vary KEY=A,B,C`: the values that a key has, one after the other.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "sim/scenario/setting.hpp"
#include "sim/text/error.hpp"

namespace tokenlife::sim {

struct Vary {
  std::string key;                  // as it was written
  std::vector<std::string> values;  // at least one
};

// Split at commas outside brackets, braces and quotes.
Result<Vary, Error> parse_vary(const std::string& text);

// All combinations, the last key the fastest. Without a key there is one.
std::size_t count_cells(const std::vector<Vary>& vary);
// What varies in that one: by key, an index of its value.
std::vector<std::size_t> cell_of(const std::vector<Vary>& vary, std::size_t number);
// The same for the scenario.
std::vector<Setting> settings_of(const std::vector<Vary>& vary,
                                 const std::vector<std::size_t>& cell);

}  // namespace tokenlife::sim
