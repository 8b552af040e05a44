// Bytes as hexadecimal digits, two for each, and back.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace tokenlife {

enum class HexCase : bool { lower, upper };

std::string to_hex(std::span<const unsigned char> bytes, HexCase digits = HexCase::lower);

// Whether the text is exactly the digits of so many bytes, of either case, which it then fills.
bool parse_hex(std::string_view text, std::span<unsigned char> bytes);

}  // namespace tokenlife
