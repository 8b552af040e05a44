// Test results as JUnit XML, the form that CI systems read.
#pragma once

#include <string>
#include <vector>

#include "sim/cli/test_case.hpp"

namespace tokenlife::sim {

// Of at least one test.
std::string junit_xml(const std::vector<TestCase>& cases);

}  // namespace tokenlife::sim
