// The tables of `tokenlife log sql` for every program that has SQLite, its shell and Python among
// them: .load mod_tokenlife, and then
//   select tokenlife_log('FOLDER')             makes the tables events, clients, ...
//   select tokenlife_log('FOLDER', 'before_')  makes before_events, ...
// among the temporary ones; both say how many events there are.
#include "events/journal.hpp"
#include "sim/sql/sqlite.hpp"
extern "C" {
SQLITE_EXTENSION_INIT1
}

#include <algorithm>
#include <exception>
#include <memory>
#include <new>
#include <string>

#include "sim/cli/log_argument.hpp"
#include "sim/sql/module.hpp"

namespace tokenlife::sim {
namespace {

constexpr int kOldestSqlite = 3'038'000;  // what plan.cpp asks it

struct HeldSource : SqlSource {
  using SqlSource::SqlSource;
  std::optional<HeldClientLog> held;
};
void destroy_source(void* source) {
  delete static_cast<HeldSource*>(static_cast<SqlSource*>(source));
}

Result<std::unique_ptr<HeldSource>, Error> open_tables_of(const std::string& place) {
  // Standard input is the shell's.
  const std::string folder = place == kStandardInput ? "./-" : place;
  auto journal = open_journal(folder);
  if (!journal) return Failed<Error>(journal.error());
  if (*journal) return std::make_unique<HeldSource>(std::move(**journal));
  auto log = open_log(folder);
  if (!log) return Failed<Error>(log.error());
  auto held = std::move(log->held);
  auto source = std::make_unique<HeldSource>(std::move(*log), std::nullopt);
  source->held = std::move(held);
  return source;
}

bool is_prefix(const std::string& text) {
  const auto is_good = [](char c) {
    return c == '_' || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  };
  return std::all_of(text.begin(), text.end(), is_good) &&
         (text.empty() || text[0] < '0' || text[0] > '9');
}

std::string text_given(sqlite3_value* value) {
  const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(value));
  if (text == nullptr) return "";
  return {text, static_cast<std::size_t>(sqlite3_value_bytes(value))};
}

void make_tables(sqlite3_context* context, int count, sqlite3_value** values) {
  const auto fail = [&](const std::string& why) {
    sqlite3_result_error(context, why.data(), static_cast<int>(why.size()));
  };
  try {
    const std::string prefix = count > 1 ? text_given(values[1]) : "";
    if (!is_prefix(prefix)) return fail("a prefix consists of a-z, 0-9 and _, like 'before_'");
    sqlite3* database = sqlite3_context_db_handle(context);
    const std::string first = prefix + "events";
    if (sqlite3_table_column_metadata(database, "temp", first.c_str(), nullptr, nullptr, nullptr,
                                      nullptr, nullptr, nullptr) == SQLITE_OK) {
      return fail("there is a table " + first + " already: give a prefix, like 'before_'");
    }
    auto source = open_tables_of(text_given(values[0]));
    if (!source) return fail(to_string(source.error()));
    const auto events = static_cast<sqlite3_int64>((*source)->events());
    const int rc = add_log_tables(database, {source->release(), destroy_source}, prefix);
    if (rc != SQLITE_OK) return fail(sqlite3_errmsg(database));
    sqlite3_result_int64(context, events);
  } catch (const std::bad_alloc&) {
    sqlite3_result_error_nomem(context);
  } catch (const std::exception& bug) {
    fail(std::string("a bug in tokenlife: ") + bug.what());
  }
}

}  // namespace
}  // namespace tokenlife::sim

// Where SQLite begins.
extern "C" [[gnu::visibility("default")]] int sqlite3_extension_init(
    sqlite3* database, char** error, const sqlite3_api_routines* routines) {
  SQLITE_EXTENSION_INIT2(routines)
  if (sqlite3_libversion_number() < tokenlife::sim::kOldestSqlite) {
    *error = sqlite3_mprintf("mod_tokenlife needs SQLite 3.38 or later");
    return SQLITE_ERROR;
  }
  int rc = SQLITE_OK;
  for (const int count : {1, 2}) {
    // It reads files: nothing in a database may call it, only who asks.
    if (rc == SQLITE_OK) {
      rc = sqlite3_create_function_v2(database, "tokenlife_log", count,
                                      SQLITE_UTF8 | SQLITE_DIRECTONLY, nullptr,
                                      tokenlife::sim::make_tables, nullptr, nullptr, nullptr);
    }
  }
  return rc;
}
