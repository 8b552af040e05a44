#include "sim/site/private_file.hpp"
#include "core/token/secret.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

namespace tokenlife::sim {
namespace {

constexpr mode_t kOwnerAlone = 0600;
constexpr mode_t kEverybodyReads = 0644;
constexpr mode_t kOwnerAloneLooksIn = 0700;
constexpr std::size_t kPieceBytes = 1 << 20;

// Closes on every way out.
struct OpenFile {
  int descriptor;
  OpenFile(const std::string& path, int flags, mode_t mode = 0)
      : descriptor(::open(path.c_str(), flags | O_CLOEXEC, mode)) {}
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile() {
    if (descriptor >= 0) ::close(descriptor);
  }
};

// `why` is read before anything else can change errno.
Failed<Error> error_now(const std::string& path, std::string_view what, int why = errno) {
  return file_error(path, fmt::format("{}: {}", what, std::generic_category().message(why)));
}

// ---- Writing -----------------------------------------------------------------------------------

Result<void, Error> write_all(const OpenFile& file, const std::string& path,
                              std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file.descriptor, bytes.data(), bytes.size());
    if (written == -1 && errno == EINTR) continue;
    if (written == -1) return error_now(path, "cannot be written");
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

// Sees to it that new names in the folder outlive a crash.
Result<void, Error> sync_folder(const std::string& folder) {
  const OpenFile file(folder, O_RDONLY | O_DIRECTORY);
  if (file.descriptor < 0) return error_now(folder, "cannot be opened");
  if (::fsync(file.descriptor) != 0) return error_now(folder, "cannot be written");
  return {};
}

// The folder that knows the path's name.
std::string folder_of(const std::string& path) {
  std::filesystem::path name = std::filesystem::path(path).lexically_normal();
  if (!name.has_filename()) name = name.parent_path();  // "site/"
  const std::string folder = name.parent_path().string();
  return folder.empty() ? "." : folder;
}

Result<void, Error> sync_folder_of(const std::string& path) { return sync_folder(folder_of(path)); }

// Gives an open file to the folder's owner, if it is root's and he is another one.
Result<void, Error> give_to_owner(int descriptor, const std::string& folder,
                                  const std::string& path) {
  struct stat owner {};
  if (::geteuid() != 0) return {};
  if (::stat(folder.c_str(), &owner) != 0) return error_now(folder, "cannot be examined");
  if (owner.st_uid == 0) return {};
  if (::fchownat(descriptor, "", owner.st_uid, owner.st_gid, AT_EMPTY_PATH) == 0) return {};
  return error_now(path, "cannot be given to the folder's owner");
}

// `write` is handed the open file, and writes what is to be in it.
template <class Write>
Result<void, Error> write_file(const std::string& path, mode_t mode, Write&& write) {
  const UsualUmask umask;
  const std::string unfinished = path + ".new";
  // A crash may have left it.
  if (::unlink(unfinished.c_str()) != 0 && errno != ENOENT) {
    return error_now(unfinished, "cannot be removed");
  }
  Result<void, Error> done;
  {
    const OpenFile file(unfinished, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode);
    if (file.descriptor < 0) return error_now(path, "cannot be made");
    done = give_to_owner(file.descriptor, folder_of(path), path);
    if (done) done = write(file);
    if (done && ::fsync(file.descriptor) != 0) done = error_now(path, "cannot be written");
  }
  if (done) return publish_file(unfinished, path);
  ::unlink(unfinished.c_str());
  return done;
}

Result<void, Error> write_file(const std::string& path, std::string_view bytes, mode_t mode) {
  return write_file(path, mode, [&](const OpenFile& file) { return write_all(file, path, bytes); });
}

// ---- Reading -----------------------------------------------------------------------------------

// After a call that has failed.
Result<void, Error> unless_absent(const std::string& path) {
  if (errno == ENOENT) return {};
  return error_now(path, "cannot be examined");
}

// What others can write is nothing to rely on.
Result<void, Error> check_not_writable(const struct stat& status, const std::string& path) {
  if ((status.st_mode & (S_IWGRP | S_IWOTH)) == 0) return {};
  return file_error(path, "can be written by other users",
                    fmt::format("run `chmod go-w {}`, and check what may have been changed", path));
}

// Who owns a file can write it.
Result<void, Error> check_owner(const struct stat& status, const std::string& path) {
  struct stat folder {};
  if (::stat(folder_of(path).c_str(), &folder) != 0) return error_now(path, "cannot be examined");
  const uid_t owner = status.st_uid;
  if (owner == 0 || owner == ::geteuid() || owner == folder.st_uid) return {};
  return file_error(path, "belongs to another user than the folder",
                    fmt::format("check what it is, and run `chown {} {}`", folder.st_uid, path));
}

// What mends that others may have read it: a site's key is named signing-N.key, and whatever else
// is private is a client's.
std::string_view advice_on_seen(const std::string& path) {
  const bool is_sites = std::filesystem::path(path).filename().string().starts_with("signing-");
  return is_sites ? "run `chmod 600` on it; if it may have been read, run `tokenlife site rotate "
                    "DIR` and then `tokenlife site retire DIR N`, with the number in its name"
                  : "run `chmod 600` on it; if it may have been read, run `tokenlife site "
                    "block-client SITE CLIENT` and make a new client with `tokenlife client new "
                    "--dir NEW --site SITE`";
}

// Whether nobody but the owner and root can have seen or changed what is in the file.
Result<void, Error> check_private(const struct stat& status, const std::string& path) {
  if (status.st_uid != ::geteuid() && ::geteuid() != 0) {
    return file_error(path, "belongs to another user", "run this as its owner");
  }
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return file_error(path, "can be read or written by other users",
                      std::string(advice_on_seen(path)));
  }
  return {};
}

Result<Secret, Error> read_all(const OpenFile& file, const std::string& path,
                               std::size_t bytes_max) {
  // Of its full size at once: by growing it would leave copies behind.
  std::string bytes(bytes_max + 1, '\0');
  std::size_t filled = 0;
  while (filled < bytes.size()) {
    const ssize_t got = ::read(file.descriptor, bytes.data() + filled, bytes.size() - filled);
    if (got == -1 && errno == EINTR) continue;
    if (got == -1) {
      const auto failed = error_now(path, "cannot be read");
      wipe(bytes);
      return failed;
    }
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  Secret secret{std::string_view(bytes).substr(0, filled)};
  wipe(bytes);
  if (filled > bytes_max)
    return file_error(path, fmt::format("is longer than {} bytes", bytes_max));
  return secret;
}

// O_NONBLOCK: a named pipe must not make the reader wait for ever.
constexpr int kToRead = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;

// Whether the file, which has just been opened, may be read.
Result<void, Error> check_opened(const OpenFile& file, const std::string& path, bool is_private) {
  if (file.descriptor < 0 && errno == ELOOP) {
    return file_error(path, "is a link", "put the file itself there");
  }
  if (file.descriptor < 0 && errno == EACCES && is_private) {
    return file_error(path, "cannot be read: Permission denied", "run this as its owner");
  }
  if (file.descriptor < 0) return error_now(path, "cannot be read");
  struct stat status {};
  if (::fstat(file.descriptor, &status) != 0) return error_now(path, "cannot be examined");
  if (!S_ISREG(status.st_mode)) return file_error(path, "is not a regular file");
  if (is_private) return check_private(status, path);
  auto good = check_not_writable(status, path);
  return good ? check_owner(status, path) : good;
}

Result<Secret, Error> read_file(const std::string& path, std::size_t bytes_max, bool is_private) {
  const OpenFile file(path, kToRead);
  auto good = check_opened(file, path, is_private);
  return good ? read_all(file, path, bytes_max) : Failed<Error>(good.error());
}

}  // namespace

Result<void, Error> write_private_file(const std::string& path, const Secret& bytes) {
  return write_file(path, bytes.reveal(), kOwnerAlone);
}

Result<void, Error> write_public_file(const std::string& path, std::string_view bytes) {
  return write_file(path, bytes, kEverybodyReads);
}

Result<void, Error> publish_file(const std::string& unfinished, const std::string& path) {
  if (::rename(unfinished.c_str(), path.c_str()) == 0) return sync_folder_of(path);
  const auto failed = error_now(path, "cannot be renamed");
  ::unlink(unfinished.c_str());
  return failed;
}

Result<Secret, Error> read_private_file(const std::string& path, std::size_t bytes_max) {
  return read_file(path, bytes_max, true);
}

Result<Secret, Error> read_public_file(const std::string& path, std::size_t bytes_max) {
  return read_file(path, bytes_max, false);
}

Result<void, Error> read_public_file(
    const std::string& path, const std::function<Result<void, Error>(std::string_view)>& take) {
  const OpenFile file(path, kToRead);
  auto done = check_opened(file, path, false);
  std::string bytes(done ? kPieceBytes : 0, '\0');
  while (done) {
    const ssize_t got = ::read(file.descriptor, bytes.data(), bytes.size());
    if (got == -1 && errno == EINTR) continue;
    if (got == -1) return error_now(path, "cannot be read");
    if (got == 0) break;
    done = take(std::string_view(bytes).substr(0, static_cast<std::size_t>(got)));
  }
  return done;
}

Result<void, Error> copy_public_file(const std::string& from, const std::string& to) {
  return write_file(to, kEverybodyReads, [&](const OpenFile& file) {
    return read_public_file(from,
                            [&](std::string_view piece) { return write_all(file, to, piece); });
  });
}

Result<void, Error> check_own_folder(const std::string& folder) {
  struct stat status {};
  // "site/" is what a link of that name points to.
  const std::size_t end = folder.find_last_not_of('/');
  const std::string name = folder.substr(0, end == std::string::npos ? 1 : end + 1);
  if (::lstat(name.c_str(), &status) != 0) return unless_absent(folder);
  if (S_ISLNK(status.st_mode)) return file_error(folder, "is a link", "name the folder itself");
  if (auto good = check_not_writable(status, folder); !good) return good;
  const uid_t user = ::geteuid();
  if (user == 0 || status.st_uid == 0 || status.st_uid == user) return {};
  return file_error(folder, "belongs to another user", "run this as its owner");
}

Result<void, Error> check_own_file(const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) return unless_absent(path);
  if (S_ISLNK(status.st_mode)) return file_error(path, "is a link", "put the file itself there");
  if (auto good = check_not_writable(status, path); !good) return good;
  return check_owner(status, path);
}

