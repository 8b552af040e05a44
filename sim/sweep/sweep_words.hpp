// The numbers of a sweep in words.
#pragma once

#include <cstddef>
#include <string>

#include "sim/sweep/sweep.hpp"

namespace tokenlife::sim {

// "176.4 ± 3.2": the second is half of the interval. With a sign: "+3.1 ± 0.4".
std::string mean_text(const Mean& mean, bool with_sign = false);

const std::string& metric_name(const SweepPlan& plan, std::size_t metric);

// "site.renew-after=30d site.mp=https", as it was written: whoever shows it escapes it.
std::string cell_text(const SweepResult& result, std::size_t cell);

}  // namespace tokenlife::sim
