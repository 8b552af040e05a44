// The virtual tables of SQLite.
#pragma once

#include <string>

#include "sim/sql/sqlite.hpp"
#include "sim/tables/source.hpp"

namespace tokenlife::sim {

// What the source's tables are of, and is called when nobody needs it any more.
struct TableSource {
  SqlSource* source;
  void (*destroy)(void* source) = nullptr;
};

// Makes the tables in the database, among its temporary ones, each with `prefix` (letters, digits
// and underscores) before its name. Without `destroy` the source must outlive the connection.
// SQLITE_OK, or what is wrong.
int add_log_tables(sqlite3* database, TableSource its, const std::string& prefix = "");

}  // namespace tokenlife::sim
