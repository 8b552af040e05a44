// What came of one test of `tokenlife test`, for everything that reports it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace tokenlife::sim {

struct TestCase {
  std::string suite;  // the scenario file
  std::string name;   // with the seed, if one was asked for
  double seconds = 0;
  std::string failure;  // empty, or what did not hold, line by line
  std::string error;    // empty, or why it could not run, line by line
  std::string skipped;  // empty, or why it was not run
  bool of_property = false;
  std::optional<std::uint64_t> seed;  // with which it was asked for
  std::string reproduce;              // a command line for a shell, if it failed

  bool failed() const { return !failure.empty() || !error.empty(); }
  bool passed() const { return !failed() && skipped.empty(); }
  const std::string& trouble() const { return error.empty() ? failure : error; }
};

}  // namespace tokenlife::sim
