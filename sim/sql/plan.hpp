// How a query's conditions are made use of: SQLite says which there are, and the table which of
// them it wants the values of.
#pragma once

#include "sim/sql/rows.hpp"
#include "sim/sql/sqlite.hpp"

namespace tokenlife::sim {

// As xBestIndex has it. The plan is written into idxStr: two letters for each value that is wanted,
// the column (client, time, kind) and the comparison.
int plan_query(TableName table, const SqlSource& source, sqlite3_index_info& info);

// What that plan means with the values that there are. A value that says nothing is passed over.
RowsWanted wanted_by(const char* plan, int number, std::span<sqlite3_value*> values,
                     const events::LogHeader& header);

}  // namespace tokenlife::sim
