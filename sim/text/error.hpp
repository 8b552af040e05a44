// Errors: a broken input or world, with its place and what to do.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "../../core/result.hpp"
#include "../../events/log.hpp"

namespace tokenlife::sim {

// What the program's exit status says about an error.
enum class ErrorKind : int {
  input = 2,  // the command line or an input file is wrong
  file = 3,   // a file could not be read or written, or is damaged
};

// A place in a text file, with the line as it stands there.
struct SourceLine {
  std::size_t line = 1;    // from 1
  std::size_t column = 1;  // from 1, in characters of UTF-8
  std::string text;        // without its end; empty if it is too long to be shown
};

struct Error {
  ErrorKind kind = ErrorKind::input;
  // "file:line:column" as far as it is known; empty for the command line.
  std::string place;
  std::string what;                       // one sentence, no full stop
  std::string advice;                     // what to do, one sentence; may be empty
  std::optional<SourceLine> source = {};  // if the place has a line
  // The next mistakes that were found with this one, in the order of the file. None has others.
  std::vector<Error> others = {};
  std::size_t not_listed = 0;  // how many more there are, if they are many
};

// The command line is wrong.
Failed<Error> usage_error(std::string what, std::string advice = "");
// An input file, or what it names, is wrong.
Failed<Error> input_error(std::string place, std::string what, std::string advice = "");
// A file cannot be read or written, or is damaged.
Failed<Error> file_error(std::string place, std::string what, std::string advice = "");

// A line of a text file. Precondition: line and column count from 1.
SourceLine line_of(std::string_view text, std::size_t line, std::size_t column);
// Something is wrong at a place in a text file.
Error error_at(const std::string& file, SourceLine source, std::string what,
               std::string advice = "");

// "place: what; advice", on one line, without what else is wrong: control characters of hostile
// input are escaped. What is shown to people is in show_error.hpp.
std::string to_string(const Error& error);

// What helps where neither `run --resume` nor `log salvage` can read site.log.
inline constexpr const char* kLostSiteFileAdvice =
    "a log cannot be read without its site.log: put it back from a copy, or run the scenario again "
    "with another --log";

// How the error begins of what is not as it was written.
inline constexpr const char* kDamaged = "damaged: ";

// With the kind, where the sentence does not say it.
Error to_error(const events::LogError& error);

}  // namespace tokenlife::sim