Result<void, Error> give_to_owner_of(const std::string& folder, const std::string& path) {
  if (::geteuid() != 0) return {};
  const OpenFile file(path, O_PATH | O_NOFOLLOW);
  struct stat status {};
  if (file.descriptor < 0 || ::fstat(file.descriptor, &status) != 0) {
    return error_now(path, "cannot be examined");
  }
  // One of root's that has another name elsewhere is not what was made here.
  const bool is_made_here = status.st_uid == 0 && (S_ISDIR(status.st_mode) || status.st_nlink == 1);
  return is_made_here ? give_to_owner(file.descriptor, folder, path) : Result<void, Error>{};
}

Result<void, Error> remove_private_file(const std::string& path) {
  if (::unlink(path.c_str()) == 0) return sync_folder_of(path);
  if (errno == ENOENT) return {};
  return error_now(path, "cannot be removed");
}

Result<void, Error> make_private_folder(const std::string& folder) {
  const UsualUmask umask;
  if (::mkdir(folder.c_str(), kOwnerAloneLooksIn) == 0) return sync_folder_of(folder);
  const int why = errno;
  std::error_code ignored;
  if (why == EEXIST && std::filesystem::is_directory(folder, ignored)) return {};
  if (why == EEXIST) return file_error(folder, "is not a folder", "choose another place");
  if (why == ENOENT) {
    return file_error(folder, "cannot be made: there is no folder to make it in",
                      "make that first, or choose another place");
  }
  return error_now(folder, "cannot be made", why);
}

}  // namespace tokenlife::sim
