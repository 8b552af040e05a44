// A table for people to read, of very many lines perhaps.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tokenlife::sim {

// Lines of cells in columns that line up, two blanks between; the last one without blanks behind.
class TextTable {
 public:
  // Of about so many lines.
  explicit TextTable(std::size_t lines) : lines_(lines) {}

  // Precondition: all lines have as many cells.
  template <class... Cells>
  void add_line(const Cells&... cells) {
    if (widths_.empty()) make_room(sizeof...(cells));
    std::size_t column = 0;
    (add_cell(column++, cells), ...);
  }

  std::string text() const;

 private:
  struct Cell {
    std::uint32_t bytes;
    std::uint32_t width;
  };
  void make_room(std::size_t columns);
  void add_cell(std::size_t column, std::string_view text);

  std::size_t lines_;
  // One behind another: a string for each cell would cost more than all else.
  std::string bytes_;
  std::vector<Cell> cells_;
  std::vector<std::uint32_t> widths_;  // of the columns
};

}  // namespace tokenlife::sim
