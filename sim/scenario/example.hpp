// How a key is written that is not there, or not as it should be.
#pragma once

#include <string>
#include <string_view>

#include "sim/scenario/keys.hpp"

namespace tokenlife::sim {

// "add at = \"10d\"", or the words that the key can be.
std::string advice_to_add(std::string_view key, const KeyShape& shape);

// A value of a key that holds a table or a list: with the keys that those must have.
std::string example_of(std::string_view key, const KeyShape& shape);

}  // namespace tokenlife::sim
