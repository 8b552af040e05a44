#include "sim/text/text_table.hpp"

#include <algorithm>
#include <numeric>

namespace tokenlife::sim {
namespace {

constexpr std::size_t kBetween = 2;
// So much room costs nothing where it is not used, and what is used is not copied to a larger one.
constexpr std::size_t kCellBytesUsual = 24;

// A continuation byte of UTF-8 begins no column.
std::uint32_t width_of(std::string_view text) {
  std::uint32_t width = 0;
  for (const char c : text) width += (c & 0xc0) != 0x80 ? 1U : 0U;
  return width;
}

}  // namespace

void TextTable::make_room(std::size_t columns) {
  widths_.resize(columns);
  cells_.reserve(lines_ * columns);
  bytes_.reserve(lines_ * columns * kCellBytesUsual);
}

void TextTable::add_cell(std::size_t column, std::string_view text) {
  const Cell cell{static_cast<std::uint32_t>(text.size()), width_of(text)};
  bytes_ += text;
  cells_.push_back(cell);
  widths_[column] = std::max(widths_[column], cell.width);
}

std::string TextTable::text() const {
  const std::size_t columns = widths_.size();
  if (columns == 0) return {};
  const std::size_t width = std::accumulate(widths_.begin(), widths_.end(), kBetween * columns);
  std::string text;
  text.reserve(cells_.size() / columns * width);
  std::string_view rest = bytes_;
  for (std::size_t i = 0; i < cells_.size(); ++i) {
    const std::size_t column = i % columns;
    text += rest.substr(0, cells_[i].bytes);
    rest.remove_prefix(cells_[i].bytes);
    if (column + 1 < columns) {
      text.append(widths_[column] - cells_[i].width + kBetween, ' ');
    } else {
      text += '\n';
    }
  }
  return text;
}

}  // namespace tokenlife::sim
