#include "events/log_files.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <memory>
#include <string_view>
#include <system_error>

#include "events/frame_reader.hpp"
#include "events/packed_stream.hpp"
#include "events/temporary_file.hpp"

namespace tokenlife::events {
namespace {

constexpr std::uint64_t kCopiedAtOnce = std::uint64_t{1} << 20;

std::string reason(int why) { return std::system_category().message(why); }

// Puts what a pipe gives where it can be sought in.
Result<void, LogError> keep(PackedStream& from, int to) {
  const auto write = [&](std::span<const std::byte> bytes) -> Result<void, LogError> {
    while (!bytes.empty()) {
      const ssize_t count = ::write(to, bytes.data(), bytes.size());
      const int why = errno;
      if (count == -1 && why == EINTR) continue;
      if (count == -1) {
        return Failed<LogError>(LogError{LogError::Kind::io, temporary_folder(), std::nullopt,
                                         "cannot write a temporary file: " + reason(why)});
      }
      bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
    return {};
  };
  const NextBytes next = [&](std::span<std::byte> bytes) {
    auto done = from.read(bytes);
    return done ? write(bytes) : done;
  };
  const auto index = read_packed_index(from.name(), next, false);
  if (!index) return Failed<LogError>(index.error());
  std::uint64_t bytes = index->site_bytes;
  for (const PackedFile& file : index->partitions) bytes += file.bytes;
  auto done = from.copy(bytes, write);
  return done ? from.check_end() : done;
}

}  // namespace

Descriptor::~Descriptor() {
  if (number_ != -1) ::close(number_);
}

Result<LogFiles, LogError> LogFiles::open(const std::filesystem::path& place) {
  return open_place(place, false);
}

Result<LogFiles, LogError> LogFiles::open_leftovers(const std::filesystem::path& place) {
  return open_place(place, true);
}

Result<LogFiles, LogError> LogFiles::open_place(const std::filesystem::path& place,
                                                bool is_leftovers) {
  using enum LogError::Kind;
  const auto refused = [&](LogError::Kind kind, const std::string& what) {
    return Failed<LogError>(LogError{kind, place.string(), std::nullopt, what});
  };
  // O_NONBLOCK: a named pipe must not make the reader wait for ever.
  Descriptor descriptor(::open(place.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  const int why = errno;
  struct stat status {};
  if (descriptor.number() == -1 && why == ENOENT)
    return refused(not_found, "no such file or folder");
  if (descriptor.number() == -1) return refused(io, "cannot open it: " + reason(why));
  if (::fstat(descriptor.number(), &status) == -1) {
    return refused(io, "cannot examine it: " + reason(errno));
  }
  LogFiles files(place, std::move(descriptor));
  if (S_ISDIR(status.st_mode)) return files;
  if (!S_ISREG(status.st_mode)) return refused(misuse, "neither a folder nor a regular file");
  if (auto read = files.read_index(is_leftovers); !read) return Failed<LogError>(read.error());
  return files;
}

Result<LogFiles, LogError> LogFiles::receive(int descriptor, const std::string& name) {
  const auto refused = [&](const std::string& where, const char* doing) {
    return Failed<LogError>(LogError{LogError::Kind::io, where, std::nullopt,
                                     "cannot " + std::string(doing) + ": " + reason(errno)});
  };
  struct stat status {};
  if (::fstat(descriptor, &status) == -1) return refused(name, "be examined");
  const bool is_file = S_ISREG(status.st_mode) && ::lseek(descriptor, 0, SEEK_CUR) == 0;
  Descriptor own(is_file ? ::fcntl(descriptor, F_DUPFD_CLOEXEC, 0) : make_temporary_file());
  if (own.number() == -1) {
    return is_file ? refused(name, "duplicate its descriptor")
                   : refused(temporary_folder(), "make a temporary file");
  }
  if (!is_file) {
    PackedStream stream(descriptor, name);
    if (auto kept = keep(stream, own.number()); !kept) return Failed<LogError>(kept.error());
    ::lseek(own.number(), 0, SEEK_SET);
  }
  LogFiles files(name, std::move(own));
  if (auto read = files.read_index(false); !read) return Failed<LogError>(read.error());
  return files;
}

Result<void, LogError> LogFiles::read_index(bool is_leftovers) {
  PackedStream stream(descriptor_.number(), place_.string());
  auto index = read_packed_index(
      place_.string(), [&](std::span<std::byte> bytes) { return stream.read(bytes); },
      is_leftovers);
  if (!index) return Failed<LogError>(index.error());
  struct stat status {};
  if (::fstat(descriptor_.number(), &status) == -1) {
    return Failed<LogError>(error("", "examine", errno));
  }
  const auto size = static_cast<std::uint64_t>(status.st_size);
  if (!is_leftovers) {
    if (auto good = check_file_size(place_.string(), size, index->end); !good) return good;
  }
  // What lies behind the end of a file that was cut off is not there.
  const auto clip = [&](std::uint64_t offset, std::uint64_t& bytes) {
    bytes = std::min(bytes, size - std::min(size, offset));
  };
  clip(index->site_offset, index->site_bytes);
  for (PackedFile& file : index->partitions) clip(file.offset, file.bytes);
  index_ = std::move(*index);
  return {};
}

bool LogFiles::has(const std::string& name) const {
  const auto bytes = bytes_of(name);
  return !bytes || bytes->has_value();
}

Result<std::optional<std::uint64_t>, LogError> LogFiles::bytes_of(const std::string& name) const {
  if (index_) {
    if (name == kSiteFile) return std::optional(index_->site_bytes);
    const auto partition = partition_called(name);
    const PackedFile* file = partition ? index_->find(*partition) : nullptr;
    return file != nullptr ? std::optional(file->bytes) : std::nullopt;
  }
  struct stat status {};
  if (::fstatat(descriptor_.number(), name.c_str(), &status, 0) == 0) {
    return std::optional(static_cast<std::uint64_t>(status.st_size));
  }
  const int why = errno;
  if (why == ENOENT) return std::optional<std::uint64_t>();
  return Failed<LogError>(error(name, "examine", why));
}

Result<std::vector<std::string>, LogError> LogFiles::names() const {
  std::vector<std::string> names;
  if (index_) {
    names.emplace_back(kSiteFile);
    for (const PackedFile& file : index_->partitions) {
      names.push_back(partition_file_name(file.partition));
    }
    return names;
  }
  // A descriptor of its own: where one reads a folder, another would go on.
  Descriptor own(::openat(descriptor_.number(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const auto close = [](DIR* open) { ::closedir(open); };
  const std::unique_ptr<DIR, decltype(close)> folder(
      own.number() == -1 ? nullptr : ::fdopendir(own.number()), close);
  const auto refused = [&](int why) {
    return Failed<LogError>(LogError{LogError::Kind::io, place_.string(), std::nullopt,
                                     "cannot list the folder: " + reason(why)});
  };
  if (!folder) return refused(errno);
  own.release();
  while (true) {
    errno = 0;
    const dirent* entry = ::readdir(folder.get());
    if (entry == nullptr && errno != 0) return refused(errno);
    if (entry == nullptr) return names;
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
}

Result<OpenedFile, LogError> LogFiles::open_file(const std::string& name) const {
  if (!index_) {
    constexpr int kFlags = O_RDONLY | O_CLOEXEC | O_NONBLOCK;
    OpenedFile opened{Descriptor(::openat(descriptor_.number(), name.c_str(), kFlags))};
    struct stat status {};
    if (opened.descriptor.number() == -1) return Failed<LogError>(error(name, "open", errno));
    if (::fstat(opened.descriptor.number(), &status) == -1) {
      return Failed<LogError>(error(name, "examine", errno));
    }
    if (!S_ISREG(status.st_mode)) {
      return Failed<LogError>(
          LogError{LogError::Kind::misuse, path_of(name), std::nullopt, "not a regular file"});
    }
    opened.bytes = static_cast<std::uint64_t>(status.st_size);
    return opened;
  }
  const auto partition = partition_called(name);
  const PackedFile* file = partition ? index_->find(*partition) : nullptr;
  if (file == nullptr && name != kSiteFile) {
    return Failed<LogError>(error(name, "open", ENOENT));
  }
  OpenedFile opened{Descriptor(::fcntl(descriptor_.number(), F_DUPFD_CLOEXEC, 0))};
  if (opened.descriptor.number() == -1) return Failed<LogError>(error(name, "open", errno));
  opened.offset = file != nullptr ? file->offset : index_->site_offset;
  opened.bytes = file != nullptr ? file->bytes : index_->site_bytes;
  return opened;
}

LogError LogFiles::error(const std::string& name, const char* doing, int why) const {
  const auto kind = why == ENOENT ? LogError::Kind::not_found : LogError::Kind::io;
  return {kind, path_of(name), std::nullopt,
          "cannot " + std::string(doing) + " the file: " + reason(why)};
}

Result<void, LogError> copy_file(
    const LogFiles& files, const std::string& name, std::uint64_t bytes,
    const std::function<Result<void, LogError>(std::span<const std::byte>)>& write) {
  auto opened = files.open_file(name);
  if (!opened) return Failed<LogError>(opened.error());
  const auto changed = [&] {
    return Failed<LogError>(LogError{LogError::Kind::io, files.path_of(name), std::nullopt,
                                     "the file changed while it was being read"});
  };
  if (opened->bytes != bytes) return changed();
  std::vector<std::byte> piece(std::min(bytes, kCopiedAtOnce));
  for (std::uint64_t at = 0; at < bytes;) {
    // Not read(): descriptors of a packed file have one place in it.
    const ssize_t count = ::pread(opened->descriptor.number(), piece.data(),
                                  std::min<std::uint64_t>(piece.size(), bytes - at),
                                  static_cast<off_t>(opened->offset + at));
    const int why = errno;
    if (count == -1 && why == EINTR) continue;
    if (count == -1) {
      return Failed<LogError>(LogError{LogError::Kind::io, files.path_of(name), at,
                                       "cannot read the file: " + reason(why)});
    }
    if (count == 0) return changed();
    const auto some = std::span(piece).first(static_cast<std::size_t>(count));
    if (auto done = write(some); !done) return done;
    at += some.size();
  }
  return {};
}

std::optional<std::uint32_t> partition_called(const std::string& name) {
  constexpr std::size_t kBefore = std::string_view("clients-").size();
  std::uint32_t partition = 0;
  if (name.size() <= kBefore) return std::nullopt;
  std::from_chars(name.data() + kBefore, name.data() + name.size(), partition);
  return name == partition_file_name(partition) ? std::optional(partition) : std::nullopt;
}

}  // namespace tokenlife::events
