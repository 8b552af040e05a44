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
    {"agent-restart-every", Kind::duration, "\"7d\""},
    {"at", Kind::duration, "\"10d\""},
    {"bulk-token", Kind::text, "\"spring\""},
    {"capacity", Kind::table, "{ cmg = { per-minute = 5, queue = 60 } }"},
    {"clients", Kind::whole, "100"},
    {"clock-skew", Kind::duration, "\"5m\""},
    {"cmg", Kind::table, "{ per-minute = 5, queue = 60 }"},
    {"contact-every", Kind::duration, "\"1h\""},
    {"credential", Kind::text, "\"pki\""},
    {"crypto", Kind::text, "\"real\""},
    {"duration", Kind::duration, "\"365d\""},
    {"file", Kind::text, "\"trace.csv\""},
    {"for", Kind::duration, "\"2d\""},
    {"hours", Kind::text, "\"09:00-17:00\""},
    {"install", Kind::table, "{ at = \"3d\" }"},
    {"internet", Kind::table, "{ mean = \"8h\", to = { intranet = 1 } }"},
    {"intranet", Kind::table, "{ mean = \"8h\", to = { offline = 1 } }"},
    {"inventory", Kind::any, "\"devices.csv\""},
    {"inventory", Kind::text, "\"devices.csv\""},
    {"leeway", Kind::duration, "\"5m\""},
    {"mp", Kind::table, "{ per-minute = 5, queue = 60 }"},
    {"mp", Kind::text, "\"https\""},
    {"office-days", Kind::list, "[\"mon\", \"tue\"]"},
    {"offline", Kind::table, "{ mean = \"16h\", to = { intranet = 1 } }"},
    {"on-intranet", Kind::text, "\"mp-then-cmg\""},
    {"quantiles", Kind::list, "[\"1h\", \"8h\"]"},
    {"renew-on", Kind::text, "\"agent-start\""},
    {"reseed", Kind::table, "{ at = \"30d\", seed = 2 }"},
    {"states", Kind::list, "[\"expired\", \"stranded\"]"},
    {"steps", Kind::list, "[{ at = \"0d\", on = \"intranet\" }]"},
    {"to", Kind::table, "{ intranet = 1 }"},
    {"version", Kind::text, "\"outdated\""},
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

std::string advice_to_write(std::string_view key, ValueKind kind, const toml::node& value) {
  if (value.is_value()) return "";
  return fmt::format("write {} = {}", key, example_of(key, {.kind = kind}));
}

std::string string_advice(std::string_view key, const toml::node& value) {
  if (const auto* integer = value.as_integer())
    return fmt::format("put it in quotes: \"{}\"", integer->get());
  if (const auto* boolean = value.as_boolean())
    return fmt::format("put it in quotes: \"{}\"", boolean->get());
  return value.is_value() ? "put it in quotes" : advice_to_write(key, Kind::text, value);
}

std::string integer_advice(std::string_view key, const toml::node& value) {
  if (const auto* text = value.as_string()) {
    const std::string& digits = text->get();
    const bool is_number =
        !digits.empty() && digits.size() < 19 &&
        std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
    return is_number ? fmt::format("write {} without quotes", digits) : "";
  }
  const auto* number = value.as_floating_point();
  if (number == nullptr) return advice_to_write(key, Kind::whole, value);
  if (!(number->get() >= 0 && number->get() < 1e15)) return "";
  const auto whole = static_cast<std::int64_t>(number->get());
  return number->get() - static_cast<double>(whole) > 0 ? "" : fmt::format("write {}", whole);
}

}  // namespace tokenlife::sim
