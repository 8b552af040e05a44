#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "events/output_file.hpp"
#include "events/storage.hpp"

namespace tokenlife::events {
namespace {

std::error_code error_now() { return {errno, std::system_category()}; }

}  // namespace

Result<std::unique_ptr<FileStorage>, std::error_code> FileStorage::open(
    const std::filesystem::path& path, int flags) {
  const int descriptor = ::open(path.c_str(), flags | O_CLOEXEC, kNewFileMode);
  if (descriptor == -1) return Failed<std::error_code>(error_now());
  return std::unique_ptr<FileStorage>(new FileStorage(descriptor));
}

Result<std::unique_ptr<FileStorage>, std::error_code> FileStorage::create(
    const std::filesystem::path& path) {
  return open(path, O_WRONLY | O_CREAT | O_EXCL);
}

Result<std::unique_ptr<FileStorage>, std::error_code> FileStorage::open(
    const std::filesystem::path& path) {
  return open(path, O_WRONLY);
}

FileStorage::~FileStorage() {
  // What counts was synced; of the rest nobody was told that it is there.
  ::close(descriptor_);
}

std::error_code FileStorage::write(std::uint64_t offset, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written =
        ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written == -1 && errno == EINTR) continue;
    if (written == -1) return error_now();
    offset += static_cast<std::uint64_t>(written);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

std::error_code FileStorage::sync() {
  return ::fsync(descriptor_) == 0 ? std::error_code{} : error_now();
}

std::error_code FileStorage::truncate(std::uint64_t size) {
  return ::ftruncate(descriptor_, static_cast<off_t>(size)) == 0 ? std::error_code{} : error_now();
}

}  // namespace tokenlife::events
