#include "sim/sql/export.hpp"

#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <system_error>

#include "sim/sql/database.hpp"
#include "sim/sql/export_events.hpp"
#include "sim/sql/module.hpp"
#include "sim/tables/table.hpp"
#include "sim/text/link_target.hpp"

namespace tokenlife::sim {
namespace {

int ask_to_stop(void* source) { return static_cast<const SqlSource*>(source)->stop() ? 1 : 0; }

struct CloseFile {
  void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
};

class Export {
 public:
  Export(SqlSource& source, const std::string& path,
         const std::function<void(std::string_view)>& on_step)
      : source_(source), path_(path), on_step_(on_step) {}

  Result<bool, Error> write(const std::string& file) {
    sqlite3* opened = nullptr;
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    int rc = sqlite3_open_v2(file.c_str(), &opened, flags, nullptr);
    database_.reset(opened);
    if (rc == SQLITE_OK) rc = add_log_tables(opened, {&source_});
    if (rc != SQLITE_OK) return failure();
    sqlite3_progress_handler(opened, 10'000, ask_to_stop, &source_);
    // Nobody else knows the file yet, and a crash leaves none. Rows are added at the end, and what
    // is sorted goes into runs: a cache that fits into the processor's is faster than a large one.
    for (const char* setting :
         {"PRAGMA page_size = 32768", "PRAGMA journal_mode = OFF", "PRAGMA synchronous = OFF",
          "PRAGMA locking_mode = EXCLUSIVE", "PRAGMA cache_size = -4096", "BEGIN"}) {
      if (!run(setting)) return failure();
    }
    for (const SqlTable& table : sql_tables()) {
      if (source_.log() == nullptr && !is_of_journals(table.name)) continue;
      if (!write_table(table)) return failure();
    }
    if (!run("COMMIT")) return failure();
    return true;
  }

 private:
  bool write_table(const SqlTable& table) {
    const std::string name(tokenlife::name(table.name));
    on_step_(name);
    if (!run(create_table(table, "main." + name))) return false;
    // Rows come client by client: this index grows at its end. Others are sorted in the end.
    const auto by_client = std::find(table.indexes.begin(), table.indexes.end(), "client");
    if (by_client != table.indexes.end() && !add_index(name, *by_client)) return false;
    const bool is_filled =
        table.name == TableName::events
            ? insert_events(database_.get(), source_)
            : run(fmt::format("INSERT INTO main.{0} SELECT * FROM temp.{0}", name));
    if (!is_filled) return false;
    for (const std::string& column : table.indexes) {
      if (column == "client") continue;
      on_step_(fmt::format("{}: index of {}", name, column));
      if (!add_index(name, column)) return false;
    }
    return true;
  }
  bool add_index(const std::string& table, const std::string& column) {
    return run(fmt::format("CREATE INDEX main.{0}_by_{1} ON {0}({1})", table, column));
  }
  bool run(const std::string& sql) {
    return sqlite3_exec(database_.get(), sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK;
  }
  Result<bool, Error> failure() {
    if (source_.bug || source_.error) {
      return Failed<Error>(sql_failure(source_, database_.get()));
    }
    if (source_.stop()) return false;
    return file_error(path_, fmt::format("cannot be written: {}", sqlite3_errmsg(database_.get())));
  }

  SqlSource& source_;
  const std::string& path_;
  const std::function<void(std::string_view)>& on_step_;
  std::unique_ptr<sqlite3, CloseFile> database_;
};

}  // namespace

Result<bool, Error> export_sqlite(SqlSource& source, const std::string& path,
                                  const std::function<void(std::string_view)>& on_step) {
  const std::filesystem::path target = link_target(path);
  std::error_code error;
  const auto status = std::filesystem::status(target, error);
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
    return file_error(path, "is not a regular file", "choose another name");
  }
  const std::string file = fmt::format("{}.partial-{}", target.string(), ::getpid());
  std::filesystem::remove(file, error);
  auto written = Export(source, path, on_step).write(file);
  if (written && *written) {
    std::filesystem::rename(file, target, error);
    if (!error) return written;
    written = file_error(path, "cannot be written: " + error.message());
  }
  std::error_code ignored;
  std::filesystem::remove(file, ignored);
  return written;
}

}  // namespace tokenlife::sim
