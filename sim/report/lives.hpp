// The lives of some clients, each as a section of a page: lanes of time, and the words of
// `tokenlife explain --quick`.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "sim/analysis/explain.hpp"
#include "sim/report/page.hpp"
#include "sim/text/error.hpp"

namespace tokenlife::sim {

// Of clients that the log holds, by number.
Result<std::vector<LifeSection>, Error> lives_of(const ExplainedLog& log,
                                                 std::span<const ClientNumber> clients,
                                                 std::span<const Mark> marks, unsigned threads);

// One life as SVG: network, state, token and requests, from the run's beginning to its end.
std::string lanes_svg(const ClientEvents& events, const events::LogHeader& header,
                      std::span<const Mark> marks);

}  // namespace tokenlife::sim
