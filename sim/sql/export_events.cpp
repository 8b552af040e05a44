#include "sim/sql/export_events.hpp"

#include <bit>
#include <map>
#include <memory>
#include <string>

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

class EventInserter {
 public:
  EventInserter(sqlite3* database, const events::LogHeader& header)
      : database_(database), header_(header), cells_(header.start(), event_column_of) {}

  bool insert(const Recorded<SiteEvent>& recorded) {
    cells_.clear();
    give_fields(recorded, header_, {}, cells_);
    return insert_row(recorded);
  }
  bool insert(ClientNumber client, const Recorded<ClientEvent>& recorded) {
    if (cohort_ == nullptr || client != client_) {
      client_ = client;
      cohort_ = &header_.cohorts[cohort_of(header_, client)];
      device_ = device_of(*cohort_, client);
    }
    cells_.clear();
    give_fields(recorded, header_, client, cells_);
    set(EventSqlColumn::client, client.value);
    set(EventSqlColumn::cohort, std::string_view(cohort_->name));
    if (device_) set(EventSqlColumn::device, *device_);
    return insert_row(recorded);
  }

 private:
  void set(EventSqlColumn column, const auto& value) {
    cells_.set(static_cast<std::size_t>(column), value);
  }
  bool insert_row(const auto& recorded) {
    set(EventSqlColumn::seq, recorded.seq);
    set(EventSqlColumn::time, recorded.time);
    set(EventSqlColumn::kind, kind_of(recorded.event));
    set(EventSqlColumn::cause, recorded.cause);
    sqlite3_stmt* statement = statement_of(cells_.there());
    if (statement == nullptr) return false;
    int parameter = 0;
    for (std::uint64_t left = cells_.there(); left != 0; left &= left - 1) {
      cells_.put(static_cast<std::size_t>(std::countr_zero(left)),
                 ToParameter{statement, ++parameter});
    }
    const int rc = sqlite3_step(statement);
    sqlite3_reset(statement);
    return rc == SQLITE_DONE;
  }
  // The statement for rows that have those columns: there are some dozens of such sets.
  sqlite3_stmt* statement_of(std::uint64_t columns) {
    Insert& statement = statements_[columns];
    if (statement) return statement.get();
    std::string names;
    std::string values;
    for (std::uint64_t left = columns; left != 0; left &= left - 1) {
      const auto column = static_cast<std::size_t>(std::countr_zero(left));
      names += (names.empty() ? "" : ", ") + sql_table(TableName::events).columns[column].name;
      values += values.empty() ? "?" : ", ?";
    }
    const std::string sql = "INSERT INTO main.events(" + names + ") VALUES(" + values + ")";
    sqlite3_stmt* made = nullptr;
    sqlite3_prepare_v3(database_, sql.c_str(), -1, SQLITE_PREPARE_PERSISTENT, &made, nullptr);
    statement.reset(made);
    return made;
  }

  sqlite3* database_;
  const events::LogHeader& header_;
  EventCells cells_;
  ClientNumber client_{};
  const events::LogCohort* cohort_ = nullptr;
  std::optional<std::string_view> device_;
  std::map<std::uint64_t, Insert> statements_;
};

}  // namespace

bool insert_events(sqlite3* database, SqlSource& source) {
  EventInserter inserter(database, source.header());
  for (const auto& recorded : source.site_events()) {
    if (!inserter.insert(recorded)) return false;
  }
  if (source.log() == nullptr) return true;
  events::VariantVisitor visitor([&](ClientNumber client, const Recorded<ClientEvent>& recorded) {
    return inserter.insert(client, recorded);
  });
  for (const events::PartitionSummary& partition : source.log()->partitions()) {
    const auto visited = events::visit_batches(*source.log(), partition, visitor);
    if (!visited) source.error = visited.error();
    if (!visited || !visited->to_the_end) return false;
  }
  return true;
}

}  // namespace tokenlife::sim
