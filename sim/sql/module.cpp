#include "sim/sql/module.hpp"

#include <cstring>
#include <string>

#include "sim/sql/plan.hpp"

namespace tokenlife::sim {
namespace {

struct Table : sqlite3_vtab {
  SqlSource* source = nullptr;
  TableName name{};
};

struct Cursor : sqlite3_vtab_cursor {
  std::unique_ptr<Rows> rows;
  bool has_row = false;
  sqlite3_int64 row = 0;
};

Table& table_of(sqlite3_vtab* table) { return *static_cast<Table*>(table); }
Table& table_of(const Cursor& cursor) { return table_of(cursor.pVtab); }

// SQLite is C: nothing may be thrown through it.
template <class Work>
int guarded(SqlSource& source, const Work& work) {
  try {
    return work();
  } catch (const std::bad_alloc&) {
    return SQLITE_NOMEM;
  } catch (...) {
    source.bug = std::current_exception();
    return SQLITE_INTERNAL;
  }
}

// In the words of the log, for who only hears what SQLite says.
void say(const std::string& text, sqlite3_vtab& table) {
  sqlite3_free(table.zErrMsg);
  table.zErrMsg = static_cast<char*>(sqlite3_malloc64(text.size() + 1));
  if (table.zErrMsg != nullptr) std::memcpy(table.zErrMsg, text.c_str(), text.size() + 1);
}

// `CREATE VIRTUAL TABLE events USING tokenlife(events)`
int connect(sqlite3* database, void* source, int count, const char* const* words,
            sqlite3_vtab** made, char**) {
  return guarded(*static_cast<SqlSource*>(source), [&] {
    const auto name = count > 3 ? from_name<TableName>(words[3]) : std::nullopt;
    if (!name) return SQLITE_ERROR;
    const std::string declared = create_table(sql_table(*name), "it");
    if (const int rc = sqlite3_declare_vtab(database, declared.c_str()); rc != SQLITE_OK) return rc;
    auto table = std::make_unique<Table>();
    table->source = static_cast<SqlSource*>(source);
    table->name = *name;
    *made = table.release();
    return SQLITE_OK;
  });
}

int disconnect(sqlite3_vtab* table) {
  delete &table_of(table);
  return SQLITE_OK;
}

int best_index(sqlite3_vtab* table, sqlite3_index_info* info) {
  Table& its = table_of(table);
  return guarded(*its.source, [&] { return plan_query(its.name, *its.source, *info); });
}

int open_cursor(sqlite3_vtab* table, sqlite3_vtab_cursor** opened) {
  return guarded(*table_of(table).source, [&] {
    *opened = std::make_unique<Cursor>().release();
    return SQLITE_OK;
  });
}

int close_cursor(sqlite3_vtab_cursor* cursor) {
  delete static_cast<Cursor*>(cursor);
  return SQLITE_OK;
}

int next_row(Cursor& cursor) {
  SqlSource& source = *table_of(cursor).source;
  return guarded(source, [&] {
    const auto more = cursor.rows->next();
    if (!more) {
      const bool is_stopped = more.error().kind == events::LogError::Kind::interrupted;
      if (is_stopped && source.stop()) return SQLITE_INTERRUPT;
      source.error = more.error();
      say(to_string(to_error(more.error())), *cursor.pVtab);
      return SQLITE_CORRUPT_VTAB;
    }
    cursor.has_row = *more;
    ++cursor.row;
    return SQLITE_OK;
  });
}

int filter(sqlite3_vtab_cursor* opened, int number, const char* plan, int count,
           sqlite3_value** values) {
  auto& cursor = *static_cast<Cursor*>(opened);
  Table& table = table_of(cursor);
  const int rc = guarded(*table.source, [&] {
    const RowsWanted wanted =
        wanted_by(plan, number, {values, static_cast<std::size_t>(count)}, table.source->header());
    cursor.rows = rows_of(table.name, *table.source, wanted);
    cursor.row = 0;
    return SQLITE_OK;
  });
  return rc == SQLITE_OK ? next_row(cursor) : rc;
}

int next(sqlite3_vtab_cursor* cursor) { return next_row(*static_cast<Cursor*>(cursor)); }

int at_end(sqlite3_vtab_cursor* cursor) { return static_cast<Cursor*>(cursor)->has_row ? 0 : 1; }

int column(sqlite3_vtab_cursor* opened, sqlite3_context* out, int number) {
  auto& cursor = *static_cast<Cursor*>(opened);
  return guarded(*table_of(cursor).source, [&] {
    cursor.rows->put(static_cast<std::size_t>(number), out);
    return SQLITE_OK;
  });
}

int row_id(sqlite3_vtab_cursor* cursor, sqlite3_int64* id) {
  const auto& its = *static_cast<Cursor*>(cursor);
  *id = its.rows->id(its.row);
  return SQLITE_OK;
}

const sqlite3_module kModule = [] {
  sqlite3_module module{};
  module.iVersion = 1;
  module.xCreate = connect;
  module.xConnect = connect;
  module.xBestIndex = best_index;
  module.xDisconnect = disconnect;
  module.xDestroy = disconnect;
  module.xOpen = open_cursor;
  module.xClose = close_cursor;
  module.xFilter = filter;
  module.xNext = next;
  module.xEof = at_end;
  module.xColumn = column;
  module.xRowid = row_id;
  return module;
}();

}  // namespace

int add_log_tables(sqlite3* database, TableSource its, const std::string& prefix) {
  // One module for each source: a table keeps its own.
  const std::string module = "tokenlife_" + prefix;
  const SqlSource& source = *its.source;
  const bool is_of_run = source.log() != nullptr;
  int rc = sqlite3_create_module_v2(database, module.c_str(), &kModule, its.source, its.destroy);
  for (std::size_t i = 0; i < kCount<TableName> && rc == SQLITE_OK; ++i) {
    const auto table = static_cast<TableName>(i);
    if (!is_of_run && !is_of_journals(table)) continue;
    const std::string word(name(table));
    std::string sql = "CREATE VIRTUAL TABLE temp." + prefix;
    sql += word + " USING " + module + "(" + word + ")";
    rc = sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr);
  }
  return rc;
}

}  // namespace tokenlife::sim
