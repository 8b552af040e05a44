#include "events/packed_index.hpp"

#include <algorithm>
#include <array>

#include "core/ensure.hpp"
#include "core/token/sha256.hpp"

namespace tokenlife::events {
namespace {

constexpr std::size_t kEntriesAtOnce = 1024;
constexpr std::size_t kEntryWords = 2;

void append(std::vector<std::byte>& bytes, std::span<const std::byte> more) {
  bytes.insert(bytes.end(), more.begin(), more.end());
}

void append(std::vector<std::byte>& bytes, std::uint64_t number) {
  append(bytes, std::as_bytes(std::span(&number, 1)));
}

// Offsets follow from sizes. Not so if the sum is too large.
bool lay_out(PackedIndex& index) {
  std::uint64_t at = kMagicBytes + 2 * sizeof(std::uint64_t) +
                     index.partitions.size() * kEntryWords * sizeof(std::uint64_t) + kDigestBytes;
  const auto place = [&](std::uint64_t& offset, std::uint64_t bytes) {
    offset = at;
    if (bytes > kPackedBytesMax - at) return false;
    at += bytes;
    return true;
  };
  if (!place(index.site_offset, index.site_bytes)) return false;
  for (PackedFile& file : index.partitions) {
    if (!place(file.offset, file.bytes)) return false;
  }
  index.end = at;
  return true;
}

Failed<LogError> damaged_index(const std::string& file, std::uint64_t offset,
                               const std::string& what) {
  return Failed<LogError>(LogError{LogError::Kind::corrupt, file, offset, what});
}

// Byte by byte: what is no packed log says so before it is found to be short.
Result<void, LogError> read_magic(const std::string& file, const NextBytes& next) {
  for (std::size_t i = 0; i < kPackedMagic.size(); ++i) {
    char found = 0;
    if (auto read = next(std::as_writable_bytes(std::span(&found, 1))); !read) return read;
    if (found == kPackedMagic[i]) continue;
    const auto version = static_cast<unsigned char>(found);
    const auto known = static_cast<unsigned char>(kPackedMagic.back());
    if (i + 1 == kPackedMagic.size() && version > known) {
      return Failed<LogError>(LogError{LogError::Kind::unsupported, file, i,
                                       "unsupported version " + std::to_string(version) +
                                           " of packed logs (this program reads " +
                                           std::to_string(known) + ")"});
    }
    return Failed<LogError>(LogError{LogError::Kind::misuse, file, std::nullopt,
                                     "neither a log's folder nor a packed log"});
  }
  return {};
}

}  // namespace

const PackedFile* PackedIndex::find(std::uint32_t partition) const {
  const auto found = std::lower_bound(
      partitions.begin(), partitions.end(), partition,
      [](const PackedFile& file, std::uint32_t number) { return file.partition < number; });
  return found != partitions.end() && found->partition == partition ? &*found : nullptr;
}

std::vector<std::byte> encode(PackedIndex& index) {
  ensure(lay_out(index), "files that exist to have a sum of sizes");
  std::vector<std::byte> bytes;
  append(bytes, std::as_bytes(std::span(kPackedMagic)));
  append(bytes, std::uint64_t{index.partitions.size()});
  append(bytes, index.site_bytes);
  for (const PackedFile& file : index.partitions) {
    append(bytes, std::uint64_t{file.partition});
    append(bytes, file.bytes);
  }
  const Sha256Bytes digest = Sha256Hasher().hash({}, bytes);
  append(bytes, std::as_bytes(std::span(digest)));
  return bytes;
}

Result<PackedIndex, LogError> read_packed_index(const std::string& file, const NextBytes& next,
                                                bool ignores_digest) {
  if (auto read = read_magic(file, next); !read) return Failed<LogError>(read.error());
  std::array<std::uint64_t, 2> sizes{};
  if (auto read = next(std::as_writable_bytes(std::span(sizes))); !read) {
    return Failed<LogError>(read.error());
  }
  PackedIndex index;
  std::uint64_t left = sizes[0];
  index.site_bytes = sizes[1];
  if (left > kPartitionsMax) {
    return damaged_index(file, kMagicBytes, "the index has too many partitions");
  }
  std::vector<std::byte> bytes;
  append(bytes, std::as_bytes(std::span(kPackedMagic)));
  append(bytes, std::as_bytes(std::span(sizes)));
  std::vector<std::uint64_t> words;
  while (left != 0) {
    const std::uint64_t entries = std::min<std::uint64_t>(left, kEntriesAtOnce);
    words.resize(entries * kEntryWords);
    const auto some = std::as_writable_bytes(std::span(words));
    if (auto read = next(some); !read) return Failed<LogError>(read.error());
    for (std::size_t i = 0; i < words.size(); i += kEntryWords) {
      const std::uint64_t at = bytes.size() + i * sizeof(std::uint64_t);
      const bool is_later =
          index.partitions.empty() || words[i] > index.partitions.back().partition;
      if (words[i] >= kPartitionsMax) return damaged_index(file, at, "there is no such partition");
      if (!is_later) return damaged_index(file, at, "partitions are out of order");
      index.partitions.push_back({static_cast<std::uint32_t>(words[i]), 0, words[i + 1]});
    }
    append(bytes, some);
    left -= entries;
  }
  std::array<unsigned char, kDigestBytes> digest{};
  if (auto read = next(std::as_writable_bytes(std::span(digest))); !read) {
    return Failed<LogError>(read.error());
  }
  if (!ignores_digest && Sha256Hasher().hash({}, bytes) != digest) {
    return damaged_index(file, 0, "the index does not match its digest");
  }
  if (!lay_out(index)) return damaged_index(file, kMagicBytes, "the files have no sum of sizes");
  return index;
}

}  // namespace tokenlife::events
