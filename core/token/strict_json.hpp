// The JSON of a token's header and claims, read so that no two readers can differ on what it says:
// one object, UTF-8 without byte order mark, no name twice, nothing behind it, bounded depth.
// RFC 8259 leaves these open; RFC 8725 (2.4) tells what has come of that.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/names.hpp"
#include "core/result.hpp"

namespace tokenlife {

enum class JsonKind : std::uint8_t { string, integer, other_number, boolean, null, object, array };

struct JsonMember {
  std::string name;  // empty for the elements of an array
  JsonKind kind = JsonKind::null;
  std::string text;                 // of a string; how a number or boolean was written
  std::int64_t integer = 0;         // of an integer
  std::vector<JsonMember> members;  // of an object or array
};

// Why it was not read.
enum class JsonFault : std::uint8_t {
  byte_order_mark,
  syntax,          // invalid UTF-8, a NUL byte and what follows the object are syntax errors too
  not_an_object,   // something else than an object at the top
  duplicate_name,  // after unescaping
  too_deep,
};
template <>
struct Names<JsonFault> {
  static constexpr std::array<std::string_view, 5> values{
      "byte-order-mark", "syntax", "not-an-object", "duplicate-name", "too-deep"};
};

inline constexpr int kJsonDepthMax = 8;

// The members of the one object that `text` holds.
Result<std::vector<JsonMember>, JsonFault> parse_strict_json(std::string_view text);

// As much as can be read of any text, in order, up to its first fault: for people who want to know
// what a damaged token said. Nothing may be decided by it.
std::vector<JsonMember> read_what_can_be_read(std::string_view text);

// The member of that name, or null.
const JsonMember* find(const std::vector<JsonMember>& members, std::string_view name);

}  // namespace tokenlife
