#include "sim/scenario/syntax_error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "sim/text/duration.hpp"
#include "sim/text/escape.hpp"
#include "sim/text/not_utf8.hpp"

namespace tokenlife::sim {
namespace {

constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kBlank = " \t";

// A byte of the line, from 0, and what is said of it.
struct Finding {
  std::size_t at;
  std::string what;
  std::string advice;
};

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

bool is_all(std::string_view text, std::string_view letters) {
  return !text.empty() && text.find_first_not_of(letters) == std::string_view::npos;
}

std::string in_small(std::string_view text) {
  std::string small(text);
  std::transform(small.begin(), small.end(), small.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return small;
}

// What advice repeats of the file.
std::string shown(std::string_view text) { return text.size() <= 60 ? std::string(text) : "..."; }

// A line, and where in it the parser stopped, from 0.
struct Line {
  std::string_view text;
  std::size_t stopped;

  std::size_t skip_blank(std::size_t from) const {
    return std::min(text.find_first_not_of(kBlank, from), text.size());
  }
  // What stands before the `=`, or in the brackets of a header.
  std::string_view key() const {
    const std::size_t begin = std::min(text.find_first_not_of(" \t["), text.size());
    const std::string_view rest = text.substr(begin, text.find_first_of("=:]#", begin) - begin);
    return rest.substr(0, rest.find_last_not_of(kBlank) + 1);
  }
  // Where the value begins in which the parser stopped: after what a value can follow.
  std::size_t value_begin() const {
    std::size_t begin = 0;
    char quote = 0;
    for (std::size_t i = 0; i < std::min(stopped, text.size()); ++i) {
      const char c = text[i];
      if (quote != 0) {
        if (c == '\\' && quote == '"') ++i;
        if (c == quote) quote = 0;
      } else if (c == '"' || c == '\'') {
        quote = c;
      } else if (c == '=' || c == '[' || c == '{' || (c == ',' && has(text, "["))) {
        begin = i + 1;
      }
    }
    return skip_blank(begin);
  }
  // From there to the next white space, bracket or comment.
  std::string_view word(std::size_t begin) const {
    const std::string_view rest = text.substr(std::min(begin, text.size()));
    return rest.substr(0, rest.find_first_of(" \t]}#"));
  }
  // That word with all that follows, to the next comma, bracket, quote or comment.
  std::string_view words_from(std::size_t begin, std::string_view word) const {
    const std::string_view rest = text.substr(begin);
    const std::string_view words = rest.substr(0, rest.find_first_of(",;=[]{}\"'#\r"));
    const std::size_t end = words.find_last_not_of(kBlank) + 1;
    return end < word.size() ? word : words.substr(0, end);
  }
};

// ---- Values ------------------------------------------------------------------------------------

// "12,000", but not what a list may hold.
bool has_thousands(std::string_view word) {
  std::size_t group = 0;
  std::size_t groups = 0;
  for (const char c : word) {
    const bool is_digit = has(kDigits, std::string_view(&c, 1));
    if (!is_digit && !(c == ',' && (groups == 0 ? group > 0 : group == 3))) return false;
    group = is_digit ? group + 1 : 0;
    groups += is_digit ? 0 : 1;
  }
  return groups > 0 && group == 3;
}

std::string without(std::string_view word, char letter) {
  std::string rest(word);
  std::erase(rest, letter);
  return rest;
}

// The fraction that a percentage is: 0.05 for "5%".
std::string percent_advice(std::string_view word) {
  const std::string_view number = word.substr(0, word.size() - 1);
  if (!is_all(number, kDigits) || number.size() > 3) return "write 0.05 for 5 %";
  return fmt::format("write {:.6g}", std::stoi(std::string(number)) / 100.0);
}

Finding wrong_number(const Line& line, std::size_t at, std::string_view word) {
  const std::string quoted = in_quotes(word);
  if (has_thousands(word)) {
    std::string grouped(word);
    std::replace(grouped.begin(), grouped.end(), ',', '_');
    return {at, quoted + " is not a number",
            fmt::format("write {} or {}", without(word, ','), grouped)};
  }
  if (word.ends_with('%')) return {at, quoted + " is not a number", percent_advice(word)};
  if (is_all(word, kDigits) && word.starts_with('0')) {
    const std::size_t first = std::min(word.find_first_not_of('0'), word.size() - 1);
    return {at, quoted + " begins with a zero", fmt::format("write {}", word.substr(first))};
  }
  if (is_all(word, "-+_0123456789") && without(word, '_').size() > 18) {
    return {at, quoted + " is too large", "numbers are less than 2^63"};
  }
  const bool is_date = word.size() > 4 && is_all(word.substr(0, 4), kDigits) && word[4] == '-';
  if (is_date || (is_all(word, "0123456789.:/-") && word.size() > 7)) {
    return {at, quoted + " is not a date-time that exists",
            line.key() == "start"
                ? "write it as in 2026-01-01T00:00:00Z"
                : "write it as in 2026-01-01T00:00:00Z, or a duration after the start in quotes"};
  }
  if (parse_duration(word)) {
    return {at, quoted + " is not a number",
            fmt::format("put quotes around a duration: \"{}\"", word)};
  }
  return {at, quoted + " is not a number", "put quotes around it if it is meant as text"};
}

// What is wrong with a value, if it begins like one.
std::optional<Finding> wrong_value(const Line& line) {
  const std::size_t at = line.value_begin();
  std::string_view word = line.word(at);
  if (word.ends_with(',')) word.remove_suffix(1);
  if (word.ends_with(';')) {
    return Finding{at + word.size() - 1, "there is a `;` after the value", "end it with the line"};
  }
  if (word.starts_with("=")) return Finding{at, "there is a second `=`", "write one"};
  for (const std::string_view quote :
       {"\u201c", "\u201d", "\u201e", "\u2018", "\u2019", "\u00ab"}) {
    if (word.starts_with(quote)) {
      return Finding{at, "these are the quotes of a word processor", "write plain ones: \""};
    }
  }
  const std::string small = in_small(word);
  for (const auto& [said, meant] : {std::pair("yes", "true"),
                                    {"no", "false"},
                                    {"on", "true"},
                                    {"off", "false"},
                                    {"true", "true"},
                                    {"false", "false"}}) {
    if (small != said) continue;
    return Finding{at, in_quotes(word) + " is not a value", fmt::format("write {}", meant)};
  }
  if (word.empty()) return std::nullopt;
  if (has("+-.0123456789", word.substr(0, 1))) return wrong_number(line, at, word);
  if (word[0] == '"' || word[0] == '\'' || word[0] == '/') return std::nullopt;
  return Finding{
      at, in_quotes(word) + " is not a value",
      fmt::format("put quotes around the whole value: \"{}\"", shown(line.words_from(at, word)))};
}

// ---- What stands around values -----------------------------------------------------------------

Finding wrong_string(const Line& line, std::string_view reason) {
  const std::size_t at = line.value_begin();
  const bool has_more = line.stopped < line.text.size();
  if (has_more && has(reason, "control character")) {
    return {line.stopped, "a string contains a control character", "take it out"};
  }
  if (has_more && (has(reason, "escape sequence") || has(reason, "hex digit"))) {
    return {line.stopped, "a `\\` in double quotes begins an escape, and this is not one",
            "write `\\\\` or `/`, or put the text in single quotes"};
  }
  const char quote = at < line.text.size() && line.text[at] == '\'' ? '\'' : '"';
  return {at, "the string is not closed",
          fmt::format("put a {} after its end, on the same line", quote)};
}

Finding wrong_table_in_braces(const Line& line, std::string_view reason) {
  if (has(reason, "dangling comma")) {
    return {line.stopped, "there is a `,` before the `}`", "leave it out"};
  }
  if (line.stopped >= line.text.size()) {
    const std::size_t brace = std::min(line.text.rfind('{'), line.text.size());
    return {brace, "a table in braces must end on the line on which it begins",
            fmt::format("write {} = {{ ... }} on one line", shown(line.key()))};
  }
  const std::string_view what = has(reason, "expected comma")
                                    ? "a `,` is missing before this"
                                    : "a table in braces holds keys with their values";
  return {line.stopped, std::string(what), "write it as in { at = \"1d\", over = \"2d\" }"};
}

// `[run` and the like, and tables that were there before.
Finding wrong_header(const Line& line, std::string_view reason) {
  const std::string key = shown(line.key());
  const std::size_t begin = line.skip_blank(0);
  const bool is_cohort = key == "cohort";
  const bool is_list =
      is_cohort || key == "action" || key == "expect" || key == "cohort.network.steps";
  if (has(reason, "as array-of-tables")) {
    return {begin, fmt::format("`{}` was a single table before", key),
            fmt::format("write [[{}]] each time{}", key,
                        is_cohort ? ", and above its [cohort.network]" : "")};
  }
  if (has(reason, "redefine existing array") || (has(reason, "redefine") && is_list)) {
    return {begin, fmt::format("[{0}] is not the first `{0}`", key),
            fmt::format("every {0} begins with [[{0}]], the first one too", key)};
  }
  if (has(reason, "redefine") || has(reason, "inline table")) {
    return {begin, fmt::format("[{}] appears again", key),
            key == "cohort.network" ? "each cohort begins with [[cohort]], spelt exactly like "
                                      "that; within one, put its keys in one place"
                                    : "put its keys in one place"};
  }
  if (key.empty()) return {begin, "the table has no name", "write it as in [run]"};
  std::string header = is_list ? fmt::format("[[{}]]", key) : fmt::format("[{}]", key);
  std::replace(header.begin(), header.end(), ' ', '.');
  return {begin, "this is not the header of a table",
          fmt::format("write {} on a line of its own", header)};
}

Finding wrong_key(const Line& line) {
  const std::size_t begin = line.skip_blank(0);
  const std::string_view rest = line.text.substr(begin);
  if (rest.starts_with("//") || rest.starts_with("--") || rest.starts_with(";")) {
    return {begin, "this is not a comment", "comments begin with #"};
  }
  const std::string_view whole = line.key();
  const std::string_view key = whole.substr(0, whole.find_first_of(kBlank));
  if (line.stopped < line.text.size() && line.text[line.stopped] == ':') {
    return {line.stopped, "there is a `:` between key and value",
            fmt::format("write {} = ...", shown(key))};
  }
  if (key.empty() || !is_all(in_small(key), "abcdefghijklmnopqrstuvwxyz0123456789-_.\"'")) {
    return {begin, "this is neither a key with its value nor the header of a table",
            "write key = value, or [table]"};
  }
  return {begin, fmt::format("the key {} is not followed by `=`", in_quotes(key)),
          fmt::format("write {} = ...", shown(key))};
}

// What follows a value that is complete.
Finding wrong_rest(const Line& line) {
  const std::string_view rest = line.text.substr(std::min(line.stopped, line.text.size()));
  if (rest.starts_with("//"))
    return {line.stopped, "this is not a comment", "comments begin with #"};
  if (rest.starts_with(',') || rest.starts_with('%') || rest.starts_with(';')) {
    if (auto finding = wrong_value(line)) return *finding;
  }
  if (rest.starts_with(',') || rest.starts_with(';')) {
    return {line.stopped, fmt::format("there is a `{}` after the value", rest[0]),
            "end the value with the line"};
  }
  return {line.stopped, "there is something after the value",
          "write each key on a line of its own, and each string in one pair of quotes"};
}

// Where the key that is there twice was given first: the last line before that begins with it.
std::size_t first_line(std::string_view text, std::string_view key, std::size_t before) {
  std::size_t found = 0;
  for (std::size_t number = 1; number < before; ++number) {
    const Line line{text.substr(0, text.find('\n')), 0};
    if (line.key() == key && has(line.text, "=")) found = number;
    text.remove_prefix(std::min(text.size(), line.text.size() + 1));
  }
  return found;
}

// The parser names the key, which may stand in braces.
Finding duplicate(std::string_view text, std::size_t number, const Line& line,
                  std::string_view reason) {
  const std::size_t open = reason.find('\'');
  std::string_view key = line.key();
  if (open != std::string_view::npos && reason.size() > open + 2) {
    key = reason.substr(open + 1, reason.size() - open - 2);
  }
  const std::size_t first = first_line(text, key, number);
  return {std::min(line.text.rfind(key, line.stopped), line.stopped),
          fmt::format("the key {} is given twice{}", in_quotes(key),
                      first == 0 ? "" : fmt::format(", first on line {}", first)),
          "drop one of the two"};
}

Finding find_wrong(std::string_view text, std::size_t number, const Line& line,
                   std::string_view reason) {
  const auto in = [&](std::string_view scope) {
    return has(reason, fmt::format("parsing {}:", scope));
  };
  if (has(reason, "utf-8")) return {line.stopped, "this is " + not_utf8(text), kUtf8Advice};
  if (in("string") || in("literal string") || in("unicode scalar sequence")) {
    return wrong_string(line, reason);
  }
  if (in("table header")) return wrong_header(line, reason);
  if (in("root table") || has(reason, "expected '='")) return wrong_key(line);
  if (in("inline table")) return wrong_table_in_braces(line, reason);
  if (in("key-value pair")) {
    if (has(reason, "redefine")) return duplicate(text, number, line, reason);
    if (has(reason, "expected a comment")) return wrong_rest(line);
    if (!has(line.text, "=")) return wrong_key(line);
    return {line.skip_blank(0), fmt::format("the key {} has no value", in_quotes(line.key())),
            fmt::format("write {} = ...", shown(line.key()))};
  }
  if (in("array") && line.stopped >= line.text.size()) {
    return {line.value_begin(), "the array is not closed", "put a ] after its end"};
  }
  if (auto finding = wrong_value(line)) return *finding;
  if (in("array")) return {line.stopped, "an array holds values with a `,` between them", ""};
  return {line.stopped, "this is not TOML", "a line is a [table], or a key = value"};
}

}  // namespace

Error syntax_error(const std::string& path, std::string_view text, Position stopped,
                   std::string_view reason) {
  SourceLine source = line_of(text, stopped.line, stopped.column);
  std::string_view behind = source.text;
  for (std::size_t i = 1; i < source.column && !behind.empty(); ++i) take_plain(behind);
  const Line line{source.text, source.text.size() - behind.size()};
  Finding found = find_wrong(text, source.line, line, reason);
  // A byte of the line becomes a column.
  std::string_view before = std::string_view(source.text).substr(0, found.at);
  if (!source.text.empty()) source.column = 1;
  for (; !before.empty(); ++source.column) take_plain(before);
  return error_at(path, std::move(source), std::move(found.what), std::move(found.advice));
}

}  // namespace tokenlife::sim
