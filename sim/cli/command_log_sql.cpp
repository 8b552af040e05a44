#include "sim/cli/command_log_sql.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "events/journal.hpp"
#include "sim/ccm/export.hpp"
#include "sim/cli/json_text.hpp"
#include "sim/cli/log_argument.hpp"
#include "sim/cli/output_file.hpp"
#include "sim/cli/progress.hpp"
#include "sim/parquet/export.hpp"
#include "sim/site/ccmsetup_line.hpp"
#include "sim/sql/database.hpp"
#include "sim/sql/export.hpp"
#include "sim/tables/table.hpp"
#include "sim/text/csv_name.hpp"
#include "sim/text/number.hpp"

namespace tokenlife::sim {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::uint64_t kRowsOnTerminal = 1'000;
constexpr std::size_t kRowsMeasured = 1'000;  // the first, by which columns are made wide
constexpr std::size_t kBytesKept = std::size_t{1} << 16;

struct OpenedSource {
  std::unique_ptr<SqlSource> tables;
  std::optional<HeldClientLog> held;
};

Result<OpenedSource, Error> open_source(const std::string& folder,
                                        const std::optional<std::string>& inputs,
                                        Console& console) {
  auto journal = open_journal(folder);
  if (!journal) return Failed<Error>(journal.error());
  OpenedSource source;
  if (*journal) {
    source.tables = std::make_unique<SqlSource>(std::move(**journal));
  } else {
    auto log = open_log(folder);
    if (!log) return Failed<Error>(log.error());
    say_if_incomplete(*log, console);
    source.held = std::move(log->held);
    source.tables = std::make_unique<SqlSource>(std::move(*log), inputs);
  }
  source.tables->stop = interrupted;
  return source;
}

void say_what_is_unknown(SqlSource& source, Console& console) {
  if (!source.lacks_causes || source.causes().why_not().empty()) return;
  console.say(
      "tokenlife: this log does not say why every spell began, and that cannot be worked out: " +
      escape_text(source.causes().why_not()));
}

// ---- Values ------------------------------------------------------------------------------------

Json json_of(const SqlCell& cell) {
  if (const auto* number = std::get_if<std::int64_t>(&cell)) return *number;
  if (const auto* real = std::get_if<double>(&cell)) return *real;
  if (const auto* text = std::get_if<std::string_view>(&cell)) return std::string(*text);
  return nullptr;
}

std::string text_of(const SqlCell& cell) {
  if (const auto* number = std::get_if<std::int64_t>(&cell)) return std::to_string(*number);
  if (const auto* real = std::get_if<double>(&cell)) return fmt::format("{}", *real);
  return "";
}
std::string csv_of(const SqlCell& cell) {
  const auto* text = std::get_if<std::string_view>(&cell);
  return text != nullptr ? csv_name(*text) : text_of(cell);
}
std::string shown(const SqlCell& cell) {
  if (const auto* text = std::get_if<std::string_view>(&cell)) return escape_text(*text);
  return std::holds_alternative<std::monostate>(cell) ? "-" : text_of(cell);
}

// A column that another one is called like has its number behind the name.
std::vector<std::string> keys_of(const std::vector<std::string>& columns) {
  std::vector<std::string> keys;
  for (const std::string& column : columns) {
    std::string key = column;
    for (int i = 2; std::find(keys.begin(), keys.end(), key) != keys.end(); ++i) {
      key = fmt::format("{}_{}", column, i);
    }
    keys.push_back(key);
  }
  return keys;
}

// ---- Forms -------------------------------------------------------------------------------------

// Prints rows, some at a time.
class RowPrinter {
 public:
  RowPrinter(const LogSqlCommand& command, const std::vector<std::string>& columns,
             Console& console)
      : format_(command.json ? "json" : command.format),
        keys_(keys_of(columns)),
        console_(console) {
    if (format_ == "csv") {
      std::vector<std::string> cells;
      for (const std::string& key : keys_) cells.push_back(csv_name(key));
      append_csv_row(out_, cells);
    } else if (format_ == "text") {
      kept_.emplace_back();
      for (const std::string& key : keys_) kept_[0].push_back(escape_text(key));
    }
  }

