#include "sim/text/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sim/text/escape.hpp"

namespace tokenlife::sim {
namespace {

constexpr std::size_t kLineBytesMax = 10'000;

}  // namespace

Failed<Error> usage_error(std::string what, std::string advice) {
  return input_error("", std::move(what), std::move(advice));
}

Failed<Error> input_error(std::string place, std::string what, std::string advice) {
  return Failed<Error>(
      Error{ErrorKind::input, std::move(place), std::move(what), std::move(advice)});
}

Failed<Error> file_error(std::string place, std::string what, std::string advice) {
  return Failed<Error>(
      Error{ErrorKind::file, std::move(place), std::move(what), std::move(advice)});
}

SourceLine line_of(std::string_view text, std::size_t line, std::size_t column) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  for (std::size_t before = line; before > 1; --before) {
    text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
    if (text.empty()) return {line, column, ""};
  }
  text = text.substr(0, text.find('\n'));
  if (text.ends_with('\r')) text.remove_suffix(1);
  return {line, column, text.size() > kLineBytesMax ? "" : std::string(text)};
}

Error error_at(const std::string& file, SourceLine source, std::string what, std::string advice) {
  Error error{ErrorKind::input, fmt::format("{}:{}:{}", file, source.line, source.column),
              std::move(what), std::move(advice)};
  error.source = std::move(source);
  return error;
}

std::string to_string(const Error& error) {
  std::string text;
  if (!error.place.empty()) text += escape_text(error.place) + ": ";
  text += escape_text(error.what);
  if (!error.advice.empty()) text += "; " + escape_text(error.advice);
  return text;
}

Error to_error(const events::LogError& error) {
  using enum events::LogError::Kind;
  const auto what = [&] {
    switch (error.kind) {
      case corrupt: return kDamaged + error.what;
      case interrupted: return "interrupted: " + error.what;
      case unsupported: {
        constexpr std::string_view kWord = "unsupported ";
        const std::size_t begin = error.what.starts_with(kWord) ? kWord.size() : 0;
        return "not supported: " + error.what.substr(begin);
      }
      case not_found:
      case io:
      case exists:
      case misuse: break;
    }
    return error.what;
  };
  const std::string byte = error.offset ? fmt::format(": byte {}", *error.offset) : "";
  const bool lacks_site = error.what.starts_with("site.log");
  const bool is_no_log =
      error.kind == not_found || error.what.starts_with("neither a log's folder");
  return {ErrorKind::file, error.file + byte, what(),
          lacks_site  ? "put it back from a copy, or run the scenario again with another --log"
          : is_no_log ? "give the folder or the file that `tokenlife run --log` wrote"
                      : ""};
}

}  // namespace tokenlife::sim
