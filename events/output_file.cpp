#include "events/output_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace tokenlife::events {

Result<OutputFile, LogError> OutputFile::create(const std::optional<std::filesystem::path>& path) {
  if (!path) return OutputFile("", -1);
  const int descriptor =
      ::open(path->c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kNewFileMode);
  const int why = errno;
  OutputFile file(path->string(), descriptor);
  if (descriptor == -1 && why == EEXIST) {
    return Failed<LogError>(
        LogError{LogError::Kind::misuse, path->string(), std::nullopt, "already exists"});
  }
  if (descriptor == -1) return Failed<LogError>(file.error("create", why, std::nullopt));
  return file;
}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : path_(std::move(other.path_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      size_(other.size_) {}

OutputFile& OutputFile::operator=(OutputFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(descriptor_, other.descriptor_);
  std::swap(size_, other.size_);
  return *this;
}

OutputFile::~OutputFile() {
  // Only a file that was given up is still open here: its end is missing, whatever close() says.
  if (descriptor_ != -1) ::close(descriptor_);
}

Result<void, LogError> OutputFile::append(std::span<const std::byte> bytes) {
  if (descriptor_ == -1) {
    size_ += bytes.size();
    return {};
  }
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    const int why = errno;
    if (written == -1 && why == EINTR) continue;
    if (written == -1) return Failed<LogError>(error("write", why, size_));
    size_ += static_cast<std::uint64_t>(written);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

Result<void, LogError> OutputFile::close() {
  if (descriptor_ == -1) return {};
  if (::close(std::exchange(descriptor_, -1)) == 0) return {};
  return Failed<LogError>(error("close", errno, std::nullopt));
}

LogError OutputFile::error(const char* doing, int why, std::optional<std::uint64_t> offset) const {
  return {LogError::Kind::io, path_, offset,
          "cannot " + std::string(doing) + " the file: " + std::system_category().message(why)};
}

}  // namespace tokenlife::events
