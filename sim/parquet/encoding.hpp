// How Parquet writes values: see Encodings.md of apache/parquet-format.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace tokenlife::sim::parquet {

// RLE, the hybrid of repetitions and of bits side by side, without a length before it.
// Precondition: no value takes more than `width` bits, of 0 to 32.
void append_hybrid(std::string& out, std::span<const std::uint32_t> values, int width);

// The same of definition levels, which are 1 in the rows that have a value, and else 0: those are
// the first `full_rows`, and of the ones behind them `with_value`, in their order.
void append_levels(std::string& out, std::uint32_t full_rows,
                   std::span<const std::uint32_t> with_value, std::uint32_t rows);

// DELTA_BINARY_PACKED, in which each difference takes 64 bits and none is taken from the others.
// There are shorter forms, but they are for files without compression: a difference that comes
// again is the same eight bytes again only here, and Zstandard makes two thirds of it.
void append_deltas(std::string& out, std::span<const std::int64_t> values);

// PLAIN, of BOOLEAN: 0 or 1, eight in a byte, the lowest bit first.
void append_booleans(std::string& out, std::span<const std::int64_t> values);

// PLAIN, of numbers: little-endian, the lowest `bytes`.
void append_plain(std::string& out, std::int64_t value, int bytes);

}  // namespace tokenlife::sim::parquet
