// The values of one event, column by column.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <type_traits>

#include "sim/analysis/event_fields.hpp"
#include "sim/analysis/event_form.hpp"
#include "sim/sql/rows.hpp"
#include "sim/tables/table.hpp"

namespace tokenlife::sim {

// Where a value goes: to whoever asked for it.
struct ToResult {
  sqlite3_context* out;

  void nothing() const { sqlite3_result_null(out); }
  void number(std::int64_t value) const { sqlite3_result_int64(out, value); }
  void fixed(std::string_view text) const { put_fixed(text, out); }
  // Is gone with the next event.
  void made(std::string_view text) const {
    sqlite3_result_text(out, text.data(), static_cast<int>(text.size()), SQLITE_TRANSIENT);
  }
};

// An Out for give_fields().
class EventCells {
 public:
  static constexpr std::size_t kColumnsMax = 64;

  EventCells(std::chrono::sys_seconds start, std::size_t (*column_of)(std::size_t))
      : plain_{texts_, start} {
    for (std::size_t i = 0; i < columns_.size(); ++i) columns_[i] = column_of(i);
  }

  // Forgets the event before.
  void clear() {
    there_ = 0;
    texts_.clear();
  }
  template <class Value>
  void field(FieldName label, const Value& value) {
    const std::size_t column = columns_[sql_field<Value>(label)];
    if (column != kNoColumn) set(column, value);
  }
  // A bit for each column that has a value.
  std::uint64_t there() const { return there_; }
  void put(std::size_t column, const auto& sink) const {
    const Cell& cell = cells_[column];
    if ((there_ >> column & 1) == 0) return sink.nothing();
    switch (cell.is) {
      case Cell::Is::number: return sink.number(cell.number);
      case Cell::Is::fixed: return sink.fixed(cell.text);
      case Cell::Is::made:
        return sink.made(
            {texts_.text().data() + static_cast<std::size_t>(cell.number), cell.bytes});
    }
  }

  // What every event has: a time, or a cause.
  void put_made(const auto& value, sqlite3_context* out) {
    const std::size_t begin = texts_.size();
    plain_.put(value);
    ToResult{out}.made({texts_.text().data() + begin, texts_.size() - begin});
  }
  void set(std::size_t column, const auto& value) {
    there_ |= std::uint64_t{1} << column;
    set_cell(cells_[column], value);
    if constexpr (requires { value.has_value(); }) {
      if (!value) there_ &= ~(std::uint64_t{1} << column);
    }
  }

 private:
  struct Cell {
    enum class Is : std::uint8_t { number, fixed, made } is = Is::number;
    std::int64_t number = 0;  // of a made text: where it begins
    std::size_t bytes = 0;    // of a made text
    std::string_view text{};
  };

  static void set_cell(Cell& cell, std::integral auto value) {
    cell.is = Cell::Is::number;
    cell.number = static_cast<std::int64_t>(value);
  }
  template <class Enum>
  requires std::is_enum_v<Enum>
  static void set_cell(Cell& cell, Enum value) { set_cell(cell, name(value)); }
  // It outlives the query: a name of the program, or of the log's header.
  static void set_cell(Cell& cell, std::string_view text) {
    cell.is = Cell::Is::fixed;
    cell.text = text;
  }
  void set_cell(Cell& cell, const std::optional<Guid>& guid) {
    if (guid) set_made(cell, *guid);
  }
  void set_cell(Cell& cell, Words words) {
    const std::size_t begin = texts_.size();
    plain_.put_joined(words, " ");
    end_made(cell, begin);
  }
  void set_cell(Cell& cell, Instant value) { set_made(cell, value); }
  void set_cell(Cell& cell, const Cause& value) { set_made(cell, value); }
  void set_cell(Cell& cell, Thousandths value) { set_made(cell, value); }
  void set_cell(Cell& cell, Guid value) { set_made(cell, value); }
  void set_cell(Cell& cell, TokenSerial value) { set_made(cell, value); }
  void set_cell(Cell& cell, const Sha256Thumbprint& value) { set_made(cell, value); }

  void set_made(Cell& cell, const auto& value) {
    const std::size_t begin = texts_.size();
    plain_.put(value);
    end_made(cell, begin);
  }
  void end_made(Cell& cell, std::size_t begin) {
    cell.is = Cell::Is::made;
    cell.number = static_cast<std::int64_t>(begin);
    cell.bytes = texts_.size() - begin;
  }

  TextBuffer texts_;
  Plain plain_;
  std::array<std::size_t, kSqlFields> columns_{};
  std::array<Cell, kColumnsMax> cells_{};
  std::uint64_t there_ = 0;
};

}  // namespace tokenlife::sim
