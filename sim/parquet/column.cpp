#include "sim/parquet/column.hpp"

#include <algorithm>
#include <bit>

#include "sim/parquet/encoding.hpp"
#include "sim/parquet/thrift.hpp"

namespace tokenlife::sim::parquet {
namespace {

// Longer ones are not worth their place in the footer.
constexpr std::size_t kBytesOfRange = 64;

// PageHeader, its content compressed. `about` gives the fields of the page's own header.
template <class About>
void append_page(std::string& group, Chunk& chunk, PageType type, std::string_view content,
                 Compressor& compressor, const About& about) {
  const std::string_view compressed = compressor.compress(content);
  const std::size_t begin = group.size();
  ThriftWriter header(group);
  header.field(1, number_of(type));
  header.field(2, number_of(content.size()));
  header.field(3, number_of(compressed.size()));
  header.structure(type == PageType::data ? 5 : 7, [&] { about(header); });
  header.end();
  chunk.uncompressed_bytes += static_cast<std::int64_t>(group.size() - begin + content.size());
  group += compressed;
  chunk.compressed_bytes += static_cast<std::int64_t>(group.size() - begin);
}

}  // namespace

Physical physical_type(ValueType type) {
  switch (type) {
    case ValueType::text: return Physical::byte_array;
    case ValueType::integer:
    case ValueType::time: return Physical::int64;
    case ValueType::date: return Physical::int32;
    case ValueType::boolean: return Physical::boolean;
  }
  return Physical::byte_array;
}

Chunk Column::write(std::string& group, std::int64_t group_offset, std::uint32_t rows,
                    Compressor& compressor) {
  const auto offset_now = [&] { return group_offset + static_cast<std::int64_t>(group.size()); };
  Chunk chunk;
  chunk.values = rows;
  chunk.nulls = rows - full_rows_ - static_cast<std::int64_t>(rows_.size());
  // A dictionary without entries would trouble readers.
  Encoding encoding = Encoding::plain;
  if (!is_empty() && has_dictionary()) {
    encoding = Encoding::rle_dictionary;
    chunk.dictionary_offset = offset_now();
    write_dictionary(group, chunk, compressor);
    chunk.encodings.push_back(Encoding::plain);
  } else if (!is_empty() && type_ == ValueType::time) {
    encoding = Encoding::delta_binary_packed;
  }
  chunk.encodings.push_back(encoding);
  chunk.encodings.push_back(Encoding::rle);
  std::string levels;
  append_levels(levels, full_rows_, rows_, rows);
  std::string page;
  append_plain(page, static_cast<std::int64_t>(levels.size()), 4);
  page += levels;
  write_values(page);
  chunk.data_offset = offset_now();
  append_page(group, chunk, PageType::data, page, compressor, [&](ThriftWriter& header) {
    header.field(1, number_of(rows));
    header.field(2, number_of(encoding));
    header.field(3, number_of(Encoding::rle));  // definition levels
    header.field(4, number_of(Encoding::rle));  // repetition levels, of which there are none
  });
  find_range(chunk);
  full_rows_ = 0;
  rows_.clear();
  plain_.clear();
  places_.clear();
  numbers_.clear();
  texts_.clear();
  return chunk;
}

void Column::write_dictionary(std::string& group, Chunk& chunk, Compressor& compressor) const {
  std::string entries;
  for (const std::int64_t number : numbers_.values()) entries += plain_of(number);
  for (std::size_t place = 0; place < texts_.size(); ++place) {
    const std::string_view text = texts_.at(place);
    append_plain(entries, static_cast<std::int64_t>(text.size()), 4);
    entries += text;
  }
  append_page(group, chunk, PageType::dictionary, entries, compressor, [&](ThriftWriter& header) {
    header.field(1, number_of(numbers_.values().size() + texts_.size()));
    header.field(2, number_of(Encoding::plain));
  });
}

void Column::write_values(std::string& page) const {
  if (is_empty()) return;
  if (type_ == ValueType::boolean) return append_booleans(page, plain_);
  if (type_ == ValueType::time) return append_deltas(page, plain_);
  const std::size_t entries = numbers_.values().size() + texts_.size();
  const auto width = static_cast<int>(std::bit_width(entries - 1));
  page += static_cast<char>(width);
  append_hybrid(page, places_, width);
}

void Column::find_range(Chunk& chunk) const {
  if (is_empty()) return;
  if (type_ != ValueType::text) {
    const auto& all = has_dictionary() ? numbers_.values() : plain_;
    const auto [least, greatest] = std::minmax_element(all.begin(), all.end());
    chunk.least = plain_of(*least);
    chunk.greatest = plain_of(*greatest);
    return;
  }
  // By their bytes, unsigned.
  std::string_view least = texts_.at(0);
  std::string_view greatest = least;
  for (std::size_t place = 1; place < texts_.size(); ++place) {
    least = std::min(least, texts_.at(place));
    greatest = std::max(greatest, texts_.at(place));
  }
  if (least.size() > kBytesOfRange || greatest.size() > kBytesOfRange) return;
  chunk.least = least;
  chunk.greatest = greatest;
}

std::string Column::plain_of(std::int64_t number) const {
  std::string bytes;
  const Physical physical = physical_type(type_);
  append_plain(bytes, number,
               physical == Physical::boolean ? 1
               : physical == Physical::int32 ? 4
                                             : 8);
  return bytes;
}

}  // namespace tokenlife::sim::parquet
