// What a packed log begins with: which files it holds, and how long they are; FORMAT.md explains
// it. Not installed.
//
//   packed    := magic partitions site entry* digest file*
//   magic     := 8 bytes, the last is the version of this format: 1
//   partitions := uint64                 how many entries follow
//   site      := uint64                  bytes of site.log
//   entry     := number bytes            uint64 each: a partition, and the bytes of its file
//   digest    := SHA-256 of all before it
//   file      := the bytes of site.log, then those of the partitions' files in the index's order
//
// Numbers are little-endian.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "events/log.hpp"
#include "events/log_format.hpp"

namespace tokenlife::events {

inline constexpr Magic kPackedMagic{'T', 'L', 'P', 'A', 'C', 'K', '\0', '\1'};
// Client numbers have 32 bits.
inline constexpr std::uint64_t kPartitionsMax =
    (std::uint64_t{1} << 32) / std::uint64_t{kPartitionClients};
// Of all files together: sums of good numbers do not overflow, and are good offsets.
inline constexpr std::uint64_t kPackedBytesMax = std::uint64_t{1} << 62;

struct PackedFile {
  std::uint32_t partition = 0;
  std::uint64_t offset = 0;  // in the packed file
  std::uint64_t bytes = 0;
};

struct PackedIndex {
  std::uint64_t site_offset = 0;
  std::uint64_t site_bytes = 0;
  std::vector<PackedFile> partitions;  // in the order of their numbers
  std::uint64_t end = 0;               // of the packed file

  const PackedFile* find(std::uint32_t partition) const;
};

// Makes the offsets of an index from its sizes, and its bytes.
std::vector<std::byte> encode(PackedIndex& index);

// Gives the next bytes; an error, also where there are no more.
using NextBytes = std::function<Result<void, LogError>(std::span<std::byte>)>;

// Reads an index from the beginning of `file`, and no byte behind it. It takes no more memory than
// there are bytes. Without a digest that fits it is an error, unless `ignores_digest`.
Result<PackedIndex, LogError> read_packed_index(const std::string& file, const NextBytes& next,
                                                bool ignores_digest);

}  // namespace tokenlife::events
