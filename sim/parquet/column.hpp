// A column of a file, and what the footer says of each of its chunks.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/parquet/compressor.hpp"
#include "sim/parquet/dictionary.hpp"
#include "sim/parquet/format.hpp"
#include "sim/tables/table.hpp"

namespace tokenlife::sim::parquet {

struct Chunk {
  std::vector<Encoding> encodings;
  std::int64_t values = 0;  // with those that are null
  std::int64_t nulls = 0;
  std::int64_t uncompressed_bytes = 0;
  std::int64_t compressed_bytes = 0;
  std::int64_t data_offset = 0;  // of the data page, in the file
  std::optional<std::int64_t> dictionary_offset;
  // PLAIN, without a length before texts. Nothing: there are no values, or they are long.
  std::optional<std::string> least;
  std::optional<std::string> greatest;
};

Physical physical_type(ValueType type);

// Gathers the values of a row group. Times are milliseconds, and dates days, since 1970.
class Column {
 public:
  explicit Column(ValueType type) : type_(type) {}

  // Rows come in their order; those that do not come are null.
  void add(std::uint32_t row, std::int64_t number) {
    add(row);
    if (has_dictionary()) {
      places_.push_back(numbers_.place_of(number));
    } else {
      plain_.push_back(number);
    }
  }
  void add(std::uint32_t row, std::string_view text) {
    add(row);
    places_.push_back(texts_.place_of(text));
  }
  // A text that stays where it is.
  void add_fixed(std::uint32_t row, std::string_view text) {
    add(row);
    places_.push_back(texts_.place_of_fixed(text));
  }

  // Appends the chunk of so many rows to the bytes of a row group that begins at `group_offset`,
  // and forgets them.
  Chunk write(std::string& group, std::int64_t group_offset, std::uint32_t rows,
              Compressor& compressor);

 private:
  void add(std::uint32_t row) {
    if (row == full_rows_) {
      ++full_rows_;
    } else {
      rows_.push_back(row);
    }
  }
  bool is_empty() const { return full_rows_ == 0 && rows_.empty(); }
  // Times are better off with differences: hardly any comes twice.
  bool has_dictionary() const { return type_ != ValueType::boolean && type_ != ValueType::time; }
  void write_dictionary(std::string& group, Chunk& chunk, Compressor& compressor) const;
  void write_values(std::string& page) const;
  void find_range(Chunk& chunk) const;
  std::string plain_of(std::int64_t number) const;

  ValueType type_;
  std::uint32_t full_rows_ = 0;      // the first, none of which is null
  std::vector<std::uint32_t> rows_;  // that have a value, of those behind
  std::vector<std::int64_t> plain_;
  std::vector<std::uint32_t> places_;
  NumberDictionary numbers_;
  TextDictionary texts_;
};

}  // namespace tokenlife::sim::parquet
