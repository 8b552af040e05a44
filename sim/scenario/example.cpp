#include "sim/scenario/example.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tokenlife::sim {
namespace {

using Kind = KeyShape::Kind;

constexpr std::size_t kWordsListed = 32;

struct Example {
  std::string_view key;
  Kind kind;
  std::string_view value;
};
// Where that of the kind alone would say little, or be odd.
constexpr Example kExamples[] = {
    {"at", Kind::duration, "\"10d\""},
    {"capacity", Kind::table, "{ cmg = { per-minute = 5, queue = 60 } }"},
    {"clients", Kind::whole, "100"},
    {"cmg", Kind::table, "{ per-minute = 5, queue = 60 }"},
    {"duration", Kind::duration, "\"365d\""},
    {"file", Kind::text, "\"trace.csv\""},
    {"for", Kind::duration, "\"2d\""},
    {"hours", Kind::text, "\"09:00-17:00\""},
    {"install", Kind::table, "{ at = \"3d\" }"},
    {"internet", Kind::table, "{ mean = \"8h\", to = { intranet = 1 } }"},
    {"intranet", Kind::table, "{ mean = \"8h\", to = { offline = 1 } }"},
    {"mp", Kind::table, "{ per-minute = 5, queue = 60 }"},
    {"office-days", Kind::list, "[\"mon\", \"tue\"]"},
    {"offline", Kind::table, "{ mean = \"16h\", to = { intranet = 1 } }"},
    {"reseed", Kind::table, "{ at = \"30d\", seed = 2 }"},
    {"states", Kind::list, "[\"expired\", \"stranded\"]"},
    {"steps", Kind::list, "[{ at = \"0d\", on = \"intranet\" }]"},
    {"to", Kind::table, "{ intranet = 1 }"},
};

std::string_view example_of_kind(Kind kind) {
  switch (kind) {
    case Kind::any: return "...";
    case Kind::text:
    case Kind::words: return "\"...\"";
    case Kind::yes_no: return "true";
    case Kind::whole: return "1";
    case Kind::share: return "0.5";
    case Kind::table: return "{ ... }";
    case Kind::list: return "[ ... ]";
    case Kind::duration: return "\"30d\"";
    case Kind::date_time: return "2026-01-01T00:00:00Z";
    case Kind::durations: return "[\"30d\"]";
    case Kind::moment: return "\"10d\"";
  }
  return "...";
}

}  // namespace

std::string example_of(std::string_view key, const KeyShape& shape) {
  const auto* const known = std::find_if(
      std::begin(kExamples), std::end(kExamples),
      [&](const Example& example) { return example.key == key && example.kind == shape.kind; });
  return std::string(known == std::end(kExamples) ? example_of_kind(shape.kind) : known->value);
}

std::string advice_to_add(std::string_view key, const KeyShape& shape) {
  if (shape.words.empty()) return fmt::format("add {} = {}", key, example_of(key, shape));
  if (shape.words.size() > kWordsListed) return "";
  return fmt::format("it can be {}", alternatives(shape.words));
}

}  // namespace tokenlife::sim
