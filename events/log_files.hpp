// Where the files of a log are: in a folder, or behind each other in one packed file. What was
// opened stays so: of a folder or a file that takes its place nothing is read. Not installed.
//
// A packed file names none of its files: it counts them, and their names follow from what a log
// has. So there is no name in it that could lead anywhere.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/result.hpp"
#include "events/log.hpp"
#include "events/packed_index.hpp"

namespace tokenlife::events {

// Closes it. -1: none.
class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor();

  int number() const { return number_; }
  int release() { return std::exchange(number_, -1); }

 private:
  int number_;
};

// Bytes of an open file.
struct OpenedFile {
  Descriptor descriptor;
  std::uint64_t offset = 0;  // of the first
  std::uint64_t bytes = 0;
};

class LogFiles {
 public:
  // Of a packed file the index is checked, and that the file is as long as it says.
  static Result<LogFiles, LogError> open(const std::filesystem::path& place);
  // The same, but a packed file may be cut off, or longer, and its index need not fit its digest.
  static Result<LogFiles, LogError> open_leftovers(const std::filesystem::path& place);
  // A packed file that comes from there, in one pass, and is called so in errors. A pipe's bytes go
  // to a file in TMPDIR that has no name. The descriptor stays the caller's.
  static Result<LogFiles, LogError> receive(int descriptor, const std::string& name);

  bool has(const std::string& name) const;
  // Nothing: there is no such file.
  Result<std::optional<std::uint64_t>, LogError> bytes_of(const std::string& name) const;
  // Of a folder also those that are no log's.
  Result<std::vector<std::string>, LogError> names() const;
  // Refused: what is no regular file.
  Result<OpenedFile, LogError> open_file(const std::string& name) const;

  const std::filesystem::path& place() const { return place_; }
  std::string path_of(const std::string& name) const { return (place_ / name).string(); }
  bool is_packed() const { return index_.has_value(); }

 private:
  LogFiles(std::filesystem::path place, Descriptor descriptor)
      : place_(std::move(place)), descriptor_(std::move(descriptor)) {}
  static Result<LogFiles, LogError> open_place(const std::filesystem::path& place,
                                               bool is_leftovers);
  Result<void, LogError> read_index(bool is_leftovers);
  // `why` is an errno.
  LogError error(const std::string& name, const char* doing, int why) const;

  std::filesystem::path place_;
  Descriptor descriptor_;  // of the folder, or of the packed file
  std::optional<PackedIndex> index_{};
};

// All bytes of a file, piece by piece. An error if they are not so many any more.
Result<void, LogError> copy_file(
    const LogFiles& files, const std::string& name, std::uint64_t bytes,
    const std::function<Result<void, LogError>(std::span<const std::byte>)>& write);

// The partition whose file is called so, if one is.
std::optional<std::uint32_t> partition_called(const std::string& name);

}  // namespace tokenlife::events
