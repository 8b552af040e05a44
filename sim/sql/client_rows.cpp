// Rows of clients, of their tokens, spells and requests, a partition of the log at a time.
#include "sim/sql/rows.hpp"
#include "sim/tables/client_row_maker.hpp"

namespace tokenlife::sim {
namespace {

class ClientRows final : public RowsByLot {
 public:
  ClientRows(TableName table, SqlSource& source, const RowsWanted& wanted)
      : RowsByLot(table == TableName::tokens ? 1 : 0),
        table_(table),
        source_(source),
        wanted_{wanted.window.first_client, wanted.window.last_client},
        is_empty_(!wanted.clients) {}

 private:
  Result<bool, events::LogError> fill(std::vector<SqlRow>& rows) override {
    const auto& partitions = source_.log()->partitions();
    while (next_ < partitions.size() &&
           !has_some_of(source_.header(), partitions[next_], wanted_)) {
      ++next_;
    }
    if (is_empty_ || next_ == partitions.size()) return false;
    if (source_.stop()) return Failed<events::LogError>(stopped_error());
    ClientTables tables;
    if (table_ == TableName::clients) tables.clients = &rows;
    if (table_ == TableName::tokens) tables.tokens = &rows;
    if (table_ == TableName::spells) tables.spells = &rows;
    if (table_ == TableName::requests) tables.requests = &rows;
    const auto made = make_client_rows(tables, source_, partitions[next_++], wanted_);
    if (!made) return Failed<events::LogError>(made.error());
    return true;
  }

  TableName table_;
  SqlSource& source_;
  ClientSpan wanted_;
  bool is_empty_;
  std::size_t next_ = 0;
};

}  // namespace

std::unique_ptr<Rows> client_rows(TableName table, SqlSource& source, const RowsWanted& wanted) {
  return std::make_unique<ClientRows>(table, source, wanted);
}

}  // namespace tokenlife::sim
