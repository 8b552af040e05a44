#include "events/output_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

#include "events/log_format.hpp"

namespace tokenlife::events {

Result<OutputFile, LogError> OutputFile::create(const std::optional<std::filesystem::path>& path) {
  if (!path) return OutputFile("", -1);
  struct stat ignored {};
  const bool is_there = ::lstat(path->c_str(), &ignored) == 0;
  constexpr int kFlags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC;
  const int descriptor = is_there ? -1 : ::open(partial_of(*path).c_str(), kFlags, kNewFileMode);
  const int why = is_there ? EEXIST : errno;
  OutputFile file(path->string(), descriptor);
  if (descriptor == -1 && why == EEXIST) {
    return Failed<LogError>(
        LogError{LogError::Kind::exists, path->string(), std::nullopt, "already exists"});
  }
  if (descriptor == -1) return Failed<LogError>(file.error("create", why, std::nullopt));
  return file;
}

Result<OutputFile, LogError> OutputFile::go_over(const std::filesystem::path& path) {
  // No link is followed, and no pipe waited for.
  constexpr int kFlags = O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
  int descriptor = ::open(path.c_str(), kFlags);
  const bool has_name = descriptor != -1;
  if (!has_name && errno == ENOENT) {
    descriptor = ::open(partial_of(path).c_str(), kFlags | O_CREAT, kNewFileMode);
  }
  const int why = errno;
  OutputFile file(path.string(), descriptor);
  if (descriptor == -1) return Failed<LogError>(file.error("open", why, std::nullopt));
  file.has_name_ = has_name;
  file.is_same_ = true;
  return file;
}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : path_(std::move(other.path_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      size_(other.size_),
      has_name_(other.has_name_),
      is_same_(other.is_same_) {}

OutputFile& OutputFile::operator=(OutputFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(descriptor_, other.descriptor_);
  std::swap(size_, other.size_);
  std::swap(has_name_, other.has_name_);
  std::swap(is_same_, other.is_same_);
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
  if (is_same_) {
    const auto there = is_there(bytes);
    if (!there) return Failed<LogError>(there.error());
    if (*there) {
      size_ += bytes.size();
      return {};
    }
    if (auto done = make_anew(); !done) return done;
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

// Whether the file goes on with these bytes.
Result<bool, LogError> OutputFile::is_there(std::span<const std::byte> bytes) {
  std::array<std::byte, 16 * 1024> found;
  for (std::uint64_t at = size_; !bytes.empty();) {
    const std::size_t wanted = std::min(bytes.size(), found.size());
    const ssize_t count = ::pread(descriptor_, found.data(), wanted, static_cast<off_t>(at));
    const int why = errno;
    if (count == -1 && why == EINTR) continue;
    if (count == -1) return Failed<LogError>(error("read", why, at));
    const auto some = static_cast<std::size_t>(count);
    if (some == 0 || !std::equal(found.begin(), found.begin() + count, bytes.begin())) return false;
    bytes = bytes.subspan(some);
    at += some;
  }
  return true;
}

// What is behind the bytes so far goes, and the file is not whole.
Result<void, LogError> OutputFile::make_anew() {
  is_same_ = false;
  if (auto done = take_name_back(); !done) return done;
  const auto end = static_cast<off_t>(size_);
  if (::ftruncate(descriptor_, end) == 0 && ::lseek(descriptor_, end, SEEK_SET) == end) return {};
  return Failed<LogError>(error("truncate", errno, size_));
}

Result<void, LogError> OutputFile::take_name_back() {
  if (has_name_ && ::rename(path_.c_str(), partial_of(path_).c_str()) == -1) {
    return Failed<LogError>(error("rename", errno, std::nullopt));
  }
  has_name_ = false;
  return {};
}

void OutputFile::begin_sync() {
  // What comes of it sync() says.
  if (descriptor_ != -1) ::sync_file_range(descriptor_, 0, 0, SYNC_FILE_RANGE_WRITE);
}

Result<void, LogError> OutputFile::sync() {
  if (descriptor_ == -1 || ::fdatasync(descriptor_) == 0) return {};
  return Failed<LogError>(error("sync", errno, std::nullopt));
}

bool OutputFile::lock() {
  struct flock all {};
  all.l_type = F_WRLCK;
  if (descriptor_ == -1 || ::fcntl(descriptor_, F_OFD_SETLK, &all) == 0) return true;
  // A file system without locks does not keep anybody from writing a log.
  return errno != EAGAIN && errno != EACCES;
}

Result<void, LogError> OutputFile::close() {
  if (descriptor_ == -1) return {};
  struct stat status {};
  if (is_same_ && ::fstat(descriptor_, &status) == 0 &&
      static_cast<std::uint64_t>(status.st_size) != size_) {
    if (auto done = make_anew(); !done) return done;
  }
  // An error comes before the name, and the end of the lock behind it: a file that nobody has
  // locked, and that is not whole, was given up.
  const int twin = ::fcntl(descriptor_, F_DUPFD_CLOEXEC, 0);
  if (twin == -1 || ::close(twin) == -1) {
    return Failed<LogError>(error("close", errno, std::nullopt));
  }
  if (!has_name_ && ::rename(partial_of(path_).c_str(), path_.c_str()) == -1) {
    return Failed<LogError>(error("rename", errno, std::nullopt));
  }
  ::close(std::exchange(descriptor_, -1));
  return {};
}

void OutputFile::remove() {
  if (descriptor_ == -1) return;
  ::close(std::exchange(descriptor_, -1));
  ::unlink(name().c_str());
}

std::string OutputFile::name() const {
  return has_name_ || path_.empty() ? path_ : partial_of(path_).string();
}

LogError OutputFile::error(const char* doing, int why, std::optional<std::uint64_t> offset) const {
  return {LogError::Kind::io, name(), offset,
          "cannot " + std::string(doing) + " the file: " + std::system_category().message(why)};
}

}  // namespace tokenlife::events
