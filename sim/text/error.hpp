// Errors: a broken input or world, with its place and what to do.
#pragma once

#include <string>

#include "events/log.hpp"

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

// "place: what; advice", on one line: control characters of hostile input are escaped.
std::string to_string(const Error& error);

Error to_error(const events::LogError& error);

}  // namespace tokenlife::sim
