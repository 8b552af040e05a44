// `tokenlife test`: many scenarios and the properties of every run.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/cli/command.hpp"

namespace tokenlife::sim {

struct TestCommand {
  std::vector<std::string> paths;
  std::optional<std::string> filter;  // a regular expression on names of tests, without seeds
  bool scenarios_only = false;        // without the properties of every run
  std::optional<std::string> junit;   // a file
  std::optional<std::string> seeds;   // "A..B"
  std::vector<std::string> set;       // KEY=VALUE, each
  bool coverage = false;              // say what the scenarios exercised, and what they did not
  bool list = false;                  // say what would be run, and run nothing
  bool fail_fast = false;             // the first test that fails is the last one
  bool json = false;                  // print one object instead of lines
  bool watch = false;                 // again whenever a file changes
};
ExitStatus test_command(const TestCommand& command, Console& console);

}  // namespace tokenlife::sim
