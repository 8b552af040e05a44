#include "sim/private_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>

namespace tokenlife::sim {
namespace {

struct Descriptor {
  int number;
  explicit Descriptor(int open) : number(open) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number >= 0) ::close(number);
  }
};

Failed<Error> failed(const std::string& path, std::string_view doing) {
  return Failed<Error>(
      Error{ErrorKind::file, path,
            fmt::format("cannot be {}: {}", doing, std::generic_category().message(errno)), ""});
}

bool write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(descriptor, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return true;
}

// New names in a folder outlive a crash only after this.
bool sync_folder_of(const std::string& path) {
  std::filesystem::path folder = std::filesystem::path(path).parent_path();
  if (folder.empty()) folder = ".";
  const Descriptor descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return descriptor.number >= 0 && ::fsync(descriptor.number) == 0;
}

}  // namespace

Result<void, Error> write_private_file(const std::string& path, const Secret& bytes) {
  const std::string fresh = path + ".new";
  // One that a crash left behind.
  if (::unlink(fresh.c_str()) != 0 && errno != ENOENT) return failed(fresh, "removed");
  {
    const Descriptor file(
        ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (file.number < 0) return failed(fresh, "made");
    if (!write_all(file.number, bytes.reveal()) || ::fsync(file.number) != 0) {
      return failed(fresh, "written");
    }
  }
  if (std::rename(fresh.c_str(), path.c_str()) != 0) return failed(path, "replaced");
  if (!sync_folder_of(path)) return failed(path, "seen to the disk");
  return {};
}

Result<Secret, Error> read_private_file(const std::string& path, std::size_t bytes_max) {
  // O_NONBLOCK: a pipe without a writer must not hold the program up.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (file.number < 0) return failed(path, "read");
  struct stat status {};
  if (::fstat(file.number, &status) != 0) return failed(path, "read");
  const auto refuse = [&](std::string what, std::string advice) {
    return Failed<Error>(Error{ErrorKind::file, path, std::move(what), std::move(advice)});
  };
  if (!S_ISREG(status.st_mode)) return refuse("is not a plain file", "");
  if ((status.st_mode & 077U) != 0) {
    return refuse("can be read or changed by others", "say chmod 600 if they have not seen it");
  }
  if (status.st_uid != ::geteuid() && ::geteuid() != 0) return refuse("is somebody else's", "");
  // At once, so that no copy is left behind in memory by growing.
  std::string text(bytes_max + 1, '\0');
  std::size_t filled = 0;
  while (filled < text.size()) {
    const ssize_t got = ::read(file.number, text.data() + filled, text.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed(path, "read");
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  if (filled > bytes_max) return refuse(fmt::format("is longer than {} bytes", bytes_max), "");
  const Secret all = Secret::take(text);
  return Secret{all.reveal().substr(0, filled)};
}

Result<void, Error> remove_private_file(const std::string& path) {
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return failed(path, "removed");
  return {};
}

}  // namespace tokenlife::sim
