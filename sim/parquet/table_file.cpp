#include "sim/parquet/table_file.hpp"

#include <fmt/format.h>

#include <span>

#include "core/version.hpp"
#include "sim/parquet/encoding.hpp"
#include "sim/parquet/thrift.hpp"

namespace tokenlife::sim::parquet {
namespace {

// Readers look at it for whom to blame.
std::string writer() {
  return fmt::format("tokenlife version {}.{}.{}", TOKENLIFE_VERSION_MAJOR, TOKENLIFE_VERSION_MINOR,
                     TOKENLIFE_VERSION_PATCH);
}

// SchemaElement, of a column.
void write_column(ThriftWriter& out, const SqlColumn& column) {
  const ValueType type = value_type(column);
  out.begin();
  out.field(1, number_of(physical_type(type)));
  out.field(3, kOptional);
  out.field(4, std::string_view(column.name));
  const auto as = [&](Converted converted, Logical logical, const auto& fields) {
    out.field(6, number_of(converted));
    out.structure(10, [&] { out.structure(static_cast<int>(logical), fields); });
  };
  switch (type) {
    case ValueType::text: as(Converted::utf8, Logical::string, [] {}); break;
    case ValueType::date: as(Converted::date, Logical::date, [] {}); break;
    case ValueType::time:
      as(Converted::timestamp_millis, Logical::timestamp, [&] {
        out.field(1, true);                                  // in UTC
        out.structure(2, [&] { out.structure(1, [] {}); });  // milliseconds
      });
      break;
    case ValueType::integer:
    case ValueType::boolean: break;
  }
  out.end();
}

// ColumnChunk.
void write_chunk(ThriftWriter& out, const SqlColumn& column, const Chunk& chunk) {
  out.begin();
  out.field(2, std::int64_t{0});  // where there would be a copy of what follows
  out.structure(3, [&] {
    out.field(1, number_of(physical_type(value_type(column))));
    out.list(2, ThriftType::i32, chunk.encodings.size());
    for (const Encoding encoding : chunk.encodings) out.element(number_of(encoding));
    out.list(3, ThriftType::binary, 1);
    out.element(std::string_view(column.name));
    out.field(4, kZstd);
    out.field(5, chunk.values);
    out.field(6, chunk.uncompressed_bytes);
    out.field(7, chunk.compressed_bytes);
    out.field(9, chunk.data_offset);
    if (chunk.dictionary_offset) out.field(11, *chunk.dictionary_offset);
    out.structure(12, [&] {
      out.field(3, chunk.nulls);
      if (!chunk.least) return;
      out.field(5, std::string_view(*chunk.greatest));
      out.field(6, std::string_view(*chunk.least));
    });
  });
  out.end();
}

}  // namespace

Result<TableFile, events::LogError> TableFile::create(const std::filesystem::path& path,
                                                      const SqlTable& table, Compressor& compressor,
                                                      std::uint32_t rows_in_group) {
  auto file = events::OutputFile::create(path);
  if (!file) return Failed<events::LogError>(file.error());
  return TableFile(std::move(*file), table, compressor, rows_in_group);
}

TableFile::TableFile(events::OutputFile file, const SqlTable& table, Compressor& compressor,
                     std::uint32_t rows_in_group)
    : file_(std::move(file)),
      table_(&table),
      compressor_(&compressor),
      rows_in_group_(rows_in_group) {
  for (const SqlColumn& column : table.columns) columns_.emplace_back(value_type(column));
  append(kMagic);
}

void TableFile::add(const SqlRow& row) {
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (const auto* number = std::get_if<std::int64_t>(&row[i])) {
      put(i, *number);
    } else if (const auto* text = std::get_if<std::string>(&row[i])) {
      put(i, std::string_view(*text));
    } else if (const auto* time = std::get_if<std::chrono::sys_seconds>(&row[i])) {
      put(i, milliseconds(*time));
    } else if (const auto* day = std::get_if<std::chrono::sys_days>(&row[i])) {
      put(i, std::int64_t{day->time_since_epoch().count()});
    }
  }
  end_row();
}

void TableFile::write_group() {
  Group group;
  group.rows = row_;
  std::string bytes;
  for (Column& column : columns_) {
    group.chunks.push_back(
        column.write(bytes, static_cast<std::int64_t>(file_.size()), row_, *compressor_));
  }
  append(bytes);
  groups_.push_back(std::move(group));
  row_ = 0;
}

Result<void, events::LogError> TableFile::finish() {
  if (row_ > 0) write_group();
  std::string end = footer();
  append_plain(end, static_cast<std::int64_t>(end.size()), 4);
  end += kMagic;
  append(end);
  if (error_) return Failed<events::LogError>(*error_);
  return file_.close();
}

void TableFile::append(std::string_view bytes) {
  if (error_) return;
  const auto written = file_.append(std::as_bytes(std::span(bytes)));
  if (!written) error_ = written.error();
}

// FileMetaData.
std::string TableFile::footer() const {
  std::string bytes;
  ThriftWriter out(bytes);
  std::int64_t rows = 0;
  for (const Group& group : groups_) rows += group.rows;
  out.field(1, kFileVersion);
  out.list(2, ThriftType::structure, columns_.size() + 1);
  out.begin();
  out.field(4, name(table_->name));
  out.field(5, number_of(columns_.size()));
  out.end();
  for (const SqlColumn& column : table_->columns) write_column(out, column);
  out.field(3, rows);
  out.list(4, ThriftType::structure, groups_.size());
  for (const Group& group : groups_) {
    std::int64_t uncompressed = 0;
    std::int64_t compressed = 0;
    out.begin();
    out.list(1, ThriftType::structure, group.chunks.size());
    for (std::size_t i = 0; i < group.chunks.size(); ++i) {
      write_chunk(out, table_->columns[i], group.chunks[i]);
      uncompressed += group.chunks[i].uncompressed_bytes;
      compressed += group.chunks[i].compressed_bytes;
    }
    out.field(2, uncompressed);
    out.field(3, group.rows);
    out.field(6, compressed);
    out.end();
  }
  out.field(6, std::string_view(writer()));
  // ColumnOrder: the one that follows from each type.
  out.list(7, ThriftType::structure, columns_.size());
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    out.begin();
    out.structure(1, [] {});
    out.end();
  }
  out.end();
  return bytes;
}

}  // namespace tokenlife::sim::parquet
