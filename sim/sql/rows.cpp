#include "sim/sql/rows.hpp"

#include "core/ensure.hpp"
#include "sim/text/time.hpp"

namespace tokenlife::sim {

std::unique_ptr<Rows> rows_of(TableName table, SqlSource& source, const RowsWanted& wanted) {
  switch (table) {
    case TableName::events: return event_rows(source, wanted);
    case TableName::clients:
    case TableName::tokens:
    case TableName::spells:
    case TableName::requests: return client_rows(table, source, wanted);
    case TableName::site_events: return site_event_rows(source);
    case TableName::days: return day_rows(source);
    case TableName::run: return run_rows(source);
  }
  throw_bug("a table", __FILE__, __LINE__);
}

void put_value(const SqlValue& value, sqlite3_context* out) {
  const auto put_text = [&](const std::string& text) {
    sqlite3_result_text64(out, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  };
  if (const auto* number = std::get_if<std::int64_t>(&value)) {
    sqlite3_result_int64(out, *number);
  } else if (const auto* text = std::get_if<std::string>(&value)) {
    put_text(*text);
  } else if (const auto* time = std::get_if<std::chrono::sys_seconds>(&value)) {
    put_text(rfc3339(*time));
  } else if (const auto* day = std::get_if<std::chrono::sys_days>(&value)) {
    put_text(rfc3339(*day).substr(0, 10));
  } else {
    sqlite3_result_null(out);
  }
}

Result<bool, events::LogError> RowsByLot::next() {
  if (is_begun_) ++at_;
  is_begun_ = true;
  while (at_ >= rows_.size()) {
    rows_.clear();
    at_ = 0;
    const auto more = fill(rows_);
    if (!more) return Failed<events::LogError>(more.error());
    if (!*more && rows_.empty()) return false;
  }
  return true;
}

std::int64_t RowsByLot::id(std::int64_t running) const {
  if (client_column_ == kNoColumn) return running;
  const SqlValue& client = rows_[at_][client_column_];
  std::int64_t before = 0;
  while (static_cast<std::size_t>(before) < at_ &&
         rows_[at_ - static_cast<std::size_t>(before) - 1][client_column_] == client) {
    ++before;
  }
  return (std::get<std::int64_t>(client) << 32) + before;
}

}  // namespace tokenlife::sim
