// `tokenlife test --watch`: the tests again, whenever a file of theirs changes.
#pragma once

#include <functional>

#include "sim/cli/command_test.hpp"

namespace tokenlife::sim {

// Runs the tests by `run`, and again when a scenario, or a file that one names, has changed, until
// a signal asks for the end. The error: that of the first run, or that nothing can be watched.
ExitStatus watch_tests(const TestCommand& command, const std::function<ExitStatus()>& run,
                       Console& console);

}  // namespace tokenlife::sim
