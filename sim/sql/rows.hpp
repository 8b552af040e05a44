// Rows of a table, made as they are asked for.
#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/event.hpp"
#include "events/batch_reader.hpp"
#include "sim/sql/sqlite.hpp"
#include "sim/tables/row.hpp"
#include "sim/tables/source.hpp"
#include "sim/tables/table.hpp"

namespace tokenlife::sim {

// Which rows are wanted. Others may come too: SQLite asks its conditions again.
struct RowsWanted {
  events::ReadWindow window;
  bool site = true;     // those without a client
  bool clients = true;  // those with one
  std::bitset<kEventKinds> kinds = std::bitset<kEventKinds>{}.set();
  bool only_kinds = false;  // as many events of each kind as there are, with nothing but the kind
  bool once = false;        // and one is enough
};

class Rows {
 public:
  virtual ~Rows() = default;
  // Goes to the first row, and then to the one behind; says whether there is one.
  virtual Result<bool, events::LogError> next() = 0;
  // Precondition: there is a row.
  virtual void put(std::size_t column, sqlite3_context* out) = 0;
  // The row's number, whichever rows are wanted: by it SQLite knows a row that it has had already,
  // where conditions are joined by OR. `running` is the number among those that are wanted.
  virtual std::int64_t id(std::int64_t running) const { return running; }
};

std::unique_ptr<Rows> rows_of(TableName table, SqlSource& source, const RowsWanted& wanted);

// ---- Of each table -----------------------------------------------------------------------------

std::unique_ptr<Rows> event_rows(SqlSource& source, const RowsWanted& wanted);
std::unique_ptr<Rows> site_event_rows(SqlSource& source);
std::unique_ptr<Rows> client_rows(TableName table, SqlSource& source, const RowsWanted& wanted);
std::unique_ptr<Rows> day_rows(SqlSource& source);
std::unique_ptr<Rows> run_rows(SqlSource& source);

// ---- Rows that are made some at a time ---------------------------------------------------------

void put_value(const SqlValue& value, sqlite3_context* out);
inline void put_fixed(std::string_view text, sqlite3_context* out) {
  sqlite3_result_text(out, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
}

class RowsByLot : public Rows {
 public:
  Result<bool, events::LogError> next() final;
  void put(std::size_t column, sqlite3_context* out) final { put_value(rows_[at_][column], out); }
  std::int64_t id(std::int64_t running) const final;

 protected:
  // Of a table whose rows can be wanted by client: all rows of one come in one lot.
  explicit RowsByLot(std::size_t client_column = kNoColumn) : client_column_(client_column) {}
  // Puts the next rows into `rows`, perhaps none; false if there are no more.
  virtual Result<bool, events::LogError> fill(std::vector<SqlRow>& rows) = 0;

 private:
  std::size_t client_column_;
  std::vector<SqlRow> rows_;
  std::size_t at_ = 0;
  bool is_begun_ = false;
};

}  // namespace tokenlife::sim
