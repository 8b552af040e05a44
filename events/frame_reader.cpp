#include "events/frame_reader.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

namespace tokenlife::events {
namespace {

std::string number(std::uint64_t value) { return std::to_string(value); }

}  // namespace

FrameReader::FrameReader(FrameReader&& other) noexcept
    : path_(std::move(other.path_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      size_(other.size_),
      position_(other.position_),
      digest_(other.digest_),
      hasher_(std::move(other.hasher_)),
      frame_(std::move(other.frame_)) {}

FrameReader& FrameReader::operator=(FrameReader&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(descriptor_, other.descriptor_);
  std::swap(size_, other.size_);
  std::swap(position_, other.position_);
  std::swap(digest_, other.digest_);
  std::swap(hasher_, other.hasher_);
  std::swap(frame_, other.frame_);
  return *this;
}

FrameReader::~FrameReader() {
  if (descriptor_ != -1) ::close(descriptor_);
}

Result<FrameReader, LogError> FrameReader::open(const std::filesystem::path& path,
                                                const Magic& magic, const Digest& first_previous,
                                                std::optional<std::uint64_t> size) {
  // O_NONBLOCK: a named pipe in the folder must not make the reader wait for ever.
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  FrameReader reader(path.string(), descriptor, first_previous);
  if (descriptor == -1) return Failed<LogError>(reader.error_now("open"));
  if (auto good = reader.check_size(size); !good) return Failed<LogError>(good.error());
  if (auto good = reader.read_magic(magic); !good) return Failed<LogError>(good.error());
  return reader;
}

Result<void, LogError> FrameReader::check_size(std::optional<std::uint64_t> size) {
  struct stat status {};
  if (::fstat(descriptor_, &status) == -1) return Failed<LogError>(error_now("look at"));
  if (!S_ISREG(status.st_mode)) return Failed<LogError>(LogError{path_, 0, "this is not a file"});
  size_ = static_cast<std::uint64_t>(status.st_size);
  return size ? check_file_size(path_, size_, *size) : Result<void, LogError>{};
}

Result<void, LogError> FrameReader::read_magic(const Magic& magic) {
  Magic found{};
  const std::size_t present = std::min<std::uint64_t>(found.size(), size_);
  if (auto read = read_at(0, std::as_writable_bytes(std::span(found)).first(present)); !read) {
    return read;
  }
  const auto differs = std::mismatch(found.begin(), found.begin() + present, magic.begin()).first;
  const auto same = static_cast<std::size_t>(differs - found.begin());
  if (same + 1 == magic.size() && present == magic.size()) {
    return Failed<LogError>(
        damaged(same, "version " + number(static_cast<unsigned char>(found.back())) +
                          " of the format is not known; this program reads version " +
                          number(static_cast<unsigned char>(magic.back()))));
  }
  if (same < present) return Failed<LogError>(damaged(same, "this is no such file of a log"));
  if (present < magic.size()) return Failed<LogError>(cut_short("inside its first 8 bytes"));
  position_ = magic.size();
  return {};
}

Result<Frame, LogError> FrameReader::next() {
  const std::uint64_t offset = position_;
  const std::uint64_t left = size_ - offset;
  if (left == 0) return Failed<LogError>(cut_short("without its end frame"));
  if (left < kFrameHeaderBytes) {
    return Failed<LogError>(cut_short("inside the frame at byte " + number(offset)));
  }
  FrameHeader header{};
  if (auto read = read_at(offset, std::as_writable_bytes(std::span(&header, 1))); !read) {
    return Failed<LogError>(read.error());
  }
  const std::uint64_t payload = header.payload_bytes;
  if (payload == 0 || payload % 8 != 0 || payload > kPayloadBytesMax) {
    return Failed<LogError>(damaged(offset, "no frame has " + number(payload) + " bytes"));
  }
  const std::uint64_t whole = kFrameHeaderBytes + payload + kDigestBytes;
  if (whole > left) {
    return Failed<LogError>(cut_short("inside the frame at byte " + number(offset)));
  }
  frame_.resize(std::max<std::size_t>(frame_.size(), whole / 8));
  const auto bytes = std::as_writable_bytes(std::span(frame_)).first(whole);
  if (auto read = read_at(offset, bytes); !read) return Failed<LogError>(read.error());
  // The header was read a second time, for the digest: it must not have changed in between.
  if (std::memcmp(bytes.data(), &header, kFrameHeaderBytes) != 0) {
    return Failed<LogError>(damaged(offset, "the file changed while it was read"));
  }
  const Digest digest = hasher_.next(digest_, bytes.first(whole - kDigestBytes));
  if (std::memcmp(digest.bytes.data(), bytes.data() + whole - kDigestBytes, kDigestBytes) != 0) {
    return Failed<LogError>(damaged(offset, "the digest of the frame does not fit"));
  }
  digest_ = digest;
  position_ += whole;
  return Frame{header.type, offset, std::span(frame_).subspan(1, payload / 8)};
}

Result<void, LogError> FrameReader::check_end() const {
  if (position_ == size_) return {};
  return Failed<LogError>(damaged(position_, "there are bytes after the end frame"));
}

Result<std::vector<std::byte>, LogError> FrameReader::rest(std::size_t bytes_max) const {
  std::vector<std::byte> bytes(std::min<std::uint64_t>(size_ - position_, bytes_max));
  if (auto read = read_at(position_, bytes); !read) return Failed<LogError>(read.error());
  return bytes;
}

Result<void, LogError> FrameReader::read_at(std::uint64_t offset,
                                            std::span<std::byte> bytes) const {
  while (!bytes.empty()) {
    const ssize_t count =
        ::pread(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (count == -1 && errno == EINTR) continue;
    if (count == -1) return Failed<LogError>(error_now("read"));
    if (count == 0) return Failed<LogError>(cut_short("while it was read"));
    bytes = bytes.subspan(static_cast<std::size_t>(count));
    offset += static_cast<std::uint64_t>(count);
  }
  return {};
}

LogError FrameReader::damaged(std::uint64_t offset, const std::string& what) const {
  return {path_, offset, "the file is damaged: " + what};
}

LogError FrameReader::cut_short(const std::string& what) const {
  return {path_, size_, "the file is cut short: it ends at byte " + number(size_) + ", " + what};
}

LogError FrameReader::error_now(const char* doing) const {
  const std::string reason = std::system_category().message(errno);
  return {path_, position_, "cannot " + std::string(doing) + " the file: " + reason};
}

Result<void, LogError> check_file_size(const std::string& path, std::uint64_t size,
                                       std::uint64_t expected) {
  if (size < expected) {
    return Failed<LogError>(LogError{
        path, size,
        "the file is cut short: it ends at byte " + number(size) + " of " + number(expected)});
  }
  if (size > expected) {
    return Failed<LogError>(LogError{path, expected,
                                     "the file is damaged: there are bytes after the " +
                                         number(expected) + " that were written"});
  }
  return {};
}

}  // namespace tokenlife::events
