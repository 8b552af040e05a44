// What a sweep compares runs by: one number a run.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "sim/engine/simulation.hpp"
#include "sim/scenario/scenario.hpp"
#include "sim/text/error.hpp"

namespace tokenlife::sim {

// All metrics, in one order: an index into this is what a metric is.
const std::vector<std::string>& metric_names();

// By metric. Requests are registrations and renewals that were asked for; a client's days are those
// of the run.
std::vector<double> numbers_of(const Scenario& scenario, const RunResult& result);

// The metric of that name. Precondition: there is one.
std::size_t metric_called(std::string_view name);
// The same of a name that somebody wrote.
Result<std::size_t, Error> parse_metric(const std::string& name);

}  // namespace tokenlife::sim
