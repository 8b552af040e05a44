// How values of events look in text, in JSON lines and in CSV.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "sim/analysis/client_names.hpp"
#include "sim/analysis/event_form.hpp"
#include "sim/cli/json_text.hpp"
#include "sim/text/csv_name.hpp"
#include "sim/text/escape.hpp"

namespace tokenlife::sim {

struct TextStyle {
  Plain plain;

  void put(const auto& value) const { plain.put(value); }
  void put(const Cause& cause) const { plain.put(cause); }
  void put(std::string_view text) const { plain.out.append(escape_text(text)); }
  void put_name(std::string_view name) const { put(name); }
  void put(Words words) const { plain.put_joined(words, " "); }
  void put(const std::optional<Guid>& guid) const {
    if (guid) {
      plain.put(*guid);
    } else {
      plain.out.append("none");
    }
  }
  static ClientNames::Parts parts_of(const std::string& name) {
    const std::string shown = escape_text(name);
    // Columns by the measure of fmt, which fills up to as many columns as there are bytes.
    const std::size_t filled = fmt::format("{:<{}}", shown, shown.size()).size();
    return {.before = shown, .columnless_bytes = filled - shown.size()};
  }
};

// A text between its quotes. Of most names nothing need be escaped, which is soon seen.
inline std::string json_string(std::string_view text) {
  const auto is_itself = [](char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; };
  if (!std::all_of(text.begin(), text.end(), is_itself)) return json_line(text);
  std::string quoted;
  quoted.reserve(text.size() + 2);
  return quoted.append(1, '"').append(text).append(1, '"');
}

struct JsonStyle {
  Plain plain;

  void put(const auto& value) const {
    plain.out.append('"');
    plain.put(value);
    plain.out.append('"');
  }
  void put(bool value) const { plain.put(value); }
  void put(const std::integral auto& value) const { plain.put(value); }
  void put(std::string_view text) const { plain.out.append(json_string(text)); }
  template <class Enum>
  requires std::is_enum_v<Enum>
  void put(const Enum& value) const {
    static constexpr auto pieces = pieces_of_names<Enum, 2>("\"", "\"");
    const auto index = static_cast<std::size_t>(value);
    if (index < pieces.size()) [[likely]] {
      plain.out.append(pieces[index]);
    } else {
      put(name(value));
    }
  }
  void put_name(std::string_view name) const { put(name); }
  void put(Words words) const {
    plain.out.append(words.empty() ? "[" : "[\"");
    plain.put_joined(words, "\",\"");
    plain.out.append(words.empty() ? "]" : "\"]");
  }
  void put(const std::optional<Guid>& guid) const {
    if (guid) {
      put(*guid);
    } else {
      plain.out.append("null");
    }
  }
  static ClientNames::Parts parts_of(const std::string& name) {
    std::string quoted = json_string(name);
    quoted.pop_back();
    return {.before = quoted, .behind = "\""};
  }
};

// RFC 4180: a cell whose text would end it is in quotes.
inline bool needs_quotes(std::string_view text) {
  return text.find_first_of(",\"\r\n") != std::string_view::npos;
}

// The text with its quotes doubled.
inline std::string doubled(std::string_view text) {
  std::string all;
  for (const char c : text) all += c == '"' ? std::string("\"\"") : std::string(1, c);
  return all;
}

struct CsvStyle {
  Plain plain;

  void put(const auto& value) const { plain.put(value); }
  void put(bool value) const { plain.out.append(value ? '1' : '0'); }
  void put(std::string_view text) const { put_quoted(not_a_formula(escape_text(text))); }
  // A cohort's, or a device's.
  void put_name(std::string_view name) const { put_quoted(csv_name(name)); }
  void put(Words words) const { plain.put_joined(words, " "); }
  void put(const std::optional<Guid>& guid) const {
    if (guid) put(*guid);
  }
  static ClientNames::Parts parts_of(const std::string& name) {
    const std::string shown = csv_name(name);
    const char* quote = needs_quotes(shown) ? "\"" : "";
    return {.before = quote + doubled(shown), .behind = quote};
  }

 private:
  void put_quoted(const std::string& shown) const {
    const bool quoted = needs_quotes(shown);
    if (quoted) plain.out.append('"');
    plain.out.append(doubled(shown));
    if (quoted) plain.out.append('"');
  }
};

}  // namespace tokenlife::sim
