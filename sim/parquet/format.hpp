// The numbers of src/main/thrift/parquet.thrift of apache/parquet-format, as far as files have them
// here. README.md there describes a file, Encodings.md what is in its pages.
#pragma once

#include <cstdint>
#include <string_view>

namespace tokenlife::sim::parquet {

// A file begins and ends with it. Before the last one stands, in four bytes, how long the footer
// is.
inline constexpr std::string_view kMagic = "PAR1";
inline constexpr std::int32_t kFileVersion = 2;

enum class Physical : std::int32_t { boolean = 0, int32 = 1, int64 = 2, byte_array = 6 };
enum class Converted : std::int32_t { utf8 = 0, date = 6, timestamp_millis = 9 };
// The field of the union LogicalType.
enum class Logical : int { string = 1, date = 6, timestamp = 8 };
enum class Encoding : std::int32_t {
  plain = 0,
  rle = 3,
  delta_binary_packed = 5,
  rle_dictionary = 8
};
enum class PageType : std::int32_t { data = 0, dictionary = 2 };
inline constexpr std::int32_t kOptional = 1;  // FieldRepetitionType
inline constexpr std::int32_t kZstd = 6;      // CompressionCodec

}  // namespace tokenlife::sim::parquet
