// Errors as people are shown them: a line that editors and CI understand, then the line of the file
// and a caret under the place.
#pragma once

#include <string>

#include "error.hpp"

namespace tokenlife::sim {

// The error and what else was found, in lines of which the last has no end. Tokens are hidden.
// `program` goes before an error that does not begin with a file and a line.
std::string show_error(const Error& error, const std::string& program = "");

// The same for what is allowed and hardly meant: "place: warning: what; advice".
std::string show_warning(const Error& warning);

}  // namespace tokenlife::sim
