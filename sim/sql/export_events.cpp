#include "sim/sql/export_events.hpp"

#include <bit>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "sim/analysis/client_names.hpp"
#include "sim/sql/event_cells.hpp"

namespace tokenlife::sim {
namespace {

struct FinalizeInsert {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Insert = std::unique_ptr<sqlite3_stmt, FinalizeInsert>;

// Where a value goes: into a statement that is run before the next event.
struct ToParameter {
  sqlite3_stmt* statement;
  int number_of;

  void nothing() const { sqlite3_bind_null(statement, number_of); }
  void number(std::int64_t value) const { sqlite3_bind_int64(statement, number_of, value); }
  void fixed(std::string_view text) const {
    sqlite3_bind_text(statement, number_of, text.data(), static_cast<int>(text.size()),
                      SQLITE_STATIC);
  }
  void made(std::string_view text) const { fixed(text); }
};

// What moves, requests, answers and expiries have: nearly all events. Rows with no other columns
// are inserted many at a time, since beginning a statement takes longer than a row.
const std::uint64_t kFrequent = [] {
  std::uint64_t columns = 0;
  for (const auto its : {EventSqlColumn::client, EventSqlColumn::device, EventSqlColumn::cohort,
                         EventSqlColumn::seq, EventSqlColumn::time, EventSqlColumn::kind,
                         EventSqlColumn::via, EventSqlColumn::reason, EventSqlColumn::cause}) {
    columns |= std::uint64_t{1} << static_cast<std::size_t>(its);
  }
  for (const auto its : {FieldName::from, FieldName::to, FieldName::serial, FieldName::replaces,
                         FieldName::not_before, FieldName::expires, FieldName::signer}) {
    columns |= std::uint64_t{1} << event_column_of(static_cast<std::size_t>(its));
  }
  return columns;
}();
constexpr std::size_t kRowsAtATime = 48;

class EventInserter {
 public:
  EventInserter(sqlite3* database, const events::LogHeader& header)
      : database_(database), header_(header) {
    for (std::size_t i = 0; i < kRowsAtATime; ++i)
      rows_.emplace_back(header.start(), event_column_of);
  }

  bool insert(const Recorded<SiteEvent>& recorded) {
    EventCells& row = next_row();
    give_fields(recorded, header_, {}, row);
    return add(row, recorded);
  }
  bool insert(ClientNumber client, const Recorded<ClientEvent>& recorded) {
    if (cohort_ == nullptr || client != client_) {
      client_ = client;
      cohort_ = &header_.cohorts[cohort_of(header_, client)];
      device_ = device_of(*cohort_, client);
    }
    EventCells& row = next_row();
    give_fields(recorded, header_, client, row);
    set(row, EventSqlColumn::client, client.value);
    set(row, EventSqlColumn::cohort, std::string_view(cohort_->name));
    if (device_) set(row, EventSqlColumn::device, *device_);
    return add(row, recorded);
  }
  // What waits for more rows.
  bool flush() {
    columns_ = 0;
    const std::size_t waiting = std::exchange(waiting_, 0);
    for (std::size_t i = 0; i < waiting; ++i) {
      if (!run(rows_[i].there(), 1, &rows_[i])) return false;
    }
    return true;
  }

 private:
  static void set(EventCells& row, EventSqlColumn column, const auto& value) {
    row.set(static_cast<std::size_t>(column), value);
  }
  EventCells& next_row() {
    EventCells& row = rows_[waiting_];
    row.clear();
    return row;
  }
  bool add(EventCells& row, const auto& recorded) {
    set(row, EventSqlColumn::seq, recorded.seq);
    set(row, EventSqlColumn::time, recorded.time);
    set(row, EventSqlColumn::kind, kind_of(recorded.event));
    set(row, EventSqlColumn::cause, recorded.cause);
    ++waiting_;
    if ((row.there() & ~kFrequent) != 0) return flush();
    columns_ |= row.there();
    if (waiting_ < kRowsAtATime) return true;
    waiting_ = 0;
    return run(std::exchange(columns_, 0), kRowsAtATime, rows_.begin());
  }
  bool run(std::uint64_t columns, std::size_t rows, auto row) {
    sqlite3_stmt* statement = statement_of(columns, rows);
    if (statement == nullptr) return false;
    int parameter = 0;
    for (; rows != 0; --rows, ++row) {
      for (std::uint64_t left = columns; left != 0; left &= left - 1) {
        row->put(static_cast<std::size_t>(std::countr_zero(left)),
                 ToParameter{statement, ++parameter});
      }
    }
    const int rc = sqlite3_step(statement);
    sqlite3_reset(statement);
    return rc == SQLITE_DONE;
  }
  // The statement for so many rows with those columns: there are some dozens of such sets.
  sqlite3_stmt* statement_of(std::uint64_t columns, std::size_t rows) {
    Insert& statement = statements_[{columns, rows}];
    if (statement) return statement.get();
    std::string names;
    std::string values;
    for (std::uint64_t left = columns; left != 0; left &= left - 1) {
      const auto column = static_cast<std::size_t>(std::countr_zero(left));
      names += (names.empty() ? "" : ", ") + sql_table(TableName::events).columns[column].name;
      values += values.empty() ? "?" : ", ?";
    }
    std::string sql = "INSERT INTO main.events(" + names + ") VALUES(" + values + ")";
    for (std::size_t i = 1; i < rows; ++i) sql += ", (" + values + ")";
    sqlite3_stmt* made = nullptr;
    sqlite3_prepare_v3(database_, sql.c_str(), -1, SQLITE_PREPARE_PERSISTENT, &made, nullptr);
    statement.reset(made);
    return made;
  }

  sqlite3* database_;
  const events::LogHeader& header_;
  std::deque<EventCells> rows_;  // of which so many wait, while the next is filled
  std::size_t waiting_ = 0;
  std::uint64_t columns_ = 0;  // that any of these has
  ClientNumber client_{};
  const events::LogCohort* cohort_ = nullptr;
  std::optional<std::string_view> device_;
  std::map<std::pair<std::uint64_t, std::size_t>, Insert> statements_;
};

}  // namespace

bool insert_events(sqlite3* database, SqlSource& source) {
  EventInserter inserter(database, source.header());
  for (const auto& recorded : source.site_events()) {
    if (!inserter.insert(recorded)) return false;
  }
  if (source.log() == nullptr) return inserter.flush();
  events::VariantVisitor visitor([&](ClientNumber client, const Recorded<ClientEvent>& recorded) {
    return inserter.insert(client, recorded);
  });
  for (const events::PartitionSummary& partition : source.log()->partitions()) {
    const auto visited = events::visit_batches(*source.log(), partition, visitor);
    if (!visited) source.error = visited.error();
    if (!visited || !visited->to_the_end) return false;
  }
  return inserter.flush();
}

}  // namespace tokenlife::sim
