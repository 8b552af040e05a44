#include "sim/scenario/scenario_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sim/scenario/find_outside.hpp"

namespace tokenlife::sim {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

std::size_t begin_of(std::string_view text) {
  return text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
}

}  // namespace

std::size_t offset_of(std::string_view text, Position at) {
  std::size_t offset = begin_of(text);
  for (std::uint32_t line = 1; line < at.line; ++line) {
    const std::size_t end = text.find('\n', offset);
    if (end == std::string_view::npos) return text.size();
    offset = end + 1;
  }
  for (std::uint32_t column = 1; column < at.column && offset < text.size(); ++column) {
    do ++offset;
    while (offset < text.size() && continues_character(text[offset]));
  }
  return offset;
}

void ScenarioText::replace(std::size_t begin, std::size_t end, std::string_view with,
                           const std::string& author) {
  if (authors_.empty()) file_ = text_;
  text_.replace(begin, end - begin, with);
  std::vector<Piece> pieces;
  std::size_t at = 0;
  bool is_put = false;
  const auto put = [&] {
    if (!std::exchange(is_put, true)) pieces.push_back({with.size(), authors_.size(), 0});
  };
  for (const Piece& piece : pieces_) {
    const std::size_t last = at + piece.length;
    if (at < begin) pieces.push_back({std::min(last, begin) - at, piece.author, piece.offset});
    if (last >= begin) put();
    if (last > end) {
      const std::size_t from = std::max(at, end);
      pieces.push_back({last - from, piece.author, piece.offset + (from - at)});
    }
    at = last;
  }
  pieces_ = std::move(pieces);
  authors_.push_back(author);
}

ScenarioText::Origin ScenarioText::origin_of(std::size_t offset) const {
  std::size_t at = 0;
  std::size_t end_in_file = 0;
  for (const Piece& piece : pieces_) {
    if (offset < at + piece.length) {
      return {piece.author, piece.author ? end_in_file : piece.offset + (offset - at)};
    }
    at += piece.length;
    if (!piece.author) end_in_file = piece.offset + piece.length;
  }
  return {std::nullopt, end_in_file};
}

Position ScenarioText::place_in_file(std::size_t offset) const {
  const std::size_t begin = begin_of(file_);
  const std::string_view before =
      std::string_view(file_).substr(begin, std::max(offset, begin) - begin);
  const std::size_t line = before.rfind('\n') + 1;  // 0: there is none
  const std::string_view in_line = before.substr(line);
  return {static_cast<std::uint32_t>(std::count(before.begin(), before.end(), '\n')) + 1,
          static_cast<std::uint32_t>(in_line.size() -
                                     static_cast<std::size_t>(std::count_if(
                                         in_line.begin(), in_line.end(), continues_character))) +
              1};
}

namespace {

// What somebody wrote on the command line: "--set", "run.name", "n".
struct Written {
  std::string_view option;
  std::string_view key;
  std::string_view value;
};

Written written_by(std::string_view author) {
  const std::size_t space = std::min(author.find(' '), author.size());
  const std::string_view setting = author.substr(std::min(space + 1, author.size()));
  const std::size_t equals = find_outside(setting, '=');
  if (equals == setting.size()) return {};  // The key is so long that it was cut short.
  std::string_view value = setting.substr(equals + 1);
  value.remove_prefix(std::min(value.find_first_not_of(" \t"), value.size()));
  const std::string_view key = setting.substr(0, equals);
  return {author.substr(0, space), key.substr(0, key.find_last_not_of(" \t") + 1), value};
}

// A line to paste into a shell.
std::string line_that_sets(const Written& written, std::string_view value) {
  std::string word;
  for (const char c : fmt::format("{}={}", written.key, value)) {
    word += c == '\'' ? std::string("'\\''") : std::string(1, c);
  }
  return fmt::format("write {} '{}'", written.option, word);
}

// The value of "write KEY = VALUE", if it is one that needs its quotes: a table or a list.
std::optional<std::string_view> table_advised(std::string_view advice, std::string_view key) {
  if (key.empty()) return std::nullopt;
  if (advice == "write [cohort.network]") return "{ model = \"fixed\", on = \"intranet\" }";
  if (advice == "write [site]") return "{ leeway = \"5m\" }";
  constexpr std::string_view kWrite = "write ";
  const std::size_t equals = advice.find(" = ");
  if (!advice.starts_with(kWrite) || equals == advice.npos) return std::nullopt;
  const std::string_view name = advice.substr(kWrite.size(), equals - kWrite.size());
  const std::string_view value = advice.substr(equals + 3);
  const bool is_its = key == name || key.ends_with(fmt::format(".{}", name));
  return is_its && (value.starts_with('{') || value.starts_with('[')) ? std::optional(value)
                                                                      : std::nullopt;
}

// Advice that works as it is pasted: without the quotes that the command line does not need, and
// with those that the shell would take off.
std::string for_command_line(std::string advice, std::string_view author) {
  const Written written = written_by(author);
  if (const auto table = table_advised(advice, written.key)) {
    return line_that_sets(written, *table);
  }
  // In a table or a list a value needs its quotes.
  if (written.value.starts_with('{') || written.value.starts_with('[')) return advice;
  if (advice.starts_with("put it in quotes")) {
    if (written.key.empty() || written.value.ends_with("...")) return advice;
    return line_that_sets(written, fmt::format("\"{}\"", written.value));
  }
  for (const std::string_view part :
       {", and quotes", ", without quotes", " without quotes", "\""}) {
    for (auto at = advice.find(part); at != advice.npos; at = advice.find(part)) {
      advice.erase(at, part.size());
    }
  }
  return advice;
}

}  // namespace

Error ScenarioText::error_at(const std::string& path, Position at, std::string what,
                             std::string advice) const {
  if (authors_.empty()) {
    return sim::error_at(path, line_of(text_, at.line, at.column), std::move(what),
                         std::move(advice));
  }
  const Origin origin = origin_of(offset_of(text_, at));
  if (origin.author) {
    return {ErrorKind::input, authors_[*origin.author], std::move(what),
            for_command_line(std::move(advice), authors_[*origin.author])};
  }
  const Position there = place_in_file(origin.offset);
  return sim::error_at(path, line_of(file_, there.line, there.column), std::move(what),
                       std::move(advice));
}

std::uint32_t ScenarioText::line_in_file(std::uint32_t line) const {
  if (authors_.empty()) return line;
  return place_in_file(origin_of(offset_of(text_, {line, 1})).offset).line;
}

}  // namespace tokenlife::sim
