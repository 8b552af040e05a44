// Errors: a broken input or world, with its place and what to do.
#pragma once

#include <string>

#include "../../core/result.hpp"
#include "../../events/log.hpp"

namespace tokenlife::sim {

// What the program's exit status says about an error.
enum class ErrorKind : int {
  input = 2,  // the command line or an input file is wrong
  file = 3,   // a file could not be read or written, or is damaged
};

struct Error {
  ErrorKind kind = ErrorKind::input;
  // "file:line:column" as far as it is known; empty for the command line.
  std::string place;
  std::string what;    // one sentence, no full stop
  std::string advice;  // what to do, one sentence; may be empty
};

// The command line is wrong.
Failed<Error> usage_error(std::string what, std::string advice = "");
// An input file, or what it names, is wrong.
Failed<Error> input_error(std::string place, std::string what, std::string advice = "");
// A file cannot be read or written, or is damaged.
Failed<Error> file_error(std::string place, std::string what, std::string advice = "");

// "place: what; advice", on one line: control characters of hostile input are escaped.
std::string to_string(const Error& error);

// With the kind, where the sentence does not say it.
Error to_error(const events::LogError& error);

}  // namespace tokenlife::sim
