// The part of the world that a journal relies on: a file whose bytes outlive a crash. An interface,
// so that tests can stand in for the world with one that fails.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <system_error>

#include "../core/result.hpp"

namespace tokenlife::events {

class Storage {
 public:
  virtual ~Storage() = default;

  // Writes behind the first `offset` bytes. After an error some of the bytes may be there. They
  // outlive a crash only after the next sync.
  virtual std::error_code write(std::uint64_t offset, std::span<const std::byte> bytes) = 0;
  // After an error it is unknown what would outlive a crash.
  virtual std::error_code sync() = 0;
  // Drops what is behind the first `size` bytes.
  virtual std::error_code truncate(std::uint64_t size) = 0;
};

class FileStorage final : public Storage {
 public:
  // A new file, which others may read as far as the umask lets them; or one that is there.
  static Result<std::unique_ptr<FileStorage>, std::error_code> create(
      const std::filesystem::path& path);
  static Result<std::unique_ptr<FileStorage>, std::error_code> open(
      const std::filesystem::path& path);
  FileStorage(const FileStorage&) = delete;
  FileStorage& operator=(const FileStorage&) = delete;
  ~FileStorage() override;

  std::error_code write(std::uint64_t offset, std::span<const std::byte> bytes) override;
  std::error_code sync() override;
  std::error_code truncate(std::uint64_t size) override;

 private:
  static Result<std::unique_ptr<FileStorage>, std::error_code> open(
      const std::filesystem::path& path, int flags);
  explicit FileStorage(int descriptor) : descriptor_(descriptor) {}

  int descriptor_;
};

}  // namespace tokenlife::events
