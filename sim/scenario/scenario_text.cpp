#include "sim/scenario/scenario_text.hpp"

#include <algorithm>

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

// Advice without the quotes that the command line does not need, unless it is about them.
std::string for_command_line(std::string advice) {
  if (advice.starts_with("put it in quotes")) return advice;
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
            for_command_line(std::move(advice))};
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
