// Writing CSV (RFC 4180).
#pragma once

#include <string>
#include <string_view>

namespace tokenlife::sim {

// A cell whose text would end it is in quotes, and its own quotes are doubled.
inline void append_csv_cell(std::string& line, std::string_view text) {
  const bool quoted = text.find_first_of(",\"\r\n") != std::string_view::npos;
  if (quoted) line += '"';
  for (const char c : text) {
    line += c;
    if (c == '"') line += c;
  }
  if (quoted) line += '"';
}

// Foreign text that spreadsheets would take for a formula, and carry out, has an apostrophe before
// it.
inline std::string not_a_formula(std::string_view text) {
  const bool is_formula =
      !text.empty() && std::string_view("=+-@\t\r").find(text[0]) != std::string_view::npos;
  return is_formula ? "'" + std::string(text) : std::string(text);
}

template <class Cells>
void append_csv_row(std::string& text, const Cells& cells) {
  std::string_view comma;
  for (const auto& cell : cells) {
    text += comma;
    append_csv_cell(text, cell);
    comma = ",";
  }
  text += '\n';
}

}  // namespace tokenlife::sim
