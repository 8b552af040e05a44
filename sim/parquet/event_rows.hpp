// Rows of events, straight from the log into columns: there are so many that each value is taken as
// it is, and only texts that a column has not had are made.
#pragma once

#include <functional>

#include "sim/parquet/table_file.hpp"
#include "sim/tables/source.hpp"

namespace tokenlife::sim::parquet {

// Rows of `events`, or of `site_events`, of what happened to the site.
void put_site_events(const SqlSource& source, TableName table, TableFile& file);

// Rows of `events` of a partition's clients. False if the source's `stop` said so.
Result<bool, events::LogError> put_client_events(const SqlSource& source,
                                                 const events::PartitionSummary& partition,
                                                 TableFile& file);

}  // namespace tokenlife::sim::parquet
