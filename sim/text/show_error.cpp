#include "sim/text/show_error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "sim/text/escape.hpp"
#include "sim/text/redact.hpp"

namespace tokenlife::sim {
namespace {

constexpr std::size_t kColumnsMax = 100;
constexpr std::size_t kGutterColumns = 8;
constexpr std::size_t kTabColumns = 4;
constexpr std::size_t kDots = 3;  // where something is cut off

// A text as it is shown, column by column. Every character is taken for one column wide.
std::vector<std::string> columns_of(std::string_view text) {
  std::vector<std::string> columns;
  while (!text.empty()) {
    const bool is_tab = text.starts_with('\t');
    const std::string shown = take_plain(text);
    if (is_tab) {
      columns.insert(columns.end(), kTabColumns, " ");
    } else if (static_cast<unsigned char>(shown[0]) >= 0x80) {
      columns.push_back(shown);
    } else {  // One character, or an escape.
      for (const char c : shown) columns.emplace_back(1, c);
    }
  }
  return columns;
}

// What stands before a column, which is a number of characters.
std::string_view before(std::string_view text, std::size_t column) {
  std::string_view rest = text;
  for (; column > 1 && !rest.empty(); --column) take_plain(rest);
  return text.substr(0, text.size() - rest.size());
}

// The line of the file and a caret under the place. Of a long line, what stands around the caret.
std::string excerpt(const SourceLine& source) {
  std::vector<std::string> columns = columns_of(redact_secrets(source.text));
  std::size_t caret = columns_of(redact_secrets(before(source.text, source.column))).size();
  caret = std::min(caret, columns.size());
  constexpr std::size_t room = kColumnsMax - kGutterColumns - 1;  // The caret may stand behind.
  std::size_t begin = 0;
  std::size_t end = columns.size();
  if (end > room) {
    if (caret > room * 3 / 4) begin = std::min(caret - room / 2, end - room);
    if (begin > 0) std::fill_n(columns.begin() + static_cast<std::ptrdiff_t>(begin), kDots, ".");
    if (begin + room < end) {
      end = begin + room;
      std::fill_n(columns.begin() + static_cast<std::ptrdiff_t>(end - kDots), kDots, ".");
    }
  }
  std::string line;
  for (std::size_t i = begin; i < end; ++i) line += columns[i];
  return fmt::format("\n{:>5} | {}\n{:>5} | {:>{}}", source.line, line, "", "^", caret - begin + 1);
}

std::string show_one(const Error& error, const std::string& before) {
  std::string text = before + redact_secrets(to_string(error));
  if (error.source && !error.source->text.empty()) text += excerpt(*error.source);
  return text;
}

}  // namespace

std::string show_error(const Error& error, const std::string& program) {
  const bool is_at_line = error.source.has_value();
  std::string text = show_one(error, is_at_line || program.empty() ? "" : program + ": ");
  for (const Error& other : error.others) text += "\n" + show_one(other, "");
  if (error.not_listed > 0) {
    text +=
        fmt::format("\nand {} more mistake{}", error.not_listed, error.not_listed == 1 ? "" : "s");
  }
  return text;
}

std::string show_warning(const Error& warning) {
  Error shown = warning;
  shown.what = "warning: " + warning.what;
  return show_one(shown, "");
}

}  // namespace tokenlife::sim
