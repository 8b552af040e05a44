// Runs the tests of `tokenlife test` on all cores, and ends early where somebody wants that.
#pragma once

#include <cstddef>
#include <functional>

#include "sim/cli/command_test_plan.hpp"
#include "sim/cli/console.hpp"

namespace tokenlife::sim {

// Is handed each report in the order of the plan, whatever the threads do, one at a time. Says
// whether to go on.
using TakeReport = std::function<bool(TestReport)>;

// With a counter on the console. How many reports were taken: those of the plan behind them were
// not run, or do not count, because `take` said so or interrupted() did, while a SignalWatch lives.
std::size_t run_tests(const TestPlan& plan, const TakeReport& take, Console& console);

}  // namespace tokenlife::sim
