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

// "write inventory = \"devices.csv\"", where the key holds a table or a list instead of a value.
std::string advice_to_write(std::string_view key, ValueKind kind, const toml::node& value);

// The string or the integer that was meant by what is none, if that is plain.
std::string string_advice(std::string_view key, const toml::node& value);
std::string integer_advice(std::string_view key, const toml::node& value);

}  // namespace tokenlife::sim
