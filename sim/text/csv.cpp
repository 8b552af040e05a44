#include "sim/text/csv.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sim/text/escape.hpp"
#include "sim/text/not_utf8.hpp"

namespace tokenlife::sim {
namespace {

constexpr std::string_view kCsvByteOrderMark = "\xef\xbb\xbf";

}  // namespace

CsvReader::CsvReader(std::string_view text, const std::string& path) : text_(text), path_(path) {
  if (text_.starts_with(kCsvByteOrderMark)) text_.remove_prefix(kCsvByteOrderMark.size());
  rest_ = text_;
  row_ = text_.substr(0, 0);
}

std::optional<Error> CsvReader::read_row() {
  fields_.clear();
  row_ = rest_;
  if (looks_like_utf16(text_)) return wrong("this is " + not_utf8(text_), kUtf8Advice);
  while (true) {
    if (auto error = take_field()) return error;
    if (rest_.empty() || rest_[0] != ',') break;
    rest_.remove_prefix(1);
  }
  row_ = row_.substr(0, row_.size() - rest_.size());
  if (rest_.starts_with('\r')) rest_.remove_prefix(1);
  if (!rest_.empty()) rest_.remove_prefix(1);
  return std::nullopt;
}

std::optional<Error> CsvReader::take_field() {
  if (rest_.starts_with('"')) return take_quoted_field();
  std::size_t end = 0;
  while (end < rest_.size() && rest_[end] != ',' && rest_[end] != '\n' && rest_[end] != '"') ++end;
  if (end < rest_.size() && rest_[end] == '"') {
    return wrong_at(
        rest_.substr(end), "there is a quote in a field that does not begin with one",
        "put the whole field in quotes, and double those inside, as in \"19\"\" rack\"");
  }
  // What ends the line is not of the field, nor is a carriage return at the end of the file.
  const bool ends_line = end == rest_.size() || rest_[end] == '\n';
  if (ends_line && end > 0 && rest_[end - 1] == '\r') --end;
  fields_.push_back({rest_.substr(0, end), rest_.substr(0, end)});
  rest_.remove_prefix(end);
  return std::nullopt;
}

std::optional<Error> CsvReader::take_quoted_field() {
  const std::string_view begin = rest_;
  bool has_quotes = false;
  std::size_t end = begin.find('"', 1);
  while (end != std::string_view::npos && end + 1 < begin.size() && begin[end + 1] == '"') {
    has_quotes = true;
    end = begin.find('"', end + 2);
  }
  if (end == std::string_view::npos) {
    return wrong_at(begin, "a field begins with a quote, but none ends it",
                    "put a quote after the field, and double those inside it");
  }
  const std::string_view inside = begin.substr(1, end - 1);
  rest_.remove_prefix(end + 1);
  const bool is_over = rest_.empty() || rest_[0] == ',' || rest_[0] == '\n' || rest_ == "\r" ||
                       rest_.starts_with("\r\n");
  if (!is_over) {
    return wrong_at(begin, "something follows the quote that ends a field",
                    "put a comma after the quote, or double it if it belongs to the field");
  }
  fields_.push_back({inside, begin.substr(0, end + 1)});
  if (!has_quotes) return std::nullopt;
  unquoted_.resize(std::max(unquoted_.size(), fields_.size()));
  std::string& text = unquoted_[fields_.size() - 1];
  text.clear();
  for (std::size_t i = 0; i < inside.size(); ++i) {
    text += inside[i];
    if (inside[i] == '"') ++i;  // It is doubled.
  }
  fields_.back().text = text;
  return std::nullopt;
}

std::size_t CsvReader::line_number(const char* place) const {
  return 1 + static_cast<std::size_t>(std::count(text_.data(), place, '\n'));
}

Error CsvReader::wrong_at(std::string_view place, std::string what, std::string advice) const {
  SourceLine source = line_of(text_, line_number(place.data()), 1);
  const auto offset = static_cast<std::size_t>(place.data() - text_.data());
  const std::size_t line_begin = text_.substr(0, offset).rfind('\n') + 1;  // npos + 1 is 0
  std::string_view before = text_.substr(line_begin, offset - line_begin);
  for (; !before.empty(); ++source.column) take_plain(before);
  return error_at(path_, std::move(source), std::move(what), std::move(advice));
}

Error CsvReader::wrong(std::string what, std::string advice) const {
  return wrong_at(row_, std::move(what), std::move(advice));
}

Error CsvReader::wrong_width(std::size_t columns) const {
  return wrong(fmt::format("the row has {} field{}, but the header has {}", fields_.size(),
                           fields_.size() == 1 ? "" : "s", columns),
               "write one field for each column; put those that hold commas in quotes");
}

bool CsvReader::lacks_commas() const {
  return fields_.size() == 1 && row_.find_first_of(";\t") != row_.npos;
}

std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string field = "\"";
  for (const char c : text) {
    if (c == '"') field += '"';
    field += c;
  }
  return field + "\"";
}

}  // namespace tokenlife::sim
