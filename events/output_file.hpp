// A file that is written from front to back, and that says when the world does not let it.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>

#include "core/result.hpp"
#include "events/log.hpp"

namespace tokenlife::events {

// What a new file may be, as far as the umask leaves it.
inline constexpr mode_t kNewFileMode = 0666;

class OutputFile {
 public:
  // Makes the file, which must not exist. Without a path, bytes are counted and dropped.
  static Result<OutputFile, LogError> create(const std::optional<std::filesystem::path>& path);
  OutputFile(OutputFile&& other) noexcept;
  OutputFile& operator=(OutputFile&& other) noexcept;
  ~OutputFile();

  Result<void, LogError> append(std::span<const std::byte> bytes);
  // Some file systems report a full disk only here.
  Result<void, LogError> close();

  std::uint64_t size() const { return size_; }

 private:
  OutputFile(std::string path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {}
  // `why` is the errno of the call.
  LogError error(const char* doing, int why, std::optional<std::uint64_t> offset) const;

  std::string path_;
  int descriptor_ = -1;  // -1: none
  std::uint64_t size_ = 0;
};

}  // namespace tokenlife::events
