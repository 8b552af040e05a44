#include "events/frame_reader.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "events/log_files.hpp"

namespace tokenlife::events {
namespace {

// So much is read at once where frames are read in order: most have some kilobytes, those of a
// journal some hundred bytes.
constexpr std::uint64_t kAheadBytes = 128 * 1024;
constexpr std::size_t kFramesAtOnce = 64;

constexpr const char* kCutOff = "the last part of the file is cut off";

std::string number(std::uint64_t value) { return std::to_string(value); }

}  // namespace

FrameReader::FrameReader(FrameReader&& other) noexcept
    : path_(std::move(other.path_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      first_(other.first_),
      size_(other.size_),
      has_known_size_(other.has_known_size_),
      position_(other.position_),
      last_(other.last_),
      is_in_order_(other.is_in_order_),
      version_(other.version_),
      digest_(other.digest_),
      before_(other.before_),
      hasher_(std::move(other.hasher_)),
      frame_(std::move(other.frame_)),
      ahead_(std::move(other.ahead_)),
      ahead_from_(other.ahead_from_),
      digests_ahead_(std::move(other.digests_ahead_)),
      next_digest_(other.next_digest_) {}

FrameReader& FrameReader::operator=(FrameReader&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(descriptor_, other.descriptor_);
  std::swap(first_, other.first_);
  std::swap(size_, other.size_);
  std::swap(has_known_size_, other.has_known_size_);
  std::swap(position_, other.position_);
  std::swap(last_, other.last_);
  std::swap(is_in_order_, other.is_in_order_);
  std::swap(version_, other.version_);
  std::swap(digest_, other.digest_);
  std::swap(before_, other.before_);
  std::swap(hasher_, other.hasher_);
  std::swap(frame_, other.frame_);
  std::swap(ahead_, other.ahead_);
  std::swap(ahead_from_, other.ahead_from_);
  std::swap(digests_ahead_, other.digests_ahead_);
  std::swap(next_digest_, other.next_digest_);
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
  const int why = errno;
  FrameReader reader(path.string(), descriptor, first_previous);
  if (descriptor == -1) return Failed<LogError>(reader.error("open", why, std::nullopt));
  auto good = reader.find_size();
  reader.has_known_size_ = size.has_value();
  if (good) good = reader.start(magic, size);
  if (!good) return Failed<LogError>(good.error());
  return reader;
}

Result<FrameReader, LogError> FrameReader::open(const LogFiles& files, const std::string& name,
                                                const Magic& magic, const Digest& first_previous,
                                                std::optional<std::uint64_t> size) {
  auto opened = files.open_file(name);
  if (!opened) return Failed<LogError>(opened.error());
  FrameReader reader(files.path_of(name), opened->descriptor.release(), first_previous);
  reader.first_ = opened->offset;
  reader.size_ = opened->bytes;
  reader.has_known_size_ = size.has_value() || files.is_packed();
  if (auto good = reader.start(magic, size); !good) return Failed<LogError>(good.error());
  return reader;
}

Result<void, LogError> FrameReader::start(const Magic& magic, std::optional<std::uint64_t> size) {
  auto good = size ? check_file_size(path_, size_, *size) : Result<void, LogError>{};
  return good ? read_magic(magic) : good;
}

Result<void, LogError> FrameReader::find_size() {
  struct stat status {};
  if (::fstat(descriptor_, &status) == -1) {
    return Failed<LogError>(error("examine", errno, std::nullopt));
  }
  if (!S_ISREG(status.st_mode)) {
    return Failed<LogError>(
        LogError{LogError::Kind::misuse, path_, std::nullopt, "not a regular file"});
  }
  size_ = static_cast<std::uint64_t>(status.st_size);
  return {};
}

Result<void, LogError> FrameReader::read_magic(const Magic& magic) {
  Magic found{};
  const std::size_t present = std::min<std::uint64_t>(found.size(), size_);
  if (auto read = read_at(0, std::as_writable_bytes(std::span(found)).first(present)); !read) {
    return read;
  }
  const auto differs = std::mismatch(found.begin(), found.begin() + present, magic.begin()).first;
  const auto same = static_cast<std::size_t>(differs - found.begin());
  const auto version = static_cast<unsigned char>(found.back());
  const auto known = static_cast<unsigned char>(magic.back());
  if (same + 1 == magic.size() && present == magic.size() && version > known) {
    return Failed<LogError>(LogError{LogError::Kind::unsupported, path_, same,
                                     "unsupported format version " + number(version) +
                                         " (this program reads " + (known == 1 ? "" : "1 to ") +
                                         number(known) + ")"});
  }
  const bool is_older = same + 1 == magic.size() && present == magic.size() && version != 0;
  if (same < present && !is_older)
    return Failed<LogError>(corrupt(same, "not a file of a log: wrong magic"));
  if (present < magic.size()) return Failed<LogError>(ends("inside its first 8 bytes"));
  position_ = magic.size();
  version_ = version;
  return {};
}

Result<Frame, LogError> FrameReader::next() {
  const std::uint64_t offset = position_;
  const std::uint64_t left = size_ - offset;
  if (left == 0) return Failed<LogError>(ends("where a frame (block of the file) is expected"));
  if (left < kFrameHeaderBytes) {
    return Failed<LogError>(ends("inside the frame (block of the file) at byte " + number(offset)));
  }
  FrameHeader header{};
  const auto header_bytes = std::as_writable_bytes(std::span(&header, 1));
  if (is_in_order_) hash_ahead(offset);
  if (auto read = read_ahead(offset, header_bytes); !read) return Failed<LogError>(read.error());
  const std::uint64_t payload = header.payload_bytes;
  if (payload == 0 || payload % 8 != 0 || payload > kPayloadBytesMax) {
    return Failed<LogError>(corrupt(
        offset, "this frame (block of the file) has the invalid length " + number(payload)));
  }
  if (bytes_of(header) > left) return Failed<LogError>(ends_before(offset, header));
  Digest digest;
  const auto fits = read_frame(offset, header, digest);
  if (!fits) return Failed<LogError>(fits.error());
  if (!*fits)
    return Failed<LogError>(
        corrupt(offset, "the digest of this frame (block of the file) is wrong"));
  digest_ = digest;
  last_ = offset;
  position_ += bytes_of(header);
  is_in_order_ = true;
  return Frame{header.type, offset, std::span(frame_).subspan(1, payload / 8)};
}

// Reads the frame with that header at the offset, and says whether its digest is the one that
// follows: `digest`. Precondition: it ends within the file.
Result<bool, LogError> FrameReader::read_frame(std::uint64_t offset, FrameHeader header,
                                               Digest& digest) {
  const std::uint64_t whole = bytes_of(header);
  frame_.resize(std::max<std::size_t>(frame_.size(), whole / 8));
  const auto bytes = std::as_writable_bytes(std::span(frame_)).first(whole);
  std::memcpy(bytes.data(), &header, kFrameHeaderBytes);
  if (auto read = read_ahead(offset + kFrameHeaderBytes, bytes.subspan(kFrameHeaderBytes)); !read) {
    return Failed<LogError>(read.error());
  }
  digest = next_digest_ < digests_ahead_.size()
               ? Digest{digests_ahead_[next_digest_++]}
               : hasher_.next(digest_, bytes.first(whole - kDigestBytes));
  return std::memcmp(digest.bytes.data(), bytes.data() + whole - kDigestBytes, kDigestBytes) == 0;
}

// Why the file ends before the frame does.
LogError FrameReader::ends_before(std::uint64_t offset, FrameHeader header) {
  auto is_damage = Result<bool, LogError>(has_known_size_);
  if (!has_known_size_) is_damage = is_whole_but_for_length(offset, header);
  if (!is_damage) return is_damage.error();
  if (!*is_damage) return ends("inside the frame (block of the file) at byte " + number(offset));
  return corrupt(offset, "the length of this frame (block of the file) goes beyond the file's end");
}

// A message says its length a second time. If the frame with that length is good, the one in its
// header is wrong.
Result<bool, LogError> FrameReader::is_whole_but_for_length(std::uint64_t offset,
                                                            FrameHeader header) {
  std::uint32_t segment_table[2] = {};  // segments less one, and the words of the first
  const std::uint64_t left = size_ - offset;
  if (left < kFrameHeaderBytes + sizeof segment_table) return false;
  if (auto read =
          read_at(offset + kFrameHeaderBytes, std::as_writable_bytes(std::span(segment_table)));
      !read) {
    return Failed<LogError>(read.error());
  }
  const std::uint64_t payload = 8 * (std::uint64_t{segment_table[1]} + 1);
  if (segment_table[0] != 0 || payload > kPayloadBytesMax) return false;
  header.payload_bytes = static_cast<std::uint32_t>(payload);
  if (bytes_of(header) > left) return false;
  Digest digest;
  return read_frame(offset, header, digest);
}

Result<Frame, LogError> FrameReader::frame_at(std::uint64_t offset) {
  const std::uint64_t first = kMagicBytes + kFrameHeaderBytes + kDigestBytes;
  const bool is_first = offset == kMagicBytes;
  if (offset % 8 != 0 || (offset < first && !is_first) || offset >= size_) {
    return Failed<LogError>(
        corrupt(size_, "no frame can begin at byte " + number(offset) + ", as the file says"));
  }
  digest_ = before_;
  if (!is_first) {
    const auto before = std::as_writable_bytes(std::span(digest_.bytes));
    auto read = read_at(offset - kDigestBytes, before);
    if (!read) return Failed<LogError>(read.error());
  }
  position_ = offset;
  is_in_order_ = false;
  digests_ahead_.clear();
  return next();
}

Result<Frame, LogError> FrameReader::last_frame() {
  std::uint64_t offset = 0;
  if (size_ < kMagicBytes + kEndBytes) return Failed<LogError>(cut_off(kCutOff));
  auto read = read_at(size_ - kEndBytes, std::as_writable_bytes(std::span(&offset, 1)));
  if (!read) return Failed<LogError>(read.error());
  auto frame = frame_at(offset);
  if (!frame) return frame;
  if (auto good = check_end(); !good) return Failed<LogError>(good.error());
  return frame;
}

Result<void, LogError> FrameReader::check_end() const {
  std::uint64_t offset = last_;
  const std::uint64_t bytes = version_ == 1 ? 0 : kEndBytes;
  if (size_ - position_ < bytes) return Failed<LogError>(cut_off(kCutOff));
  if (size_ - position_ > bytes) {
    return Failed<LogError>(corrupt(position_ + bytes, "bytes after the end of the file"));
  }
  if (auto read = read_at(position_, std::as_writable_bytes(std::span(&offset, 1)).first(bytes));
      !read) {
    return read;
  }
  if (offset == last_) return {};
  return Failed<LogError>(corrupt(position_, "the end of the file names another last frame"));
}

Result<std::vector<std::byte>, LogError> FrameReader::bytes_at(std::uint64_t offset,
                                                               std::size_t bytes_max) const {
  std::vector<std::byte> bytes(std::min<std::uint64_t>(size_ - offset, bytes_max));
  if (auto read = read_at(offset, bytes); !read) return Failed<LogError>(read.error());
  return bytes;
}

// Has much of the file in memory from there on, where it has so much, behind the digest before.
void FrameReader::fill_ahead(std::uint64_t offset) {
  const std::uint64_t end = ahead_from_ + ahead_.size() - std::min(ahead_.size(), kDigestBytes);
  const std::size_t kept = offset >= ahead_from_ && offset < end ? end - offset : 0;
  const std::size_t wanted = std::min(kAheadBytes, size_ - offset);
  if (kept >= std::min(wanted, kAheadBytes / 2)) return;
  if (kept != 0) {
    std::memmove(ahead_.data() + kDigestBytes, ahead_.data() + (ahead_.size() - kept), kept);
  }
  ahead_.resize(kDigestBytes + wanted);
  std::memcpy(ahead_.data(), digest_.bytes.data(), kDigestBytes);
  ahead_from_ = offset;
  // What matters of an error is told where the bytes are wanted.
  if (!read_at(offset + kept, std::span(ahead_).subspan(kDigestBytes + kept))) {
    ahead_.resize(kDigestBytes + kept);
  }
}

// Hashes the frames that are whole in memory, from that one on, at once. Whether each is good is
// seen when it is its turn.
void FrameReader::hash_ahead(std::uint64_t offset) {
  if (next_digest_ < digests_ahead_.size()) return;
  digests_ahead_.clear();
  next_digest_ = 0;
  fill_ahead(offset);
  std::array<std::span<const std::byte>, kFramesAtOnce> links;
  std::size_t count = 0;
  auto left = std::span(std::as_const(ahead_)).subspan(offset - ahead_from_);
  while (count < links.size() && left.size() >= kDigestBytes + kFrameHeaderBytes) {
    FrameHeader header{};
    std::memcpy(&header, left.data() + kDigestBytes, kFrameHeaderBytes);
    const std::uint64_t whole = bytes_of(header);
    if (header.payload_bytes > kPayloadBytesMax || whole > left.size() - kDigestBytes) break;
    links[count++] = left.first(whole);
    left = left.subspan(whole);
  }
  digests_ahead_.resize(count);
  hasher_.each(std::span(links).first(count), digests_ahead_);
}

Result<void, LogError> FrameReader::read_ahead(std::uint64_t offset, std::span<std::byte> bytes) {
  const std::uint64_t end = ahead_from_ + ahead_.size() - std::min(ahead_.size(), kDigestBytes);
  if (offset >= ahead_from_ && offset < end) {
    const std::size_t count = std::min<std::uint64_t>(bytes.size(), end - offset);
    std::memcpy(bytes.data(), ahead_.data() + kDigestBytes + (offset - ahead_from_), count);
    bytes = bytes.subspan(count);
    offset += count;
  }
  if (bytes.empty()) return {};
  return read_at(offset, bytes);
}

Result<void, LogError> FrameReader::read_at(std::uint64_t offset,
                                            std::span<std::byte> bytes) const {
  while (!bytes.empty()) {
    const ssize_t count =
        ::pread(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(first_ + offset));
    const int why = errno;
    if (count == -1 && why == EINTR) continue;
    if (count == -1) return Failed<LogError>(error("read", why, offset));
    if (count == 0) {
      return Failed<LogError>(LogError{LogError::Kind::io, path_, offset,
                                       "the file was truncated while it was being read"});
    }
    bytes = bytes.subspan(static_cast<std::size_t>(count));
    offset += static_cast<std::uint64_t>(count);
  }
  return {};
}

LogError FrameReader::corrupt(std::uint64_t offset, std::string what) const {
  return {LogError::Kind::corrupt, path_, offset, std::move(what)};
}

LogError FrameReader::ends(const std::string& where) const {
  return cut_off("the file ends " + where);
}

LogError FrameReader::cut_off(std::string what) const {
  const auto kind = has_known_size_ ? LogError::Kind::corrupt : LogError::Kind::interrupted;
  return {kind, path_, size_, std::move(what)};
}

LogError FrameReader::error(const char* doing, int why, std::optional<std::uint64_t> offset) const {
  const auto kind = why == ENOENT ? LogError::Kind::not_found : LogError::Kind::io;
  return {kind, path_, offset,
          "cannot " + std::string(doing) + " the file: " + std::system_category().message(why)};
}

Result<void, LogError> check_file_size(const std::string& path, std::uint64_t size,
                                       std::uint64_t expected) {
  const auto differs = [&](std::uint64_t offset, std::string what) {
    return Failed<LogError>(LogError{LogError::Kind::corrupt, path, offset, std::move(what)});
  };
  if (size < expected) {
    return differs(
        size, "the file is truncated to " + number(size) + " of " + number(expected) + " bytes");
  }
  if (size > expected) {
    return differs(expected, "bytes after the " + number(expected) + " that were written");
  }
  return {};
}

}  // namespace tokenlife::events
