// The events of an exported file. There are so many of them that they go past virtual tables: each
// is written with the columns that it has, without asking for the others.
#pragma once

#include <sqlite3.h>

#include "sim/tables/source.hpp"

namespace tokenlife::sim {

// Fills main.events, in the order of `events` as a virtual table. False if it failed: the source
// has the error if it is the log's, else the database.
bool insert_events(sqlite3* database, SqlSource& source);

}  // namespace tokenlife::sim
