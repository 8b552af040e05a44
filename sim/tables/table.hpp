// The tables in which SQL sees a log. This is the one list: virtual tables, exported files and
// `log schema` are made from it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "core/names.hpp"
#include "sim/analysis/event_fields.hpp"

namespace tokenlife::sim {

enum class TableName : std::uint8_t {
  events,
  clients,
  tokens,
  spells,
  requests,
  site_events,
  days,
  run
};

}  // namespace tokenlife::sim

template <>
struct tokenlife::Names<tokenlife::sim::TableName> {
  static constexpr std::array<std::string_view, 8> values{
      "events", "clients", "tokens", "spells", "requests", "site_events", "days", "run"};
};

namespace tokenlife::sim {

enum class SqlType : std::uint8_t { text, integer };

}  // namespace tokenlife::sim

template <>
struct tokenlife::Names<tokenlife::sim::SqlType> {
  static constexpr std::array<std::string_view, 2> values{"text", "integer"};
};

namespace tokenlife::sim {

struct SqlColumn {
  std::string name;  // needs no quotes
  SqlType type;
  std::string unit;      // "time", "seconds", "0 or 1"; of a text that is a word, what word
  std::string sentence;  // without a full stop
};

// What its values are, where there are types for it: SQL has numbers and texts.
enum class ValueType : std::uint8_t { text, integer, boolean, time, date };
ValueType value_type(const SqlColumn& column);

struct SqlTable {
  TableName name;
  std::string sentence;
  std::vector<SqlColumn> columns;
  std::vector<std::string> indexes;  // of an exported file: the column of each
};

// All of them, in the order of TableName.
const std::vector<SqlTable>& sql_tables();
inline const SqlTable& sql_table(TableName name) {
  return sql_tables()[static_cast<std::size_t>(name)];
}

// Those of which each client has rows of its own.
constexpr bool is_of_clients(TableName name) {
  return name == TableName::clients || name == TableName::tokens || name == TableName::spells ||
         name == TableName::requests;
}

// Those that a site's journal has, which knows no clients.
constexpr bool is_of_journals(TableName name) {
  return name == TableName::events || name == TableName::site_events || name == TableName::run;
}

// "CREATE TABLE name(column type, ...)"
std::string create_table(const SqlTable& table, std::string_view name);

// ---- Where columns stand -----------------------------------------------------------------------

// Of `events` the first; those of FieldName follow, without what stands here already.
enum class EventSqlColumn : std::uint8_t {
  client,
  device,
  cohort,
  seq,
  time,
  kind,
  via,
  reason,
  cause
};
// Fields are FieldName's, and besides what a clock that went back showed before and after: of other
// events `from` and `to` are networks.
inline constexpr std::size_t kClockFrom = kCount<FieldName>;
inline constexpr std::size_t kClockTo = kClockFrom + 1;
inline constexpr std::size_t kSqlFields = kClockTo + 1;
// Which of them an event means with a value that it gives.
template <class Value>
constexpr std::size_t sql_field(FieldName label) {
  if constexpr (std::is_same_v<Value, Instant>) {
    if (label == FieldName::from) return kClockFrom;
    if (label == FieldName::to) return kClockTo;
  }
  return static_cast<std::size_t>(label);
}
// Of each field its column in `events`; in `site_events`, or kNoColumn.
inline constexpr std::size_t kNoColumn = SIZE_MAX;
std::size_t event_column_of(std::size_t field);
std::size_t site_column_of(std::size_t field);

}  // namespace tokenlife::sim
