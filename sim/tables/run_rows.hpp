// Rows of the table `run`: what a log says of its run, or a journal of its site.
#pragma once

#include <vector>

#include "sim/tables/row.hpp"
#include "sim/tables/source.hpp"

namespace tokenlife::sim {

std::vector<SqlRow> rows_of_run(const SqlSource& source);

}  // namespace tokenlife::sim
