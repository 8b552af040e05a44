// A file with rows of a table.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "events/output_file.hpp"
#include "sim/parquet/column.hpp"
#include "sim/tables/row.hpp"
#include "sim/tables/table.hpp"

namespace tokenlife::sim::parquet {

//   file := magic chunk* footer length magic
//
// Rows are cut into groups, of each of which every column is a chunk: a page with the dictionary,
// if it has one, and a page with the rest. All columns may have nulls, as in SQL.
class TableFile {
 public:
  // A group is in memory until it is written.
  static constexpr std::uint32_t kRowsInGroup = 1U << 17;

  // Makes the file, which must not exist.
  static Result<TableFile, events::LogError> create(const std::filesystem::path& path,
                                                    const SqlTable& table, Compressor& compressor,
                                                    std::uint32_t rows_in_group = kRowsInGroup);

  // Into the row that is next. What is not put is null. Numbers: see Column.
  void put(std::size_t column, std::int64_t number) { columns_[column].add(row_, number); }
  void put(std::size_t column, std::string_view text) { columns_[column].add(row_, text); }
  // A text that stays where it is as long as the file.
  void put_fixed(std::size_t column, std::string_view text) {
    columns_[column].add_fixed(row_, text);
  }
  void end_row() {
    if (++row_ == rows_in_group_) write_group();
  }
  void add(const SqlRow& row);

  // Without it, what there is of the file is none. The error may have come by long ago.
  Result<void, events::LogError> finish();

 private:
  struct Group {
    std::vector<Chunk> chunks;
    std::int64_t rows;
  };

  TableFile(events::OutputFile file, const SqlTable& table, Compressor& compressor,
            std::uint32_t rows_in_group);
  void write_group();
  void append(std::string_view bytes);
  std::string footer() const;

  events::OutputFile file_;
  const SqlTable* table_;
  Compressor* compressor_;
  std::uint32_t rows_in_group_;
  std::vector<Column> columns_;
  std::uint32_t row_ = 0;  // in the group that is gathered
  std::vector<Group> groups_;
  std::optional<events::LogError> error_;
};

}  // namespace tokenlife::sim::parquet
