// Failures as GitHub Actions shows them beside the lines of a file.
#pragma once

#include <string>
#include <vector>

#include "sim/cli/test_case.hpp"

namespace tokenlife::sim {

// Whether GitHub Actions reads what is printed.
bool annotations_wanted();

// Workflow commands, a line each: one for each place that the failed test names, or one for the
// file.
std::vector<std::string> annotations(const TestCase& failed);

}  // namespace tokenlife::sim
