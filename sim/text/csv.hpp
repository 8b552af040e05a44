// CSV files as RFC 4180 has them, read row by row: fields between commas, in double quotes where
// they hold commas, line breaks or quotes, which are doubled then. Lines end as on any machine.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "error.hpp"

namespace tokenlife::sim {

struct CsvField {
  std::string_view text;  // what it says, without its quotes; until the next row is read
  std::string_view raw;   // as it stands in the file
};

class CsvReader {
 public:
  // The path is for messages. Both must outlive the reader.
  CsvReader(std::string_view text, const std::string& path);

  bool at_end() const { return rest_.empty(); }

  // Reads the next row, which may be an empty line: one empty field. Precondition: not at_end().
  std::optional<Error> read_row();
  const std::vector<CsvField>& fields() const { return fields_; }
  std::string_view row() const { return row_; }  // as it stands in the file, without its end

  // Something is wrong at a place, which is of the text.
  Error wrong_at(std::string_view place, std::string what, std::string advice) const;
  // In the row that was read last, at its beginning.
  Error wrong(std::string what, std::string advice) const;
  // The row is not one field for each of so many columns.
  Error wrong_width(std::size_t columns) const;
  // Whether the row seems to have something else between its fields.
  bool lacks_commas() const;
  // The number of a line: of a place in it.
  std::size_t line_number(const char* place) const;

 private:
  // Takes the next field off the rest, up to the comma or the end of the line.
  std::optional<Error> take_field();
  std::optional<Error> take_quoted_field();

  std::string_view text_;
  const std::string& path_;
  std::string_view rest_;
  std::string_view row_;
  std::vector<CsvField> fields_;
  std::deque<std::string>
      unquoted_;  // by field: what the row doubles quotes in; they stay in place
};

// The text as a field: in quotes, if it needs them.
std::string csv_field(std::string_view text);

}  // namespace tokenlife::sim