  void add(const SqlQuestion& question) {
    if (format_ == "json") {
      rows_.push_back(object_of(question));
    } else if (format_ == "jsonl") {
      out_ += json_line(object_of(question)) + "\n";
    } else {
      std::vector<std::string> cells;
      for (std::size_t i = 0; i < keys_.size(); ++i) {
        const SqlCell cell = question.cell(i);
        cells.push_back(format_ == "csv" ? csv_of(cell) : shown(cell));
      }
      add(std::move(cells));
    }
    if (out_.size() > kBytesKept) flush();
  }
  void end(std::uint64_t rows, bool is_all, const events::LogReader* log) {
    if (format_ == "json") {
      Json object{{"columns", keys_}, {"rows", rows_}, {"count", rows}, {"all", is_all}};
      if (log != nullptr) add_completeness(object, *log);
      out_ = json_text(object) + "\n";
    }
    put_kept();
    flush();
  }

 private:
  Json object_of(const SqlQuestion& question) const {
    Json object = Json::object();
    for (std::size_t i = 0; i < keys_.size(); ++i) object[keys_[i]] = json_of(question.cell(i));
    return object;
  }
  void add(std::vector<std::string> cells) {
    if (format_ == "csv") return append_csv_row(out_, cells);
    if (!widths_.empty()) return put_line(cells);
    kept_.push_back(std::move(cells));
    if (kept_.size() > kRowsMeasured) put_kept();
  }
  void put_kept() {
    if (kept_.empty()) return;
    widths_.assign(keys_.size(), 0);
    for (const auto& cells : kept_) {
      for (std::size_t i = 0; i < cells.size(); ++i) {
        widths_[i] = std::max(widths_[i], cells[i].size());
      }
    }
    for (const auto& cells : kept_) put_line(cells);
    kept_.clear();
  }
  void put_line(const std::vector<std::string>& cells) {
    std::string line;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      line += fmt::format("{:<{}}  ", cells[i], widths_[i]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out_ += line + "\n";
  }
  void flush() {
    console_.print(out_);
    out_.clear();
  }

  std::string format_;
  std::vector<std::string> keys_;
  Console& console_;
  std::string out_;
  std::vector<std::vector<std::string>> kept_;  // until the widths are known
  std::vector<std::size_t> widths_;
  Json rows_ = Json::array();
};

// ---- The schema --------------------------------------------------------------------------------

Json schema_json() {
  Json list = Json::array();
  for (const SqlTable& table : sql_tables()) {
    Json columns = Json::array();
    for (const SqlColumn& column : table.columns) {
      columns.push_back({{"name", column.name},
                         {"type", name(column.type)},
                         {"unit", column.unit.empty() ? Json(nullptr) : Json(column.unit)},
                         {"text", column.sentence + "."}});
    }
    list.push_back(
        {{"name", name(table.name)}, {"text", table.sentence + "."}, {"columns", columns}});
  }
  return {{"tables", list}};
}

std::string schema_text() {
  std::size_t names = 0;
  std::size_t units = 0;
  for (const SqlTable& table : sql_tables()) {
    for (const SqlColumn& column : table.columns) {
      names = std::max(names, column.name.size());
      units = std::max(units, column.unit.size());
    }
  }
  std::string text;
  for (const SqlTable& table : sql_tables()) {
    text += fmt::format("{}{}: {}.\n", text.empty() ? "" : "\n", name(table.name), table.sentence);
    for (const SqlColumn& column : table.columns) {
      text += fmt::format("  {:<{}}  {:<7}  {:<{}}  {}.\n", column.name, names, name(column.type),
                          column.unit.empty() ? "-" : column.unit, units, column.sentence);
    }
  }
  return text;
}

// ---- Configuration Manager's files -------------------------------------------------------------

ExitStatus export_ccm_command(const LogExportCommand& command, Console& console) {
  if (!is_host(command.host)) {
    return usage_error(fmt::format("--host {} is not a host name", in_quotes(command.host)),
                       "write it like cmg.example.com");
  }
  const SignalWatch signals;
  const auto journal = open_journal(command.log);
  if (!journal) return Failed<Error>(journal.error());
  if (*journal) {
    return usage_error(
        fmt::format("{}: a site's journal is not a run: --ccm is for runs", in_quotes(command.log)),
        "give the folder of a run's log, or use --sqlite FILE or --parquet DIR");
  }
  const auto log = open_log(command.log);
  if (!log) return Failed<Error>(log.error());
  say_if_incomplete(*log, console);
  CcmExport what{.host = command.host};
  if (command.client) {
    const auto client = find_held_client(*log, *command.client);
    if (!client) return Failed<Error>(client.error());
    what.client = *client;
  }
  const auto ready = try_ccm(*command.ccm);
  if (!ready) return Failed<Error>(ready.error());
  const auto say_step = [&](std::string_view step) { console.show_progress(std::string(step)); };
  const auto written = export_ccm(*log, what, *command.ccm, say_step, interrupted);
  console.show_progress("");
  if (!written) return Failed<Error>(point_to_verify(written.error()));
  if (*written) return 0;
  console.say("tokenlife: interrupted; there is no folder");
  return kInterrupted;
}

}  // namespace

ExitStatus log_sql_command(const LogSqlCommand& command, Console& console) {
  const SignalWatch signals;
  const auto source = open_source(command.log, command.inputs, console);
  if (!source) return not_a_log(source.error(), command.log, command.sql, "LOG SQL");
  SqlDatabase database(*source->tables);
  auto question = database.ask(command.sql);
  if (!question) return Failed<Error>(question.error());
  std::uint64_t limit = command.limit.value_or(UINT64_MAX);
  if (!command.limit && ::isatty(STDOUT_FILENO) != 0) limit = kRowsOnTerminal;
  RowPrinter printer(command, question->columns(), console);
  std::uint64_t rows = 0;
  bool is_all = false;
  while (true) {
    const auto more = question->next();
    if (!more) return Failed<Error>(point_to_verify(more.error()));
    is_all = !*more;
    if (is_all || rows == limit) break;
    printer.add(*question);
    ++rows;
  }
  if (question->is_stopped()) {
    console.say("tokenlife: interrupted; there may be more rows");
  } else if (!is_all) {
    console.say(
        fmt::format("tokenlife: only the first {}; --limit N shows more", counted(rows, "row")));
  }
  printer.end(rows, is_all && !question->is_stopped(), source->tables->log());
  say_what_is_unknown(*source->tables, console);
  return question->is_stopped() ? kInterrupted : 0;
}

ExitStatus log_export_command(const LogExportCommand& command, Console& console) {
  if (command.ccm) return export_ccm_command(command, console);
  if (!command.sqlite && !command.parquet) {
    return usage_error("nothing says where to write the log",
                       "give --sqlite FILE, --parquet DIR or --ccm DIR");
  }
  const SignalWatch signals;
  const auto source = open_source(command.log, command.inputs, console);
  if (!source) return Failed<Error>(source.error());
  auto ready = command.parquet ? try_parquet(*command.parquet, command.force)
                               : keep_apart(*command.sqlite, {{command.log, "the log itself"}});
  if (ready && command.sqlite) ready = try_new_output(*command.sqlite, command.force);
  if (!ready) return Failed<Error>(ready.error());
  const auto say_step = [&](std::string_view step) { console.show_progress(std::string(step)); };
  const auto written =
      command.parquet ? export_parquet(*source->tables, *command.parquet, command.threads, say_step)
                      : export_sqlite(*source->tables, *command.sqlite, say_step);
  console.show_progress("");
  if (!written) return Failed<Error>(point_to_verify(written.error()));
  if (!*written) {
    console.say(
        fmt::format("tokenlife: interrupted; there is no {}", command.parquet ? "folder" : "file"));
    return kInterrupted;
  }
  say_what_is_unknown(*source->tables, console);
  return 0;
}

ExitStatus log_schema_command(const LogSchemaCommand& command, Console& console) {
  console.print(command.json ? json_text(schema_json()) + "\n" : schema_text());
  return 0;
}

}  // namespace tokenlife::sim
