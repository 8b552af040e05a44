// What `tokenlife test` does with one scenario file and one seed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/cli/test_case.hpp"
#include "sim/engine/simulation.hpp"
#include "sim/soak/coverage.hpp"
#include "sim/soak/property.hpp"

namespace tokenlife::sim {

// A scenario file, and what is asked of it.
struct TestTarget {
  std::string path;
  bool expectations = true;              // of the whole run
  std::vector<SoakProperty> properties;  // of a sample: see sim/soak/sample.hpp
  bool coverage = false;                 // of the whole run
  bool fail_fast = false;                // a test that fails is the last one
  std::vector<std::string> set{};        // KEY=VALUE, each: what the file is run with
  std::optional<std::string> text{};     // of what may come only once, such as a pipe
};

// What the test of a property is called; that of the expectations is called like the file.
std::string property_name(const std::string& path, std::string_view property);

// What a file is called in one run.
std::string with_seed(const std::string& path, std::optional<std::uint64_t> seed);

struct TestReport {
  std::string name;  // of the file, with the seed
  std::vector<TestCase> tests;
  std::optional<Coverage> coverage{};   // if it was asked for and the scenario could run
  std::vector<std::string> warnings{};  // of the scenario, as they are shown
};

// With the scenario's own seed, if none is given. A file that cannot run has one test, which is an
// error. Tests behind `control.stop` are skipped.
TestReport run_test(const TestTarget& target, std::optional<std::uint64_t> seed,
                    RunControl& control);

// The same tests without running them.
TestReport skip_test(const TestTarget& target, std::optional<std::uint64_t> seed,
                     const std::string& why);

}  // namespace tokenlife::sim
