// What `tokenlife test` does with one scenario file and one seed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/cli/junit.hpp"
#include "sim/soak/coverage.hpp"
#include "sim/soak/property.hpp"

namespace tokenlife::sim {

// A scenario file, and what is asked of it.
struct TestTarget {
  std::string path;
  bool expectations = true;              // of the whole run
  std::vector<SoakProperty> properties;  // of a sample: see scenario_sample.hpp
  bool coverage = false;                 // of the whole run
};

// What the test of a property is called; that of the expectations is called like the file.
std::string property_name(const std::string& path, std::string_view property);

struct Verdict {
  TestCase test;
  bool of_property = false;
  std::string reproduce;  // a command line for a shell, if the test failed

  bool passed() const { return test.failure.empty() && test.error.empty(); }
};

struct TestReport {
  std::string name;  // of the file, with the seed
  std::vector<Verdict> verdicts;
  std::optional<Coverage> coverage;  // if it was asked for and the scenario could run
};

// With the scenario's own seed, if none is given. A file that cannot run has one verdict, which is
// an error.
TestReport run_test(const TestTarget& target, std::optional<std::uint64_t> seed);

}  // namespace tokenlife::sim
