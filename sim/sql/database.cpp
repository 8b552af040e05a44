#include "sim/sql/database.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <cctype>
#include <exception>

#include "core/ensure.hpp"
#include "sim/sql/module.hpp"
#include "sim/tables/table.hpp"
#include "sim/text/escape.hpp"
#include "sim/text/suggest.hpp"

namespace tokenlife::sim {
namespace {

// What a statement does, as SQLite sees it while it compiles it.
int authorize(void*, int action, const char*, const char* word, const char*, const char*) {
  switch (action) {
    case SQLITE_SELECT:
    case SQLITE_READ:
    case SQLITE_RECURSIVE: return SQLITE_OK;
    case SQLITE_FUNCTION: {
      const std::string_view function(word == nullptr ? "" : word);
      // The second one gives and takes addresses of memory; Debian's SQLite has it.
      const bool is_bad = function == "load_extension" || function == "fts3_tokenizer";
      return is_bad ? SQLITE_DENY : SQLITE_OK;
    }
    default: return SQLITE_DENY;
  }
}

int ask_whether_to_stop(void* source) {
  return static_cast<const SqlSource*>(source)->stop() ? 1 : 0;
}

// Limits that no honest question meets.
void limit(sqlite3* database) {
  sqlite3_limit(database, SQLITE_LIMIT_LENGTH, 100'000'000);
  sqlite3_limit(database, SQLITE_LIMIT_SQL_LENGTH, 1'000'000);
  sqlite3_limit(database, SQLITE_LIMIT_EXPR_DEPTH, 500);
  sqlite3_limit(database, SQLITE_LIMIT_COMPOUND_SELECT, 100);
  sqlite3_limit(database, SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 10'000);
  sqlite3_limit(database, SQLITE_LIMIT_ATTACHED, 0);
  sqlite3_limit(database, SQLITE_LIMIT_TRIGGER_DEPTH, 0);
  sqlite3_limit(database, SQLITE_LIMIT_WORKER_THREADS, 0);
}

// What is left behind a statement says nothing: blanks, semicolons and comments.
bool says_nothing(std::string_view text) {
  while (!text.empty()) {
    if (std::string_view(" \t\r\n\f;").find(text[0]) != std::string_view::npos) {
      text.remove_prefix(1);
    } else if (text.starts_with("--")) {
      text.remove_prefix(std::min(text.find('\n'), text.size()));
    } else if (text.starts_with("/*")) {
      const std::size_t end = text.find("*/", 2);
      text.remove_prefix(end == std::string_view::npos ? text.size() : end + 2);
    } else {
      return false;
    }
  }
  return true;
}

// "no such table: evnts": the name.
std::string_view named_in(std::string_view what, std::string_view begin) {
  return what.starts_with(begin) ? what.substr(begin.size()) : std::string_view{};
}

constexpr const char* kAllColumns = "`tokenlife log schema` lists the columns of each table";

std::vector<std::string_view> tables_with(std::string_view column) {
  std::vector<std::string_view> tables;
  for (const SqlTable& its : sql_tables()) {
    if (std::any_of(its.columns.begin(), its.columns.end(),
                    [&](const SqlColumn& known) { return known.name == column; })) {
      tables.push_back(name(its.name));
    }
  }
  return tables;
}

// The word of a question around a place in it, as one who knows no SQL may have meant it: with `-`.
std::string_view word_around(std::string_view sql, std::size_t at) {
  const auto ends = [](char c) {
    return c != '_' && c != '-' && std::isalnum(static_cast<unsigned char>(c)) == 0;
  };
  const auto begin =
      std::find_if(sql.rbegin() + static_cast<std::ptrdiff_t>(sql.size() - at), sql.rend(), ends);
  const auto end = std::find_if(sql.begin() + static_cast<std::ptrdiff_t>(at), sql.end(), ends);
  return {begin.base(), end};
}

std::string advice_on_column(std::string_view column, std::string_view sql, std::size_t at) {
  if (sql.substr(at).starts_with('"')) {
    return fmt::format("put text in single quotes: '{}'; {}", column, kAllColumns);
  }
  const std::string_view written = word_around(sql, at);
  std::string meant(written);
  std::replace(meant.begin(), meant.end(), '-', '_');
  if (meant != written && !tables_with(meant).empty()) {
    return fmt::format("did you mean `{}`? SQL takes `-` for a minus", meant);
  }
  const auto tables = tables_with(column);
  if (!tables.empty())
    return fmt::format("it is a column of {}; {}", alternatives(tables), kAllColumns);
  std::vector<std::string_view> names;
  for (const SqlTable& its : sql_tables()) {
    for (const SqlColumn& known : its.columns) names.push_back(known.name);
  }
  const auto near = suggestion(column, names);
  return near ? fmt::format("did you mean `{}`? {}", *near, kAllColumns) : kAllColumns;
}

std::string advice_for(std::string_view what, const SqlSource& source, std::string_view sql,
                       std::size_t at) {
  const std::string_view table = named_in(what, "no such table: ");
  if (!table.empty()) {
    if (source.log() == nullptr && from_name<TableName>(table)) {
      return "a site's journal has no clients: its tables are events, site_events and run";
    }
    return did_you_mean("table", table, Names<TableName>::values);
  }
  const std::string_view column = named_in(what, "no such column: ");
  return column.empty() ? "" : advice_on_column(column.substr(column.rfind('.') + 1), sql, at);
}

constexpr const char* kWhatIsAllowed =
    "a log can only be read: give one SELECT, WITH or EXPLAIN, without PRAGMA, ATTACH or "
    "extensions";

}  // namespace

SqlDatabase::SqlDatabase(SqlSource& source) : source_(source) {
  sqlite3* opened = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY | SQLITE_OPEN_NOMUTEX;
  int rc = sqlite3_open_v2(":memory:", &opened, flags, nullptr);
  database_.reset(opened);
  if (rc == SQLITE_OK) rc = add_log_tables(opened, {&source});
  if (source.bug) std::rethrow_exception(source.bug);
  ensure(rc == SQLITE_OK, "a database in memory");
  sqlite3_db_config(opened, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(opened, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, nullptr);
  sqlite3_db_config(opened, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
  sqlite3_db_config(opened, SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
  sqlite3_set_authorizer(opened, authorize, nullptr);
  sqlite3_progress_handler(opened, 10'000, ask_whether_to_stop, &source);
  limit(opened);
}

void SqlDatabase::Close::operator()(sqlite3* database) const { sqlite3_close_v2(database); }

Error SqlDatabase::mistake(const std::string& sql, std::string_view what, int offset) const {
  const auto at = std::min(static_cast<std::size_t>(std::max(offset, 0)), sql.size());
  std::string advice = advice_for(what, source_, sql, at);
  if (offset < 0) return usage_error("SQL: " + std::string(what), advice).value();
  const std::string_view before = std::string_view(sql).substr(0, at);
  if (what.ends_with(": syntax error") && says_nothing(before)) {
    advice = "begin with SELECT, WITH or EXPLAIN";
  }
  const auto line = static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')) + 1;
  const std::size_t begin = before.rfind('\n') + 1;  // 0 if there is none
  const auto column = static_cast<std::size_t>(
      std::count_if(before.begin() + static_cast<std::ptrdiff_t>(begin), before.end(),
                    [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80; }));
  return error_at("SQL", line_of(sql, line, column + 1), std::string(what), advice);
}

Result<SqlQuestion, Error> SqlDatabase::ask(const std::string& sql) {
  sqlite3* database = database_.get();
  const auto wrong = [&](std::string_view what, int offset) {
    return Failed<Error>(mistake(sql, what, offset));
  };
  if (const std::size_t nul = sql.find('\0'); nul != std::string::npos) {
    return wrong("there is a NUL character", static_cast<int>(nul));
  }
  sqlite3_stmt* statement = nullptr;
  const char* tail = nullptr;
  const int rc = sqlite3_prepare_v3(database, sql.c_str(), static_cast<int>(sql.size()) + 1, 0,
                                    &statement, &tail);
  SqlQuestion question(source_, statement);
  if (rc == SQLITE_AUTH) return wrong(kWhatIsAllowed, -1);
  if (rc == SQLITE_INTERRUPT) {
    question.is_stopped_ = true;
    return question;
  }
  if (rc != SQLITE_OK) {
    if (source_.error || source_.bug) return Failed<Error>(sql_failure(source_, database));
    const std::string_view what = sqlite3_errmsg(database);
    const bool would_write = what.find("may not be modified") != std::string_view::npos;
    return wrong(would_write ? kWhatIsAllowed : what, sqlite3_error_offset(database));
  }
  if (statement == nullptr) return wrong("there is no statement", -1);
  if (!says_nothing(tail)) {
    return wrong("there is more after the statement: give only one",
                 static_cast<int>(tail - sql.c_str()));
  }
  if (sqlite3_stmt_readonly(statement) == 0 || question.columns().empty()) {
    return wrong(kWhatIsAllowed, -1);
  }
  if (sqlite3_bind_parameter_count(statement) > 0) {
    return wrong("there are parameters, for which there are no values", -1);
  }
  return question;
}

// ---- Rows --------------------------------------------------------------------------------------

SqlQuestion::SqlQuestion(SqlSource& source, sqlite3_stmt* statement)
    : source_(&source), statement_(statement) {
  const int count = statement == nullptr ? 0 : sqlite3_column_count(statement);
  for (int i = 0; i < count; ++i) {
    const char* name = sqlite3_column_name(statement, i);
    columns_.emplace_back(name == nullptr ? "" : name);
  }
}

void SqlQuestion::Finalize::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

Result<bool, Error> SqlQuestion::next() {
  if (is_stopped_) return false;
  const int rc = sqlite3_step(statement_.get());
  if (rc == SQLITE_ROW) return true;
  if (rc == SQLITE_DONE) return false;
  if ((rc & 0xff) == SQLITE_INTERRUPT && source_->stop()) {
    is_stopped_ = true;
    return false;
  }
  return Failed<Error>(sql_failure(*source_, sqlite3_db_handle(statement_.get())));
}

SqlCell SqlQuestion::cell(std::size_t column) const {
  sqlite3_stmt* statement = statement_.get();
  const int i = static_cast<int>(column);
  switch (sqlite3_column_type(statement, i)) {
    case SQLITE_INTEGER: return std::int64_t{sqlite3_column_int64(statement, i)};
    case SQLITE_FLOAT: return sqlite3_column_double(statement, i);
    case SQLITE_NULL: return std::monostate{};
    default: break;
  }
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement, i));
  const auto count = static_cast<std::size_t>(sqlite3_column_bytes(statement, i));
  return bytes == nullptr ? std::string_view("") : std::string_view(bytes, count);
}

Error sql_failure(SqlSource& source, sqlite3* database) {
  if (source.bug) std::rethrow_exception(std::exchange(source.bug, {}));
  if (source.error) return to_error(*source.error);
  return usage_error(fmt::format("SQL: {}", sqlite3_errmsg(database))).value();
}

}  // namespace tokenlife::sim
