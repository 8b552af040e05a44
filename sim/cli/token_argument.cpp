#include "sim/cli/token_argument.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "sim/text/read_file.hpp"

namespace tokenlife::sim {
namespace {

constexpr std::size_t kBytesMax = 1 << 20;

Secret without_newline(std::string& text) {
  if (text.ends_with('\n')) text.pop_back();
  return Secret::take(text);
}

}  // namespace

Result<Secret, Error> read_token(const TokenSource& source) {
  const bool both = source.token && source.file;
  if (both || (!source.token && !source.file)) {
    return usage_error(
        both ? "a token is given both as TOKEN and as --token-file" : "no token is given",
        "give TOKEN, - for standard input, or --token-file FILE");
  }
  if (source.token && *source.token != "-") return Secret{*source.token};
  auto text =
      source.file ? read_beginning(*source.file, kBytesMax) : read_standard_input(kBytesMax);
  if (!text) {
    return file_error(source.file.value_or("standard input"), "cannot be read: " + text.error());
  }
  return without_newline(*text);
}

bool has_carriage_return(const Secret& token) {
  return token.reveal().find('\r') != std::string_view::npos;
}

Result<Secret, Error> read_given_token(const TokenSource& source, std::string_view what) {
  auto token = read_token(source);
  if (!token) return token;
  const std::string_view text = token->reveal();
  if (const auto ends = std::count(text.begin(), text.end(), '\n'); ends != 0) {
    return input_error(
        source.file.value_or("standard input"),
        fmt::format("{} is one line, and this has {}", what, ends + 1),
        "give the token alone; of `tokenlife token new` it is the last line: `| tail -n 1`");
  }
  if (!has_carriage_return(*token)) return token;
  return input_error(source.file.value_or("standard input"),
                     fmt::format("{} ends with a carriage return, as lines of Windows do", what),
                     "take that away, with `tr -d '\\r'` for example");
}

}  // namespace tokenlife::sim
