// Test results as JUnit XML, the form that CI systems read.
#pragma once

#include <string>
#include <vector>

namespace tokenlife::sim {

struct TestCase {
  std::string suite;  // the scenario file
  std::string name;
  double seconds = 0;
  std::string failure;  // empty: passed; otherwise what did not hold, line by line
  std::string error;    // empty, or why it could not run
};

std::string junit_xml(const std::vector<TestCase>& cases);

}  // namespace tokenlife::sim
