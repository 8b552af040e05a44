// Bugs: broken assumptions of our own, checked in every build.
#pragma once

#include <stdexcept>
#include <string>

namespace tokenlife {

// A broken assumption. Only main() and the test runners catch it: main() to say how to reproduce
// the run, a property test to shrink the input that led here. Code in between never does.
struct Bug : std::logic_error {
  using std::logic_error::logic_error;
};

[[noreturn]] inline void throw_bug(const char* expected, const char* file, int line) {
  throw Bug(std::string(file) + ":" + std::to_string(line) + ": expected " + expected);
}

// `expected` completes the sentence "expected …".
inline void ensure(bool holds, const char* expected, const char* file = __builtin_FILE(),
                   int line = __builtin_LINE()) {
  if (!holds) [[unlikely]]
    throw_bug(expected, file, line);
}

}  // namespace tokenlife
