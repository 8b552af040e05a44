// A database in memory that has a log's tables and lets nobody do anything but ask them.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/result.hpp"
#include "sim/tables/source.hpp"
#include "sim/text/error.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace tokenlife::sim {

// One value of an answer: nothing, a number, or a text (of a blob its bytes).
using SqlCell = std::variant<std::monostate, std::int64_t, double, std::string_view>;

class SqlQuestion;

class SqlDatabase {
 public:
  // The source must outlive it. While its `stop` says so, questions end.
  explicit SqlDatabase(SqlSource& source);

  // One statement: SELECT, WITH or EXPLAIN. The error has the place in the text.
  Result<SqlQuestion, Error> ask(const std::string& sql);

 private:
  struct Close {
    void operator()(sqlite3* database) const;
  };
  Error mistake(const std::string& sql, std::string_view what, int offset) const;

  SqlSource& source_;
  std::unique_ptr<sqlite3, Close> database_;
};

// A statement and its rows. The database must outlive it.
class SqlQuestion {
 public:
  const std::vector<std::string>& columns() const { return columns_; }
  // The next row, until the next call; false behind the last one. `is_stopped` if the source's
  // `stop` said so.
  Result<bool, Error> next();
  bool is_stopped() const { return is_stopped_; }
  SqlCell cell(std::size_t column) const;

 private:
  friend class SqlDatabase;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  SqlQuestion(SqlSource& source, sqlite3_stmt* statement);

  SqlSource* source_;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  std::vector<std::string> columns_;
  bool is_stopped_ = false;
};

// Why a step of SQLite failed: as the log has it, if it is the log's; what is a bug is thrown.
Error sql_failure(SqlSource& source, sqlite3* database);

}  // namespace tokenlife::sim
