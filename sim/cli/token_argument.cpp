#include "sim/cli/token_argument.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "core/token/secret.hpp"
#include "sim/text/escape.hpp"
#include "sim/text/read_file.hpp"

namespace tokenlife::sim {
namespace {

constexpr std::size_t kBytesMax = 1 << 20;

Secret without_newline(std::string& text) {
  if (text.ends_with('\n')) text.pop_back();
  return Secret::take(text);
}

// The token, if it is that alone.
Result<Secret, Error> one_line(const TokenSource& source, std::string_view what, Secret token) {
  const std::string_view text = token.reveal();
  const auto ends = std::count(text.begin(), text.end(), '\n');
  if (ends == 0) return token;
  return input_error(source.file.value_or("standard input"),
                     fmt::format("{} is one line, and this has {}", what, ends + 1),
                     what == "the Entra token"
                         ? "give the token alone"
                         : "`tokenlife token new` prints it on its last line: `| tail -n 1`");
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
    return file_error(source.file.value_or("standard input"), "cannot be read: " + text.error(),
                      source.file ? "give the path of a file that holds the token" : "");
  }
  return without_newline(*text);
}

std::string advice_on_file(const TokenSource& source) {
  namespace fs = std::filesystem;
  std::error_code error;
  if (!source.token || *source.token == "-") return "";
  const fs::file_status status = fs::status(*source.token, error);
  if (!fs::exists(status) || fs::is_directory(status)) return "";
  return fmt::format("{} is a file: use --token-file {}\n", in_quotes(*source.token),
                     escape_text(*source.token));
}

bool has_carriage_return(const Secret& token) {
  return token.reveal().find('\r') != std::string_view::npos;
}

Result<Secret, Error> read_shown_token(const TokenSource& source) {
  auto token = read_token(source);
  const bool is_typed = source.token && *source.token != "-";
  if (!token || is_typed || !token->reveal().starts_with("GUID ")) return token;
  return one_line(source, "the token", std::move(*token));
}

Result<Secret, Error> read_given_token(const TokenSource& source, std::string_view what) {
  auto token = read_token(source);
  if (!token) return token;
  token = one_line(source, what, std::move(*token));
  if (!token) return token;
  if (!has_carriage_return(*token)) return token;
  return input_error(source.file.value_or("standard input"),
                     fmt::format("{} ends with a carriage return, as Windows lines do", what),
                     "remove it, with `tr -d '\\r'` for example");
}

}  // namespace tokenlife::sim
